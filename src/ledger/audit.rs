//! What must be true of a log, checked entry by entry: the rules of [`verify`](super::verify), for files and rows alike.
//!
//! * Each entry is a leaf in its one form, and none is dated before the entry that precedes it.
//! * A download or view by a prospect follows a grant of this very version to this very person, neither revoked nor
//!   expired, and an NDA acceptance by the same person, who did not withdraw from it since.
//! * What is released under a grant that answers a request follows the approval of that request.
//! * A copy's number belongs to one grant, and what is released under a grant bears its number.
//! * An end closes a start of the same download, and no start has two ends.
//!
//! Memory grows with the number of grants, acceptances and open downloads, not with the number of entries.

use super::kind::{EventKind, Fact};
use super::leaf::{Leaf, LeafError};
use super::path::TreeHead;
use super::tree::{Edge, leaf_hash};
use crate::clock::Micros;
use crate::ids::{AcceptanceId, DownloadId, GrantId, PersonId, RequestId, VersionId};
use std::collections::{HashMap, HashSet};

/// The fact of a `grant.created` entry that says until when it holds, in microseconds since 1970.
pub const EXPIRES_AT: &str = "expires_at";

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The acceptance it names does not precede it, or is another person's.
    #[error("no acceptance of an NDA by this person precedes it")]
    Acceptance,
    /// The request that its grant answers was not approved before.
    #[error("nobody approved the request that its grant answers before it")]
    Approval,
    /// It ends a download that is not open.
    #[error("it ends a download that has not started, or has ended already")]
    Closes,
    /// The grant does not precede it, or is another person's or version's, revoked or expired.
    #[error("no grant of this report version to this person was in force")]
    Grant,
    /// Not a leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// An id that named something else before.
    #[error("it uses an id that an earlier entry has used")]
    Repeated,
    /// Dated before the entry that precedes it.
    #[error("it is dated before the entry that precedes it")]
    Time,
}

/// A grant as the log tells of it.
struct Grant {
    person: Option<PersonId>,
    version: Option<VersionId>,
    expires_at: Option<Micros>,
    copy: Option<String>,
    /// The request it answers, which somebody has to have approved.
    request: Option<RequestId>,
    revoked: bool,
}

/// The state of an audit after some entries.
#[derive(Default)]
pub struct Audit {
    edge: Edge,
    last_at: Option<Micros>,
    grants: HashMap<GrantId, Grant>,
    copies: HashSet<String>,
    /// Whose each acceptance is; nobody's once they withdrew from it.
    acceptances: HashMap<AcceptanceId, Option<PersonId>>,
    approved: HashSet<RequestId>,
    open: HashMap<u64, Option<DownloadId>>,
}

impl Audit {
    /// Takes the next entry.
    ///
    /// # Errors
    /// What is wrong with it; the audit is over then.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Leaf, Flaw> {
        let leaf = Leaf::parse(bytes)?;
        if self.last_at.is_some_and(|last| leaf.at < last) {
            return Err(Flaw::Time);
        }
        self.last_at = Some(leaf.at);
        self.rules(&leaf)?;
        self.edge.append(leaf_hash(bytes));
        Ok(leaf)
    }

    /// Size and root of what was taken.
    pub fn head(&self) -> TreeHead {
        TreeHead::from(&self.edge)
    }

    /// Number of downloads that have started and not ended.
    pub fn open_downloads(&self) -> u64 {
        u64::try_from(self.open.len()).unwrap_or(u64::MAX)
    }

    /// Applies the rules to the entry at the next index.
    fn rules(&mut self, leaf: &Leaf) -> Result<(), Flaw> {
        match leaf.kind {
            EventKind::GrantCreated => self.grant(leaf)?,
            EventKind::GrantRevoked => {
                let grant = leaf.grant.and_then(|id| self.grants.get_mut(&id)).ok_or(Flaw::Grant)?;
                grant.revoked = true;
            }
            EventKind::RequestApproved => self.approved.extend(leaf.request),
            EventKind::NdaAccepted => {
                let id = leaf.acceptance.ok_or(Flaw::Acceptance)?;
                if self.acceptances.insert(id, leaf.recipient()).is_some() {
                    return Err(Flaw::Repeated);
                }
            }
            EventKind::NdaWithdrawn => {
                let known = leaf.acceptance.and_then(|id| self.acceptances.get_mut(&id));
                let standing = known.filter(|known| known.is_some() && **known == leaf.recipient());
                *standing.ok_or(Flaw::Acceptance)? = None;
            }
            kind if kind.starts_download() => {
                self.released(leaf)?;
                self.open.insert(self.edge.size(), leaf.download);
            }
            EventKind::BridgeLetterTaken | EventKind::ReportPageViewed | EventKind::ReportReadByToken => {
                self.released(leaf)?;
            }
            EventKind::ReportViewed if leaf.grant.is_some() => self.released(leaf)?,
            kind if kind.ends_download() => {
                let start = leaf.closes.and_then(|start| self.open.remove(&start)).ok_or(Flaw::Closes)?;
                if start != leaf.download {
                    return Err(Flaw::Closes);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A new grant.
    fn grant(&mut self, leaf: &Leaf) -> Result<(), Flaw> {
        let expires_at = match leaf.facts.get(EXPIRES_AT) {
            Some(Fact::U64(at)) => i64::try_from(*at).ok().map(Micros),
            _ => None,
        };
        if leaf.copy.as_ref().is_some_and(|copy| !self.copies.insert(copy.clone())) {
            return Err(Flaw::Repeated);
        }
        let (person, version, copy) = (leaf.about, leaf.version, leaf.copy.clone());
        let grant = Grant { person, version, expires_at, copy, request: leaf.request, revoked: false };
        let id = leaf.grant.ok_or(Flaw::Grant)?;
        if self.grants.insert(id, grant).is_some() { Err(Flaw::Repeated) } else { Ok(()) }
    }

    /// A report was released: was it granted to this person, and had they accepted an NDA?
    fn released(&self, leaf: &Leaf) -> Result<(), Flaw> {
        let person = leaf.recipient();
        let grant = leaf.grant.and_then(|id| self.grants.get(&id)).ok_or(Flaw::Grant)?;
        let expired = grant.expires_at.is_some_and(|until| leaf.at > until);
        let other_copy = leaf.copy.is_some() && grant.copy.is_some() && leaf.copy != grant.copy;
        if grant.person != person || grant.version != leaf.version || grant.revoked || expired || other_copy {
            return Err(Flaw::Grant);
        }
        if grant.request.is_some_and(|request| !self.approved.contains(&request)) {
            return Err(Flaw::Approval);
        }
        let accepted = leaf.acceptance.and_then(|id| self.acceptances.get(&id));
        if person.is_some() && accepted == Some(&person) { Ok(()) } else { Err(Flaw::Acceptance) }
    }
}
