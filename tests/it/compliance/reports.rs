//! A report on its way from draft to finalized.

use super::{EXCEPTION, FACTS, ONE_PAGE, at_the_desk, creates, send, uploads};

#[test]
fn a_report_goes_from_draft_to_finalized_and_never_changes_again() {
    at_the_desk("", |house, officer| {
        assert!(officer.get("/compliance/reports").words().contains("No report yet"));
        let href = creates(officer, "nasa");
        let page = officer.get(&href).words();
        assert!(page.contains("Upload the PDF that the auditor issued."), "{page}");
        assert_eq!(officer.get(&format!("{href}/finalize")).status, 409, "nothing to finalize yet");
        assert!(!house.visitor().get("/").words().contains("SOC 2 Type II, 2026"), "a draft is not offered");

        assert_eq!(uploads(officer, &href, ONE_PAGE).status, 303);
        let page = officer.get(&format!("{href}/exceptions/new"));
        send(officer, &page, &format!("{href}/exceptions/new"), EXCEPTION);
        let asks = officer.get(&format!("{href}/finalize"));
        assert!(asks.words().contains("1 exception without a response"), "{}", asks.words());
        let done = officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        let page = officer.follow(&done);
        assert!(
            page.words().contains("The report is finalized and offered on the trust page."),
            "{}",
            page.words()
        );
        assert!(house.visitor().get("/").words().contains("SOC 2 Type II, 2026"));

        let forms = ["/facts", "/exceptions/new", "/finalize"]
            .map(|path| officer.get(&format!("{href}{path}")).status);
        assert_eq!(forms, [409; 3]);
        let csrf = page.form("/sign-out").value("csrf").unwrap().to_owned();
        let fields: Vec<(&str, &str)> =
            [("csrf", csrf.as_str())].into_iter().chain(FACTS.iter().copied()).collect();
        let refused = officer.post_form(&format!("{href}/facts"), &fields);
        assert_eq!(refused.status, 409);
        assert!(
            refused.words().contains("This version is finalized and never changes."),
            "{}",
            refused.words()
        );
    });
}

#[test]
fn facts_are_kept_as_typed_and_wrong_ones_stand_beside_their_fields() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        let page = officer.get(&format!("{href}/facts"));
        let action = format!("{href}/facts");
        assert_eq!(page.form(&action).value("subservices"), Some("Graniteloft Inc. | Hosting | carve-out"));
        let again = send(
            officer,
            &page,
            &action,
            &[("period_to", "2025-01-01"), ("subservices", "Graniteloft"), ("scope", "All of it.")],
        );
        assert_eq!(again.status, 422);
        assert!(again.words().contains("The period ends before it begins."), "{}", again.words());
        assert!(again.words().contains("Subservice organisations, line 1"), "{}", again.words());
        assert_eq!(again.form(&action).value("scope"), Some("All of it."));
        let saved = send(officer, &again, &action, &[("period_to", "2026-09-30"), ("subservices", "")]);
        assert!(officer.follow(&saved).words().contains("All of it."));
    });
}

#[test]
fn an_address_belongs_to_one_report() {
    at_the_desk("", |_, officer| {
        creates(officer, "soc2-2026");
        for (slug, said) in [
            ("soc2-2026", "Another report has this address already."),
            ("new", "taken by the house itself"),
            ("SOC 2", "small letters, digits and hyphens only"),
        ] {
            let page = officer.get("/compliance/reports/new");
            let fields: Vec<_> = [("slug", slug)].iter().chain(FACTS).copied().collect();
            let again = send(officer, &page, "/compliance/reports/new", &fields);
            assert_eq!(again.status, 422, "{slug}");
            assert!(again.words().contains(said), "{slug}: {}", again.words());
            assert_eq!(again.form("/compliance/reports/new").value("auditor"), Some("Fennimore Quill LLP"));
        }
        assert_eq!(officer.get("/compliance/reports/nothing-here").status, 404);
        assert_eq!(officer.get("/compliance/reports/NOTHING").status, 404);
    });
}

#[test]
fn a_withdrawn_report_is_offered_no_more() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        uploads(officer, &href, ONE_PAGE);
        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        let asks = officer.get(&format!("{href}/withdraw"));
        let done = officer.submit(
            &asks,
            &asks.form(&format!("{href}/withdraw")).fill("reason", "The auditor asked for it."),
        );
        assert!(officer.follow(&done).words().contains("The report is withdrawn."));
        assert!(!house.visitor().get("/").words().contains("SOC 2 Type II, 2026"));
        assert_eq!(officer.get(&format!("{href}/withdraw")).status, 409);
    });
}
