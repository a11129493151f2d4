//! An event: what an act says has happened, before the writer turns it into a leaf of the log.

use super::kind::{EventKind, Fact, PersonalField};
use crate::ids::{AcceptanceId, DownloadId, GrantId, PersonId, ReportId, RequestId, VersionId};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A command on the host.
    Operator,
    /// A prospect whose address is confirmed, or who claims an address.
    Person(PersonId),
    /// A signed-in member of staff.
    Staff(PersonId),
    /// Somebody we know nothing about.
    Stranger,
    /// The server itself.
    System,
}

impl Actor {
    /// The person behind the actor, when there is one.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(id) | Self::Staff(id) => Some(id),
            Self::Operator | Self::Stranger | Self::System => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Staff(id) => write!(f, "staff:{id}"),
            Self::Stranger => f.write_str("stranger"),
            Self::System => f.write_str("system"),
        }
    }
}

/// A text that names no actor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no actor")]
pub struct UnknownActor;

impl FromStr for Actor {
    type Err = UnknownActor;
    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        let id = |text: &str| text.parse().map_err(|_| UnknownActor);
        match text.split_once(':') {
            Some(("person", rest)) => Ok(Self::Person(id(rest)?)),
            Some(("staff", rest)) => Ok(Self::Staff(id(rest)?)),
            Some(_) => Err(UnknownActor),
            None => match text {
                "operator" => Ok(Self::Operator),
                "stranger" => Ok(Self::Stranger),
                "system" => Ok(Self::System),
                _ => Err(UnknownActor),
            },
        }
    }
}

/// A piece of personal data on its way to the writer, which commits to it and seals it under its person's key.
#[derive(Clone)]
pub(super) struct Personal {
    /// Whose key seals it, and whose erasure erases it.
    pub(super) person: PersonId,
    /// Which piece.
    pub(super) field: PersonalField,
    /// The value.
    pub(super) value: String,
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.field)
    }
}

/// What an act says has happened.
///
/// Personal data goes through [`Event::personal`] only: everything else is written into leaves that are never erased.
///
/// ```
/// use candor::{clock::Clock, ids::{PersonId, VersionId}, ledger::{Actor, Event, EventKind, PersonalField}};
/// let clock = Clock::system();
/// let person = PersonId::new(&clock);
/// let event = Event::new(EventKind::RequestSubmitted)
///     .by(Actor::Person(person))
///     .version(VersionId::new(&clock))
///     .fact("relation", "customer")
///     .personal(person, PersonalField::NetworkAddress, "203.0.113.7");
/// assert_eq!(event.kind(), EventKind::RequestSubmitted);
/// ```
#[derive(Clone, Debug)]
pub struct Event {
    pub(super) kind: EventKind,
    pub(super) by: Actor,
    pub(super) about: Option<PersonId>,
    pub(super) report: Option<ReportId>,
    pub(super) version: Option<VersionId>,
    pub(super) request: Option<RequestId>,
    pub(super) grant: Option<GrantId>,
    pub(super) acceptance: Option<AcceptanceId>,
    pub(super) download: Option<DownloadId>,
    pub(super) copy: Option<String>,
    pub(super) closes: Option<u64>,
    pub(super) facts: BTreeMap<String, Fact>,
    pub(super) personal: Vec<Personal>,
}

impl Event {
    /// An event of this kind, done by the server itself until [`Event::by`] says otherwise.
    pub const fn new(kind: EventKind) -> Self {
        Self {
            kind,
            by: Actor::System,
            about: None,
            report: None,
            version: None,
            request: None,
            grant: None,
            acceptance: None,
            download: None,
            copy: None,
            closes: None,
            facts: BTreeMap::new(),
            personal: Vec::new(),
        }
    }
    /// What kind of event this is.
    pub const fn kind(&self) -> EventKind {
        self.kind
    }
    /// Who did it.
    #[must_use]
    pub const fn by(mut self, actor: Actor) -> Self {
        self.by = actor;
        self
    }
    /// Whom it concerns: the recipient of a grant, the member of staff who was added.
    #[must_use]
    pub const fn about(mut self, person: PersonId) -> Self {
        self.about = Some(person);
        self
    }
    /// The report concerned.
    #[must_use]
    pub const fn report(mut self, report: ReportId) -> Self {
        self.report = Some(report);
        self
    }
    /// The report version concerned.
    #[must_use]
    pub const fn version(mut self, version: VersionId) -> Self {
        self.version = Some(version);
        self
    }
    /// The access request concerned.
    #[must_use]
    pub const fn request(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }
    /// The grant concerned.
    #[must_use]
    pub const fn grant(mut self, grant: GrantId) -> Self {
        self.grant = Some(grant);
        self
    }
    /// The NDA acceptance concerned.
    #[must_use]
    pub const fn acceptance(mut self, acceptance: AcceptanceId) -> Self {
        self.acceptance = Some(acceptance);
        self
    }
    /// The download concerned.
    #[must_use]
    pub const fn download(mut self, download: DownloadId) -> Self {
        self.download = Some(download);
        self
    }
    /// The id that stands on the copy's pages.
    #[must_use]
    pub fn copy(mut self, copy: &str) -> Self {
        self.copy = Some(copy.to_owned());
        self
    }
    /// The index of the start that this event ends.
    #[must_use]
    pub const fn closes(mut self, index: u64) -> Self {
        self.closes = Some(index);
        self
    }
    /// A fact that may stand in the log for ever; a second value under the same key replaces the first.
    #[must_use]
    pub fn fact(mut self, key: &'static str, value: impl Into<Fact>) -> Self {
        self.facts.insert(key.to_owned(), value.into());
        self
    }
    /// Personal data of `person`: the leaf holds a salted commitment, the value is sealed beside the log under that
    /// person's key. A second value for the same field replaces the first.
    #[must_use]
    pub fn personal(mut self, person: PersonId, field: PersonalField, value: &str) -> Self {
        self.personal.retain(|other| other.field != field);
        self.personal.push(Personal { person, field, value: value.to_owned() });
        self
    }
    /// From which network address its actor asked for it, unless it says so already.
    pub(super) fn asked_from(self, from: Option<(PersonId, IpAddr)>) -> Self {
        let is_told = self.personal.iter().any(|other| other.field == PersonalField::NetworkAddress);
        match from {
            Some((person, address)) if self.by.person() == Some(person) && !is_told => {
                self.personal(person, PersonalField::NetworkAddress, &address.to_string())
            }
            _ => self,
        }
    }
}
