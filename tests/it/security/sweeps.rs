//! What the rules of retention promise beyond their dry run: on the day, behind whatever is held, and to whom they write.

use super::people::{ADDRESS, erases, person, story, wait_for_letters};
use super::retention::{DAY, dry_run, sweeps, switches};
use crate::sales::desk::{Office, act};
use crate::support::databases::on_both;
use crate::support::sealed::open_all;
use candor::holds::{Subject, Words, acts::place};
use candor::identity::Role;
use candor::ids::{LetterId, PersonId};
use candor::ledger::EventKind;
use candor::retention::{Rule, acts, store};
use candor::text::{Line, Reason};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Binary};
use std::fs;

/// Places a hold on a person.
fn holds(office: &Office, person: PersonId) {
    let words = Words {
        name: Line::parse("Big claim").unwrap(),
        reason: Reason::parse("A claim that lasts for years.").unwrap(),
    };
    let (house, by) = (office.house.app().house.clone(), office.officer);
    act(&office.house, "hold.place", move |act| place(act, &house, by, Subject::Person(person), words));
}

/// Adds a letter that left long ago and that nobody can open any more.
fn old_letter(office: &Office, to: PersonId) {
    let app = office.house.app();
    let (id, at) = (LetterId::new(&app.clock), app.clock.now().plus_days(-200).0);
    let insert = diesel::sql_query(
        "INSERT INTO letter (id, person_id, kind, content, created_at, next_try_at, tries, state, sent_at) \
         VALUES ($1, $2, 'approved', $3, $4, $4, 1, 'sent', $4)",
    );
    let insert = insert.bind::<Binary, _>(id.as_bytes().to_vec()).bind::<Binary, _>(to.as_bytes().to_vec());
    let db = &mut app.database.connect().unwrap();
    insert.bind::<Binary, _>(b"x".to_vec()).bind::<BigInt, _>(at).execute(db).unwrap();
}

#[test]
fn evidence_goes_on_the_day_that_was_told_even_while_the_rules_are_off() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        erases(&mut sentinel, person(&office, ADDRESS).unwrap());
        wait_for_letters(&office);
        let names = || {
            let app = office.house.app();
            let all = open_all(&app.database, &app.keyring);
            all.into_iter().filter(|one| one.text.contains("Ada First")).count()
        };
        assert_eq!((sweeps(&office), names() > 0), (0, true));
        office.house.advance_secs(6 * 366 * DAY + DAY);
        assert_eq!(sweeps(&office), 1);
        assert_eq!(names(), 0);
        let mut tessa = office.house.staff("Tessa", Role::Security);
        let words = tessa.get("/security/retention").words();
        assert!(words.contains("Off: nothing goes by itself but evidence whose end was promised"), "{words}");
    });
}

#[test]
fn what_holds_keep_does_not_hide_what_comes_after_it() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        office.invites("Ada First");
        office.invites("Ben Second");
        let held = person(&office, ADDRESS).unwrap();
        let other = person(&office, "ben.second@meridian-bank.example").unwrap();
        for _ in 0..1_050 {
            old_letter(&office, held);
        }
        for _ in 0..5 {
            old_letter(&office, other);
        }
        holds(&office, held);
        assert_eq!(dry_run(&office, Rule::Letters), (5, 1_050));
        let words = sentinel.get("/security/retention").words();
        assert!(words.contains("1050") && words.contains("Big claim"), "{words}");
        switches(&mut sentinel);
        assert_eq!(sweeps(&office), 5);
        assert_eq!(dry_run(&office, Rule::Letters), (0, 1_050));
    });
}

#[test]
fn letters_to_staff_about_somebody_who_is_held_stay() {
    on_both(|database| {
        let office = Office::furnished(database);
        office.seller("Sara");
        story(&office);
        wait_for_letters(&office);
        holds(&office, person(&office, ADDRESS).unwrap());
        office.house.advance_secs(91 * DAY);
        let (goes, kept) = dry_run(&office, Rule::Letters);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        switches(&mut sentinel);
        sweeps(&office);
        assert_eq!(dry_run(&office, Rule::Letters), (0, kept), "{goes} went");
        let app = office.house.app();
        let left = open_all(&app.database, &app.keyring);
        let to_sara = left.iter().any(|one| {
            one.place == "letter.content"
                && one.text.contains("sara@house.example")
                && one.text.contains("Ada First")
        });
        assert!(to_sara, "what sales was told of her is kept");
    });
}

#[test]
fn a_hold_that_was_placed_since_the_plan_keeps_all_the_same() {
    on_both(|database| {
        let office = Office::furnished(database);
        office.invites("Ada First");
        let held = person(&office, ADDRESS).unwrap();
        wait_for_letters(&office);
        old_letter(&office, held);
        let app = office.house.app();
        let planned = {
            let db = &mut *app.database.read().unwrap();
            let (settings, now) = (app.config.retention, app.clock.now());
            store::plan(db, (&app.keyring, &app.vault), &settings, Rule::Letters, now).unwrap()
        };
        assert_eq!(planned.goes.len(), 1);
        holds(&office, held);
        let keyring = app.keyring.clone();
        let swept = act(&office.house, "retention.sweep", move |act| acts::sweep(act, &keyring, &planned));
        assert_eq!(swept, 0);
        assert_eq!(dry_run(&office, Rule::Letters), (0, 1));
    });
}

#[test]
fn approved_requests_go_once_nothing_that_came_of_them_runs() {
    on_both(|database| {
        let office = Office::furnished(database);
        story(&office);
        let grant = office.grants_of(ADDRESS).remove(0);
        // The grant ran for thirty days.
        office.house.advance_secs(2 * 366 * DAY + 29 * DAY);
        assert_eq!(dry_run(&office, Rule::Approved), (0, 0));
        office.house.advance_secs(2 * DAY);
        assert_eq!(dry_run(&office, Rule::Approved), (1, 0));
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        switches(&mut sentinel);
        sweeps(&office);
        assert_eq!(dry_run(&office, Rule::Approved), (0, 0));
        let words = office.seller("Sara").get(&format!("/sales/grants/{}", grant.id)).words();
        assert!(words.contains("A request, deleted since"), "{words}");
        assert!(sentinel.get("/security/retention").words().contains("approved: 1 went"));
    });
}

#[test]
fn whoever_has_confirmed_a_code_is_told_that_they_were_erased() {
    on_both(|database| {
        let office = Office::furnished(database);
        office.asks_and_confirms("Ada First", ADDRESS);
        let db = &mut office.house.app().database.connect().unwrap();
        // As if the request had been denied long ago and gone.
        db.batch_execute(
            "DELETE FROM request_item; UPDATE mail_code SET request_id = NULL; DELETE FROM access_request",
        )
        .unwrap();
        office.house.advance_secs(40 * DAY);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        switches(&mut sentinel);
        assert_eq!(dry_run(&office, Rule::People), (1, 0));
        sweeps(&office);
        assert_eq!(office.entries(EventKind::PersonErased), 1);
        wait_for_letters(&office);
        let told = office.house.folder().files().into_iter().any(|file| {
            file.extension().is_some_and(|ending| ending == "eml")
                && fs::read_to_string(file).unwrap().contains("You were erased")
        });
        assert!(told, "she had shown that the address is hers");
    });
}

#[test]
fn codes_links_and_sessions_go_long_after_their_end_and_what_rules_rest_on_stays() {
    on_both(|database| {
        let office = Office::furnished(database);
        let ada = office.asks_and_confirms("Ada First", ADDRESS);
        drop(ada);
        office.house.advance_secs(DAY);
        office.asks("Ada First", ADDRESS);
        let staff = office.house.add_staff("Boss", Role::Admin);
        office.house.staff_link(staff);
        office.house.advance_secs(DAY);
        office.house.staff_link(staff);
        let count = |table: &str| {
            #[derive(diesel::QueryableByName)]
            struct Count {
                #[diesel(sql_type = BigInt)]
                number: i64,
            }
            let db = &mut office.house.app().database.connect().unwrap();
            let query = diesel::sql_query(format!("SELECT count(*) AS number FROM {table}"));
            query.get_result::<Count>(db).unwrap().number
        };
        let before = (count("session"), count("mail_code"), count("staff_link"));
        sweeps(&office);
        assert_eq!((count("session"), count("mail_code"), count("staff_link")), before, "not yet");
        office.house.advance_secs(31 * DAY);
        sweeps(&office);
        // The code that was used, and the newest; the newest link.
        assert_eq!((count("session"), count("mail_code"), count("staff_link")), (0, 2, before.2 - 1));
        office.house.advance_secs(60);
        office.asks("Ada First", ADDRESS);
        assert_eq!(count("mail_code"), 3);
        office.house.advance_secs(31 * DAY);
        sweeps(&office);
        assert_eq!(count("mail_code"), 2);
    });
}
