//! The auditors' board: all reports, their exceptions, history and the evidence that was chosen; read, never changed.

use crate::sales::desk::{Office, act, in_offices};
use candor::db::data_keys;
use candor::exceptions::store as exceptions;
use candor::identity::Role;
use candor::ids::{ExceptionId, ObjectId};
use candor::ledger::EventKind;
use candor::remediation::acts::evidence::{choose_evidence, keep_evidence};
use candor::remediation::acts::update;
use candor::remediation::evidence::{Choice, File};
use candor::remediation::{Note, Status};
use candor::seal::KeyOwner;
use candor::text::{Day, Line, Paragraphs};
use candor::vault::ObjectRef;

/// The board.
const BOARD: &str = "/security/board";

/// The exceptions of the office's report.
fn exceptions_of(office: &Office) -> Vec<ExceptionId> {
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    let key = data_keys::open_for(db, &app.keyring, KeyOwner::Version(office.report)).unwrap();
    let sealed = exceptions::list_sealed(db, office.report).unwrap();
    exceptions::open_all(&key, sealed).unwrap().into_iter().map(|one| one.id).collect()
}

/// Tells of the second exception, with evidence that is chosen or not.
fn tells(office: &Office, text: &str, evidence: &str, is_chosen: bool) {
    let (house, by, id) = (office.house.app().house.clone(), office.officer, exceptions_of(office)[1]);
    let words = |text: &str| Paragraphs::parse(text).unwrap();
    let note = Note {
        evidence: Some(words(evidence)),
        show_evidence: is_chosen,
        ..Note::new(Day::parse("2026-11-20").unwrap(), words(text))
    };
    act(&office.house, "remediation.update", move |act| {
        update(act, &house, by, id, (Status::InProgress, &note))
    });
}

/// Keeps a file beside the second exception, chosen or not.
fn keeps(office: &Office, name: &str, is_chosen: bool) {
    let (house, by, id) = (office.house.app().house.clone(), office.officer, exceptions_of(office)[1]);
    let object = ObjectRef {
        id: ObjectId::new(&house.clock),
        size_bytes: 64,
        sha256: [1; 32],
        sealed_sha256: [2; 32],
    };
    let file = File::of(&object, Line::parse(name).unwrap(), Paragraphs::parse("The test.").unwrap());
    let own = house.clone();
    let kept = act(&office.house, "evidence.keep", move |act| keep_evidence(act, &own, by, id, &file));
    if is_chosen {
        let choice = Choice { evidence: kept, told: true };
        act(&office.house, "evidence.choose", move |act| {
            choose_evidence(act, &house, by, id, (choice, None))
        });
    }
}

#[test]
fn auditors_see_all_reports_with_status_history_and_chosen_evidence() {
    in_offices(|office| {
        tells(office, "The rebuild has begun.", "SHOWNPROTOCOL of the first run.", true);
        tells(office, "Half of it is rebuilt.", "HIDDENPROTOCOL of the second run.", false);
        keeps(office, "shown.txt", true);
        keeps(office, "hidden.txt", false);
        let mut auditor = office.house.staff("Quill", Role::Auditor);
        let before = office.entries(EventKind::ReportAuditorRead);
        let page = auditor.get(BOARD);
        assert_eq!(office.entries(EventKind::ReportAuditorRead), before + 1, "an entry for each report");
        let words = page.words();
        for said in [
            "SOC 2 Type II, 2026, version 1",
            "2 exceptions, 1 mended, 0 of them verified",
            "2 exceptions, 1 not mended yet",
            "E-2: SECRETTITLE",
            "Half of it is rebuilt.",
            "The rebuild has begun.",
            "SHOWNPROTOCOL",
            "shown.txt",
            "Written by Officer",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        for hidden in ["HIDDENPROTOCOL", "hidden.txt", "E-1: "] {
            assert!(!page.html().contains(hidden), "{hidden} is told");
        }
        let report = format!("/security/reports/{}", office.report);
        let one = format!("{report}#exception-{}", exceptions_of(office)[1]);
        assert!(page.links().contains(&report) && page.links().contains(&one), "{:?}", page.links());
        assert!(auditor.get(&report).html().contains(&format!("id=\"{}\"", one.split_once('#').unwrap().1)));
        let all = auditor.get(&format!("{BOARD}?show=all")).words();
        assert!(all.contains("E-1: ") && all.contains("The list is compared every night."), "{all}");
        assert!(auditor.get(&format!("{BOARD}?day=soon")).words().contains("is not a date"));
        // As it had been told before anything was.
        let earlier = auditor.get(&format!("{BOARD}?show=all&day=2026-01-01"));
        assert!(!earlier.html().contains("SHOWNPROTOCOL") && !earlier.html().contains("shown.txt"));
    });
}

#[test]
fn the_board_is_for_auditors_and_changes_nothing() {
    in_offices(|office| {
        let mut auditor = office.house.staff("Quill", Role::Auditor);
        let page = auditor.get(BOARD);
        assert!(auditor.get("/security").links().contains(&BOARD.to_owned()), "it stands in the navigation");
        let posts = page.html().matches("method=\"post\"").count();
        assert_eq!(posts, 1, "nothing is sent from it but signing out");
        for role in [Role::Admin, Role::Compliance, Role::Sales, Role::Security] {
            let mut other = office.house.staff("Somebody", role);
            let page = other.get(BOARD);
            assert!(page.status == 403 && !page.html().contains("SECRET"), "{role}");
        }
        // Nothing to read leaves no entry and says so.
        office.withdraws();
        let before = office.entries(EventKind::ReportAuditorRead);
        assert!(auditor.get(BOARD).words().contains("Nothing to show"));
        assert_eq!(office.entries(EventKind::ReportAuditorRead), before);
    });
}
