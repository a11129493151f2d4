//! Bridge letters and auditors' confirmations: written once, taken through the gate, shown for what they are.

use super::{recipient, revoke};
use crate::sales::desk::in_offices;
use crate::support::visitor::{Page, Visitor};
use candor::identity::Role;
use candor::ledger::EventKind;
use diesel::connection::SimpleConnection as _;

/// The room of the report that is offered in every office.
const ROOM: &str = "/reports/soc2-2026";
/// Its reader.
const ADA: &str = "ada.first@meridian-bank.example";
/// Where its bridge letters are written.
pub(super) const DESK: &str = "/compliance/reports/soc2-2026/bridge-letter";

/// Fills the letter's form in.
pub(super) fn writes(officer: &mut Visitor, from: &str, to: &str, statement: &str) -> Page {
    let page = officer.get(DESK);
    let form = page.form(DESK).fill("from", from).fill("to", to).fill("statement", statement);
    officer.submit(&page, &form.fill("signer", "Ingrid Solheim").fill("title", "Chief executive"))
}

/// Answers the question below the letter.
pub(super) fn is_sure(officer: &mut Visitor, asked: &Page) -> Page {
    let form = crate::support::forms::Form::all(&asked.html())
        .into_iter()
        .find(|form| form.value("sure") == Some("yes"))
        .unwrap_or_else(|| panic!("nothing is asked: {}", asked.words()));
    officer.submit(asked, &form)
}

#[test]
fn a_bridge_letter_is_looked_at_first_and_never_changed_afterwards() {
    in_offices(|office| {
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        for (from, to, said) in [
            ("2026-09-30", "2026-11-20", "The letter begins on a later day"),
            ("2026-10-01", "2027-11-20", "today at the latest"),
            ("2026-11-01", "2026-10-20", "before the first one"),
            ("soon", "2026-11-20", "The first day"),
        ] {
            let refused = writes(&mut officer, from, to, "No material changes.");
            assert!(refused.status == 422 && refused.words().contains(said), "{said}: {}", refused.words());
            assert!(refused.html().contains("No material changes."), "what was typed is kept");
        }
        let asked = writes(&mut officer, "2026-10-01", "2026-11-20", "SECRETSTATEMENT: no material changes.");
        assert!(asked.status == 200 && asked.words().contains("Finalize this letter?"), "{}", asked.words());
        assert_eq!(office.entries(EventKind::BridgeLetterFinalized), 0, "looking finalizes nothing");
        let done = is_sure(&mut officer, &asked);
        assert_eq!(done.status, 303, "{}", done.words());
        assert_eq!(office.entries(EventKind::BridgeLetterFinalized), 1);
        let mut db = office.house.app().database.connect().unwrap();
        for statement in ["UPDATE bridge_letter SET at = 1", "DELETE FROM bridge_letter"] {
            assert!(db.batch_execute(statement).is_err(), "accepted: {statement}");
        }
    });
}

#[test]
fn a_bridge_letter_is_made_out_to_its_reader_once_its_entry_is_written() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        let letter = format!("{ROOM}/bridge-letter");
        assert_eq!(ada.get(&letter).status, 404);
        assert!(!ada.get(ROOM).links().contains(&letter));
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let asked = writes(&mut officer, "2026-10-01", "2026-11-20", "SECRETSTATEMENT: no material changes.");
        is_sure(&mut officer, &asked);
        assert!(ada.get(ROOM).links().contains(&letter));
        let page = ada.get(&letter);
        let words = page.words();
        assert_eq!(page.status, 200, "{words}");
        let copy = office.grants_of(ADA)[0].copy.to_string();
        for part in [
            "To Ada First, Meridian Bank",
            "SECRETSTATEMENT",
            "Ingrid Solheim",
            "No auditor has examined",
            &copy,
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let taken = super::entries(office, EventKind::BridgeLetterTaken);
        assert!(
            taken.len() == 1 && words.contains(&format!("entry {} of the log", taken[0].index)),
            "{words}"
        );
        let mut stranger = office.house.visitor();
        assert_eq!(stranger.get(&letter).status, 303);
        revoke(office, office.grants_of(ADA)[0].id);
        let refused = ada.get(&letter);
        assert!(refused.status != 200 && !refused.words().contains("SECRET"), "{}", refused.words());
        assert_eq!(office.entries(EventKind::BridgeLetterTaken), 1);
    });
}

#[test]
fn an_auditor_confirms_by_the_digest_of_their_own_records() {
    in_offices(|office| {
        let mut auditor = office.house.staff("Quill", Role::Auditor);
        let path = format!("/security/reports/{}", office.report);
        assert!(auditor.get("/security/reports").links().contains(&path));
        let confirms = |auditor: &mut Visitor, digest: &str| {
            let page = auditor.get(&path);
            let form = page.form(&path).fill("digest", digest).fill("firm", "Fennimore Quill LLP");
            auditor.submit(&page, &form.fill("licence", "CPA 1234, Oregon"))
        };
        let other = confirms(&mut auditor, &"08".repeat(32));
        assert!(
            other.status == 422 && other.words().contains("another file was taken in"),
            "{}",
            other.words()
        );
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        assert!(ada.get(ROOM).words().contains("Not confirmed by the auditor"));
        assert_eq!(office.entries(EventKind::ReportAuditorConfirmed), 0);
        let done = confirms(&mut auditor, &format!(" {} ", "07".repeat(32).to_uppercase()));
        assert_eq!(done.status, 303, "{}", done.words());
        let room = ada.get(ROOM).words();
        assert!(
            room.contains("Confirmed by auditor Fennimore Quill LLP on") && room.contains("CPA 1234, Oregon"),
            "{room}"
        );
        assert_eq!(office.entries(EventKind::ReportAuditorConfirmed), 1);
        assert!(office.entries(EventKind::ReportAuditorRead) >= 2, "what is sealed is shown after its entry");
        assert!(auditor.get(&path).words().contains("SECRETFINDING"));
        for role in [Role::Compliance, Role::Sales, Role::Security] {
            let mut other = office.house.staff("Somebody", role);
            assert_eq!(other.get(&path).status, 403, "{role}");
        }
        for path in ["/compliance", "/sales", "/compliance/reports/soc2-2026/cover-note"] {
            assert_eq!(auditor.get(path).status, 403, "{path}");
        }
    });
}
