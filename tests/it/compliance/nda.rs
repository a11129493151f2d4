//! NDA texts: looked at before they are published, never changed afterwards.

use super::{at_the_desk, send};
use candor::nda::digest;
use candor::text::hex;

#[test]
fn a_text_is_in_force_only_after_it_was_looked_at_and_published() {
    at_the_desk("", |_, officer| {
        let text = "1. What is confidential\n\nEverything in the report, <b>also this</b>.";
        let page = officer.get("/compliance/nda");
        assert!(page.words().contains("No NDA is in force"), "{}", page.words());
        let asked = send(officer, &page, "/compliance/nda", &[("text", text)]);
        assert_eq!(asked.status, 200);
        assert!(asked.words().contains("<b>also this</b>"), "{}", asked.words());
        assert!(
            officer.get("/compliance/nda").words().contains("No NDA is in force"),
            "looking publishes nothing"
        );

        let published = officer.submit(&asked, &asked.form("/compliance/nda/publish"));
        let list = officer.follow(&published).words();
        assert!(list.contains("Version 1 of the NDA is in force."), "{list}");
        assert!(list.contains(&hex(&digest(text.as_bytes()))), "{list}");
        let file = officer.get("/compliance/nda/1/text");
        assert_eq!(file.body, text.as_bytes(), "the file is the text, byte for byte");
    });
}

#[test]
fn a_correction_is_a_new_version() {
    at_the_desk("", |_, officer| {
        for text in ["The first text.", "The second text."] {
            let page = officer.get("/compliance/nda");
            let asked = send(officer, &page, "/compliance/nda", &[("text", text)]);
            officer.submit(&asked, &asked.form("/compliance/nda/publish"));
        }
        assert!(officer.get("/compliance/nda/1").words().contains("Replaced"));
        let second = officer.get("/compliance/nda/2").words();
        assert!(second.contains("In force") && second.contains("The second text."), "{second}");
        assert_eq!(officer.get("/compliance/nda/3").status, 404);
        let page = officer.get("/compliance/nda");
        assert_eq!(send(officer, &page, "/compliance/nda", &[("text", " ")]).status, 422);
    });
}
