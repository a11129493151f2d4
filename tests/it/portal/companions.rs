//! Documents beside a report: what a holder gets is a marked PDF whose entry was written first, and nobody else gets any.

use super::bridge::{DESK, is_sure, writes};
use super::{csrf, entries, recipient, revoke, until};
use crate::sales::desk::{Office, in_offices};
use crate::support::visitor::{Page, Part, Visitor};
use candor::db::data_keys;
use candor::identity::{Origin, Role};
use candor::ids::{CompanionId, GrantId};
use candor::ledger::EventKind;
use candor::release::{Asker, Refused};
use candor::reports::companion::{self, Companion, CompanionKind};
use candor::reports::store as reports;
use candor::text::hex;
use candor::vault::ObjectKind;
use candor::watermark::{CopyId, PageReading, read_copy_id};
use std::fs;
use std::path::PathBuf;

/// The room of the report that is offered in every office.
pub(super) const ROOM: &str = "/reports/soc2-2026";
/// Where copies of its bridge letter are taken.
const LETTER: &str = "/reports/soc2-2026/bridge-letter/copy";
/// Its readers.
pub(super) const ADA: &str = "ada.first@meridian-bank.example";
pub(super) const BOB: &str = "bob.second@meridian-bank.example";

/// Writes and finalizes a letter.
fn finalizes(officer: &mut Visitor, statement: &str) {
    let asked = writes(officer, "2026-10-01", "2026-11-20", statement);
    assert_eq!(asked.status, 200, "{}", asked.words());
    let done = is_sure(officer, &asked);
    assert_eq!(done.status, 303, "{}", done.words());
}

/// Asks for a copy, whether or not the room offers it.
pub(super) fn takes(visitor: &mut Visitor, path: &str) -> Page {
    let token = csrf(visitor);
    visitor.post_form(path, &[("csrf", &token)])
}

/// The document that the newest start of its kind names.
pub(super) fn document(office: &Office, event: EventKind) -> Companion {
    let entry = entries(office, event).into_iter().find(|entry| entry.leaf.facts.contains_key("companion"));
    let id: CompanionId = entry.unwrap().leaf.facts["companion"].to_string().parse().unwrap();
    companion::find(&mut office.house.app().database.read().unwrap(), id).unwrap().unwrap()
}

/// The body of a document as it is stored.
pub(super) fn stored(office: &Office, document: &Companion) -> Vec<u8> {
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    let version = reports::require(db, document.version).unwrap();
    let key = data_keys::open_for(db, &app.keyring, version.key_owner()).unwrap();
    let context = companion::context(&version, document.id, ObjectKind::Body);
    app.vault.reader(&key, &context, &document.body).unwrap().read_all().unwrap()
}

/// Where the body of a document lies.
fn path(office: &Office, document: &Companion) -> PathBuf {
    let name = document.body.id.to_string();
    let mut all = office.house.folder().files().into_iter();
    all.find(|path| path.file_name().is_some_and(|other| other == name.as_str())).unwrap()
}

/// What stands on every page of a PDF, and its words.
pub(super) fn read(pdf: &[u8]) -> (Vec<PageReading>, String) {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let words = document.extract_text(&pages).unwrap();
    (read_copy_id(pdf).unwrap().pages, words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether every page bears this copy's number.
pub(super) fn is_marked(pdf: &[u8], copy: CopyId) -> bool {
    let (pages, _) = read(pdf);
    !pages.is_empty() && pages.iter().all(|page| *page == PageReading::Copy(copy))
}

/// Asks the gate for a copy under a grant, as somebody.
fn asks_the_gate(
    office: &Office,
    (of, grant): (&str, GrantId),
    document: &Companion,
) -> Result<u64, Refused> {
    let app = office.house.app();
    let origin = Origin { address: "198.51.100.9".parse().unwrap(), user_agent: "Candor test".to_owned() };
    let person = office.grants_of(of)[0].person;
    let asker = Asker { person, confirmed_at: app.clock.now(), origin };
    let (gate, wanted) = (app.gate.clone(), (document.id, CompanionKind::BridgeLetter));
    let copy = actix_web::rt::System::new()
        .block_on(async move { gate.admit_companion(asker, grant, wanted).await })?;
    Ok(copy.size_bytes())
}

#[test]
fn a_bridge_letter_leaves_as_a_marked_copy_once_its_entry_is_written() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        assert_eq!(takes(&mut ada, LETTER).status, 404, "there is no letter yet");
        let paragraph = |n| format!("Paragraph {n}: ничего не изменилось, καμία αλλαγή.");
        let many: Vec<String> = (0..40).map(paragraph).collect();
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        finalizes(&mut officer, &format!("SECRETSTATEMENT\n\n{}", many.join("\n\n")));
        let room = ada.get(ROOM);
        let copy = ada.submit(&room, &room.form(LETTER));
        assert_eq!(copy.status, 200, "{}", copy.words());
        assert_eq!(copy.header("content-type"), Some("application/pdf"));
        assert_eq!(copy.header("accept-ranges"), Some("none"));
        let grant = office.grants_of(ADA).remove(0);
        let name = format!("attachment; filename=\"soc2-2026-bridge-letter-{}.pdf\"", grant.copy);
        assert_eq!(copy.header("content-disposition"), Some(name.as_str()));
        let (pages, words) = read(&copy.body);
        assert!(pages.len() > 1 && is_marked(&copy.body, grant.copy), "{pages:?}");
        for part in [
            "SECRETSTATEMENT",
            "Paragraph 39: ничего не изменилось, καμία αλλαγή.",
            "Ingrid Solheim",
            "House Ltd",
            "No auditor has examined",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let started = entries(office, EventKind::CompanionStarted).remove(0);
        let sha256 = hex(ring::digest::digest(&ring::digest::SHA256, &copy.body).as_ref());
        assert_eq!(started.leaf.facts["sha256"].to_string(), sha256);
        assert_eq!(started.leaf.facts["of"].to_string(), "bridge_letter");
        assert_eq!(started.leaf.copy, Some(grant.copy.to_string()));
        assert!(started.leaf.acceptance.is_some() && started.leaf.grant == Some(grant.id));
        until("its end is recorded", || office.entries(EventKind::DownloadCompleted) == 1);
        let end = entries(office, EventKind::DownloadCompleted).remove(0);
        assert_eq!((end.leaf.closes, end.leaf.download), (Some(started.index), started.leaf.download));
        assert!(takes(&mut ada, LETTER).body == copy.body, "two downloads of one copy differ");
        assert_eq!(office.grants_of(ADA)[0].downloads_left(), 3, "no download of the report was used");
        for method in ["GET", "HEAD"] {
            let request = ada.request(method, LETTER, &[]);
            assert_eq!(ada.begin(&request).status, 405, "{method}");
        }
        let document = document(office, EventKind::CompanionStarted);
        let (unassigned, _) = read(&stored(office, &document));
        assert!(unassigned.iter().all(|page| *page == PageReading::Unassigned), "{unassigned:?}");
        let found = looks_up(&mut office.house.visitor_from("192.0.2.44"), &copy.body).words();
        assert!(found.contains("A genuine bridge letter, unchanged") && !found.contains("Ada"), "{found}");
    });
}

/// Looks a file up as a stranger.
pub(super) fn looks_up(stranger: &mut Visitor, bytes: &[u8]) -> Page {
    let csrf = stranger.get("/verify").form("/verify").value("csrf").unwrap_or_default().to_owned();
    let parts = [Part::Field("csrf", &csrf), Part::File("file", "found.pdf", "application/pdf", bytes)];
    stranger.multipart("/verify", &parts)
}

#[test]
fn nobody_takes_a_bridge_letter_under_an_ended_or_another_ones_grant() {
    in_offices(|office| {
        finalizes(
            &mut office.house.staff("Tobias", Role::Compliance),
            "SECRETSTATEMENT: no material changes.",
        );
        office.invites("Ada First");
        office.invites_to_read("Bob Second");
        let mut ada = recipient(office, ADA);
        office.accepts_nda(BOB);
        let letter = document(office, EventKind::BridgeLetterFinalized);
        let (of_ada, of_bob) = (office.grants_of(ADA)[0].id, office.grants_of(BOB)[0].id);
        let refused = asks_the_gate(office, (BOB, of_ada), &letter);
        assert!(matches!(refused, Err(Refused::NotYours)), "{refused:?}");
        let refused = asks_the_gate(office, (BOB, of_bob), &letter);
        assert!(matches!(refused, Err(Refused::Denied(candor::release::Deny::ReadingOnly))), "{refused:?}");
        let mut stranger = office.house.visitor();
        assert_ne!(stranger.post_form(LETTER, &[("csrf", "")]).status, 200);
        assert_eq!(office.entries(EventKind::CompanionStarted), 0);
        assert_eq!(office.entries(EventKind::AccessRefused), 2);
        assert!(asks_the_gate(office, (ADA, of_ada), &letter).is_ok_and(|bytes| bytes > 0));
        until("a copy that nobody read on is ended", || office.entries(EventKind::DownloadAborted) == 1);
        revoke(office, of_ada);
        let revoked = takes(&mut ada, LETTER);
        assert!(
            [403, 410].contains(&revoked.status) && !revoked.body.starts_with(b"%PDF"),
            "{}",
            revoked.words()
        );
        assert_eq!(office.entries(EventKind::CompanionStarted), 1);
    });
}

#[test]
fn an_older_letter_and_a_damaged_one_leave_to_nobody() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        finalizes(&mut officer, "SECRETSTATEMENT: the first letter.");
        let first = document(office, EventKind::BridgeLetterFinalized);
        let good = fs::read(path(office, &first)).unwrap();
        let mut bad = good.clone();
        let last = bad.len() - 1;
        bad[last] ^= 1;
        fs::write(path(office, &first), &bad).unwrap();
        let damaged = takes(&mut ada, LETTER);
        assert!(damaged.status == 503 && damaged.words().contains("integrity check"), "{}", damaged.words());
        let entry = entries(office, EventKind::IntegrityFailed).remove(0);
        assert_eq!(entry.leaf.facts["what"].to_string(), "companion_body");
        fs::write(path(office, &first), &good).unwrap();
        assert!(takes(&mut ada, LETTER).body.starts_with(b"%PDF"));

        office.house.advance_secs(60);
        finalizes(&mut officer, "SECRETSTATEMENT: the other letter.");
        let other = document(office, EventKind::BridgeLetterFinalized);
        assert!(first.id != other.id);
        let refused = asks_the_gate(office, (ADA, office.grants_of(ADA)[0].id), &first);
        assert!(matches!(refused, Err(Refused::Denied(candor::release::Deny::NotShown))), "{refused:?}");
        // The older letter's bytes in the place of the newer one's are not taken for it.
        fs::write(path(office, &other), &good).unwrap();
        assert_eq!(takes(&mut ada, LETTER).status, 503);
        assert_eq!(office.entries(EventKind::CompanionStarted), 1);
    });
}

#[test]
fn a_letter_that_cannot_be_set_is_refused_with_its_letters_and_kept_typed() {
    in_offices(|office| {
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let refused = writes(&mut officer, "2026-10-01", "2026-11-20", "変更はありません in Tokyo");
        assert!(refused.status == 422 && refused.words().contains("変 (U+5909)"), "{}", refused.words());
        assert!(refused.html().contains("変更はありません in Tokyo"), "what was typed is kept");
        assert_eq!(officer.get(DESK).status, 200);
    });
}

#[test]
fn whoever_took_only_a_bridge_letter_stands_in_the_register_falls_under_the_rules_and_is_recalled() {
    in_offices(|office| {
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        finalizes(&mut officer, "SECRETSTATEMENT: no material changes.");
        office.invites("Ada First");
        office.accepts_nda(ADA);
        let grant = office.grants_of(ADA)[0].id;
        let letter = document(office, EventKind::BridgeLetterFinalized);
        assert!(asks_the_gate(office, (ADA, grant), &letter).is_ok());
        let mut security = office.house.staff("Sentinel", Role::Security);
        let register = security.get("/security/register");
        let words = register.words();
        assert!(words.contains("0 downloads, 0 views also holds 1 bridge letter"), "{words}");
        let table = security.submit(&register, &register.form("/security/register/export"));
        let table = String::from_utf8(table.body).unwrap();
        let (columns, row) = table.trim_end().split_once("\r\n").unwrap();
        let place = columns.split(',').position(|name| name == "\"bridge_letters\"").unwrap();
        let beside: Vec<&str> = row.split("\",\"").skip(place).take(2).collect();
        assert_eq!(beside, ["1", "0"], "{table}");
        // The house's clock stands on a Saturday.
        let rules = security.get("/security/rules");
        let form = rules.form("/security/rules").fill("threshold_outside_hours", "1");
        assert_eq!(security.submit(&rules, &form).status, 303);
        let words = security.get("/security/overview").words();
        assert!(words.contains("A download outside working hours"), "{words}");
        assert!(words.contains("Downloads by company Name Number meridian-bank.example 1"), "{words}");
        // What was taken stays where it is when the grant ends, so the recall reaches them.
        revoke(office, grant);
        let question = security.get(&format!("/security/recall/{}", office.report)).words();
        assert!(
            question.contains("0 live grants are ended") && question.contains("1 holder is written to"),
            "{question}"
        );
    });
}
