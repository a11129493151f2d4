//! What happened since is told beside a finalized report, and only added to.

use super::desk::{Desk, content, day, line, words};
use crate::support::databases::on_both;
use candor::ids::ExceptionId;
use candor::remediation::acts::{UpdateError, update};
use candor::remediation::{Note, Status, standing, store};
use diesel::connection::SimpleConnection as _;

/// Adds an update of this status.
fn tells(desk: &Desk, exception: ExceptionId, status: Status, happened_on: &str) -> Result<(), UpdateError> {
    let (house, by) = (desk.house.clone(), desk.officer);
    let note = Note {
        owner: Some(line("Director of platform engineering")),
        planned: Some(day("2027-01-29")),
        ..Note::new(day(happened_on), words("SECRETNOTE the weekly rebuild was done."))
    };
    desk.writer
        .act_blocking("remediation.update", move |act| update(act, &house, by, exception, (status, &note)))
        .map(|_| ())
}

#[test]
fn updates_are_dated_attributed_and_kept_in_order() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, exception) = desk.publishes("soc2-2026");
        tells(&desk, exception, Status::Planned, "2026-09-28").unwrap();
        desk.house.clock.advance_secs(3600);
        tells(&desk, exception, Status::InProgress, "2026-11-21").unwrap();

        let rows = store::list_sealed(&mut desk.read(), version.id).unwrap();
        let updates = store::open_all(&desk.key(&version), rows).unwrap();
        let told: Vec<_> =
            updates.iter().map(|update| (update.status, update.by, update.exception)).collect();
        assert_eq!(
            told,
            [(Status::Planned, desk.officer, exception), (Status::InProgress, desk.officer, exception)]
        );
        assert_eq!(updates[1].at.secs_since(updates[0].at), 3600);
        let response = desk.exceptions(&version).remove(0).content.response;
        let now = standing(response.as_ref(), &updates, day("2027-01-30"));
        assert_eq!(
            (now.status, now.planned, now.overdue),
            (Some(Status::InProgress), Some(day("2027-01-29")), true)
        );
        assert_eq!(now.words(), "In progress, overdue");
    });
}

#[test]
fn a_draft_has_no_remediation_and_the_future_is_not_told() {
    on_both(|database| {
        let desk = Desk::new(database);
        let draft = desk.creates("next-year").unwrap();
        let of_draft = desk.records(draft.id, content("E-1")).unwrap();
        assert!(matches!(
            tells(&desk, of_draft, Status::Planned, "2026-11-20"),
            Err(UpdateError::NotFinalized)
        ));
        let (version, exception) = desk.publishes("soc2-2026");
        assert!(matches!(tells(&desk, exception, Status::Verified, "2026-11-22"), Err(UpdateError::NotYet)));
        assert!(store::list_sealed(&mut desk.read(), version.id).unwrap().is_empty());
    });
}

#[test]
fn an_update_is_never_changed() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, exception) = desk.publishes("soc2-2026");
        tells(&desk, exception, Status::Planned, "2026-11-20").unwrap();
        let mut db = desk.intruder();
        for statement in ["UPDATE remediation SET status = 'verified'", "DELETE FROM remediation"] {
            assert!(db.batch_execute(statement).is_err(), "accepted: {statement}");
        }
        let rows = store::list_sealed(&mut desk.read(), version.id).unwrap();
        assert!(!format!("{rows:?}").contains("SECRET"));
        assert!(!String::from_utf8_lossy(rows[0].note.as_bytes()).contains("SECRET"));
    });
}

#[test]
fn somebody_else_verifies_and_only_with_the_recurrence_test() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (_, exception) = desk.publishes("soc2-2026");
        let colleague = desk.colleague("ingrid.solheim@halvorsen.example", "Ingrid Solheim");
        let verifies = |by, prevented_by: Option<&str>, owner: &str| {
            let house = desk.house.clone();
            let note = Note {
                owner: Some(line(owner)),
                prevented_by: prevented_by.map(words),
                ..Note::new(day("2026-11-21"), words("Tested with all eleven leavers."))
            };
            let told = (Status::Verified, note);
            desk.writer
                .act_blocking("remediation.update", move |act| {
                    update(act, &house, by, exception, (told.0, &told.1))
                })
                .map(|_| ())
        };
        let structure = Some("The end date disables the account by itself.");
        assert!(matches!(verifies(colleague, structure, "Tobias"), Err(UpdateError::NotImplemented)));
        tells(&desk, exception, Status::Implemented, "2026-11-20").unwrap();
        assert!(matches!(verifies(colleague, None, "Tobias"), Err(UpdateError::NoRecurrenceTest)));
        assert!(matches!(verifies(desk.officer, structure, "Somebody"), Err(UpdateError::OwnWork)));
        assert!(matches!(verifies(colleague, structure, "ingrid solheim"), Err(UpdateError::OwnWork)));
        verifies(colleague, structure, "Head of identity and access").unwrap();
    });
}
