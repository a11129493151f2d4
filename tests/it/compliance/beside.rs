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

/// A table of so many rows, each made by `row`.
fn table(rows: usize, row: impl Fn(usize) -> String) -> String {
    let head = "reference,title,criterion,class,control,tests,finding\n".to_owned();
    (1..=rows).fold(head, |text, number| text + &row(number) + "\n")
}

/// A row that lacks nothing.
fn whole(number: usize) -> String {
    format!("E-{number},Late,CC6.2,design,c,inquiry,f")
}

/// OSCAL with this in it, so many levels deep.
fn deep(levels: usize) -> String {
    format!("{{\"assessment-results\":{}1{}}}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn hostile_texts_are_answered_by_line_and_enter_nothing() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "soc2-2026");
        enters(officer, &href, &[]);
        let finding = |members: &str| {
            format!("{{\"assessment-results\":{{\"results\":[{{\"findings\":[{members}]}}]}}}}")
        };
        let one = "{\"title\":\"T\",\"description\":\"D\",\"target\":{\"target-id\":\"ac-2\"}}";
        for (text, said) in [
            (table(2, |_| whole(7)), "Line 3: the reference E-7 stands on line 2 already."),
            (table(1, |_| whole(1)), "Line 2: this report has an exception E-1 already."),
            (
                table(1, |_| whole(2).replace(",f", &format!(",{}", "x".repeat(9_000)))),
                "Line 2: The auditor's words is too long",
            ),
            (
                table(1, |_| whole(2).replace("Late", "La\u{202e}te")),
                "Line 2: Title has characters that cannot be shown",
            ),
            (
                table(1, |_| whole(2).replace("Late", "La\u{0}te")),
                "Line 2: Title has characters that cannot be shown",
            ),
            (
                table(2, |n| whole(n + 1).replace("Late", if n == 2 { "Sp\u{fffd}t" } else { "Late" })),
                "Line 3: characters of another encoding",
            ),
            (table(100_000, whole), "There are 100000 exceptions in it, and 1000 at the most"),
            (table(900, |n| format!("E-{n}")), "further errors are not shown"),
            ("reference,title,title\nE-2,a,b".to_owned(), "the column \"title\" is there more than once"),
            (deep(100_000), "The document cannot be read: this is not JSON: recursion limit exceeded"),
            (deep(20), "there is no \"assessment-results\""),
            ("{\"assessment-results\":{\"results\":7}}".to_owned(), "there is no \"assessment-results\""),
            (finding(&vec![one; 1_001].join(",")), "There are 1001 exceptions in it"),
            (finding("7,null,[]"), "Finding 1: Title is missing"),
            (finding(one), "Finding 1: Class is not one of the choices"),
        ] {
            let short: String = text.chars().take(80).collect();
            let refused = pastes(officer, &href, &text);
            assert_eq!(
                refused.status,
                422,
                "{short}: {}",
                refused.words().chars().take(400).collect::<String>()
            );
            assert!(refused.words().contains(said), "{short}: not told {said}");
        }
        assert_eq!(officer.get(&href).words().matches("E-1: ").count(), 1, "nothing was entered");
        assert_eq!(officer.get(&href).words().matches("E-2: ").count(), 0, "nothing was entered");
        // A formula is words: it is kept as it is written, and a spreadsheet gets it guarded.
        let formula = table(1, |_| whole(2).replace("Late", "\"=HYPERLINK(\"\"https://evil.example\"\")\""));
        let shown = pastes(officer, &href, &formula);
        assert_eq!(shown.status, 200, "{}", shown.words());
        let csrf = Form::all(&shown.html())[0].value("csrf").unwrap().to_owned();
        let sure = [("csrf", csrf.as_str()), ("sure", "yes"), ("text", formula.as_str())];
        assert_eq!(officer.post_form(&format!("{href}/import"), &sure).status, 303);
        let csv = String::from_utf8(officer.get(&format!("{href}/export/csv")).body).unwrap();
        assert!(csv.contains("\"'=HYPERLINK("), "{csv}");
    });
}
