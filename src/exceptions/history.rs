//! Whether an exception was there before: the chain of links to the exceptions of earlier reports.
//!
//! What readers of one report learn of another by this is its period, which its public card says too; no word of what
//! is sealed under the other report's key.

use super::store::{open_all, require_sealed};
use super::{Exception, store};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind};
use crate::reports::{Period, Version, store as versions};
use crate::seal::{KeyOwner, Keyring};
use crate::text::Slug;

/// How far back a chain is followed: longer than anybody keeps reports, and an end to a circle.
const YEARS: usize = 10;

/// The report with this slug as it was last finalized, with its exceptions.
pub fn of_report(
    db: &mut Db,
    keyring: &Keyring,
    slug: &Slug,
) -> Result<Option<(Version, Vec<Exception>)>, Fault> {
    let Some(version) = versions::find_finalized_by_slug(db, slug)? else { return Ok(None) };
    let key = data_keys::open_for(db, keyring, version.key_owner())?;
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
        let key = data_keys::open_for(db, keyring, KeyOwner::Version(version.id))?;
        next = earlier.open(&key)?.content.repeats;
        periods.push(version.card.period);
    }
    Ok(periods)
}
