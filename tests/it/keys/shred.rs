//! Shredding a report: what refuses it, what it ends, what is left, and what everybody is told.

use super::{beside, run};
use crate::sales::desk::Office;
use crate::security::people::{ADDRESS, story};
use crate::support::databases::on_both;
use crate::support::sealed::{files, open_all};
use crate::support::visitor::Visitor;
use candor::db::data_keys;
use candor::db::schema::data_key;
use candor::identity::Role;
use candor::ids::KeyId;
use candor::ledger::EventKind;
use candor::ledger::thorough;
use candor::notices::letter::LetterKind;
use candor::reports::store as reports;
use candor::seal::{KeyOwner, WrappedKey};
use diesel::prelude::*;
use std::fs;

/// The key of the office's report as its row has it: as a backup keeps it.
fn backup(office: &Office) -> (KeyId, WrappedKey) {
    let owner = KeyOwner::Version(office.report);
    let (id, kek, bytes) = data_key::table
        .filter(data_key::owner_id.eq(owner.id().to_vec()))
        .select((data_key::id, data_key::kek, data_key::wrapped))
        .first(&mut *office.house.app().database.read().unwrap())
        .unwrap();
    (id, WrappedKey { kek, bytes })
}

/// How many cells open with the keyring and the rows that are there.
fn readable(office: &Office) -> usize {
    let app = office.house.app();
    open_all(&app.database, &app.keyring).len()
}

#[test]
fn a_shredded_report_is_ciphertext_for_ever_and_everybody_is_told() {
    on_both(|database| {
        let office = Office::furnished(database);
        beside(&office.house, database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let (mut browser, _) = story(&office);
        let app = office.house.app();
        let (id, wrapped) = backup(&office);
        let before = readable(&office);

        // Whoever can read it now keeps it from being shredded by accident; so does a name typed wrongly.
        let (code, _, errors) = run(&office.house, &["keys", "shred", "soc2-2026", "--yes", "soc2-2026"]);
        assert_eq!((code, errors.contains("--end-grants")), (1, true), "{errors}");
        let wrong = ["keys", "shred", "soc2-2026", "--end-grants", "--yes", "soc2-2025"];
        assert_eq!(run(&office.house, &wrong).0, 1);
        let unknown = ["keys", "shred", "soc2-2025", "--end-grants", "--yes", "soc2-2025"];
        assert_eq!(run(&office.house, &unknown).0, 1);
        data_keys::open_for(
            &mut app.database.read().unwrap(),
            &app.keyring,
            KeyOwner::Version(office.report),
        )
        .unwrap();

        let right = ["keys", "shred", "soc2-2026", "--end-grants", "--yes", "soc2-2026"];
        let (code, out, errors) = run(&office.house, &right);
        assert_eq!(code, 0, "{errors}");
        assert!(out.contains("grants that ended: 1") && out.contains(app.keyring.current_kek()), "{out}");
        assert_eq!(office.entries(EventKind::ReportShredded), 1);
        assert_eq!(office.entries(EventKind::GrantRevoked), 1);
        // With the keyring, the database of now and every object: nothing of it opens. With a backup's row: its key does.
        assert!(readable(&office) < before);
        let mut db = app.database.read().unwrap();
        let owner = KeyOwner::Version(office.report);
        assert!(data_keys::find_for(&mut db, &app.keyring, owner).unwrap().is_none());
        app.keyring.unwrap(id, owner, &wrapped).unwrap();
        // The wrapped key lies in no file of the embedded database any more, its journal included.
        for file in files(database) {
            let whole = fs::read(&file).unwrap();
            let found = whole.windows(wrapped.bytes.len()).any(|window| window == wrapped.bytes);
            assert!(!found, "the key still lies in {}", file.display());
        }
        everybody_is_told(&office, &mut browser, &mut sentinel);
        let letter = office.letters(LetterKind::Shredded, ADDRESS).remove(0);
        assert!(
            letter.subject.contains("Destroyed here") && letter.subject.contains("version 1"),
            "{}",
            letter.subject
        );
        assert!(letter.text.contains("there is nothing you have to do"), "{}", letter.text);
        let version = reports::require(&mut db, office.report).unwrap();
        assert!(version.shredded_at.is_some());
        let (code, _, errors) = run(&office.house, &right);
        assert_eq!((code, errors.contains("already")), (1, true), "{errors}");
        let verdict =
            thorough::verify(&mut app.database.connect().unwrap(), &app.keyring, None, &mut |_| Ok(()));
        assert_eq!(verdict.unwrap().exit_code(), 0);
        assert_eq!(office.grants_of(ADDRESS).len(), 1);
    });
}

/// Every page that told of it says what became of it, and nothing is broken.
fn everybody_is_told(office: &Office, browser: &mut Visitor, sentinel: &mut Visitor) {
    let page = browser.get("/reports/soc2-2026");
    assert_eq!(page.status, 410, "{}", page.words());
    assert!(page.words().contains("was shredded on"), "{}", page.words());
    assert_ne!(browser.get("/access").status, 500);
    let words = sentinel.get("/security/register").words();
    let version = reports::require(&mut office.house.app().database.read().unwrap(), office.report).unwrap();
    let dated = format!("Shredded {}", version.shredded_at.unwrap().date_words());
    assert_eq!(words.matches(&dated).count(), 2, "{words}");
    let words = sentinel.get("/security/keys").words();
    assert!(words.contains("version 1") && words.contains("or until"), "{words}");
    let mut officer = office.house.staff("Conny", Role::Compliance);
    for path in ["/compliance", "/compliance/reports", "/compliance/remediation"] {
        assert_eq!(officer.get(path).status, 200, "{path}");
    }
    let page = officer.get("/compliance/reports/soc2-2026");
    assert_eq!((page.status, page.words().contains("was shredded on")), (410, true), "{}", page.words());
    let mut seller = office.seller("Sara");
    for path in ["/sales", "/sales/grants", "/sales/invite"] {
        assert_eq!(seller.get(path).status, 200, "{path}");
    }
    assert_eq!(office.house.visitor().get("/").status, 200);
}

#[test]
fn a_hold_keeps_a_report_from_being_shredded_by_name() {
    on_both(|database| {
        let office = Office::furnished(database);
        beside(&office.house, database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let page = sentinel.get("/security/holds");
        let form =
            page.form("/security/holds").fill("name", "Lawsuit 12").fill("reason", "Claims are expected.");
        let form = form.choose("report", &report_of(&office).to_string());
        let sent = sentinel.submit(&page, &form);
        assert_eq!(sent.status, 303, "{}", sent.words());
        let words = ["keys", "shred", "soc2-2026", "--end-grants", "--yes", "soc2-2026"];
        let (code, _, errors) = run(&office.house, &words);
        assert_eq!((code, errors.contains("Lawsuit 12")), (1, true), "{errors}");
        let page = sentinel.get(&format!("/security/keys/shred/{}", office.report));
        assert_eq!((page.status, page.words().contains("Lawsuit 12")), (409, true), "{}", page.words());
        assert_eq!(office.entries(EventKind::ReportShredded), 0);
    });
}

/// The id of the office's report.
fn report_of(office: &Office) -> candor::ids::ReportId {
    reports::require(&mut office.house.app().database.read().unwrap(), office.report).unwrap().report.id
}

#[test]
fn the_desk_asks_for_the_name_and_shreds() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let path = format!("/security/keys/shred/{}", office.report);
        let page = sentinel.get(&path);
        let words = page.words();
        assert!(words.contains("1 person can read it now") && words.contains("Backups: until"), "{words}");
        let sent = sentinel.submit(&page, &page.form(&path).fill("report", "soc2"));
        assert_eq!(
            (sent.status, sent.words().contains("nothing was shredded")),
            (422, true),
            "{}",
            sent.words()
        );
        assert_eq!(office.entries(EventKind::ReportShredded), 0);
        let sent = sentinel.submit(&page, &page.form(&path).fill("report", "soc2-2026"));
        let words = sentinel.follow(&sent).words();
        assert!(words.contains("Shredded:") && words.contains("grants that ended: 1"), "{words}");
        assert_eq!(office.entries(EventKind::ReportShredded), 1);
        for role in [Role::Sales, Role::Compliance, Role::Auditor] {
            let mut other = office.house.staff(&format!("Other{role:?}"), role);
            assert_eq!(other.get("/security/keys").status, 403, "{role:?}");
        }
        let mut admin = office.house.staff("Boss", Role::Admin);
        assert_eq!(admin.get("/security/keys").status, 200);
    });
}
