//! The company's page.

use super::{at_the_desk, send};

#[test]
fn the_company_is_named_and_every_page_says_so() {
    at_the_desk("", |house, officer| {
        let overview = officer.get("/compliance").words();
        assert!(
            overview.contains("Name the company") && overview.contains("Enter the details"),
            "{overview}"
        );
        let page = officer.get("/compliance/company");
        let fields = [
            ("name", "Halvorsen Cloud"),
            ("contact", "trust@halvorsen.example"),
            ("domain", "halvorsen.example"),
            ("statement", "Customer data are encrypted.\n\nKeys are rotated."),
        ];
        let saved = send(officer, &page, "/compliance/company", &fields);
        let overview = officer.follow(&saved);
        assert!(overview.words().contains("The company's details are saved."), "{}", overview.words());
        assert!(
            overview.words().contains("Write the text"),
            "the next step is the NDA: {}",
            overview.words()
        );
        let page = officer.get("/compliance/company");
        assert_eq!(page.form("/compliance/company").value("domain"), Some("halvorsen.example"));
        assert!(house.visitor().get("/").words().contains("Halvorsen Cloud"));
    });
}

#[test]
fn what_is_wrong_stands_beside_its_field_and_the_rest_is_kept() {
    at_the_desk("", |_, officer| {
        let page = officer.get("/compliance/company");
        let fields =
            [("name", "Halvorsen Cloud"), ("contact", "trust"), ("domain", "gmail.com"), ("statement", "")];
        let again = send(officer, &page, "/compliance/company", &fields);
        assert_eq!(again.status, 422);
        let words = again.words();
        for said in [
            "Contact address is not an e-mail address",
            "Anybody gets an address at this domain",
            "What you commit to is missing",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert_eq!(again.form("/compliance/company").value("name"), Some("Halvorsen Cloud"));
    });
}
