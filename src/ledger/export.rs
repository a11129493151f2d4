//! An export of the log: a folder with all that [`verify`](super::verify) needs, and nothing that it does not cover.
//!
//! ```text
//! entries.jsonl       one leaf per line, without its version byte 0x01 (a leaf holds no newline)
//! checkpoints.jsonl   one signed note per line, as a JSON text, sizes ascending, each as it was signed; the last covers all entries
//! disclosures.jsonl   only if asked for: {"entry":N,"field":"..","salt":"..","value":".."}, ascending
//! handovers.jsonl     only if the log's key was rotated: receipts of the hand-overs, one per line, as a JSON text, ascending
//! log.vkey            the verifier key, one line
//! policy              C2SP tlog-policy: which key signs the log, which witnesses must have seen it
//! manifest            a signed note over this text:
//!                       candor ledger export v1
//!                       <origin>
//!                       <sha-256 of a file> <its bytes> <its name>        for each file above, by name
//! ```
//!
//! The manifest's text is no checkpoint, as its first line is no origin: neither signature can stand for the other.

use super::anchors;
use super::append::place;
use super::chain::Chain;
use super::commitment::{Disclosure, Salt};
use super::epoch;
use super::handover;
use super::kind::PersonalField;
use super::note::{LogKey, VerifierKey};
use super::path::TreeHead;
use super::tree::hex;
use super::witness::Policy;
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::seal::{KeyOwner, Keyring, Sealed};
use diesel::prelude::*;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// The entries.
pub const ENTRIES: &str = "entries.jsonl";
/// The checkpoints.
pub const CHECKPOINTS: &str = "checkpoints.jsonl";
/// Personal data, only if asked for.
pub const DISCLOSURES: &str = "disclosures.jsonl";
/// The hand-overs from one key to the next, only if there were any.
pub const HANDOVERS: &str = "handovers.jsonl";
/// The verifier key.
pub const KEY: &str = "log.vkey";
/// Who must have signed.
pub const POLICY: &str = "policy";
/// Digests of the other files, signed.
pub const MANIFEST: &str = "manifest";
/// The first line of the manifest's text.
pub const MANIFEST_TYPE: &str = "candor ledger export v1";
/// Rows read at a time.
const PAGE: i64 = 1000;

/// Whether personal data is exported too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclose {
    /// Only commitments leave.
    Nothing,
    /// Whatever is not erased.
    PersonalData,
}

/// A line of `disclosures.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DisclosureLine {
    pub(super) entry: u64,
    pub(super) field: PersonalField,
    pub(super) salt: Salt,
    pub(super) value: String,
}

/// A row of `manifest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) sha256: String,
    pub(super) bytes: u64,
    pub(super) name: String,
}

/// The policy file of a log.
pub(super) fn policy(key: &VerifierKey, witnesses: &Policy) -> String {
    format!("log {key}\n{}", witnesses.to_text())
}

/// What an export is signed with, and who must have seen the log.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Opens personal data.
    pub keyring: &'a Keyring,
    /// Signs.
    pub key: &'a LogKey,
    /// Names the witnesses.
    pub witnesses: &'a Policy,
}

/// The text of a manifest.
pub(super) fn manifest(origin: &str, files: &[Listed]) -> String {
    use std::fmt::Write as _;
    files.iter().fold(format!("{MANIFEST_TYPE}\n{origin}\n"), |mut text, file| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {}", file.sha256, file.bytes, file.name);
        text
    })
}

/// A file being written and digested.
struct Digested {
    name: &'static str,
    file: BufWriter<File>,
    digest: Context,
    bytes: u64,
}

/// Creates a file that nobody else may read, whatever the umask: names and addresses may stand in it.
fn create(folder: &Path, name: &str) -> Result<File, Fault> {
    Ok(OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(name))?)
}

impl Digested {
    /// Creates a file, which must not be there.
    fn create(folder: &Path, name: &'static str) -> Result<Self, Fault> {
        let file = BufWriter::new(create(folder, name)?);
        Ok(Self { name, file, digest: Context::new(&SHA256), bytes: 0 })
    }
    /// Writes some bytes and a newline.
    fn line(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        for part in [bytes, b"\n"] {
            self.file.write_all(part)?;
            self.digest.update(part);
            self.bytes = self.bytes.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }
    /// Ends the file; its row of the manifest.
    fn finish(self) -> Result<Listed, Fault> {
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let sha256 = hex(self.digest.finish().as_ref());
        Ok(Listed { sha256, bytes: self.bytes, name: self.name.to_owned() })
    }
}

/// Writes an export of all entries that `head` covers into a new folder.
///
/// `head` must have been read from the database after its commit; entries appended meanwhile are left out.
///
/// # Errors
/// When the folder is there already, cannot be written, or a row cannot be read.
pub fn write(
    db: &mut Db,
    signer: Signer<'_>,
    head: TreeHead,
    disclose: Disclose,
    folder: &Path,
) -> Result<(), Fault> {
    let Signer { keyring, key, witnesses } = signer;
    DirBuilder::new().mode(0o700).create(folder)?;
    let mut files = vec![checkpoints(db, key, head, folder)?];
    if disclose == Disclose::PersonalData {
        files.push(disclosures(db, keyring, head.size, folder)?);
    }
    files.push(entries(db, head.size, folder)?);
    files.extend(handovers(db, head.size, folder)?);
    for (name, text) in [(KEY, format!("{}\n", key.verifier())), (POLICY, policy(key.verifier(), witnesses))]
    {
        let mut file = Digested::create(folder, name)?;
        text.lines().try_for_each(|line| file.line(line.as_bytes()))?;
        files.push(file.finish()?);
    }
    create(folder, MANIFEST)?.write_all(key.sign(&manifest(key.origin(), &files)).as_bytes())?;
    Ok(File::open(folder)?.sync_all()?)
}

/// Writes the receipts of hand-overs, if there were any.
fn handovers(db: &mut Db, size: u64, folder: &Path) -> Result<Option<Listed>, Fault> {
    let receipts = handover::list(db, size)?;
    if receipts.is_empty() {
        return Ok(None);
    }
    let mut file = Digested::create(folder, HANDOVERS)?;
    for receipt in receipts {
        let text = serde_json::to_vec(&receipt).map_err(|error| Fault::new("hand-over as JSON", error))?;
        file.line(&text)?;
    }
    file.finish().map(Some)
}

/// Writes the leaves.
fn entries(db: &mut Db, size: u64, folder: &Path) -> Result<Listed, Fault> {
    let mut file = Digested::create(folder, ENTRIES)?;
    let size = super::append::stored(size)?;
    let mut next = 0_i64;
    while next < size {
        let leaves: Vec<Vec<u8>> = ledger_entry::table
            .filter(ledger_entry::idx.ge(next))
            .filter(ledger_entry::idx.lt(size.min(next.saturating_add(PAGE))))
            .order(ledger_entry::idx)
            .select(ledger_entry::leaf)
            .load(db)?;
        for leaf in &leaves {
            // A leaf of another version would be no line of this file; the verifier says so of the shorter line.
            file.line(leaf.get(1..).unwrap_or_default())?;
        }
        next = next.saturating_add(PAGE);
    }
    file.finish()
}

/// Writes the notes that were kept or cosigned, as they were signed, and one over all entries; with the cosignatures of witnesses.
fn checkpoints(db: &mut Db, key: &LogKey, head: TreeHead, folder: &Path) -> Result<Listed, Fault> {
    let mut file = Digested::create(folder, CHECKPOINTS)?;
    let mut line = |note: &str| {
        let text = serde_json::to_vec(note).map_err(|error| Fault::new("checkpoint as JSON", error))?;
        file.line(&text)
    };
    let chain = Chain::follow(&handover::list(db, head.size)?);
    let signers = chain.map_err(|stop| Fault::new("hand-overs of the log", stop.why().to_owned()))?;
    let signers = signers.signers(key.verifier());
    let (mut last, begins_at) = (-1, epoch::begins_at(db)?);
    loop {
        let notes = anchors::notes(db, (key, begins_at), head, last, PAGE)?;
        let Some((size, _)) = notes.last() else { break };
        last = *size;
        for (size, note) in &notes {
            // Before this epoch a key may have signed that handed over in what was lost: nothing leads to it any more, and the
            // leaf that began the epoch admits that.
            if *size > begins_at || signers.open(note).is_ok() {
                line(note)?;
            }
        }
    }
    line(&anchors::cosigned(db, |head| key.sign_head(head), head.size, head)?)?;
    file.finish()
}

/// A row of `ledger_personal`.
type PersonalRow = (i64, PersonalField, PersonId, Sealed<Disclosure>);

/// Writes personal data that is not erased.
fn disclosures(db: &mut Db, keyring: &Keyring, size: u64, folder: &Path) -> Result<Listed, Fault> {
    let mut file = Digested::create(folder, DISCLOSURES)?;
    let size = super::append::stored(size)?;
    let mut next = 0_i64;
    while next < size {
        let rows: Vec<PersonalRow> = ledger_personal::table
            .filter(ledger_personal::entry_idx.ge(next))
            .filter(ledger_personal::entry_idx.lt(size.min(next.saturating_add(PAGE))))
            .order((ledger_personal::entry_idx, ledger_personal::field))
            .select((
                ledger_personal::entry_idx,
                ledger_personal::field,
                ledger_personal::person_id,
                ledger_personal::sealed,
            ))
            .load(db)?;
        for (index, field, person, sealed) in rows {
            let Some(key) = data_keys::find_for(db, keyring, KeyOwner::Person(person))? else { continue };
            let entry = u64::try_from(index).map_err(|_| Fault::bare("an entry's index is negative"))?;
            let Disclosure { salt, value } = key.open(&place(entry, field), &sealed)?;
            let line = serde_json::to_vec(&DisclosureLine { entry, field, salt, value });
            file.line(&line.map_err(|error| Fault::new("disclosure as JSON", error))?)?;
        }
        next = next.saturating_add(PAGE);
    }
    file.finish()
}
