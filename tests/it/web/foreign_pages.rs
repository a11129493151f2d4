//! A page of another site cannot make anybody do anything here.

use crate::support::house::{House, ORIGIN};
use crate::support::visitor::{Page, Visitor};
use candor::identity::Role;

/// Sends a form with these headers instead of a browser's own.
fn post(visitor: &mut Visitor, headers: &[(&str, &str)], body: &str) -> Page {
    let mut request = visitor.request("POST", "/sign-out", headers);
    request.headers.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    request.body = body.as_bytes().to_vec();
    let answer = visitor.begin(&request);
    let (status, headers) = (answer.status, answer.headers.clone());
    Page { path: "/sign-out".to_owned(), status, headers, body: answer.whole() }
}

#[test]
fn a_foreign_page_cannot_post() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    let token = ada.get("/staff").form("/sign-out").value("csrf").unwrap().to_owned();
    let body = format!("csrf={token}");
    for headers in [
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")][..],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", "https://other.trust.example")],
        &[("Origin", "https://evil.example")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", ORIGIN)],
    ] {
        let page = post(&mut ada, headers, &body);
        assert_eq!(page.status, 403, "{headers:?}");
        assert!(page.words().contains("a page of another site"), "{}", page.words());
    }
    assert_eq!(ada.get("/staff").status, 200, "the session was ended by a foreign page");
    assert_eq!(post(&mut ada, &[("Sec-Fetch-Site", "same-origin")], &body).status, 303);
}

#[test]
fn with_a_session_every_form_needs_its_token() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    let mut eve = house.staff("Eve", Role::Sales);
    let foreign_token = eve.get("/staff").form("/sign-out").value("csrf").unwrap().to_owned();
    let own = [("Sec-Fetch-Site", "same-origin"), ("Origin", ORIGIN)];
    for body in ["", "csrf=", "csrf=AAAA", "x=1", &format!("csrf={foreign_token}")] {
        let page = post(&mut ada, &own, body);
        assert_eq!(page.status, 403, "{body:?}");
        assert!(page.words().contains("This page is from an earlier sign-in"), "{}", page.words());
    }
    assert_eq!(ada.get("/staff").status, 200);
}

#[test]
fn a_browser_that_says_nothing_is_believed_by_its_token_alone() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    assert_eq!(post(&mut ada, &[("Origin", "null")], "csrf=").status, 403);
    let token = ada.get("/staff").form("/sign-out").value("csrf").unwrap().to_owned();
    assert_eq!(post(&mut ada, &[("Origin", "null")], &format!("csrf={token}")).status, 303);
    // Without a session there is no token to believe.
    assert_eq!(post(&mut house.visitor(), &[], "csrf=").status, 403);
    assert_eq!(post(&mut house.visitor(), &[("Origin", ORIGIN)], "csrf=").status, 303);
}
