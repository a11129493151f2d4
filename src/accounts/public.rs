//! What strangers are told about a report beside its title, framework and auditor: only what the company chooses.
//!
//! Promise: until somebody chooses otherwise, nothing is told that is known from inside the report only, such as how many
//! exceptions it has. Every choice is kept, dated and attributed, and the newest one holds.

use crate::clock::Micros;
use crate::db::Db;
use crate::db::public_schema::public_choice;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::PersonId;
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::text_enum;
use diesel::prelude::*;

text_enum! {
    /// Something about a report that strangers may be told.
    PublicFact {
        /// How many exceptions it states.
        Exceptions = "exceptions",
        /// The day the auditor signed.
        Issued = "issued",
        /// How many of its exceptions are mended.
        Mended = "mended",
        /// When the next report is expected.
        NextExpected = "next_expected",
        /// The auditor's opinion.
        Opinion = "opinion",
        /// The time it speaks about, and so how old it is.
        Period = "period",
        /// How many of its exceptions are mended and shown to be.
        Verified = "verified",
    }
}

/// What strangers are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicFacts(Vec<PublicFact>);

impl Default for PublicFacts {
    fn default() -> Self {
        Self::of(vec![PublicFact::NextExpected, PublicFact::Opinion, PublicFact::Period])
    }
}

impl PublicFacts {
    /// These, each once.
    pub fn of(mut facts: Vec<PublicFact>) -> Self {
        facts.sort_unstable();
        facts.dedup();
        Self(facts)
    }
    /// Whether this is told.
    pub fn tell(&self, fact: PublicFact) -> bool {
        self.0.contains(&fact)
    }
    /// Whether anything is told that has to be counted.
    pub fn count(&self) -> bool {
        [PublicFact::Exceptions, PublicFact::Mended, PublicFact::Verified].iter().any(|one| self.tell(*one))
    }
    /// Their names, for the log.
    fn names(&self) -> String {
        self.0.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// What strangers are told now.
pub fn find(db: &mut Db) -> Result<PublicFacts, Fault> {
    let newest: Option<String> = public_choice::table
        .order(public_choice::entry_idx.desc())
        .select(public_choice::shown)
        .first(db)
        .optional()?;
    match newest {
        None => Ok(PublicFacts::default()),
        Some(shown) => {
            let facts = serde_json::from_str(&shown);
            facts.map(PublicFacts::of).map_err(|error| Fault::new("what strangers are told", error))
        }
    }
}

/// Why a choice was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ChooseError {
    /// It is what holds already.
    #[error("Strangers are told just this already; nothing was changed.")]
    Unchanged,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ChooseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unchanged => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Chooses what strangers are told from now on.
pub fn choose<'a>(
    mut act: Act<'a>,
    by: PersonId,
    facts: &PublicFacts,
) -> Result<Recorded<'a, ()>, ChooseError> {
    let at: Micros = act.at();
    let entry = i64::try_from(act.index()).map_err(|error| Fault::new("index of an entry", error))?;
    let before = find(act.db())?;
    if before == *facts {
        return Err(ChooseError::Unchanged);
    }
    let shown =
        serde_json::to_string(&facts.0).map_err(|error| Fault::new("what strangers are told", error))?;
    diesel::insert_into(public_choice::table)
        .values((
            public_choice::entry_idx.eq(entry),
            public_choice::at.eq(at),
            public_choice::by_person.eq(by),
            public_choice::shown.eq(shown),
        ))
        .execute(act.db())
        .map_err(Fault::from)?;
    let event = Event::new(EventKind::CompanyPublicFactsChosen)
        .by(Actor::Staff(by))
        .fact("shown", facts.names())
        .fact("before", before.names());
    Ok(act.record(event, ()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_from_inside_a_report_only_is_not_told_by_itself() {
        let facts = PublicFacts::default();
        assert!(!facts.count());
        for inside in [PublicFact::Exceptions, PublicFact::Issued, PublicFact::Mended, PublicFact::Verified] {
            assert!(!facts.tell(inside), "{inside}");
        }
    }
}
