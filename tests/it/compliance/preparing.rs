//! How far an upload is: told page by page, after a reload, on every node; and said plainly when it ended badly.

use super::{ONE_PAGE, at_the_desk, creates, sends_file, uploads, waits};
use crate::support::house::{House, MORNING};
use crate::support::visitor::{Page, Part, Visitor};
use actix_web::rt::System;
use candor::clock::Micros;
use candor::db::nodes;
use candor::fault::Fault;
use candor::ids::{NodeId, PersonId, PreparationId, VersionId};
use candor::reports::preparing::{self, AttachError, BeginError, Run, Standing};
use candor::reports::store;
use candor::text::Slug;
use candor::watermark::{IntakeRefusal, Progress, Stage};

/// The public report of the demonstration: 49 pages.
fn nasa() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/nasa-oig-ig-19-022.pdf")).unwrap()
}

/// The version of the report `audit`.
fn version(house: &House) -> VersionId {
    let slug = Slug::parse("audit").unwrap();
    store::require_by_slug(&mut house.app().database.read().unwrap(), &slug).unwrap().id
}

/// A run on this node.
fn run(house: &House, node: NodeId) -> Run {
    Run { id: PreparationId::new(&house.app().clock), version: version(house), node }
}

/// Begins a run as a node does, seen by nodes that know these to be alive.
fn begins(house: &House, run: Run, alive: &[NodeId]) -> Result<(), BeginError> {
    let (alive, now) = (alive.to_vec(), house.app().clock.now());
    let begin = move |db: &mut candor::db::Db| preparing::begin(db, &run, &alive, now);
    System::new().block_on(house.app().writer.housekeeping("preparation.begun", begin))
}

/// Tells how far a run is.
fn tells(house: &House, run: Run, progress: Progress) {
    let tell = move |db: &mut candor::db::Db| preparing::tell(db, &run, progress);
    let told = house.app().writer.housekeeping::<_, (), Fault>("preparation.told", tell);
    System::new().block_on(told).unwrap();
}

/// Notes when a node was heard of.
fn beats(house: &House, node: NodeId, at: Micros) {
    let beat = move |db: &mut candor::db::Db| nodes::beat(db, node, at);
    let beaten = house.app().writer.housekeeping::<_, (), Fault>("node.alive", beat);
    System::new().block_on(beaten).unwrap();
}

/// Ends a run with a refusal.
fn is_refused(house: &House, run: Run, how: &Standing) {
    let (by, how) = (PersonId::new(&house.app().clock), how.clone());
    let ended: Result<_, Fault> = house
        .app()
        .writer
        .act_blocking("report.refuse_upload", move |act| preparing::refuse(act, by, &run, &how, "crashed"));
    ended.unwrap();
}

/// Follows the page while it asks again; the pages that were seen.
fn watches(officer: &mut Visitor, sent: &Page) -> Vec<Page> {
    let mut seen = Vec::new();
    while seen.last().is_none_or(|page: &Page| page.header("refresh").is_some()) {
        seen.push(officer.follow(sent));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    seen
}

#[test]
fn a_publisher_sees_page_by_page_how_far_it_is_and_then_the_pages() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "audit");
        let page = officer.get(&href);
        let sent = sends_file(officer, &page, &href, &nasa(), &[]);
        assert_eq!(sent.header("location"), Some(format!("{href}/upload").as_str()), "{}", sent.words());

        // Meanwhile the report's page says so, and takes no second file.
        let report = officer.get(&href);
        assert!(report.links().contains(&format!("{href}/upload")), "{}", report.words());
        assert!(!report.html().contains("data-upload"), "a second file is asked for");
        let csrf = page.form(&format!("{href}/upload")).value("csrf").unwrap().to_owned();
        let parts = [Part::Field("csrf", &csrf), Part::File("file", "b.pdf", "application/pdf", ONE_PAGE)];
        let second = officer.multipart(&format!("{href}/upload"), &parts);
        assert_eq!(second.status, 409);
        assert!(second.words().contains("is being prepared already"), "{}", second.words());

        let mut seen = watches(officer, &sent);
        let done = seen.pop().unwrap();
        let told: Vec<String> = seen.iter().map(Page::words).collect();
        assert!(told.iter().all(|words| words.contains("Preparing the file")), "{told:?}");
        assert!(seen.iter().all(|page| page.html().contains("<progress max=\"100\" value=")));
        let counted = |words: &&String| words.contains("of 49 pages: the mark is seen on each");
        assert!(told.iter().filter(counted).count() > 1, "{told:?}");
        assert!(told.iter().any(|words| words.contains("It finds the same pages, as large as before.")));
        assert_eq!(done.header("location"), Some(format!("{href}/file").as_str()));
        let file = officer.follow(&done);
        let preview = officer.get(&format!("{href}/preview/1"));
        assert!(file.links().contains(&format!("{href}/preview/1")), "{}", file.words());
        assert!(preview.words().contains("page 1 of 49"), "{}", preview.words());
    });
}

#[test]
fn a_preparation_of_a_server_that_was_stopped_is_said_to_be_interrupted() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "audit");
        let before = NodeId::new(&house.app().clock);
        begins(house, run(house, before), &[before]).unwrap();
        for path in [format!("{href}/upload"), href.clone()] {
            let words = officer.get(&path).words();
            assert!(words.contains("The server was stopped while it prepared the file."), "{words}");
        }
        let page = officer.get(&format!("{href}/upload"));
        let sent = sends_file(officer, &page, &href, ONE_PAGE, &[]);
        let taken = waits(officer, sent);
        assert_eq!(taken.header("location"), Some(format!("{href}/file").as_str()), "{}", taken.words());
    });
}

#[test]
fn a_node_tells_how_far_another_one_is_until_that_is_dead() {
    crate::support::databases::on_both(|database| {
        if !database.url().starts_with("postgres") {
            return;
        }
        let house = House::on(database, "");
        let mut officer = house.staff("Tobias", candor::identity::Role::Compliance);
        let href = creates(&mut officer, "audit");
        let other = NodeId::new(&house.app().clock);
        beats(&house, other, MORNING.plus_secs(3_600));
        let theirs = run(&house, other);
        begins(&house, theirs, &[other]).unwrap();
        tells(&house, theirs, Progress { stage: Stage::Rendering, done: 16, of: 132 });
        let page = officer.get(&format!("{href}/upload"));
        assert!(page.words().contains("Preparing: page 17 of 132"), "{}", page.words());
        assert!(officer.get(&href).words().contains("Preparing: page 17 of 132"));
        beats(&house, other, MORNING.plus_secs(-60));
        let words = officer.get(&format!("{href}/upload")).words();
        assert!(words.contains("The server was stopped"), "{words}");
    });
}

#[test]
fn a_run_that_was_overtaken_changes_nothing() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "audit");
        let (lost, here) = (NodeId::new(&house.app().clock), house.app().gate.node);
        let old = run(house, lost);
        begins(house, old, &[lost]).unwrap();
        begins(house, old, &[lost]).expect("beginning twice does no harm");
        let new = run(house, here);
        assert!(matches!(begins(house, new, &[lost, here]), Err(BeginError::Busy(_))));
        begins(house, new, &[here]).expect("its node is dead");
        tells(house, old, Progress { stage: Stage::Rendering, done: 1, of: 2 });
        tells(house, new, Progress { stage: Stage::Rendering, done: 30, of: 40 });
        let words = officer.get(&format!("{href}/upload")).words();
        assert!(words.contains("page 31 of 40"), "{words}");

        is_refused(house, old, &Standing::Refused(IntakeRefusal::Crashed));
        let words = officer.get(&format!("{href}/upload")).words();
        assert!(words.contains("page 31 of 40"), "the newer one goes on: {words}");

        is_refused(house, new, &Standing::Refused(IntakeRefusal::NoPages));
        let words = officer.get(&format!("{href}/upload")).words();
        assert!(words.contains("This PDF has no page."), "{words}");

        uploads(officer, &href, ONE_PAGE);
        let file = store::require(&mut house.app().database.read().unwrap(), version(house)).unwrap();
        let file = file.file.expect("the third one was taken");
        for late in [old, new] {
            let file = file.clone();
            let by = PersonId::new(&house.app().clock);
            let attached = house
                .app()
                .writer
                .act_blocking("report.upload", move |act| preparing::attach(act, by, &late, &file));
            assert!(matches!(attached, Err(AttachError::Overtaken)), "{attached:?}");
        }
    });
}
