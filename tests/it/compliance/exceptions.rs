//! Exceptions of a draft, and remediation beside what is finalized.

use super::{EXCEPTION, ONE_PAGE, at_the_desk, creates, send, uploads};
use crate::support::forms::Form;
use crate::support::visitor::{Page, Visitor};

/// Enters the exception with these changes.
pub(super) fn enters(officer: &mut Visitor, href: &str, changes: &[(&str, &str)]) -> Page {
    let page = officer.get(&format!("{href}/exceptions/new"));
    let kept = EXCEPTION.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let fields: Vec<_> =
        kept.chain(changes).copied().filter(|(name, value)| *name != "tests" || !value.is_empty()).collect();
    send(officer, &page, &format!("{href}/exceptions/new"), &fields)
}

/// Where the report's first exception is edited or updated.
pub(super) fn link(officer: &mut Visitor, href: &str, ending: &str) -> String {
    let links = officer.get(href).links();
    let start = format!("{href}/exceptions/");
    links
        .into_iter()
        .filter(|link| link.starts_with(&start) && !link.ends_with("/new"))
        .find(|link| link.ends_with(ending) && (ending == "/priority" || !link.ends_with("/priority")))
        .unwrap()
}

/// The form that is sent to exactly this address.
fn form_of(page: &Page, action: &str) -> Form {
    Form::all(&page.html()).into_iter().find(|form| form.action == action).unwrap()
}

#[test]
fn an_exception_is_entered_changed_and_removed() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        let entered = enters(officer, &href, &[]);
        assert!(officer.follow(&entered).words().contains("Exception E-1 is entered."));
        let overview = officer.get("/compliance").words();
        assert!(
            overview.contains("Response missing") && overview.contains("Write the response"),
            "{overview}"
        );

        let edit = link(officer, &href, "");
        let page = officer.get(&edit);
        let form = form_of(&page, &edit);
        let sent: Vec<_> =
            form.values.iter().filter(|(name, _)| name == "tests" || name == "class").cloned().collect();
        assert_eq!(sent.len(), 2, "class and test are as they were chosen: {sent:?}");
        let answered = form
            .fill("acknowledgement", "We agree. This was merely a formality.")
            .fill("completed", "On 27 April 2026 all accounts were disabled.")
            .fill("planned_date", "2026-12-18");
        let saved = officer.submit(&page, &answered);
        assert!(saved.header("location").unwrap().ends_with("#advice"));
        let advised = officer.follow(&saved).words();
        for said in
            ["Exception E-1 is saved.", "Too brief", "Playing it down", "This was merely a formality."]
        {
            assert!(advised.contains(said), "{said}: {advised}");
        }
        let better = "We agree that three of twenty-five accounts were disabled later than one business day after the \
                      last day, which is longer than our control allows.";
        let page = officer.get(&edit);
        let saved = officer.submit(&page, &form_of(&page, &edit).fill("acknowledgement", better));
        assert!(officer.follow(&saved).words().contains("Every exception has one."));

        let page = officer.get(&edit);
        let removed = officer.submit(&page, &page.form(&format!("{edit}/remove")));
        assert!(officer.follow(&removed).words().contains("No exceptions entered"));
        assert_eq!(officer.get(&edit).status, 404);
    });
}

#[test]
fn a_wrong_exception_is_answered_beside_its_fields_and_keeps_its_words() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        let action = format!("{href}/exceptions/new");
        let again =
            enters(officer, &href, &[("deviations", "26"), ("tests", ""), ("planned_date", "2026-12-18")]);
        assert_eq!(again.status, 422);
        for said in [
            "Deviations cannot be more than the 25 items tested.",
            "tick one kind at least",
            "Please begin the response with the acknowledgement.",
        ] {
            assert!(again.words().contains(said), "{said}: {}", again.words());
        }
        assert_eq!(
            again.form(&action).value("finding"),
            Some("For 3 of 25 persons selected, access was disabled late.")
        );
        assert_eq!(enters(officer, &href, &[]).status, 303);
        let taken = enters(officer, &href, &[]);
        assert_eq!(taken.status, 422);
        assert!(taken.words().contains("This report has an exception E-1 already."), "{}", taken.words());
    });
}

#[test]
fn remediation_is_told_beside_a_finalized_report_with_date_and_name() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        uploads(officer, &href, ONE_PAGE);
        enters(officer, &href, &[("acknowledgement", "We agree."), ("planned_date", "2026-12-18")]);
        let draft = link(officer, &href, "");
        assert_eq!(officer.get(&format!("{draft}/remediation")).status, 409, "not beside a draft");
        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));

        let path = link(officer, &href, "/remediation");
        let page = officer.get(&path);
        let update = [
            ("status", "in_progress"),
            ("happened_on", "2026-11-22"),
            ("text", "Automatic rebuild runs in test."),
        ];
        let again = send(officer, &page, &path, &update);
        assert_eq!(again.status, 422);
        assert!(again.words().contains("This day lies in the future."), "{}", again.words());
        let told =
            send(officer, &again, &path, &[("happened_on", "2026-11-20"), ("owner", "Platform engineering")]);
        assert_eq!(told.status, 303, "{}", told.words());
        let page = officer.get(&path).words();
        for said in [
            "20 November 2026",
            "21 November 2026, 09:30 UTC",
            "Tobias",
            "owner Platform engineering",
            "Automatic rebuild runs in test.",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }

        assert!(!officer.get(&href).words().contains("overdue"));
        house.advance_secs(28 * 86_400);
        let mut officer = house.staff("Later", candor::identity::Role::Compliance);
        assert!(officer.get(&href).words().contains("In progress, overdue"), "the day after 18 December");
        assert!(officer.get("/compliance").words().contains("Remediation overdue"));
    });
}
