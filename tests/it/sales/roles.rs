//! Only the sales desk enters: other staff are refused, visitors are sent to the sign-in page.

use super::desk::in_offices;
use candor::identity::Role;

#[test]
fn every_page_of_sales_is_for_the_sales_desk_only() {
    in_offices(|office| {
        let id = "01890000-0000-7000-8000-000000000000";
        let pages = ["/sales", "/sales/invite", "/sales/grants"].map(str::to_owned);
        let pages = pages.into_iter().chain([format!("/sales/requests/{id}"), format!("/sales/grants/{id}")]);
        let (mut cora, mut sara) = (office.house.staff("Cora", Role::Compliance), office.seller("Sara"));
        let mut stranger = office.house.visitor();
        for path in pages {
            assert_eq!(cora.get(&path).status, 403, "{path}");
            let away = stranger.get(&path);
            assert_eq!((away.status, away.header("location")), (303, Some("/staff/sign-in")), "{path}");
            assert_eq!(sara.get(&path).status, if path.contains(id) { 404 } else { 200 }, "{path}");
        }
        let csrf = cora.get("/staff").form("/sign-out").value("csrf").unwrap().to_owned();
        for act in [
            format!("requests/{id}/approve"),
            format!("requests/{id}/deny"),
            "invite".to_owned(),
            format!("grants/{id}/revoke"),
        ] {
            assert_eq!(cora.post_form(&format!("/sales/{act}"), &[("csrf", &csrf)]).status, 403, "{act}");
        }
    });
}
