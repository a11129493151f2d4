//! What is decided beside reports and exchanged with other programs: priorities, the board, import and export.

use super::exceptions::{enters, link};
use super::{ONE_PAGE, at_the_desk, creates, send, uploads};
use crate::support::forms::Form;
use crate::support::visitor::{Page, Visitor};

/// Pastes a text into the report's import page.
fn pastes(officer: &mut Visitor, href: &str, text: &str) -> Page {
    let path = format!("{href}/import");
    let page = officer.get(&path);
    let form = page.form(&path).fill("text", text);
    officer.submit(&page, &form)
}

#[test]
fn a_table_is_shown_first_and_entered_whole_or_not_at_all() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        let head = "reference,title,criterion,class,control,tests,finding,acknowledgement,planned_date\r\n";
        let good = "E-1,Late removal,CC6.2,systemic_operating,Removed in a day,inspection;inquiry,\"3 of 25,\nlate\",\
                    We agree.,2026-12-18\r\n";
        for (text, said) in [
            ("reference,shoe_size\nE-1,43\n".to_owned(), "there is no column \"shoe_size\""),
            (format!("{head}{good}E-2,No class,CC7.2,huge,c,inspection,f,,\r\n"), "Line 4: Class"),
            (format!("{head}E-1,\"open"), "never closed"),
            (format!("{head}{good}").replace(",2026-12-18", ",soon"), "Line 2: Planned until is not a date"),
            (String::new(), "There is nothing in it."),
            ("{\"assessment-results\":{}}".to_owned(), "The document cannot be read"),
            (format!("{head}{good}").replace("2026-12-18", "2026-12-18,more"), "more cells than columns"),
        ] {
            let refused = pastes(officer, &href, &text);
            assert_eq!(refused.status, 422, "{text}");
            assert!(refused.words().contains(said), "{said}: {}", refused.words());
        }
        let table = format!("{head}{good}{}", good.replace("E-1", "E-2"));
        let shown = pastes(officer, &href, &table);
        assert_eq!(shown.status, 200, "{}", shown.words());
        assert!(shown.words().contains("E-2: Late removal"), "{}", shown.words());
        assert!(officer.get(&href).words().contains("No exceptions entered"), "looking enters nothing");
        let csrf = Form::all(&shown.html())[0].value("csrf").unwrap().to_owned();
        let sure = [("csrf", csrf.as_str()), ("sure", "yes"), ("text", table.as_str())];
        assert_eq!(officer.post_form(&format!("{href}/import"), &sure).status, 303);
        let twice = officer.post_form(&format!("{href}/import"), &sure);
        assert_eq!(twice.status, 422);
        assert!(twice.words().contains("has an exception E-1 already"), "{}", twice.words());

        let csv = String::from_utf8(officer.get(&format!("{href}/export/csv")).body).unwrap();
        assert!(csv.contains("\"3 of 25,\nlate\"") && csv.lines().count() == 5, "{csv}");
        let json = String::from_utf8(officer.get(&format!("{href}/export/json")).body).unwrap();
        assert_eq!(officer.get(&format!("{href}/export/pdf")).status, 404);
        let other = creates(officer, "again-2026");
        for exported in [csv, json] {
            let shown = pastes(officer, &other, &exported);
            assert_eq!(shown.status, 200, "{}", shown.words());
            assert!(shown.words().contains("E-1: Late removal"), "{}", shown.words());
        }
    });
}

#[test]
fn a_priority_is_proposed_decided_with_a_reason_and_shown_on_the_board() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "soc2-2026");
        uploads(officer, &href, ONE_PAGE);
        enters(officer, &href, &[]);
        assert!(officer.get(&href).words().contains("P1, no plan"), "{}", officer.get(&href).words());
        assert!(officer.get("/compliance").words().contains("P1 without a plan"));
        let path = link(officer, &href, "/priority");
        let page = officer.get(&path);
        for said in ["Access or change management failed", "This keeps the report from being shared widely"] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let form = page.form(&path).choose("priority", "p2").fill("due", "2027-01-05");
        let unreasoned = officer.submit(&page, &form.clone());
        assert_eq!(unreasoned.status, 422, "{}", unreasoned.words());
        let decided = officer.submit(&page, &form.fill("reason", "Contractors only, and none signed in."));
        assert!(officer.follow(&decided).words().contains("E-1 is P2 now."));
        assert!(officer.get(&path).words().contains("Contractors only, and none signed in."));

        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        let update = link(officer, &href, "/remediation");
        let page = officer.get(&update);
        let told = [
            ("status", "in_progress"),
            ("happened_on", "2026-11-20"),
            ("text", "The comparison is being built."),
            ("steps", "x Name the owner\nBuild the comparison"),
            ("owner", "Identity team"),
        ];
        assert_eq!(send(officer, &page, &update, &told).status, 303);
        let board = officer.get("/compliance/remediation").words();
        for said in ["Identity team", "1 of 2 steps", "The comparison is being built.", "1 not mended yet"] {
            assert!(board.contains(said), "{said}: {board}");
        }
        house.advance_secs(86_400);
        let mut later = house.staff("Later", candor::identity::Role::Compliance);
        let yesterday = later.get("/compliance/remediation?day=2026-11-20").words();
        assert!(yesterday.contains("As it had been told until 20 November 2026"), "{yesterday}");
        assert!(yesterday.contains("No update yet") && !yesterday.contains("Identity team"), "{yesterday}");
        assert!(later.get("/compliance/remediation?show=done").words().contains("Nothing to show"));
        assert!(later.get("/compliance/remediation?day=soon").words().contains("is not a date"));
    });
}
