//! Each desk opens to its own role only; also an administrator sits at no other desk.

use crate::support::house::House;
use candor::identity::Role;

/// Paths of desks, with the roles that open them.
const DESKS: &[(&str, &[Role])] = &[
    ("/staff", &[Role::Admin, Role::Auditor, Role::Compliance, Role::Sales, Role::Security]),
    ("/staff/people", &[Role::Admin]),
];

#[test]
fn the_matrix_of_roles_and_desks() {
    let house = House::open();
    let mut stranger = house.visitor();
    for role in Role::ALL {
        let mut staff = house.staff(&format!("{role}-person"), *role);
        for (path, admitted) in DESKS {
            let wanted = if admitted.contains(role) { 200 } else { 403 };
            let page = staff.get(path);
            assert_eq!(page.status, wanted, "{role} at {path}: {}", page.words());
        }
    }
    for (path, _) in DESKS {
        assert_eq!(stranger.get(path).header("location"), Some("/staff/sign-in"), "{path}");
    }
}

#[test]
fn a_refusal_at_a_desk_says_who_may_sit_there() {
    let house = House::open();
    let mut ada = house.staff("Ada", Role::Sales);
    let words = ada.get("/staff/people").words();
    assert!(words.contains("This page is for administrators. Your sign-in does not open it."), "{words}");
    let mut boss = house.staff("Boss", Role::Admin);
    assert_eq!(boss.get("/desk").header("location"), Some("/staff/people"));
    let words = boss.get("/staff/people").words();
    assert!(words.contains("ada@house.example sales"), "{words}");
}
