//! Signed notes (C2SP `signed-note`) and checkpoints (C2SP `tlog-checkpoint`), signed with Ed25519.
//!
//! ```text
//! candor/<instance id>                                  origin, and the name of the key
//! 1042                                                  size of the tree
//! <base64 of the root>
//!
//! — candor/<instance id> <base64 of key id and signature>
//! ```
//!
//! A checkpoint has no time in it and Ed25519 is deterministic, so the note is a function of the committed head.
//! It is never made of anything else: two notes of one size with different roots would be a fork.

use super::origin::{life, origin};
use super::path::TreeHead;
use super::tree::{Hash, hex, unhex};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use std::fmt;
use std::str::FromStr;

pub use super::log_key::LogKey;

/// The type of signature that this module makes and checks: Ed25519, by the number it has in `signed-note`.
const ED25519_TYPE: u8 = 1;
/// The most bytes and the most signatures a note may have; anything above is not read.
const NOTE_LIMITS: (usize, usize) = (64 * 1024, 64);

/// Why a text is no note, or no note of ours. Every reason is for the person who checks a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Signed, but the signature does not fit the text.
    #[error("the signature does not fit the text")]
    BadSignature,
    /// Not a verifier key.
    #[error("this is no verifier key; it should look like name+12345678+base64")]
    Key,
    /// Not a checkpoint.
    #[error("the text of the note is no checkpoint")]
    NotACheckpoint,
    /// Not a signed note.
    #[error("this is no signed note")]
    NotANote,
    /// No signature by the key asked for.
    #[error("the note bears no signature of the key {0}")]
    NotSigned(String),
    /// Signed by a key that had handed over to another by then.
    #[error(
        "the key that signed it had handed over to another before: it counts up to {0} entries and no further"
    )]
    Retired(u64),
}

/// The public half of a log's key with its name: what an outsider keeps to check the log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
}

/// Whether a key's name is one that signature lines can hold.
fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl VerifierKey {
    /// The name, which for a log's key is its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short id in signature lines: the start of SHA-256 over name, newline, type, key.
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, ED25519_TYPE, &self.public)
    }

    /// The key of this name with this public half.
    pub(super) const fn new(name: String, public: [u8; 32]) -> Self {
        Self { name, public }
    }

    /// The public key alone.
    pub(super) const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// The key of the same name with another public half.
    pub(super) fn with_public(&self, public: [u8; 32]) -> Self {
        Self { name: self.name.clone(), public }
    }

    /// The key with another name.
    pub(super) fn with_name(&self, name: &str) -> Self {
        Self { name: name.to_owned(), public: self.public }
    }

    /// The keys of the log's earlier epochs, which differ in their name only.
    pub(super) fn earlier(&self) -> Vec<Self> {
        let (log, epoch) = life(&self.name);
        (1..epoch).rev().map(|earlier| Self { name: origin(log, earlier), public: self.public }).collect()
    }
}

/// The short id of a key: the start of SHA-256 over name, newline, type of signature, key.
pub(super) fn key_id(name: &str, kind: u8, public: &[u8; 32]) -> [u8; 4] {
    let mut text = name.as_bytes().to_vec();
    text.extend_from_slice(&[b'\n', kind]);
    text.extend_from_slice(public);
    let digest = ring::digest::digest(&ring::digest::SHA256, &text);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

/// Name and key of a verifier key whose signatures are of this type.
pub(super) fn read_key(text: &str, kind: u8) -> Result<(String, [u8; 32]), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key);
    };
    let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    let Some((found, public)) = key.split_first() else { return Err(NoteError::Key) };
    let public: [u8; 32] = public.try_into().map_err(|_| NoteError::Key)?;
    let fits = *found == kind && unhex(id).is_some_and(|id| id == key_id(name, kind, &public));
    if fits && is_key_name(name) { Ok((name.to_owned(), public)) } else { Err(NoteError::Key) }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        read_key(text, ED25519_TYPE).map(|(name, public)| Self { name, public })
    }
}

/// One signature line: key name, key id, signature.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A text with its signatures; the text means nothing before [`SignedNote::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

impl SignedNote {
    /// Splits a note into text and signatures.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        let (most_bytes, most_signatures) = NOTE_LIMITS;
        if note.len() > most_bytes || note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::NotANote);
        }
        let at = note.rfind("\n\n").ok_or(NoteError::NotANote)?;
        let (text, rest) = note.split_at(at + 1);
        let lines =
            rest.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n')).ok_or(NoteError::NotANote)?;
        let signatures: Vec<Signature> = lines.split('\n').map(signature).collect::<Result<_, _>>()?;
        if signatures.len() > most_signatures {
            return Err(NoteError::NotANote);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, if it is signed by `key`. Signatures of other keys are ignored, as the specification demands.
    pub fn check(&self, key: &VerifierKey) -> Result<&str, NoteError> {
        let id = key.id();
        let mut ours =
            self.signatures.iter().filter(|line| line.name == key.name && line.id == id).peekable();
        if ours.peek().is_none() {
            return Err(NoteError::NotSigned(key.name.clone()));
        }
        let public = UnparsedPublicKey::new(&ED25519, &key.public);
        if ours.all(|line| public.verify(self.text.as_bytes(), &line.bytes).is_ok()) {
            Ok(&self.text)
        } else {
            Err(NoteError::BadSignature)
        }
    }

    /// The signatures by whoever claims this name and key id, unchecked.
    pub(super) fn signatures_of(&self, name: &str, id: [u8; 4]) -> impl Iterator<Item = &[u8]> {
        let ours = self.signatures.iter().filter(move |line| line.name == name && line.id == id);
        ours.map(|line| line.bytes.as_slice())
    }

    /// The text without any check, to say what somebody claims.
    pub fn unchecked_text(&self) -> &str {
        &self.text
    }
}

/// Reads one signature line.
fn signature(line: &str) -> Result<Signature, NoteError> {
    let (name, encoded) =
        line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(NoteError::NotANote)?;
    let decoded = STANDARD.decode(encoded).map_err(|_| NoteError::NotANote)?;
    let (id, bytes) = decoded.split_first_chunk::<4>().ok_or(NoteError::NotANote)?;
    if !is_key_name(name) || bytes.is_empty() {
        return Err(NoteError::NotANote);
    }
    Ok(Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

/// What a log says of itself: which log, how many entries, which root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Its size and root.
    pub head: TreeHead,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size, STANDARD.encode(self.head.root.0))
    }

    /// Reads the text of a checkpoint; extension lines are read over, as they say nothing about the tree.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::NotACheckpoint)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::NotACheckpoint);
        };
        let number: u64 = size.parse().map_err(|_| NoteError::NotACheckpoint)?;
        let root = STANDARD.decode(root).ok().and_then(|bytes| Hash::read(&bytes));
        let root = root.ok_or(NoteError::NotACheckpoint)?;
        // `+7` and `007` are numbers to the parser, but no sizes.
        if origin.is_empty() || number.to_string() != size || lines.any(str::is_empty) {
            return Err(NoteError::NotACheckpoint);
        }
        Ok(Self { origin: origin.to_owned(), head: TreeHead { size: number, root } })
    }

    /// Reads a signed checkpoint of the log whose key this is.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        Self::of(&SignedNote::parse(note)?, key)
    }

    /// As [`Checkpoint::open`], of a note that was read.
    pub(super) fn of(signed: &SignedNote, key: &VerifierKey) -> Result<Self, NoteError> {
        let checkpoint = Self::parse(signed.check(key)?)?;
        // The key's name is the origin: a note about another log does not speak for this one.
        if checkpoint.origin == key.name { Ok(checkpoint) } else { Err(NoteError::NotACheckpoint) }
    }
}
