//! Logs that are whole as trees and tell of what the rules forbid.

use super::{House, alone, export_to, tampered};
use crate::support::databases::TestDatabase;
use crate::support::folder::TestFolder;
use candor::ids::{AcceptanceId, DownloadId, GrantId, RequestId, VersionId};
use candor::ledger::export::Disclose;
use candor::ledger::verify::verify_export;
use candor::ledger::{Actor, Event, EventKind, in_place};

/// Events that break a rule, by name, with what is then said.
type Broken = (&'static str, Vec<Event>, &'static str);

/// Releases that nobody approved, or after the person had withdrawn from the NDA.
fn unapproved_stories(house: &House, database: &TestDatabase) -> Vec<Broken> {
    let person = house.person(database);
    let (grant, version) = (GrantId::new(&house.clock), VersionId::new(&house.clock));
    let (acceptance, request) = (AcceptanceId::new(&house.clock), RequestId::new(&house.clock));
    let accepted = || Event::new(EventKind::NdaAccepted).by(Actor::Person(person)).acceptance(acceptance);
    let granted = || Event::new(EventKind::GrantCreated).about(person).grant(grant).version(version);
    let approved = || Event::new(EventKind::RequestApproved).about(person).request(request);
    let withdrawn = || Event::new(EventKind::NdaWithdrawn).by(Actor::Person(person)).acceptance(acceptance);
    let started = || {
        Event::new(EventKind::DownloadStarted)
            .by(Actor::Person(person))
            .grant(grant)
            .version(version)
            .acceptance(acceptance)
            .download(DownloadId::new(&house.clock))
    };
    vec![
        ("not approved", vec![accepted(), granted().request(request), started()], "nobody approved"),
        (
            "approved afterwards",
            vec![accepted(), granted().request(request), started(), approved()],
            "nobody approved",
        ),
        (
            "another's approval",
            vec![
                accepted(),
                approved().request(RequestId::new(&house.clock)),
                granted().request(request),
                started(),
            ],
            "nobody approved",
        ),
        ("withdrawn", vec![accepted(), granted(), withdrawn(), started()], "no acceptance"),
        ("withdrawn twice", vec![accepted(), withdrawn(), withdrawn()], "no acceptance"),
    ]
}

/// Stories about grants, acceptances and copies.
fn broken_stories(house: &House, database: &TestDatabase) -> Vec<Broken> {
    let (person, other) = (house.person(database), house.person(database));
    let (grant, version) = (GrantId::new(&house.clock), VersionId::new(&house.clock));
    let acceptance = AcceptanceId::new(&house.clock);
    let accepted = || Event::new(EventKind::NdaAccepted).by(Actor::Person(person)).acceptance(acceptance);
    let granted = || Event::new(EventKind::GrantCreated).about(person).grant(grant).version(version);
    let start = |kind| {
        Event::new(kind)
            .by(Actor::Person(person))
            .grant(grant)
            .version(version)
            .acceptance(acceptance)
            .download(DownloadId::new(&house.clock))
    };
    let started = || start(EventKind::DownloadStarted);
    let past = house.clock.now().plus_days(-1).0;
    vec![
        ("no grant", vec![accepted(), started()], "no grant"),
        ("no acceptance", vec![granted(), started()], "no acceptance"),
        ("acceptance afterwards", vec![granted(), started(), accepted()], "no acceptance"),
        ("a document without a grant", vec![accepted(), start(EventKind::CompanionStarted)], "no grant"),
        ("a letter unaccepted", vec![granted(), start(EventKind::BridgeLetterTaken)], "no acceptance"),
        ("viewed without a grant", vec![accepted(), start(EventKind::ReportViewed)], "no grant"),
        (
            "revoked",
            vec![accepted(), granted(), Event::new(EventKind::GrantRevoked).grant(grant), started()],
            "no grant",
        ),
        ("expired", vec![accepted(), granted().fact("expires_at", past), started()], "no grant"),
        ("another person", vec![accepted(), granted(), started().by(Actor::Person(other))], "no grant"),
        (
            "another's acceptance",
            vec![accepted().by(Actor::Person(other)), granted(), started()],
            "no acceptance",
        ),
        (
            "another version",
            vec![accepted(), granted(), started().version(VersionId::new(&house.clock))],
            "no grant",
        ),
        ("another copy", vec![accepted(), granted().copy("ONE"), started().copy("TWO")], "no grant"),
        (
            "a copy twice",
            vec![granted().copy("ONE"), granted().copy("ONE").grant(GrantId::new(&house.clock))],
            "an id that an earlier entry has used",
        ),
        ("granted twice", vec![granted(), granted()], "an id that an earlier entry has used"),
        ("revoked unknown", vec![Event::new(EventKind::GrantRevoked).grant(grant)], "no grant"),
    ]
}

#[test]
fn a_log_that_tells_of_a_download_without_grant_or_acceptance_is_found_out() {
    let database = TestDatabase::sqlite();
    let folder = TestFolder::new();
    let all = |house: &House, database: &TestDatabase| {
        [broken_stories(house, database), unapproved_stories(house, database)].concat()
    };
    let names: Vec<_> = all(&House::open(&database), &database);
    for number in 0..names.len() {
        let database = TestDatabase::sqlite();
        let house = House::open(&database);
        let (name, events, said) = all(&house, &database).swap_remove(number);
        let last = events.into_iter().fold(None, |_, event| Some(house.say(event)));
        let export = export_to(&house, &database, Disclose::Nothing, folder.join(name));
        let (index, why) = tampered(verify_export(&export, &alone()));
        assert!(why.contains(said), "{name}: {why}");
        let bad = if name.ends_with("afterwards") { last.map(|last| last - 1) } else { last };
        assert_eq!(index, bad, "{name}");
        let mut db = database.connect().unwrap();
        assert_eq!(in_place::verify(&mut db, &house.keyring).unwrap().exit_code(), 1, "{name}");
    }
}
