//! What a program of a recipient reads, with which token, and what stops it.

use super::{form, recipient, revoke};
use crate::sales::desk::{Office, act, in_offices};
use crate::support::visitor::Visitor;
use candor::ids::ApiTokenId;
use candor::ledger::EventKind;
use candor::tokens::jwt::Mint;
use candor::tokens::{ApiToken, store};
use serde_json::Value;

/// What a token of these offices reads.
const PATH: &str = "/api/v1/reports/soc2-2026/exceptions";
/// The recipient.
const ADA: &str = "ada.first@meridian-bank.example";

/// Makes a token on the page and reads it off.
fn makes(ada: &mut Visitor) -> String {
    let page = ada.get("/access");
    let shown = ada.submit(&page, &form(&page, "/reports/soc2-2026/tokens"));
    assert_eq!(shown.status, 200, "{}", shown.words());
    let html = shown.html();
    html.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().to_owned()
}

/// Asks with this token, from a machine without cookies: status and body.
fn asks(office: &Office, path: &str, token: Option<&str>) -> (u16, String, Value) {
    let program = office.house.visitor_from("192.0.2.77");
    let header = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = header.iter().map(|header| ("Authorization", header.as_str())).collect();
    let answer = program.clone().begin(&program.request("GET", path, &headers));
    let (status, kind) = (answer.status, answer.header("content-type").unwrap_or_default().to_owned());
    let body = answer.whole();
    let json = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)));
    (status, kind, json)
}

/// Somebody invited who has accepted the NDA and made a token.
fn with_token(office: &Office) -> (Visitor, String) {
    office.invites("Ada First");
    let mut ada = recipient(office, ADA);
    let token = makes(&mut ada);
    (ada, token)
}

/// The one token of the grant, as it is stored.
fn stored(office: &Office) -> ApiToken {
    let grant = office.grants_of(ADA)[0].id;
    store::list_by_grant(&mut office.house.app().database.read().unwrap(), grant).unwrap()[0]
}

#[test]
fn a_program_reads_what_its_recipient_reads_and_each_reading_is_an_entry() {
    in_offices(|office| {
        let (mut ada, token) = with_token(office);
        super::told::tells(office, 1, candor::remediation::Status::InProgress, "The rebuild has begun.");
        let (status, kind, json) = asks(office, PATH, Some(&token));
        assert_eq!((status, kind.as_str()), (200, "application/json"), "{json}");
        assert_eq!(json["report"]["title"], "SOC 2 Type II, 2026");
        // Nobody has looked at the signatures of this file, and nothing else is claimed.
        assert_eq!(json["report"].get("issued_file_signatures"), Some(&Value::Null), "{json}");
        assert_eq!(json["recipient"]["copy"], office.grants_of(ADA)[0].copy.as_str());
        let second = &json["exceptions"][1];
        assert_eq!((&second["reference"], &second["priority"]), (&Value::from("E-2"), &Value::from("p2")));
        assert_eq!(second["finding"], "SECRETFINDING access was removed late.");
        assert_eq!(second["remediation"]["status"], "in_progress");
        assert_eq!(second["remediation"]["history"][0]["by"], "Officer");
        let entries = super::entries(office, EventKind::ReportReadByToken);
        assert_eq!((entries.len(), &Value::from(entries[0].index)), (1, &json["entry"]));
        assert_eq!(entries[0].leaf.facts["token"].to_string(), stored(office).id.to_string());
        assert!(
            ada.get("/access").words().contains("was read by a recipient's program"),
            "the recipient sees it"
        );
        let mut seller = office.seller("Frida");
        let grant = format!("/sales/grants/{}", office.grants_of(ADA)[0].id);
        let words = seller.get(&grant).words();
        assert!(words.contains("Token of a program Live") && !words.contains("SECRET"), "{words}");
        assert!(!ada.get("/access").html().contains(&token), "it is shown once");
    });
}

#[test]
fn without_a_token_that_counts_nothing_is_told() {
    in_offices(|office| {
        let (mut ada, token) = with_token(office);
        let app = office.house.app();
        let refused = |token: Option<&str>, what: &str| {
            let (status, kind, json) = asks(office, PATH, token);
            assert_eq!((status, kind.as_str()), (401, "application/problem+json"), "{what}: {json}");
            for member in ["type", "title", "detail", "todo", "request_id"] {
                assert!(json[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {json}");
            }
            assert!(!json.to_string().contains("SECRET"));
        };
        refused(None, "none");
        refused(Some("nonsense"), "nonsense");
        let (head, rest) = token.split_once('.').unwrap();
        refused(Some(&format!("{}.{rest}", head.replace('J', "K"))), "another header");
        refused(Some(&format!("{head}.{}", rest.replace('.', "x."))), "changed claims");
        // Signed here, but no row says that it was made.
        let now = app.clock.now();
        let (grant, unknown) = (office.grants_of(ADA)[0].id, ApiTokenId::new(&app.clock));
        refused(Some(&app.mint.sign(unknown, grant, (now, now.plus_secs(60))).unwrap()), "never made");
        let other = Mint::new(&candor::seal::Keyring::generate(&app.clock), &app.config.base_url).unwrap();
        let made = stored(office);
        refused(Some(&other.sign(made.id, grant, (now, now.plus_secs(60))).unwrap()), "another key");
        // A session is no token: a page of another site could bring it along.
        let cookies = ada.request("GET", PATH, &[("Sec-Fetch-Site", "same-origin")]);
        assert_eq!(ada.begin(&cookies).status, 401);
        let page = ada.get("/access");
        let back = form(&page, &format!("/access/tokens/{}/take-back", made.id));
        assert_eq!(ada.submit(&page, &back).status, 303);
        refused(Some(&token), "taken back");
        assert_eq!(office.entries(EventKind::ReportReadByToken), 0);
        assert_eq!(office.entries(EventKind::TokenTakenBack), 1);
    });
}

#[test]
fn a_token_ends_with_its_time_and_with_its_grant() {
    in_offices(|office| {
        let (_, token) = with_token(office);
        assert_eq!(asks(office, PATH, Some(&token)).0, 200);
        // Weeks after the session ended it still reads: it does not rest on the session.
        office.house.advance_secs(20 * 86_400);
        assert_eq!(asks(office, PATH, Some(&token)).0, 200);
        office.house.advance_secs(10 * 86_400);
        let (status, _, json) = asks(office, PATH, Some(&token));
        assert!(status == 401 && json["detail"].as_str().unwrap().contains("expired"), "{json}");
    });
    in_offices(|office| {
        let (_, token) = with_token(office);
        revoke(office, office.grants_of(ADA)[0].id);
        let (status, _, json) = asks(office, PATH, Some(&token));
        assert!(status == 410 && json["detail"].as_str().unwrap().contains("revoked"), "{json}");
        assert_eq!(
            (office.entries(EventKind::ReportReadByToken), office.entries(EventKind::AccessRefused)),
            (0, 1)
        );
    });
    in_offices(|office| {
        let (_, token) = with_token(office);
        office.withdraws();
        assert_eq!(asks(office, PATH, Some(&token)).0, 410);
    });
    in_offices(|office| {
        let (_, token) = with_token(office);
        office.publishes_nda();
        let (status, _, json) = asks(office, PATH, Some(&token));
        assert!(status == 403 && json["detail"].as_str().unwrap().contains("NDA"), "{json}");
    });
}

#[test]
fn a_token_reads_its_own_report_and_belongs_to_its_own_person() {
    in_offices(|office| {
        let (_, token) = with_token(office);
        super::put_on_shelf(office, "other-2026", "halvorsen-soc2-2026");
        let (status, _, json) = asks(office, "/api/v1/reports/other-2026/exceptions", Some(&token));
        assert!(status == 403 && json["todo"].as_str().unwrap().contains("/soc2-2026/"), "{json}");
        assert_eq!(asks(office, "/api/v1/reports/never-was/exceptions", Some(&token)).0, 403);
        assert_eq!(asks(office, "/api/v1/nothing", Some(&token)).0, 404);
        office.invites("Eve Other");
        let mut eve = recipient(office, "eve.other@meridian-bank.example");
        let csrf = super::csrf(&mut eve);
        let path = format!("/access/tokens/{}/take-back", stored(office).id);
        assert_eq!(eve.post_form(&path, &[("csrf", &csrf)]).status, 404);
        assert_eq!(asks(office, PATH, Some(&token)).0, 200, "nobody else took it back");
    });
}

#[test]
fn tokens_are_few_and_programs_are_told_to_wait() {
    in_offices(|office| {
        let (mut ada, token) = with_token(office);
        for _ in 0..4 {
            makes(&mut ada);
        }
        let page = ada.get("/access");
        let sixth = ada.submit(&page, &form(&page, "/reports/soc2-2026/tokens"));
        assert!(sixth.status == 409 && sixth.words().contains("5 live tokens"), "{}", sixth.words());
        let statuses: Vec<u16> = (0..61).map(|_| asks(office, PATH, Some(&token)).0).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 60);
        assert_eq!(statuses.last(), Some(&429));
        office.house.advance_secs(60);
        assert_eq!(asks(office, PATH, Some(&token)).0, 200);
    });
}

#[test]
fn a_token_taken_back_while_its_request_is_on_the_way_opens_nothing() {
    in_offices(|office| {
        let (_, _) = with_token(office);
        let token = stored(office);
        act(&office.house, "token.take_back", move |act| {
            candor::tokens::acts::take_back(act, token.person, token.id)
        });
        let origin =
            candor::identity::Origin { address: "192.0.2.77".parse().unwrap(), user_agent: String::new() };
        let asker = candor::release::Asker { person: token.person, confirmed_at: token.created_at, origin };
        let gate = office.house.app().gate();
        let admitted = actix_web::rt::System::new().block_on(gate.admit_token(asker, token.grant, token.id));
        assert!(matches!(admitted, Err(candor::release::Refused::NotYours)), "{admitted:?}");
        assert_eq!(
            super::entries(office, EventKind::AccessRefused)[0].leaf.facts["why"].to_string(),
            "token"
        );
    });
}
