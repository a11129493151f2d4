//! When a reader was here before, by the entries of their own grant and by nothing else: no cookie remembers it.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::GrantId;
use crate::ledger::EventKind;
use crate::ledger::store::{Filter, list_stored};

/// Views that follow each other within this time are one visit: reading, filtering and printing.
const SAME_VISIT_SECS: i64 = 1_800;
/// As many views are looked at, the newest.
const MOST_VIEWS: u16 = 300;

/// When the visit before the one of `now` ended; `None` on the first one.
pub(super) fn last(db: &mut Db, grant: GrantId, now: Micros) -> Result<Option<Micros>, Fault> {
    let filter = Filter { kind: Some(EventKind::ReportViewed), grant: Some(grant), ..Filter::default() };
    let views = list_stored(db, &filter, MOST_VIEWS)?;
    Ok(before(now, views.iter().map(|view| view.at)))
}

/// The newest of the `views` (newest first) that does not belong to the visit of `now`.
fn before(now: Micros, views: impl Iterator<Item = Micros>) -> Option<Micros> {
    let mut visit = now;
    for view in views {
        if visit.secs_since(view) > SAME_VISIT_SECS {
            return Some(view);
        }
        visit = view;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_in_a_row_are_one_visit() {
        let at = |minutes: i64| Micros(minutes * 60_000_000);
        let last = |now: i64, views: &[i64]| before(at(now), views.iter().map(|view| at(*view)));
        assert_eq!(last(1_000, &[]), None);
        assert_eq!(last(1_000, &[1_000]), None);
        assert_eq!(last(1_000, &[1_000, 980, 960, 931]), None, "each within half an hour of the next");
        assert_eq!(last(1_000, &[1_000, 980, 960, 400, 390]), Some(at(400)));
        assert_eq!(last(1_000, &[969]), Some(at(969)));
    }
}
