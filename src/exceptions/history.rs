//! Whether an exception was there before: the chain of links to the exceptions of earlier reports.
//!
//! What readers of one report learn of another by this is its period, which its public card says too; no word of what
//! is sealed under the other report's key.

use super::store::{open_all, require_sealed};
use super::{Exception, store};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::ExceptionId;
use crate::reports::{Period, State, Version, store as versions};
use crate::seal::{KeyOwner, Keyring};
use crate::text::{Day, Slug};

/// How far back a chain is followed: longer than anybody keeps reports, and an end to a circle.
const YEARS: usize = 10;

/// Why an exception cannot repeat another one.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is no such exception.
    #[error(
        "The exception that this one repeats is not here any more. Choose another one, or say that it is new."
    )]
    Missing,
    /// It is of the same report.
    #[error("An exception repeats one of an earlier report, never one of its own report.")]
    OwnReport,
    /// Its report is still a draft.
    #[error("The report with the exception that this one repeats is still a draft. Finalize that one first.")]
    Draft,
    /// Its report is not an earlier one.
    #[error(
        "The exception that this one repeats is of a period that ends on {}, and this report's ends on {}: \
         only what is earlier can be repeated. Look at the periods of both reports.",
        theirs.words(), ours.words()
    )]
    NotEarlier {
        /// The end of the period of the exception that is named.
        theirs: Day,
        /// The end of this report's period.
        ours: Day,
    },
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for LinkError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::OwnReport | Self::Draft | Self::NotEarlier { .. } => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Refuses a link from an exception of `version` to `repeats` that does not lead back in time.
///
/// Invariant: links form no circle. Each leads to a finalized report whose period ends earlier, and neither that
/// report's period nor its links change any more. Held by `reports::chains`.
pub fn check_link(db: &mut Db, version: &Version, repeats: ExceptionId) -> Result<(), LinkError> {
    let earlier = match require_sealed(db, repeats) {
        Ok(earlier) => versions::require(db, earlier.version)?,
        Err(fault) if fault.kind() == Kind::NotFound => return Err(LinkError::Missing),
        Err(fault) => return Err(fault.into()),
    };
    if earlier.report.id == version.report.id {
        return Err(LinkError::OwnReport);
    }
    if earlier.state == State::Draft {
        return Err(LinkError::Draft);
    }
    let (theirs, ours) = (earlier.card.period.end(), version.card.period.end());
    if theirs >= ours {
        return Err(LinkError::NotEarlier { theirs, ours });
    }
    Ok(())
}

/// The report with this slug as it was last finalized, with its exceptions.
pub fn of_report(
    db: &mut Db,
    keyring: &Keyring,
    slug: &Slug,
) -> Result<Option<(Version, Vec<Exception>)>, Fault> {
    let Some(version) = versions::find_finalized_by_slug(db, slug)? else { return Ok(None) };
    // What was shredded is as if it had never been here.
    let Some(key) = data_keys::find_for(db, keyring, version.key_owner())? else { return Ok(None) };
    let exceptions = open_all(&key, store::list_sealed(db, version.id)?)?;
    Ok(Some((version, exceptions)))
}

/// The periods of the earlier reports that had this exception too, the newest first.
pub fn periods(db: &mut Db, keyring: &Keyring, exception: &Exception) -> Result<Vec<Period>, Fault> {
    let mut periods = Vec::new();
    let mut next = exception.content.repeats;
    while let Some(id) = next.filter(|_| periods.len() < YEARS) {
        let earlier = match require_sealed(db, id) {
            Ok(earlier) => earlier,
            // Picked while its report was a draft, and removed from it since.
            Err(fault) if fault.kind() == Kind::NotFound => break,
            Err(fault) => return Err(fault),
        };
        let version = versions::require(db, earlier.version)?;
        let Some(key) = data_keys::find_for(db, keyring, KeyOwner::Version(version.id))? else { break };
        next = earlier.open(&key)?.content.repeats;
        periods.push(version.card.period);
    }
    Ok(periods)
}
