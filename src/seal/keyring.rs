//! The keyring: every long-lived secret of this installation, each random and each for one purpose.
//!
//! The text file it is kept in is described in [`super::key_sources::file`].

use super::context::Context;
use super::later::Later;
use super::{DataKey, KeyOwner, SealError, WrappedKey};
use crate::clock::Clock;
use crate::ids::{InstanceId, KeyId};
use ring::hmac;
use std::fmt;
use std::iter;
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Blind indexes of e-mail addresses and domains, under the index key.
const INDEX: &str = "candor/index/v1";
/// Hashes of session and sign-in secrets, under the token key.
const TOKEN: &str = "candor/token/v1";
/// The seed of the key that signs API tokens, under the token key.
const API: &str = "candor/api/v1";
/// Codes over cookies and form tokens, under the cookie key.
const COOKIE: &str = "candor/cookie/v1";
/// Biases and choices of invisible marks, under the mark key.
const MARK: &str = "candor/mark/v1";

/// Thirty-two secret bytes, erased from memory when dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// A key-encryption key, by name; its secret stays inside.
pub struct Kek {
    /// What wrapped keys call it, such as `2026q4-5f0c21aa`.
    pub(super) name: String,
    /// The key itself.
    pub(super) secret: Secret,
}

impl Kek {
    /// A fresh one, named after the quarter it is made in and eight random digits.
    pub(super) fn generate(clock: &Clock) -> Self {
        let made = clock.now().utc();
        let quarter = u8::from(made.month()).saturating_sub(1) / 3 + 1;
        let name = format!("{}q{quarter}-{:08x}", made.year(), u32::from_be_bytes(clock.random()));
        Self { name, secret: Zeroizing::new(clock.random()) }
    }
    /// What wrapped keys call it: the quarter it was made in and eight random digits.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kek({})", self.name)
    }
}

/// The ledger's signing keys.
#[derive(Clone)]
pub(super) struct LedgerSeeds {
    /// The seed of the newest one.
    pub(super) current: Secret,
    /// The seed of the one before, only while the log is being handed over.
    pub(super) outgoing: Option<Secret>,
    /// The public halves of earlier ones, oldest first: they check what was signed, and sign nothing.
    pub(super) past: Vec<[u8; 32]>,
}

/// What the keyring holds.
pub(super) struct Parts {
    /// This installation.
    pub(super) instance: InstanceId,
    /// The newest key-encryption key.
    pub(super) current: Arc<Kek>,
    /// Key-encryption keys of earlier epochs: they still unwrap.
    pub(super) earlier: Vec<Arc<Kek>>,
    /// Those that were added to the file since it was read.
    pub(super) later: Later,
    /// The seeds and public halves of the ledger's signing keys.
    pub(super) ledger: LedgerSeeds,
    /// Hashes tokens.
    pub(super) token: Secret,
    /// Makes blind indexes.
    pub(super) index: Secret,
    /// Authenticates cookies.
    pub(super) cookie: Secret,
    /// Chooses marks.
    pub(super) mark: Secret,
}

/// The secrets of this installation; cheap to clone, erased from memory with the last clone.
#[derive(Clone)]
pub struct Keyring(pub(super) Arc<Parts>);

/// Why a keyring cannot be read or written. Every text says what to do and none repeats a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// Not there, or not readable.
    #[error(
        "cannot read the keyring {path}: {cause}. Bring it back from your copy, or name it in the configuration; without it nothing sealed can be read"
    )]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Not a file.
    #[error("the keyring {path} is not a regular file")]
    NotAFile {
        /// The file asked for.
        path: PathBuf,
    },
    /// Somebody else's file.
    #[error(
        "the keyring {path} belongs to user {owner}, and this program runs as user {ours}: run `chown {ours} {path}`, or start it as user {owner}"
    )]
    Owner {
        /// The file asked for.
        path: PathBuf,
        /// The number of the user it belongs to.
        owner: u32,
        /// The number of the user this program runs as.
        ours: u32,
    },
    /// Others may read it.
    #[error(
        "the keyring {path} has mode {mode:04o} and must have 0600, so that nobody else can read it: run `chmod 600 {path}`"
    )]
    Mode {
        /// The file asked for.
        path: PathBuf,
        /// The permission bits it has.
        mode: u32,
    },
    /// A line that cannot be read.
    #[error("the keyring {path} cannot be read in line {line}: {what}. Compare it with your copy")]
    Malformed {
        /// The file asked for.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it, without repeating it.
        what: &'static str,
    },
    /// A line that must be there is not.
    #[error("the keyring {path} has no line `{what}`. Bring back a whole one from your copy")]
    Incomplete {
        /// The file asked for.
        path: PathBuf,
        /// The word the missing line begins with.
        what: &'static str,
    },
    /// A file that is there already is never overwritten.
    #[error(
        "there is a file {path} already, and a keyring is never overwritten: move it away first if it is not needed"
    )]
    Exists {
        /// The file asked for.
        path: PathBuf,
    },
    /// Another command exchanges it at this moment.
    #[error("another command is changing the keyring {path}: wait until it has ended, then try again")]
    Busy {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write the keyring {path}: {cause}")]
    Unwritable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl Keyring {
    /// A keyring for a new installation, every secret fresh.
    pub fn generate(clock: &Clock) -> Self {
        let secret = || Zeroizing::new(clock.random());
        Self(Arc::new(Parts {
            instance: InstanceId::new(clock),
            current: Arc::new(Kek::generate(clock)),
            earlier: Vec::new(),
            later: Later::nowhere(),
            ledger: LedgerSeeds { current: secret(), outgoing: None, past: Vec::new() },
            token: secret(),
            index: secret(),
            cookie: secret(),
            mark: secret(),
        }))
    }
    /// This installation.
    pub fn instance(&self) -> InstanceId {
        self.0.instance
    }
    /// The name of the newest key-encryption key in the file, as it was read.
    pub fn current_kek(&self) -> &str {
        self.0.current.name()
    }
    /// Every key-encryption key in the file as it was read, the newest first.
    pub fn keks(&self) -> impl Iterator<Item = &Kek> {
        iter::once(&self.0.current).chain(&self.0.earlier).map(Arc::as_ref)
    }
    /// The key-encryption key of this name; one that was added to the file meanwhile is found there.
    pub(super) fn kek(&self, name: &str) -> Result<Arc<Kek>, SealError> {
        let mut held = iter::once(&self.0.current).chain(&self.0.earlier);
        let held = held.find(|kek| kek.name == name).map(Arc::clone);
        let found = held.or_else(|| self.0.later.find(self.instance(), name));
        found.ok_or_else(|| SealError::UnknownKek(name.to_owned()))
    }
    /// A new data key for `owner`, and the same key wrapped under the newest key-encryption key.
    pub fn new_data_key(&self, clock: &Clock, owner: KeyOwner) -> (DataKey, WrappedKey) {
        let key = DataKey::generate(clock, self.instance(), owner);
        let wrapped = key.wrap(clock, &self.0.current);
        (key, wrapped)
    }
    /// The data key inside `wrapped`, which the database says is key `id` of `owner`.
    ///
    /// # Errors
    /// [`SealError::UnknownKek`] when it is wrapped under a key this keyring lacks; [`SealError::WrongKey`] when it is
    /// another key's, another owner's or another installation's; [`SealError::Damaged`] when its bytes were changed.
    pub fn unwrap(&self, id: KeyId, owner: KeyOwner, wrapped: &WrappedKey) -> Result<DataKey, SealError> {
        DataKey::unwrap((self.instance(), id, owner), wrapped, &*self.kek(&wrapped.kek)?)
    }
    /// The seed of the ledger's newest Ed25519 signing key.
    pub fn ledger_seed(&self) -> &[u8; 32] {
        &self.0.ledger.current
    }
    /// A blind index: finds equal values without storing them. `label` names the column's purpose.
    pub fn blind_index(&self, label: &'static str, value: &str) -> [u8; 32] {
        mac(&self.0.index, INDEX, label, value.as_bytes())
    }
    /// The stored form of a secret that a visitor brings along. `label` names the kind of secret.
    pub fn token_hash(&self, label: &'static str, secret: &[u8]) -> [u8; 32] {
        mac(&self.0.token, TOKEN, label, secret)
    }
    /// The seed of the Ed25519 key that signs API tokens.
    pub fn api_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(mac(&self.0.token, API, "ed25519", &[]))
    }
    /// A code over `bytes` that only this installation can make. `label` names the cookie.
    pub fn cookie_mac(&self, label: &'static str, bytes: &[u8]) -> [u8; 32] {
        mac(&self.0.cookie, COOKIE, label, bytes)
    }
    /// Whether `code` is [`Keyring::cookie_mac`] of the same label and bytes, in constant time.
    pub fn verify(&self, label: &'static str, bytes: &[u8], code: &[u8]) -> bool {
        super::same_bytes(&self.cookie_mac(label, bytes), code)
    }
    /// Bits that choose invisible marks. `label` names the choice.
    pub fn mark_mac(&self, label: &'static str, bytes: &[u8]) -> [u8; 32] {
        mac(&self.0.mark, MARK, label, bytes)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("instance", &self.0.instance)
            .field("current", &self.0.current)
            .field("earlier", &self.0.earlier)
            .finish_non_exhaustive()
    }
}

/// HMAC-SHA-256 over purpose, label and bytes, each with its length before it.
fn mac(key: &Secret, purpose: &'static str, label: &'static str, bytes: &[u8]) -> [u8; 32] {
    let message = Zeroizing::new(Context::new(purpose).field(label.as_bytes()).field(bytes).into_bytes());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()), &message);
    let mut code = [0; 32];
    for (to, from) in code.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    code
}
