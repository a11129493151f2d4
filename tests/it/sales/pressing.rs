//! An exception of the first priority without a plan keeps the report from being given on request.

use super::desk::{Office, act, in_offices, only_link};
use crate::support::visitor::{Page, Visitor};
use candor::exceptions::acts::priority::{accept_risk, prioritise};
use candor::exceptions::priority::{Decided, Priority, RiskAccepted};
use candor::ledger::EventKind;
use candor::remediation::weighed::weigh;
use candor::reports::store;
use candor::text::{Day, JobTitle, Paragraphs, PersonName, Reason};
use diesel::connection::SimpleConnection as _;

/// Decides that the exception that is not mended is of the first priority; gives its id.
fn presses(office: &Office) -> candor::ids::ExceptionId {
    let app = office.house.app();
    let version = store::require(&mut app.database.read().unwrap(), office.report).unwrap();
    let today = Day::parse("2026-11-21").unwrap();
    let all = weigh(&mut app.database.read().unwrap(), &app.keyring, &version, today).unwrap();
    let open = all.iter().find(|one| !one.has_plan()).unwrap();
    assert!(!open.blocks(), "the rule proposes {:?}", open.priority());
    let (house, by, id) = (app.house.clone(), office.officer, open.exception.id);
    let decided = Decided {
        priority: Priority::P1,
        reason: Reason::parse("It concerns every server.").unwrap(),
        due: Day::parse("2026-12-21").unwrap(),
    };
    act(&office.house, "exception.prioritise", move |act| prioritise(act, &house, by, id, &decided));
    id
}

/// Tries to approve the only request.
fn approves(seller: &mut Visitor, path: &str) -> Page {
    // The page offers no form for it: the token is that of the form beside it.
    let deny = seller.get(path).form(&format!("{path}/deny"));
    let csrf = deny.value("csrf").unwrap().to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("days", "30"),
        ("delivery", "download"),
        ("downloads", "3"),
        ("reason", ""),
    ];
    seller.post_form(&format!("{path}/approve"), &fields)
}

#[test]
fn a_pressing_exception_without_a_plan_stops_requests_and_lets_named_people_in() {
    in_offices(|office| {
        let address = "ada@meridian-bank.example";
        office.asks_and_confirms("Ada First", address);
        let id = presses(office);
        let mut sara = office.seller("Sara");
        let path = only_link(&sara.get("/sales"), "/sales/requests/");
        let words = sara.get(&path).words();
        for said in ["P1 without a plan", "This cannot be approved by you", "invite the person by name"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        let talk = sara.get("/sales/reports/soc2-2026/talk-track");
        assert_eq!(talk.status, 200, "{}", talk.words());
        assert!(talk.words().contains("SECRETFINDING") && talk.words().contains("P1"), "{}", talk.words());
        assert_eq!(office.entries(EventKind::ReportTalkTrackOpened), 1);
        let refused = approves(&mut sara, &path);
        assert_eq!(refused.status, 409, "{}", refused.words());
        assert_eq!(office.entries(EventKind::GrantCreated), 0);

        let page = sara.get("/sales/invite");
        let form = page.form("/sales/invite").tick("items", &office.report.to_string());
        let form = form.fill("name", "Bea Second").fill("email", "bea@meridian-bank.example");
        let form = form.fill("organisation", "Meridian Bank");
        let unasked = sara.submit(&page, &form);
        assert_eq!(unasked.status, 422, "{}", unasked.words());
        let known = sara.submit(&page, &form.tick("pressing", "yes"));
        assert_eq!(known.status, 303, "{}", known.words());
        assert_eq!(office.entries(EventKind::GrantCreated), 1);

        let (house, by) = (office.house.app().house.clone(), office.officer);
        let accepted = RiskAccepted {
            executive: PersonName::parse("Ingrid Halvorsen").unwrap(),
            title: JobTitle::parse("Chief executive").unwrap(),
            statement: Paragraphs::parse("I accept the risk until the next report.").unwrap(),
        };
        act(&office.house, "exception.accept_risk", move |act| accept_risk(act, &house, by, id, &accepted));
        assert_eq!(office.entries(EventKind::ExceptionRiskAccepted), 1);
        let mut intruder = office.house.app().database.connect().unwrap();
        for statement in ["UPDATE memo SET kind = 'priority'", "DELETE FROM memo"] {
            assert!(intruder.batch_execute(statement).is_err(), "accepted: {statement}");
        }
        assert!(!sara.get(&path).words().contains("P1 without a plan"));
        assert_eq!(approves(&mut sara, &path).status, 303);
        assert_eq!(office.grants_of(address).len(), 1);
    });
}
