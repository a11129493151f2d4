//! Staff sign-in by one-time links.

use crate::support::house::House;
use candor::identity::Role;

#[test]
fn opening_the_link_uses_nothing_up_and_the_button_signs_in_once() {
    let house = House::open();
    let link = house.staff_link(house.add_staff("Ada", Role::Sales));
    let (mut scanner, mut ada, mut thief) = (house.visitor(), house.visitor(), house.visitor());
    for _ in 0..3 {
        let page = scanner.get(&link);
        assert_eq!(page.status, 200);
        assert!(page.header("set-cookie").is_none());
        assert!(!page.html().contains("ada@house.example"), "the page tells the address");
    }
    assert_eq!(scanner.get(&link).status, 200);
    let page = ada.get(&link);
    assert!(page.words().contains("Sign in as Ada"), "{}", page.words());
    let sent = ada.submit(&page, &page.form("/staff/sign-in"));
    assert_eq!((sent.status, sent.header("location")), (303, Some("/desk")));
    assert!(ada.cookie("__Host-candor").is_some());
    let next = ada.follow(&sent);
    assert_eq!((next.status, next.header("location")), (303, Some("/sales")));

    let late = thief.get(&link);
    assert!(
        late.words().contains("This link was used already, on 21 November 2026, 09:30 UTC"),
        "{}",
        late.words()
    );
    let again = thief.submit(&page, &page.form("/staff/sign-in"));
    assert_eq!(again.status, 422);
    assert!(again.words().contains("was used already"), "{}", again.words());
    assert!(thief.cookie("__Host-candor").is_none());
    assert_eq!(thief.get("/staff").header("location"), Some("/staff/sign-in"));
}

#[test]
fn old_replaced_and_invented_links_say_so() {
    let house = House::open();
    let ada = house.add_staff("Ada", Role::Sales);
    let mut visitor = house.visitor();
    let replaced = house.staff_link(ada);
    let newest = house.staff_link(ada);
    assert!(visitor.get(&replaced).words().contains("a newer one was made for you"));
    assert!(visitor.get(&newest).words().contains("Sign in as Ada"));
    house.advance_secs(24 * 3_600);
    assert!(visitor.get(&newest).words().contains("This link has ended"));
    for invented in ["/staff/sign-in/nonsense", &format!("/staff/sign-in/{}", "A".repeat(43))] {
        let page = visitor.get(invented);
        assert!(page.words().contains("This link is not one of ours"), "{}", page.words());
    }
    let page = visitor.post_form("/staff/sign-in", &[("csrf", ""), ("link", &"A".repeat(43))]);
    assert_eq!(page.status, 404);
    assert!(visitor.get("/staff/sign-in").words().contains("candor staff link"));
}

#[test]
fn removing_somebody_ends_their_session_at_the_next_request() {
    let house = House::open();
    house.add_staff("Boss", Role::Admin);
    let mut ada = house.staff("Ada", Role::Sales);
    assert_eq!(ada.get("/staff").status, 200);
    let id = house
        .app()
        .database
        .read()
        .and_then(|mut db| candor::identity::staff::list(&mut db, &house.app().keyring))
        .unwrap()
        .into_iter()
        .find(|member| member.person.shown_as() == "Ada")
        .unwrap()
        .person
        .id;
    let removed = house.app().writer.act_blocking("staff.remove", move |act| {
        candor::identity::acts::staff::remove_staff(act, candor::ledger::Actor::Operator, id)
    });
    assert_eq!(removed.unwrap().value, 1);
    assert_eq!(ada.get("/staff").header("location"), Some("/staff/sign-in"));
}
