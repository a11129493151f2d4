//! What a reader is told beside the report: what is new, the cover note, the dates, the filter, the document to file.

use super::{form, recipient, signs_in};
use crate::sales::desk::{Office, act, in_offices};
use crate::support::visitor::Visitor;
use candor::db::data_keys;
use candor::exceptions::store as exceptions;
use candor::ids::ExceptionId;
use candor::ledger::EventKind;
use candor::remediation::acts::update;
use candor::remediation::{Note, Status};
use candor::reports::cover_note::{Words, write};
use candor::reports::store as reports;
use candor::text::{Day, Paragraphs};
use diesel::connection::SimpleConnection as _;

/// The room of the report that is offered in every office.
const ROOM: &str = "/reports/soc2-2026";
/// Its reader.
const ADA: &str = "ada.first@meridian-bank.example";

/// The ids of the report's exceptions, in their order.
pub fn exceptions_of(office: &Office) -> Vec<ExceptionId> {
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    let version = reports::require(db, office.report).unwrap();
    let key = data_keys::open_for(db, &app.keyring, version.key_owner()).unwrap();
    let sealed = exceptions::list_sealed(db, version.id).unwrap();
    exceptions::open_all(&key, sealed).unwrap().into_iter().map(|one| one.id).collect()
}

/// Tells something about the exception at this place of the list.
pub fn tells(office: &Office, place: usize, status: Status, text: &str) {
    let (house, by, exception) =
        (office.house.app().house.clone(), office.officer, exceptions_of(office)[place]);
    let happened_on = Day::of(office.house.app().clock.now());
    let note = Note {
        planned: Some(happened_on.plus_days(40)),
        ..Note::new(happened_on, Paragraphs::parse(text).unwrap())
    };
    act(&office.house, "remediation.update", move |act| update(act, &house, by, exception, (status, &note)));
}

/// Writes a cover note.
fn notes(office: &Office, text: &str) {
    let (house, by, report) = (office.house.app().house.clone(), office.officer, office.report);
    let words = Words { text: Paragraphs::parse(text).unwrap() };
    act(&office.house, "report.cover_note", move |act| write(act, &house, by, report, &words));
}

/// A reader in the room.
fn reader(office: &Office) -> Visitor {
    office.invites("Ada First");
    recipient(office, ADA)
}

#[test]
fn what_is_new_since_the_last_visit_is_said_in_words_and_only_once() {
    in_offices(|office| {
        let mut ada = reader(office);
        let first = ada.get(ROOM).words();
        assert!(first.contains("This is your first visit") && !first.contains("New since"), "{first}");
        assert!(
            first.contains("Since the report was issued: from “No response” to “Implemented”"),
            "{first}"
        );
        office.house.advance_secs(60);
        tells(office, 1, Status::InProgress, "The rebuild has begun.");
        // Minutes later it is the same visit: what came meanwhile is not an answer to "since I was here".
        assert!(ada.get(ROOM).words().contains("This is your first visit"));
        office.house.advance_secs(7_200);
        notes(office, "Two exceptions, one of them mended.");
        let mut ada = signs_in(office, ADA, "192.0.2.1");
        let again = ada.get(ROOM).words();
        assert!(again.contains("New since your last visit on"), "{again}");
        assert!(again.contains("Cover note written by Officer"), "{again}");
        // Told in the last visit, after the page was opened for the first time.
        assert_eq!(again.matches("in progress, written by Officer").count(), 0, "{again}");
        office.house.advance_secs(7_200);
        let mut ada = signs_in(office, ADA, "192.0.2.1");
        let third = ada.get(ROOM).words();
        assert!(third.contains("Nothing new has been told since your last visit on"), "{third}");
        office.house.advance_secs(7_200);
        tells(office, 1, Status::Implemented, "The rebuild is done.");
        let mut ada = signs_in(office, ADA, "192.0.2.1");
        let fourth = ada.get(ROOM).words();
        assert!(fourth.contains("E-2 implemented, written by Officer"), "{fourth}");
        assert!(fourth.contains("New Implemented"), "the entry of the history is marked in words: {fourth}");
        // Somebody else has not been here.
        office.invites("Eve Other");
        let mut eve = recipient(office, "eve.other@meridian-bank.example");
        assert!(eve.get(ROOM).words().contains("This is your first visit"));
    });
}

#[test]
fn the_dates_are_drawn_and_stand_in_a_table() {
    in_offices(|office| {
        let mut ada = reader(office);
        tells(office, 1, Status::InProgress, "The rebuild has begun.");
        let page = ada.get(ROOM);
        let html = page.html();
        let svg = html.split("<svg width=\"100%\"").nth(1).unwrap().split("</figure>").next().unwrap();
        assert!(svg.contains("role=\"img\""), "{svg}");
        assert!(svg.contains("1 of 2 exceptions are not mended yet"), "{svg}");
        assert!(svg.contains("E-1: Implemented") && svg.contains("E-2: In progress"), "{svg}");
        assert_eq!(svg.matches("tl-closed").count(), 1);
        let words = page.words();
        for row in [
            "1 October 2025 Observation period begins",
            "E-1: SECRETTITLE access of leavers: mended",
            ": due",
            "Today",
        ] {
            assert!(words.contains(row), "{row}: {words}");
        }
        assert!(!html.contains("style=\""), "the content security policy forbids styles in place");
    });
}

#[test]
fn the_filter_works_by_address_and_says_what_it_leaves_out() {
    in_offices(|office| {
        let mut ada = reader(office);
        let shown = |page: &crate::support::visitor::Page| {
            let html = page.html();
            ["E-1", "E-2"].map(|one| html.contains(&format!("words on {one}\"")))
        };
        let page = ada.get(ROOM);
        assert_eq!(shown(&page), [true, true]);
        let filter = form(&page, &format!("{ROOM}#exceptions"));
        let open = ada.submit(&page, &filter.choose("status", "open"));
        assert_eq!((open.status, shown(&open)), (200, [false, true]), "{}", open.path);
        assert!(open.words().contains("1 of 2 exceptions shown") && open.words().contains("Show all"));
        assert_eq!(shown(&ada.get(&format!("{ROOM}?priority=p3&status=implemented"))), [true, false]);
        let none = ada.get(&format!("{ROOM}?criterion=CC9.9"));
        assert!(none.status == 200 && none.words().contains("No exception of this kind"), "{}", none.words());
        assert_eq!(office.entries(EventKind::ReportViewed), 4, "each look is an entry");
    });
}

#[test]
fn the_document_to_file_says_who_printed_it_and_under_which_checkpoint() {
    in_offices(|office| {
        notes(office, "Two exceptions, one of them mended.");
        let mut ada = reader(office);
        let document = ada.get(&format!("{ROOM}/print"));
        let (words, head) = (document.words(), office.house.app().writer.head().size);
        assert_eq!(document.status, 200, "{words}");
        assert_eq!(office.entries(EventKind::ReportViewed), 1, "it is recorded like a look at the room");
        for part in [
            "Printed by Ada First (ada.first@meridian-bank.example, Meridian Bank)",
            "Two exceptions, one of them mended.",
            "SECRETFINDING",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(words.contains(&format!("is entry {} of the log", head - 1)), "{words}");
        assert!(
            document.html().contains(&format!("\n{head}\n")),
            "the checkpoint of a log of {head} entries"
        );
        assert!(document.html().contains("<details open>"), "paper cannot be unfolded");
        let mut stranger = office.house.visitor();
        assert_eq!(stranger.get(&format!("{ROOM}/print")).status, 303);
        super::revoke(office, office.grants_of(ADA)[0].id);
        let refused = ada.get(&format!("{ROOM}/print"));
        assert!(refused.status != 200 && !refused.words().contains("SECRET"), "{}", refused.words());
    });
}

#[test]
fn a_cover_note_is_sealed_dated_and_never_changed() {
    in_offices(|office| {
        let mut officer = office.house.staff("Tobias", candor::identity::Role::Compliance);
        let path = "/compliance/reports/soc2-2026/cover-note";
        let page = officer.get(path);
        let empty = officer.submit(&page, &page.form(path));
        assert!(empty.status == 422 && empty.words().contains("The note"), "{}", empty.words());
        for text in ["SECRETNOTE the first.", "SECRETNOTE the second."] {
            let page = officer.get(path);
            let sent = officer.submit(&page, &page.form(path).fill("text", text));
            assert_eq!(sent.status, 303, "{}", sent.words());
            office.house.advance_secs(1);
        }
        let history = officer.get(path).words();
        let place = |text: &str| history.rfind(text).unwrap();
        assert!(place("the second.") < place("the first."), "{history}");
        assert_eq!(office.entries(EventKind::ReportCoverNoteWritten), 2);
        let mut ada = reader(office);
        let room = ada.get(ROOM).words();
        assert!(
            room.contains("A note from management SECRETNOTE the second.")
                && room.contains("Earlier notes SECRETNOTE the first."),
            "{room}"
        );
        let mut db = office.house.app().database.connect().unwrap();
        for statement in ["UPDATE cover_note SET at = 1", "DELETE FROM cover_note"] {
            assert!(db.batch_execute(statement).is_err(), "accepted: {statement}");
        }
        let mut seller = office.seller("Frida");
        assert_eq!(seller.get(path).status, 403);
        office.withdraws();
        let page = officer.get(path);
        let late = officer.submit(&page, &page.form(path).fill("text", "Too late."));
        assert!(late.status == 409 && late.words().contains("withdrawn"), "{}", late.words());
    });
}
