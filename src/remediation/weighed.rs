//! Exceptions with all that decides how much they press today: priority, accepted risk, where the mending stands.
//!
//! The one rule that keeps a report from being shared widely lives here: [`Weighed::blocks`].

use super::store::{list_sealed, open_all};
use super::{Standing, Update, standing};
use crate::db::{Db, data_keys};
use crate::exceptions::priority::{Decided, Priority, Proposal, RiskAccepted, propose};
use crate::exceptions::{Exception, store as exceptions};
use crate::fault::Fault;
use crate::reports::Version;
use crate::reports::memos::{self, Memo, Words};
use crate::seal::{DataKey, Keyring};
use crate::text::Day;

/// An exception with what was decided about it and where it stands.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// The exception.
    pub exception: Exception,
    /// What the rule proposes.
    pub proposal: Proposal,
    /// What was decided, oldest first.
    pub decided: Vec<Memo<Decided>>,
    /// Who accepted its risk, oldest first.
    pub accepted: Vec<Memo<RiskAccepted>>,
    /// Its updates, oldest first.
    pub updates: Vec<Update>,
    /// Where its mending stands.
    pub standing: Standing,
}

impl Weighed {
    /// The priority: as decided last, else as proposed.
    pub fn priority(&self) -> Priority {
        self.decided.last().map_or(self.proposal.priority, |decided| decided.words.priority)
    }
    /// Whether there is a response, and a date until which it is mended or that it is mended.
    pub fn has_plan(&self) -> bool {
        let done = self.standing.status.is_some_and(super::Status::is_done);
        self.exception.content.response.is_some() && (done || self.standing.planned.is_some())
    }
    /// Whether it keeps the report from being shared beyond people invited by name.
    pub fn blocks(&self) -> bool {
        self.priority() == Priority::P1 && self.accepted.is_empty() && !self.has_plan()
    }
}

/// Reads and weighs all exceptions of a version, in their order.
pub fn weigh(db: &mut Db, keyring: &Keyring, version: &Version, today: Day) -> Result<Vec<Weighed>, Fault> {
    let key = data_keys::open_for(db, keyring, version.key_owner())?;
    weigh_with(db, &key, version, today)
}

/// As [`weigh`], with the version's key at hand.
pub fn weigh_with(db: &mut Db, key: &DataKey, version: &Version, today: Day) -> Result<Vec<Weighed>, Fault> {
    let all = exceptions::open_all(key, exceptions::list_sealed(db, version.id)?)?;
    let updates = open_all(key, list_sealed(db, version.id)?)?;
    let decided: Vec<Memo<Decided>> = memos::list(db, key, version.id)?;
    let accepted: Vec<Memo<RiskAccepted>> = memos::list(db, key, version.id)?;
    let weighed = |exception: Exception| {
        let updates: Vec<Update> =
            updates.iter().filter(|update| update.exception == exception.id).cloned().collect();
        Weighed {
            proposal: propose(&exception.content, version.card.opinion),
            decided: about(&decided, &exception),
            accepted: about(&accepted, &exception),
            standing: standing(exception.content.response.as_ref(), &updates, today),
            updates,
            exception,
        }
    };
    Ok(all.into_iter().map(weighed).collect())
}

/// The memos about one exception.
fn about<T: Words + Clone>(memos: &[Memo<T>], exception: &Exception) -> Vec<Memo<T>> {
    memos.iter().filter(|memo| memo.about.exception == Some(exception.id)).cloned().collect()
}
