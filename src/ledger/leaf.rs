//! The bytes of an entry, which the tree hashes and nobody ever rewrites.
//!
//! ```text
//! leaf     = %x01 object                         ; at most 4096 bytes in all
//! object   = one JSON object on one line, no spaces, these members in this order, absent ones left out:
//!            "id"          32 hexadecimal digits, random
//!            "at"          microseconds since 1970-01-01T00:00:00Z, UTC
//!            "kind"        a name of EventKind
//!            "by"          operator | stranger | system | person:UUID | staff:UUID
//!            "about" "report" "version" "request" "grant" "acceptance" "download"     UUIDs
//!            "copy"        the id that stands on the copy's pages
//!            "closes"      index of the start that this entry ends
//!            "facts"       object, sorted by key: texts, whole numbers, true, false
//!            "personal"    object, sorted by key: field to commitment, 64 hexadecimal digits
//! ```
//!
//! Hexadecimal digits are small, UUIDs in the form of RFC 9562. In texts `"` and `\` and the control characters
//! \b \t \n \f \r are escaped with two characters, the other ones below U+0020 as `\u00xx`, nothing else.
//! A leaf holds no personal data, only commitments to it: see [`Disclosure`].
//!
//! One value has one form: [`Leaf::parse`] writes what it has read and refuses it unless the bytes are the same.

use super::commitment::{Commitment, Disclosure};
use super::event::{Actor, Event};
use super::kind::{EventKind, Fact, PersonalField};
use super::tree::{hex, unhex};
use crate::clock::{Clock, Micros};
use crate::ids::{AcceptanceId, DownloadId, GrantId, PersonId, ReportId, RequestId, VersionId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first byte of a leaf: its format.
pub const LEAF_VERSION: u8 = 1;
/// The most bytes a leaf may have.
pub const LEAF_LIMIT_BYTES: usize = 4096;

/// Why bytes are no leaf, or an event can become none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Not in the one form a leaf has.
    #[error("the entry is not in the one form that entries have")]
    Malformed,
    /// A member is missing or stands where it may not, given the kind.
    #[error("an entry of this kind {0}")]
    Shape(&'static str),
    /// More than [`LEAF_LIMIT_BYTES`].
    #[error("the entry is longer than 4096 bytes")]
    TooLong,
    /// A version byte that is not known.
    #[error("the entry is of a version that this program does not know")]
    Version,
}

/// The random name of a leaf: two entries are never the same, and a lost commit can be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LeafId([u8; 16]);

impl TryFrom<String> for LeafId {
    type Error = LeafError;
    fn try_from(text: String) -> Result<Self, LeafError> {
        let bytes = unhex(&text).ok_or(LeafError::Malformed)?;
        bytes.try_into().map(Self).map_err(|_| LeafError::Malformed)
    }
}

impl From<LeafId> for String {
    fn from(id: LeafId) -> Self {
        hex(&id.0)
    }
}

/// An entry as it stands in the log; the members are those of the module's grammar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The random name of this leaf.
    pub id: LeafId,
    /// When it was appended; never before the entry that precedes it.
    pub at: Micros,
    /// What happened.
    pub kind: EventKind,
    /// Who did it.
    #[serde(with = "actor_text")]
    pub by: Actor,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<PersonId>,
    /// The report concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportId>,
    /// The report version concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// The access request concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The grant concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The NDA acceptance concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<AcceptanceId>,
    /// The download concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download: Option<DownloadId>,
    /// The id that stands on the copy's pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// Index of the start that this entry ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<u64>,
    /// Facts that may stand in the log for ever.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Fact>,
    /// Commitments to personal data that lies beside the log.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub personal: BTreeMap<PersonalField, Commitment>,
}

/// Actors as texts.
mod actor_text {
    use super::Actor;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    /// Writes `person:UUID` and so on.
    pub(super) fn serialize<S: Serializer>(actor: &Actor, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(actor)
    }
    /// Reads what [`serialize`] writes.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Actor, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A piece of personal data beside its commitment: whose it is, which field, and what discloses it.
pub(super) type Disclosed = (PersonId, PersonalField, Disclosure);

impl Leaf {
    /// The leaf of an event at a time, and what discloses the personal data it commits to.
    ///
    /// # Errors
    /// [`LeafError::Shape`] when the event lacks what its kind needs.
    pub(super) fn of(event: Event, at: Micros, clock: &Clock) -> Result<(Self, Vec<Disclosed>), LeafError> {
        let mut personal = BTreeMap::new();
        let mut disclosed = Vec::with_capacity(event.personal.len());
        for piece in event.personal {
            let disclosure = Disclosure::new(clock, piece.value);
            personal.insert(piece.field, disclosure.commitment());
            disclosed.push((piece.person, piece.field, disclosure));
        }
        let leaf = Self {
            id: LeafId(clock.random()),
            at,
            kind: event.kind,
            by: event.by,
            about: event.about,
            report: event.report,
            version: event.version,
            request: event.request,
            grant: event.grant,
            acceptance: event.acceptance,
            download: event.download,
            copy: event.copy,
            closes: event.closes,
            facts: event.facts,
            personal,
        };
        leaf.has_shape()?;
        Ok((leaf, disclosed))
    }

    /// The leaf's bytes.
    ///
    /// # Errors
    /// [`LeafError::TooLong`] when there are more than [`LEAF_LIMIT_BYTES`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        let mut bytes = vec![LEAF_VERSION];
        serde_json::to_writer(&mut bytes, self).map_err(|_| LeafError::Malformed)?;
        if bytes.len() > LEAF_LIMIT_BYTES { Err(LeafError::TooLong) } else { Ok(bytes) }
    }

    /// Reads a leaf, strictly: the bytes must be exactly those [`Leaf::to_bytes`] would write.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > LEAF_LIMIT_BYTES {
            return Err(LeafError::TooLong);
        }
        let (&version, json) = bytes.split_first().ok_or(LeafError::Malformed)?;
        if version != LEAF_VERSION {
            return Err(LeafError::Version);
        }
        let leaf: Self = serde_json::from_slice(json).map_err(|_| LeafError::Malformed)?;
        if leaf.to_bytes()? != bytes {
            return Err(LeafError::Malformed);
        }
        leaf.has_shape()?;
        Ok(leaf)
    }

    /// Whether the members fit the kind: what releases a report must say to whom and under which grant and NDA.
    fn has_shape(&self) -> Result<(), LeafError> {
        if self.closes.is_some() != self.kind.ends_download() {
            return Err(LeafError::Shape("must say which start it closes, and no other kind may"));
        }
        if self.kind.starts_download() || self.kind.ends_download() {
            self.download.ok_or(LeafError::Shape("must name its download"))?;
        }
        let by_staff = matches!(self.by, Actor::Staff(_) | Actor::System | Actor::Operator);
        let is_release = match self.kind {
            EventKind::BridgeLetterTaken
            | EventKind::CompanionStarted
            | EventKind::DownloadStarted
            | EventKind::ReportPageViewed
            | EventKind::ReportReadByToken => true,
            EventKind::ReportViewed => !by_staff,
            _ => false,
        };
        if is_release {
            self.version.ok_or(LeafError::Shape("must name the report version"))?;
            self.grant.ok_or(LeafError::Shape("must name the grant"))?;
            self.acceptance.ok_or(LeafError::Shape("must name the NDA acceptance"))?;
        }
        if self.kind == EventKind::GrantCreated {
            self.grant.ok_or(LeafError::Shape("must name the grant"))?;
            self.about.ok_or(LeafError::Shape("must name the recipient"))?;
            self.version.ok_or(LeafError::Shape("must name the report version"))?;
        }
        if self.kind == EventKind::NdaAccepted {
            self.acceptance.ok_or(LeafError::Shape("must name the NDA acceptance"))?;
            self.recipient().ok_or(LeafError::Shape("must name who accepted"))?;
        }
        Ok(())
    }

    /// Who receives or accepts: the person concerned, or else the person who acts.
    pub fn recipient(&self) -> Option<PersonId> {
        self.about.or(self.by.person())
    }
}
