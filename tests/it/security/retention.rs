//! `/security/retention`: what the dry run says is what goes, once somebody has switched it on, and holds keep.

use super::people::{ADDRESS, erases, person, story};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use crate::support::sealed::open_all;
use crate::support::visitor::Visitor;
use candor::identity::Role;
use candor::ids::ObjectId;
use candor::ledger::EventKind;
use candor::retention::{Rule, store};
use candor::worker::Worker;
use std::fs;

/// A day in seconds.
pub(super) const DAY: i64 = 86_400;

/// What the dry run says of a rule: how many go, how many are kept.
pub(super) fn dry_run(office: &Office, rule: Rule) -> (usize, usize) {
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    let plan =
        store::plan(db, (&app.keyring, &app.vault), &app.config.retention, rule, app.clock.now()).unwrap();
    (plan.goes.len(), plan.kept)
}

/// Has the worker do its duty; how much went.
pub(super) fn sweeps(office: &Office) -> usize {
    let app = office.house.app().clone();
    actix_web::rt::System::new().block_on(async move { Worker::new(app).sweep().await.unwrap() })
}

/// Answers the question of the page.
pub(super) fn switches(sentinel: &mut Visitor) -> String {
    let page = sentinel.get("/security/retention");
    assert_eq!(page.status, 200, "{}", page.words());
    let sent = sentinel.submit(&page, &page.form("/security/retention"));
    sentinel.follow(&sent).words()
}

#[test]
fn nothing_goes_before_it_was_seen_and_switched_on() {
    on_both(|database| {
        let office = Office::furnished(database);
        let sentinel = office.house.staff("Sentinel", Role::Security);
        office.asks("Ada First", ADDRESS);
        assert_eq!(dry_run(&office, Rule::Unconfirmed), (0, 0));
        office.house.advance_secs(29 * DAY);
        assert_eq!(dry_run(&office, Rule::Unconfirmed), (0, 0), "not yet");
        office.house.advance_secs(2 * DAY);
        let mut sentinel = {
            drop(sentinel);
            office.house.staff("Tessa", Role::Security)
        };
        assert_eq!(dry_run(&office, Rule::Unconfirmed), (1, 0));
        let words = sentinel.get("/security/retention").words();
        assert!(words.contains("Off: nothing goes by itself") && words.contains("within 30 days"), "{words}");
        assert_eq!(sweeps(&office), 0);
        assert_eq!(dry_run(&office, Rule::Unconfirmed), (1, 0), "it is still there");

        assert!(switches(&mut sentinel).contains("The rules act within the hour."));
        // The request, and then the person of whom nothing else is known.
        assert!(sweeps(&office) >= 2);
        assert_eq!(dry_run(&office, Rule::Unconfirmed), (0, 0));
        assert_eq!(person(&office, ADDRESS), None, "the person went with the request");
        let app = office.house.app();
        let left = open_all(&app.database, &app.keyring);
        assert!(left.iter().all(|one| !one.text.to_lowercase().contains(ADDRESS)), "{left:?}");
        assert_eq!(sweeps(&office), 0, "once");
        assert!(office.entries(EventKind::RetentionSwept) >= 1);
        assert_eq!(office.entries(EventKind::PersonErased), 1);
        let words = sentinel.get("/security/retention").words();
        assert!(words.contains("unconfirmed: 1 went"), "{words}");
        assert!(switches(&mut sentinel).contains("Nothing goes by itself but evidence"));
        assert_eq!(office.entries(EventKind::RetentionSwitched), 2);
    });
}

#[test]
fn a_hold_keeps_what_is_due_and_evidence_goes_when_its_time_is_over() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let id = person(&office, ADDRESS).unwrap();
        erases(&mut sentinel, id);
        // The last letter says the name, and goes when it has left.
        super::people::wait_for_letters(&office);
        assert_eq!(dry_run(&office, Rule::Evidence), (0, 0));
        office.house.advance_secs(6 * 366 * DAY + DAY);
        let mut sentinel = office.house.staff("Tessa", Role::Security);
        assert_eq!(dry_run(&office, Rule::Evidence), (1, 0));
        // A report on hold keeps everybody who was granted it.
        let page = sentinel.get("/security/holds");
        let report =
            page.html().split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
        let form = page.form("/security/holds").choose("report", &report);
        let sent =
            sentinel.submit(&page, &form.fill("name", "Regulator").fill("reason", "They wrote to us."));
        let hold = sentinel.follow(&sent);
        assert_eq!(dry_run(&office, Rule::Evidence), (0, 1));
        switches(&mut sentinel);
        assert_eq!(dry_run(&office, Rule::Evidence), (0, 1), "kept");
        assert!(sentinel.get("/security/retention").words().contains("Regulator"));
        let app = office.house.app();
        sweeps(&office);
        let names = |office: &Office| {
            let app = office.house.app();
            let all = open_all(&app.database, &app.keyring).into_iter();
            all.filter(|one| one.text.contains("Ada First"))
                .map(|one| format!("{}: {}", one.place, one.text))
                .collect::<Vec<_>>()
        };
        assert!(!names(&office).is_empty(), "the evidence is held");
        let release = hold.form(&format!("{}/release", hold.path)).fill("reason", "They closed the case.");
        assert_eq!(sentinel.submit(&hold, &release).status, 303);
        assert_eq!(dry_run(&office, Rule::Evidence), (1, 0));
        sweeps(&office);
        assert_eq!(names(&office), [""; 0], "the evidence went with its key");
        assert_eq!(app.database.name(), database.name());
    });
}

#[test]
fn letters_that_left_go_after_their_time_and_those_that_wait_stay() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        switches(&mut sentinel);
        story(&office);
        super::people::wait_for_letters(&office);
        office.house.advance_secs(91 * DAY);
        let (goes, kept) = dry_run(&office, Rule::Letters);
        assert!(goes >= 3 && kept == 0, "{goes} letters go, {kept} are kept");
        sweeps(&office);
        assert_eq!(dry_run(&office, Rule::Letters), (0, 0));
        assert!(person(&office, ADDRESS).is_some(), "who holds a grant stays");
    });
}

#[test]
fn objects_that_no_report_knows_go_after_a_day() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        switches(&mut sentinel);
        let app = office.house.app();
        let known = app.vault.list().unwrap().len();
        // As a crash between writing an object and its act leaves it.
        let orphan = ObjectId::new(&app.clock);
        let folder = app.config.vault_folder().join("objects").join(format!("{:02x}", orphan.as_bytes()[15]));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(orphan.to_string()), b"sealed").unwrap();
        assert_eq!(dry_run(&office, Rule::Orphans), (0, 0), "it may be on its way to its row");
        office.house.advance_secs(DAY + 60);
        assert_eq!(dry_run(&office, Rule::Orphans), (1, 0));
        assert_eq!(sweeps(&office), 1);
        assert!(!folder.join(orphan.to_string()).exists());
        assert_eq!(app.vault.list().unwrap().len(), known, "what a report knows stays");
    });
}
