//! How long a session lasts, and how it ends.

use crate::support::house::House;
use candor::identity::Role;

#[test]
fn a_session_ends_after_half_an_hour_without_use() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    for _ in 0..4 {
        house.advance_secs(29 * 60);
        assert_eq!(ada.get("/staff").status, 200);
    }
    house.advance_secs(30 * 60);
    assert_eq!(ada.get("/staff").status, 303);
}

#[test]
fn a_staff_session_ends_after_twelve_hours_of_use() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    for _ in 0..47 {
        house.advance_secs(15 * 60);
        assert_eq!(ada.get("/staff").status, 200);
    }
    house.advance_secs(15 * 60);
    assert_eq!(ada.get("/staff").status, 303);
}

#[test]
fn signing_out_ends_the_session_for_whoever_kept_the_cookie() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    let kept = ada.cookie("__Host-candor").unwrap().to_owned();
    let page = ada.get("/staff");
    let out = ada.submit(&page, &page.form("/sign-out"));
    assert_eq!((out.status, out.header("location")), (303, Some("/")));
    assert!(ada.cookie("__Host-candor").is_none());
    let mut thief = house.visitor();
    thief.set_cookie("__Host-candor", &kept);
    assert_eq!(thief.get("/staff").status, 303);
}

#[test]
fn cookies_are_for_this_host_only_and_out_of_reach_of_scripts() {
    let house = House::open();
    let link = house.staff_link(house.add_staff("Ada", Role::Sales));
    let mut ada = house.visitor();
    let page = ada.get(&link);
    let sent = ada.submit(&page, &page.form("/staff/sign-in"));
    let cookies: Vec<&str> = sent
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-candor"), "{cookie}");
        for flag in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(flag), "{flag} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}
