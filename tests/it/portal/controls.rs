//! The checklist of the reader's own controls: taken away with its entry and the reader's name on it.

use super::{entries, recipient, revoke};
use crate::sales::desk::in_offices;
use candor::ledger::EventKind;

/// Where it is fetched.
const CONTROLS: &str = "/reports/soc2-2026/controls";

#[test]
fn the_checklist_leaves_after_its_entry_and_says_whose_it_is() {
    in_offices(|office| {
        assert_eq!(office.house.visitor().get(CONTROLS).status, 303, "a stranger signs in first");
        office.invites("Ada First");
        let mut ada = recipient(office, "ada.first@meridian-bank.example");
        let room = ada.get("/reports/soc2-2026");
        assert!(room.links().iter().any(|link| link == CONTROLS), "{:?}", room.links());
        for said in ["☐", "SECRETPARTIES", "Signed on 10 November 2026"] {
            assert!(room.words().contains(said), "{said}: {}", room.words());
        }
        let before = entries(office, EventKind::ReportViewed).len();
        let page = ada.get(CONTROLS);
        let text = String::from_utf8(page.body.clone()).unwrap();
        for said in ["[ ] CUEC-1", "SECRETCUEC", "for Ada First, "] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(page.header("content-disposition").unwrap().contains("soc2-2026-controls.txt"));
        assert_eq!(entries(office, EventKind::ReportViewed).len(), before + 1);
        revoke(office, office.grants_of("ada.first@meridian-bank.example")[0].id);
        let refused = ada.get(CONTROLS);
        assert!([403, 410].contains(&refused.status) && !refused.words().contains("SECRET"));
    });
}
