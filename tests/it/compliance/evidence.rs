//! Evidence beside a finalized report: sealed, read by the desk with an entry, told of to holders only by choice.

use super::exceptions::{enters, link};
use super::{ONE_PAGE, at_the_desk, creates, uploads};
use crate::support::forms::Form;
use crate::support::house::House;
use crate::support::visitor::{Page, Part, Visitor};
use candor::app::backup;
use candor::ledger::EventKind;
use candor::ledger::store::{self as log, Filter};
use candor::retention::store as retention;
use candor::vault::ObjectKind;
use diesel::connection::SimpleConnection as _;

/// What the file says.
const WORDS: &[u8] = b"SECRETEVIDENCE: 11 of 11 accounts were disabled on the last day.";

/// A finalized report with one exception; where its evidence is kept.
fn told(officer: &mut Visitor) -> String {
    let href = creates(officer, "soc2-2026");
    uploads(officer, &href, ONE_PAGE);
    enters(officer, &href, &[("acknowledgement", "We agree."), ("planned_date", "2026-12-18")]);
    let draft = link(officer, &href, "");
    assert_eq!(officer.get(&format!("{draft}/evidence")).status, 409, "not beside a draft");
    let asks = officer.get(&format!("{href}/finalize"));
    officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
    format!("{draft}/evidence")
}

/// Keeps a file.
fn keeps(officer: &mut Visitor, path: &str, (name, bytes): (&str, &[u8]), shows: &str) -> Page {
    let page = officer.get(path);
    let form = Form::all(&page.html()).into_iter().find(|form| form.action == path).unwrap();
    let csrf = form.value("csrf").unwrap().to_owned();
    let parts = [
        Part::Field("csrf", &csrf),
        Part::File("file", name, "text/plain", bytes),
        Part::Field("shows", shows),
    ];
    officer.multipart(path, &parts)
}

/// How many entries of a kind there are.
fn entries(house: &House, kind: EventKind) -> usize {
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    log::list(&mut house.app().database.read().unwrap(), &filter, 100).unwrap().len()
}

#[test]
fn a_file_is_sealed_read_with_an_entry_and_told_of_by_choice() {
    at_the_desk("", |house, officer| {
        let path = told(officer);
        let kept = keeps(officer, &path, ("C:\\test\\leavers.txt", WORDS), "The test of internal audit.");
        assert_eq!(kept.status, 303, "{}", kept.words());
        let page = officer.get(&path);
        for said in ["leavers.txt", "The test of internal audit.", "For this desk only", "Tobias", "64 bytes"]
        {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        assert!(!page.words().contains("C:\\test"));
        let file = page.links().into_iter().find(|link| link.starts_with(&format!("{path}/"))).unwrap();
        assert_eq!(entries(house, EventKind::EvidenceRead), 0);
        let read = officer.get(&file);
        assert_eq!(read.body, WORDS);
        assert!(read.header("content-disposition").unwrap().ends_with(".txt\""));
        assert_eq!(entries(house, EventKind::EvidenceRead), 1, "each download has its entry");
        for file in house.folder().files() {
            let bytes = std::fs::read(&file).unwrap();
            assert!(
                !bytes.windows(14).any(|part| part == b"SECRETEVIDENCE"),
                "in the clear in {}",
                file.display()
            );
        }
        if house.app().database.file().is_some() {
            let inside = backup::write(&house.app().config, &house.folder().join("backup.tar")).unwrap();
            assert_eq!(inside.objects, 4, "the three of the report, and the evidence");
        }

        let remediation = path.replace("/evidence", "/remediation");
        assert!(!officer.get(&remediation).words().contains("leavers.txt"), "holders are not told yet");
        let choose = format!("{file}/choice");
        let chosen = officer.submit(&page, &page.form(&choose));
        assert!(officer.follow(&chosen).words().contains("Holders are told of it"));
        assert!(officer.get(&remediation).words().contains("leavers.txt"));
        assert_eq!(officer.submit(&page, &page.form(&choose)).status, 409, "chosen already");
        house.advance_secs(60);
        let page = officer.get(&path);
        officer.submit(&page, &page.form(&choose));
        assert!(officer.get(&path).words().contains("For this desk only"), "a choice is taken back");
        assert_eq!(
            (entries(house, EventKind::EvidenceKept), entries(house, EventKind::EvidenceChosen)),
            (1, 2)
        );
        assert_eq!(house.visitor().get(&file).status, 303, "a stranger gets nothing");
        assert_eq!(ObjectKind::Evidence.as_str(), "evidence");
    });
}

#[test]
fn what_copies_are_made_from_lies_in_the_backup_and_is_swept_by_nobody() {
    at_the_desk("", |house, officer| {
        let path = told(officer);
        assert_eq!(keeps(officer, &path, ("audit.pdf", ONE_PAGE), "The note of internal audit.").status, 303);
        let page = officer.get(&path);
        let file = page.links().into_iter().find(|link| link.starts_with(&format!("{path}/"))).unwrap();
        assert_eq!(officer.submit(&page, &page.form(&format!("{file}/choice"))).status, 303);
        let app = house.app();
        let late = app.clock.now().plus_days(36_500);
        let orphans = retention::orphans(&mut app.database.read().unwrap(), &app.vault, late).unwrap();
        assert_eq!((orphans.len(), app.vault.list().unwrap().len()), (0, 6));
        if app.database.file().is_some() {
            let inside = backup::write(&app.config, &house.folder().join("backup.tar")).unwrap();
            assert_eq!(inside.objects, 6, "the three of the report, the evidence, and the two of its copies");
        }
        let mut db = app.database.connect().unwrap();
        for statement in
            ["UPDATE companion SET pages = 2", "DELETE FROM companion", "DELETE FROM sealed_object"]
        {
            assert!(db.batch_execute(statement).is_err(), "accepted: {statement}");
        }
    });
}

#[test]
fn the_words_of_evidence_are_shown_only_if_chosen() {
    at_the_desk("", |house, officer| {
        let path = told(officer).replace("/evidence", "/remediation");
        for (words, shown) in [("SECRETLOG of the desk", false), ("Ticket IAM-77, open to readers", true)] {
            house.advance_secs(60);
            let page = officer.get(&path);
            let form = page
                .form(&path)
                .choose("status", "in_progress")
                .fill("happened_on", "2026-11-20")
                .fill("text", "A step.")
                .fill("evidence", words);
            let form = if shown { form.tick("show_evidence", "yes") } else { form };
            assert_eq!(officer.submit(&page, &form).status, 303);
            assert_eq!(officer.get(&path).words().contains(words), shown, "{words}");
        }
    });
}

#[test]
fn a_wrong_file_is_answered_and_nothing_of_it_is_kept() {
    at_the_desk("", |house, officer| {
        let path = told(officer);
        let large = vec![b'x'; 10 * 1024 * 1024 + 1];
        for (file, shows, said) in [
            (("a.txt", &large[..]), "It shows.", "larger than 10 MiB"),
            (("a.txt", &b""[..]), "It shows.", "choose a file"),
            (("a.txt", WORDS), "", "What it shows is missing"),
            (("a\u{202e}.txt", WORDS), "It shows.", "cannot be shown"),
        ] {
            let refused = keeps(officer, &path, file, shows);
            assert_eq!(refused.status, 422, "{said}: {}", refused.words());
            assert!(refused.words().contains(said), "{said}: {}", refused.words());
            assert!(shows.is_empty() || refused.html().contains(shows), "what was typed is kept");
        }
        assert_eq!(entries(house, EventKind::EvidenceKept), 0);
        assert!(officer.get(&path).words().contains("No files"));
        let other = format!("{path}/0195e8d0-0000-7000-8000-000000000000");
        assert_eq!(officer.get(&other).status, 404);
    });
}
