//! Chains of exceptions that repeat each other: they lead back in time, and nowhere else.

use super::desk::{Desk, card, content, day, facts};
use crate::support::databases::on_both;
use candor::exceptions::acts::RecordError;
use candor::exceptions::history::{LinkError, periods};
use candor::exceptions::{Content, Exception};
use candor::ids::{ExceptionId, VersionId};
use candor::reports::acts::FinalizeError;
use candor::reports::{Card, Period, Version};

/// The card of the report about the year that ends in September of `year`.
fn year(year: u32) -> Card {
    let (start, end) = (day(&format!("{}-10-01", year - 1)), day(&format!("{year}-09-30")));
    Card { period: Period::between(start, end).unwrap(), ..card() }
}

/// A draft about this year.
fn drafts(desk: &Desk, of: u32) -> Version {
    let version = desk.creates(&format!("soc2-{of}")).unwrap();
    desk.changes_facts(version.id, year(of), facts()).unwrap();
    desk.attaches(version.id, desk.file()).unwrap();
    version
}

/// An exception that repeats this one.
fn repeating(reference: &str, repeats: ExceptionId) -> Content {
    Content { repeats: Some(repeats), ..content(reference) }
}

/// A finalized report about this year whose one exception repeats this one.
fn publishes(desk: &Desk, of: u32, repeats: Option<ExceptionId>) -> ExceptionId {
    let version = drafts(desk, of);
    let id = desk.records(version.id, Content { repeats, ..content("E-1") }).unwrap();
    desk.finalizes(version.id).unwrap();
    id
}

/// The exception as it is stored.
fn stored(desk: &Desk, version: VersionId, id: ExceptionId) -> Exception {
    let version = desk.version(version);
    desk.exceptions(&version).into_iter().find(|one| one.id == id).unwrap()
}

#[test]
fn a_chain_is_followed_to_its_beginning() {
    on_both(|database| {
        let desk = Desk::new(database);
        let mut last = None;
        for of in 2023..2026 {
            last = Some(publishes(&desk, of, last));
        }
        let version = drafts(&desk, 2026);
        let id = desk.records(version.id, repeating("E-1", last.unwrap())).unwrap();
        let new = desk.records(version.id, content("E-2")).unwrap();
        let found =
            |id| periods(&mut desk.read(), &desk.house.keyring, &stored(&desk, version.id, id)).unwrap();
        assert_eq!(found(id), [2025, 2024, 2023].map(|of| year(of).period));
        assert_eq!(found(new), []);
        desk.finalizes(version.id).unwrap();
        assert_eq!(found(id).len(), 3);
    });
}

#[test]
fn links_that_do_not_lead_back_in_time_are_refused() {
    on_both(|database| {
        let desk = Desk::new(database);
        let earlier = publishes(&desk, 2024, None);
        let later = publishes(&desk, 2026, Some(earlier));
        let version = drafts(&desk, 2025);
        let refused = |content: Content| match desk.records(version.id, content) {
            Err(RecordError::Link(error)) => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(refused(repeating("E-1", later)), LinkError::NotEarlier { .. }));
        assert!(matches!(refused(repeating("E-1", ExceptionId::from_bytes([9; 16]))), LinkError::Missing));
        let own = desk.records(version.id, content("E-1")).unwrap();
        assert!(matches!(refused(repeating("E-2", own)), LinkError::OwnReport));
        // Neither with itself nor round about: each of two drafts would have to be finalized before the other.
        assert!(matches!(
            desk.changes(own, repeating("E-1", own)),
            Err(RecordError::Link(LinkError::OwnReport))
        ));
        let other = drafts(&desk, 2023);
        let theirs = desk.records(other.id, content("E-1")).unwrap();
        assert!(matches!(
            desk.changes(own, repeating("E-1", theirs)),
            Err(RecordError::Link(LinkError::Draft))
        ));
        desk.changes(own, repeating("E-1", earlier)).unwrap();
        assert_eq!(stored(&desk, version.id, own).content.repeats, Some(earlier));
    });
}

#[test]
fn a_period_that_is_moved_before_a_link_is_made_good_before_finalizing() {
    on_both(|database| {
        let desk = Desk::new(database);
        let earlier = publishes(&desk, 2024, None);
        let version = drafts(&desk, 2025);
        desk.records(version.id, repeating("E-1", earlier)).unwrap();
        desk.changes_facts(version.id, year(2024), facts()).unwrap();
        let refused = desk.finalizes(version.id).unwrap_err();
        assert!(matches!(&refused, FinalizeError::Link(..)), "{refused:?}");
        assert!(
            refused.to_string().contains("Exception E-1: ")
                && refused.to_string().contains("30 September 2024")
        );
        desk.changes_facts(version.id, year(2025), facts()).unwrap();
        desk.finalizes(version.id).unwrap();
    });
}
