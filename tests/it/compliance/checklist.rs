//! The thirty days after a report has arrived, and the verdict, which looks at facts and not at ticks.

use super::exceptions::enters;
use super::{ONE_PAGE, at_the_desk, creates, uploads};
use crate::support::forms::Form;
use crate::support::visitor::{Page, Visitor};

/// The form that is sent to exactly this address.
fn form_of(page: &Page, action: &str) -> Form {
    Form::all(&page.html()).into_iter().find(|form| form.action == action).unwrap()
}

/// Says when the report arrived.
fn begins(officer: &mut Visitor, path: &str, day: &str) -> Page {
    let page = officer.get(path);
    officer.submit(&page, &form_of(&page, path).fill("arrived", day))
}

#[test]
fn items_have_owners_days_and_marks_with_names() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "soc2-2026");
        let path = format!("{href}/checklist");
        assert!(officer.get(&path).words().contains("Not begun"));
        let csrf = officer.get(&path).form(&path).value("csrf").unwrap().to_owned();
        let early = officer.post_form(&format!("{path}/read"), &[("csrf", &csrf), ("done", "yes")]);
        assert_eq!(early.status, 409, "{}", early.words());
        let future = begins(officer, &path, "2026-11-22");
        assert_eq!(future.status, 422);
        assert!(future.words().contains("This day lies in the future."), "{}", future.words());
        assert_eq!(begins(officer, &path, "2026-11-09").status, 303);

        // Twelve days after it arrived: read, facts, owners and causes are overdue, priorities are due today.
        let page = officer.get(&path);
        for said in ["Week 1", "Week 4", "0 of 13 done (0 %), 4 overdue", "until 12 November 2026"] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let read = format!("{path}/read");
        let form = form_of(&page, &read).fill("owner_read", "Tobias Reinholt");
        officer.submit(&page, &form.clone().tick("done", "yes"));
        let page = officer.get(&path);
        for said in ["1 of 13 done (7 %), 3 overdue", "Done Tobias"] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        assert_eq!(form_of(&page, &read).value("owner_read"), Some("Tobias Reinholt"));
        house.advance_secs(60);
        officer.submit(&page, &form_of(&page, &read).tick("done", "no"));
        assert!(officer.get(&path).words().contains("0 of 13 done"), "a mark is taken back");
        assert_eq!(officer.post_form(&format!("{path}/nonsense"), &[("csrf", &csrf)]).status, 404);
        let long = "x".repeat(301);
        let page = officer.get(&path);
        let wrong = officer.submit(&page, &form_of(&page, &read).fill("owner_read", &long));
        assert_eq!(wrong.status, 422);
        assert!(wrong.words().contains("Who does it is too long"), "{}", wrong.words());
        assert_eq!(form_of(&wrong, &read).value("owner_read"), Some(long.as_str()));
    });
}

#[test]
fn the_verdict_is_computed_from_what_is_there() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        let path = format!("{href}/checklist");
        let not_ready = officer.get(&path);
        for said in
            ["Not ready: 4 things are missing", "Missing: An NDA is in force.", "Advised: A cover note"]
        {
            assert!(not_ready.words().contains(said), "{said}: {}", not_ready.words());
        }
        assert!(
            not_ready.links().iter().any(|link| link == "/compliance/nda"),
            "each leads to where it is mended"
        );
        enters(officer, &href, &[]);
        let silent = officer.get(&path).words();
        assert!(
            silent.contains("Without a response: E-1.") && silent.contains("P1 without a dated plan: E-1.")
        );
        uploads(officer, &href, ONE_PAGE);
        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        let words = officer.get(&path).words();
        assert!(words.contains("Holds: The file is prepared.") && words.contains("Holds: It is finalized"));
        assert!(words.contains("Not ready"), "{words}");
    });
}
