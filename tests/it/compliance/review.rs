//! The review of a draft: corrections are asked for, answered, and finalizing waits for them.

use super::exceptions::{enters, link};
use super::{ONE_PAGE, at_the_desk, creates, send, uploads};
use crate::support::visitor::{Page, Visitor};

/// Opens the review until this day.
fn opens(officer: &mut Visitor, href: &str, due: &str) -> Page {
    let path = format!("{href}/review");
    let page = officer.get(&path);
    let form = crate::support::forms::Form::all(&page.html()).into_iter().find(|form| form.action == path);
    officer.submit(&page, &form.unwrap().fill("due", due))
}

/// Enters a correction.
fn asks(officer: &mut Visitor, href: &str, fields: &[(&str, &str)]) -> Page {
    let page = officer.get(&format!("{href}/review"));
    send(officer, &page, &format!("{href}/review/corrections"), fields)
}

/// A correction that lacks nothing.
const CORRECTION: &[(&str, &str)] = &[
    ("asked_by", "Ulrike Fennimore, Fennimore Quill LLP"),
    ("asked_on", "2026-11-20"),
    ("text", "SECRETCORRECTION: the sample was 26, not 25."),
];

/// A draft with a file, an answered exception and a review until 1 December.
fn under_review(officer: &mut Visitor) -> String {
    let href = creates(officer, "soc2-2026");
    uploads(officer, &href, ONE_PAGE);
    enters(officer, &href, &[("acknowledgement", "We agree."), ("planned_date", "2026-12-18")]);
    let page = officer.get(&href);
    assert!(page.words().contains("Responses") && page.words().contains("Open the review"));
    // 21 November 2026 is a Saturday: seven business days end on Tuesday of the week after next.
    let review = officer.get(&format!("{href}/review"));
    assert_eq!(review.form(&format!("{href}/review")).value("due"), Some("2026-12-01"));
    let past = opens(officer, &href, "2026-11-20");
    assert_eq!(past.status, 422, "{}", past.words());
    assert!(past.words().contains("lies in the past"), "{}", past.words());
    assert_eq!(opens(officer, &href, "2026-12-01").status, 303);
    href
}

/// Where the corrections of a report are answered.
fn answers(officer: &mut Visitor, href: &str) -> Vec<String> {
    let links = officer.get(&format!("{href}/review")).links();
    links.into_iter().filter(|link| link.contains("/review/corrections/")).collect()
}

#[test]
fn a_wrong_correction_keeps_its_words() {
    at_the_desk("", |_, officer| {
        let href = under_review(officer);
        let wrong =
            asks(officer, &href, &[("asked_by", ""), ("asked_on", "2026-11-22"), ("text", "kept words")]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.words().contains("Who asked is missing") && wrong.html().contains("kept words"));
        let future = asks(
            officer,
            &href,
            &[("asked_by", "U. F."), ("asked_on", "2026-11-22"), ("text", "kept words")],
        );
        assert_eq!(future.status, 422);
        assert!(future.words().contains("This day lies in the future."), "{}", future.words());
        assert!(officer.get(&format!("{href}/review")).words().contains("No corrections"));
    });
}

#[test]
fn a_report_with_an_open_correction_is_not_finalized() {
    at_the_desk("", |house, officer| {
        let href = under_review(officer);
        assert_eq!(asks(officer, &href, CORRECTION).status, 303);
        assert_eq!(asks(officer, &href, CORRECTION).status, 303);
        let report = officer.get(&href).words();
        for said in ["Review", "2 open", "Accept or decline 2 corrections", "Answer the corrections"] {
            assert!(report.contains(said), "{said}: {report}");
        }
        let waiting = officer.get("/compliance").words();
        assert!(waiting.contains("2 corrections of SOC 2 Type II, 2026 wait for an answer"), "{waiting}");
        let refused = officer.get(&format!("{href}/finalize"));
        assert_eq!(refused.status, 409);
        assert!(refused.words().contains("wait for an answer (2)"), "{}", refused.words());
        let csrf = officer.get(&href).form(&format!("{href}/upload")).value("csrf").unwrap().to_owned();
        let forced = officer.post_form(&format!("{href}/finalize"), &[("csrf", &csrf)]);
        assert_eq!(forced.status, 409, "the act itself refuses: {}", forced.words());

        house.advance_secs(11 * 86_400);
        let mut later = house.staff("Later", candor::identity::Role::Compliance);
        assert!(later.get("/compliance").words().contains("Review overdue"));
        let answers = answers(&mut later, &href);
        for (path, verdict) in answers.iter().zip(["accepted", "declined"]) {
            let page = later.get(path);
            let silent = later.submit(&page, &page.form(path).choose("verdict", verdict));
            assert_eq!(silent.status, 422, "an answer has its reason");
            let form = page.form(path).choose("verdict", verdict).fill("words", "It was counted again.");
            assert_eq!(later.submit(&page, &form).status, 303);
            assert_eq!(later.submit(&page, &form).status, 409, "an answer is not changed");
        }
        let review = later.get(&format!("{href}/review")).words();
        for said in ["Accepted", "Declined", "Later", "Ulrike Fennimore, Fennimore Quill LLP", "Nothing open"]
        {
            assert!(review.contains(said), "{said}: {review}");
        }
        let asked = later.get(&format!("{href}/finalize"));
        assert_eq!(later.submit(&asked, &asked.form(&format!("{href}/finalize"))).status, 303);
        // Afterwards the review is read, and nothing is asked for any more.
        let review = later.get(&format!("{href}/review"));
        assert!(
            review.words().contains("SECRETCORRECTION") && !review.words().contains("Enter a correction")
        );
        assert_eq!(later.get(&answers[0]).status, 409);
    });
}

#[test]
fn a_correction_names_an_exception_of_its_own_report_only() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        enters(officer, &href, &[]);
        opens(officer, &href, "2026-12-01");
        let page = officer.get(&format!("{href}/review"));
        let action = format!("{href}/review/corrections");
        let csrf = page.form(&action).value("csrf").unwrap().to_owned();
        let mut fields = vec![("csrf", csrf.as_str()), ("exception", "0195e8d0-0000-7000-8000-000000000000")];
        fields.extend(CORRECTION);
        let strange = officer.post_form(&action, &fields);
        assert_eq!(strange.status, 422);
        assert!(
            strange.words().contains("What it is about is not one of the choices"),
            "{}",
            strange.words()
        );
        let exception = link(officer, &href, "");
        let id = exception.rsplit('/').next().unwrap().to_owned();
        fields[1].1 = &id;
        assert_eq!(officer.post_form(&action, &fields).status, 303);
        assert!(
            officer.get(&format!("{href}/review")).words().contains("E-1: Access of leavers removed late")
        );
    });
}
