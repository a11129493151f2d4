//! Who may read, who may act, and who is turned away.

use super::Desk;
use crate::support::databases::on_both;
use crate::support::visitor::Part;
use candor::identity::Role;
use candor::ledger::EventKind;

/// Every page of the desk.
const PAGES: &[&str] = &[
    "/security",
    "/security/entries/0",
    "/security/entries/0/receipt",
    "/security/integrity",
    "/security/overview",
    "/security/integrity/checkpoint",
    "/security/integrity/key",
    "/security/copy",
];

#[test]
fn an_administrator_who_is_told_that_something_is_wrong_may_look() {
    on_both(|database| {
        let desk = Desk::open(database);
        let mut admin = desk.house.staff("Ines", Role::Admin);
        let page = admin.get("/security/integrity");
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(page.links().contains(&"/security/integrity".to_owned()), "its tab");
        assert!(!page.html().contains("method=\"post\" action=\"/security"), "only the desk acts");
        assert_eq!(admin.get("/security").status, 403);
    });
}

#[test]
fn an_auditor_reads_everything_and_does_not_act() {
    on_both(|database| {
        let desk = Desk::open(database);
        let mut auditor = desk.house.staff("Audrey", Role::Auditor);
        for path in PAGES {
            assert_eq!(auditor.get(path).status, 200, "{path}");
        }
        for path in ["/security/integrity", "/security/copy"] {
            let page = auditor.get(path);
            assert!(
                !page.html().contains("method=\"post\" action=\"/security"),
                "{path} offers what it refuses"
            );
        }
        // Any page of hers has a form, so there is a token to send.
        let csrf = auditor.get("/security").form("/sign-out").value("csrf").unwrap().to_owned();
        let sent = auditor.post_form("/security/integrity", &[("csrf", &csrf)]);
        assert_eq!(sent.status, 403, "{}", sent.words());
        assert!(sent.words().contains("This page is for the security desk"), "{}", sent.words());
        let parts = [Part::Field("csrf", &csrf), Part::File("file", "a.pdf", "application/pdf", b"%PDF-1.7")];
        assert_eq!(auditor.multipart("/security/copy", &parts).status, 403);
        assert!(
            desk.entries(EventKind::LogVerified).is_empty()
                && desk.entries(EventKind::CopyLookedUp).is_empty()
        );
    });
}

#[test]
fn every_tab_that_somebody_sees_opens() {
    on_both(|database| {
        let desk = Desk::open(database);
        desk.publishes();
        let roles = [
            ("Audrey", Role::Auditor, "/security"),
            ("Carl", Role::Compliance, "/compliance"),
            ("Sally", Role::Sales, "/sales"),
            ("Simon", Role::Security, "/security"),
        ];
        for (name, role, home) in roles {
            let mut staff = desk.house.staff(name, role);
            let tabs = staff.get(home).tabs();
            assert!(tabs.len() > 3, "{role}: {tabs:?}");
            for tab in tabs {
                assert_eq!(staff.get(&tab).status, 200, "{role} at {tab}");
            }
        }
        // Keys lie at the security desk, and are the administrator's as well.
        let mut boss = desk.house.staff("Boss", Role::Admin);
        let tabs = boss.get("/staff/people").tabs();
        assert!(tabs.contains(&"/security/keys".to_owned()), "{tabs:?}");
        for tab in tabs {
            assert_eq!(boss.get(&tab).status, 200, "admin at {tab}");
        }
        assert!(desk.entries(EventKind::DeskRefused).is_empty());
    });
}

#[test]
fn other_desks_and_strangers_see_nothing_of_the_log() {
    on_both(|database| {
        let desk = Desk::open(database);
        for (name, role) in [("Sally", Role::Sales), ("Carl", Role::Compliance), ("Boss", Role::Admin)] {
            let mut staff = desk.house.staff(name, role);
            for path in PAGES {
                let page = staff.get(path);
                // Administrators are told when the log is not whole, and may look.
                let looks = role == Role::Admin && path.starts_with("/security/integrity");
                assert_eq!(page.status, if looks { 200 } else { 403 }, "{role} at {path}");
                assert!(!page.words().contains("log.opened"));
            }
            // All tries at one desk within ten minutes are one entry.
            desk.house.advance_secs(601);
            assert_eq!(staff.get("/security").status, 403);
        }
        let refused = desk.entries(EventKind::DeskRefused);
        let tried: Vec<String> = refused.iter().map(|entry| entry.leaf.facts["desk"].to_string()).collect();
        let of = |desk: &str| tried.iter().filter(|tried| *tried == desk).count();
        assert_eq!(of("the security desk and auditors"), 6, "{tried:?}");
        assert_eq!(of("the security desk, auditors and administrators"), 2, "{tried:?}");
        assert_eq!(tried.len(), 8, "{tried:?}");
        let mut stranger = desk.house.visitor();
        for path in PAGES {
            let page = stranger.get(path);
            assert_eq!((page.status, page.header("location")), (303, Some("/staff/sign-in")), "{path}");
        }
    });
}

#[test]
fn staff_take_receipts_of_their_own_acts_and_of_nobody_elses() {
    on_both(|database| {
        let desk = Desk::open(database);
        let mut sally = desk.house.staff("Sally", Role::Sales);
        let page = sally.get("/staff/entries");
        assert!(page.words().contains("staff.signed_in"), "{}", page.words());
        let receipts: Vec<String> =
            page.links().into_iter().filter(|href| href.ends_with("/receipt")).collect();
        assert!(!receipts.is_empty());
        let key = desk.house.app().writer.verifier().clone();
        for href in &receipts {
            let text = sally.get(href).html();
            candor::ledger::receipt::Receipt::parse(&text).unwrap().check(&key).unwrap();
        }
        // Each act says which report it concerned.
        let (_, by) = desk.publishes();
        let mut tobias = desk.house.visitor();
        let page = tobias.get(&desk.house.staff_link(by));
        assert_eq!(tobias.submit(&page, &page.form("/staff/sign-in")).status, 303);
        let theirs = tobias.get("/staff/entries").words();
        assert!(
            theirs.contains("report.finalized") && theirs.contains("SOC 2 Type II, 2026, version 1"),
            "{theirs}"
        );
        // Another's: the security desk's own sign-in.
        let other = desk.entries(EventKind::StaffSignedIn).pop().unwrap().index;
        assert_eq!(sally.get(&format!("/staff/entries/{other}/receipt")).status, 404);
        // How it is checked stands on a page that needs no account, with the key.
        let help = desk.house.visitor().get("/verify");
        assert!(help.html().contains(&key.to_string()), "{}", help.words());
    });
}
