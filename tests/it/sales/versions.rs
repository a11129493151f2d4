//! A corrected version supersedes the one before: holders keep theirs, are told, and ask for the new one with a click.

use super::desk::{act, in_offices, only_link};
use super::report::file;
use candor::exceptions::acts::version::{BeginError, begin_version};
use candor::exceptions::store as exceptions;
use candor::ledger::EventKind;
use candor::notices::letter::LetterKind;
use candor::reports::{State, acts::attach_upload, store};

#[test]
fn holders_of_a_superseded_version_are_told_and_renew_with_one_click() {
    in_offices(|office| {
        let address = "ada@meridian-bank.example";
        let mut ada = office.asks_and_confirms("Ada First", address);
        let mut sara = office.seller("Sara");
        let path = only_link(&sara.get("/sales"), "/sales/requests/");
        let page = sara.get(&path);
        assert_eq!(sara.submit(&page, &page.form(&format!("{path}/approve"))).status, 303);
        office.accepts_nda(address);
        assert!(!ada.get("/reports/soc2-2026").words().contains("superseded"));

        let app = office.house.app();
        let (house, by, old) = (app.house.clone(), office.officer, office.report);
        let own = house.clone();
        let new = act(&office.house, "report.begin_version", move |act| begin_version(act, &own, by, old)).id;
        let own = house.clone();
        let twice =
            app.writer.act_blocking("report.begin_version", move |act| begin_version(act, &own, by, old));
        assert!(matches!(twice, Err(BeginError::DraftExists)));
        let state = |id| store::require(&mut app.database.read().unwrap(), id).unwrap().state;
        assert!(matches!(state(old), State::Finalized(_)), "a draft supersedes nothing");
        let count = |id| exceptions::count(&mut app.database.read().unwrap(), id).unwrap();
        assert_eq!((count(new), office.entries(EventKind::ReportVersionBegun)), (count(old), 1));

        let body = file(&app.clock);
        act(&office.house, "report.upload", move |act| attach_upload(act, by, new, &body));
        act(&office.house, "report.finalize", move |act| {
            candor::grants::acts::finalize(act, &house, by, new)
        });
        assert!(matches!((state(old), state(new)), (State::Superseded(_), State::Finalized(_))));
        let letter = office.letters(LetterKind::Superseded, address).remove(0);
        assert!(letter.text.contains("version 2"), "{}", letter.text);
        let list = office.letters(LetterKind::SupersededHolders, "sara@house.example").remove(0);
        assert!(list.text.contains("- Ada First, Meridian Bank"), "{}", list.text);

        let room = ada.get("/reports/soc2-2026");
        assert_eq!(room.status, 200);
        assert!(
            room.words().contains("version 1") && room.words().contains("superseded this one"),
            "{}",
            room.words()
        );
        let asked = ada.submit(&room, &room.form("/reports/soc2-2026/renew"));
        assert_eq!(asked.status, 303, "{}", asked.words());
        let again = ada.submit(&room, &room.form("/reports/soc2-2026/renew"));
        assert_eq!(again.status, 409, "{}", again.words());
        let path = only_link(&sara.get("/sales"), "/sales/requests/");
        let page = sara.get(&path);
        assert!(page.words().contains("Ada First"), "{}", page.words());
        assert_eq!(sara.submit(&page, &page.form(&format!("{path}/approve"))).status, 303);
        let room = ada.get("/reports/soc2-2026").words();
        assert!(room.contains("version 2") && !room.contains("superseded this one"), "{room}");
    });
}
