//! The vault: what it keeps, what it refuses, and what never lies on the disk.

mod intake;
mod objects;
mod refusals;

use crate::support::folder::TestFolder;
use candor::clock::Clock;
use candor::ids::{ReportId, VersionId};
use candor::seal::{DataKey, KeyOwner, Keyring};
use candor::vault::{ObjectContext, ObjectKind, ObjectRef, Vault};

/// A vault in a folder of its own, with a key and a context.
struct House {
    folder: TestFolder,
    vault: Vault,
    clock: Clock,
    keyring: Keyring,
    key: DataKey,
    context: ObjectContext,
}

impl House {
    /// An empty vault.
    fn new() -> Self {
        let (folder, clock) = (TestFolder::new(), Clock::system());
        let keyring = Keyring::generate(&clock);
        let (key, _) = keyring.new_data_key(&clock, KeyOwner::Version(VersionId::new(&clock)));
        let context = ObjectContext {
            report: ReportId::new(&clock),
            version: 3,
            kind: ObjectKind::Original,
            companion: None,
        };
        Self { vault: Vault::open(&folder.join("vault")).unwrap(), folder, clock, keyring, key, context }
    }
    /// Puts `plaintext` under the key and context.
    fn put(&self, plaintext: &[u8]) -> ObjectRef {
        self.vault.put(&self.clock, &self.key, &self.context, plaintext).unwrap()
    }
    /// Every file of the vault.
    fn files(&self) -> Vec<std::path::PathBuf> {
        self.folder.files()
    }
    /// The file of `object`.
    fn file(&self, object: &ObjectRef) -> std::path::PathBuf {
        let name = object.id.to_string();
        let aa = &name[name.len() - 2..];
        self.folder.join("vault/objects").join(aa).join(&name)
    }
}

/// `length` bytes with a marker in them again and again.
fn text(length: usize) -> Vec<u8> {
    b"CONFIDENTIAL MARKER ".iter().copied().cycle().take(length).collect()
}
