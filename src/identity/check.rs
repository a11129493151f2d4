//! The thorough check of the log, and of the rows of the people it speaks of: a name that was damaged or exchanged is no
//! entry that was changed, but whoever reads the log would believe it.

use super::store;
use crate::db::Db;
use crate::fault::Fault;
use crate::ledger::thorough;
use crate::ledger::verify::Verdict;
use crate::seal::Keyring;
use std::path::Path;

/// Checks everything, as [`thorough::verify`] does, and then every person: that address and name open, and that they are
/// found by the address that is in their row.
pub fn verify(
    db: &mut Db,
    keyring: &Keyring,
    anchor: Option<&Path>,
    tell: &mut dyn FnMut(u64) -> Result<(), Fault>,
) -> Result<Verdict, Fault> {
    let verdict = thorough::verify(db, keyring, anchor, tell)?;
    if !matches!(verdict, Verdict::Whole(_)) {
        return Ok(verdict);
    }
    let mut after = None;
    loop {
        let (bad, last) = store::check_rows(db, keyring, after)?;
        if let Some(bad) = bad {
            let why = format!(
                "the row that names person {bad} does not open: damaged or exchanged; the entries are as they were"
            );
            return Ok(Verdict::Tampered { index: None, why });
        }
        // Nothing is told: the rows of people are few beside those of the log.
        let Some(last) = last else { return Ok(verdict) };
        after = Some(last);
    }
}
