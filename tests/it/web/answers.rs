//! What every answer says to the browser, and the pages of what goes wrong.

use crate::support::house::House;
use candor::identity::Role;

#[test]
fn every_answer_forbids_what_pages_do_not_need() {
    let house = House::open();
    let mut visitor = house.visitor();
    let paths = ["/healthz", "/assets/candor.css", "/staff/sign-in", "/staff", "/nothing-here", "/sign-out"];
    for path in paths {
        let page = visitor.get(path);
        let policy = page.header("content-security-policy").unwrap();
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(rule), "{rule} on {path}");
        }
        assert!(!policy.contains("unsafe"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=63072000"),
        ] {
            assert_eq!(page.header(name), Some(value), "{name} on {path}");
        }
        let cache = if path.starts_with("/assets/") { "no-cache" } else { "no-store" };
        assert_eq!(page.header("cache-control"), Some(cache), "{path}");
        assert_eq!(page.header("x-request-id").unwrap().len(), 36, "{path}");
        assert_eq!(page.header("server"), None, "{path}");
    }
}

#[test]
fn a_page_that_is_not_there_says_so_with_the_number_of_the_request() {
    let house = House::open();
    let mut visitor = house.visitor();
    let page = visitor.get("/nothing-here");
    assert_eq!(page.status, 404);
    assert!(page.words().contains("There is nothing here"), "{}", page.words());
    assert!(page.words().contains(page.header("x-request-id").unwrap()), "{}", page.words());
    let page = visitor.get("/sign-out");
    assert_eq!((page.status, page.header("allow")), (405, Some("POST")));
    let page = visitor.post_form("/healthz", &[("csrf", "")]);
    assert_eq!((page.status, page.header("allow")), (405, Some("GET")));
    let mut ada = house.staff("Ada", Role::Sales);
    assert!(ada.get("/staff/nothing").words().contains("Ada"), "the frame forgets who is signed in");
}

#[test]
fn assets_are_sent_once_and_then_only_confirmed() {
    let house = House::open();
    let mut visitor = house.visitor();
    let first = visitor.get("/assets/candor.css");
    assert_eq!((first.status, first.header("content-type")), (200, Some("text/css; charset=utf-8")));
    let tag = first.header("etag").unwrap().to_owned();
    let answer = visitor.begin(&visitor.request("GET", "/assets/candor.css", &[("If-None-Match", &tag)]));
    assert_eq!(answer.status, 304);
    assert_eq!(visitor.get("/assets/../candor.toml").status, 404);
    assert_eq!(visitor.get("/assets/none.css").status, 404);
}

#[test]
fn health_is_told_to_anybody_and_nothing_else_is() {
    let house = House::open();
    let page = house.visitor().get("/healthz");
    assert_eq!((page.status, page.html().as_str()), (200, "ok"));
}

#[test]
fn what_just_happened_is_said_once() {
    let house = House::open();
    let link = house.staff_link(house.add_staff("Boss", Role::Admin));
    let mut boss = house.visitor();
    let page = boss.get(&link);
    let sent = boss.submit(&page, &page.form("/staff/sign-in"));
    let sent = boss.follow(&sent);
    let page = boss.follow(&sent);
    assert!(page.words().contains("You are signed in as Boss."), "{}", page.words());
    assert!(!boss.get("/staff").words().contains("You are signed in as Boss."));
    boss.set_cookie("__Host-candor-said", "AAAA.V2UgaGF2ZSBtb3ZlZA");
    assert!(!boss.get("/staff").words().contains("We have moved"));
}
