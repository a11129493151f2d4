//! A report with many exceptions and a long history: its pages are read through, not waited for.

use super::recipient;
use crate::reports::desk::{card, content, facts};
use crate::sales::desk::{Office, act};
use crate::sales::report::file;
use crate::support::databases::on_both;
use crate::support::visitor::Visitor;
use candor::db::data_keys;
use candor::exceptions::acts::exchange::import;
use candor::exceptions::{self, store};
use candor::identity::Role;
use candor::remediation::acts::{UpdateError, update};
use candor::remediation::{Note, Status};
use candor::reports::acts::{NewReport, attach_upload, create};
use candor::reports::store as reports;
use candor::text::{Day, Line, Paragraphs, Slug};
use futures_util::future::join_all;
use std::time::Instant;

/// Exceptions of the report.
const EXCEPTIONS: usize = 200;
/// Updates of each; `CANDOR_UPDATES=10` asks for the two thousand of `docs/performance.md`.
const UPDATES: usize = 2;

/// Publishes the report and tells its history.
fn publishes(office: &mut Office) {
    let (app, by) = (office.house.app().clone(), office.officer);
    let new = NewReport { slug: Slug::parse("many-2026").unwrap(), card: card(), facts: facts() };
    let own = app.house.clone();
    let id = act(&office.house, "report.create", move |act| create(act, &own, by, new)).id;
    let contents: Vec<_> = (1..=EXCEPTIONS)
        .map(|number| {
            let mut one = content(&format!("E-{number}"));
            one.criterion = Line::parse(&format!("CC{}.1", number % 9 + 1)).unwrap();
            one
        })
        .collect();
    let own = app.house.clone();
    act(&office.house, "exceptions.import", move |act| import(act, &own, by, id, &contents));
    let file = file(&app.clock);
    act(&office.house, "report.upload", move |act| attach_upload(act, by, id, &file));
    let own = app.house.clone();
    act(&office.house, "report.finalize", move |act| exceptions::acts::finalize(act, &own, by, id));
    office.report = id;
    let ids: Vec<_> = {
        let db = &mut *app.database.read().unwrap();
        let owner = reports::require(db, id).unwrap().key_owner();
        let key = data_keys::open_for(db, &app.keyring, owner).unwrap();
        let sealed = store::list_sealed(db, id).unwrap();
        store::open_all(&key, sealed).unwrap().into_iter().map(|one| one.id).collect()
    };
    let text = "The weekly rebuild was done, and the list compared with that of the week before.";
    let note = Note::new(Day::of(app.clock.now()), Paragraphs::parse(text).unwrap());
    // So many at once fit into the writer's queue.
    let runtime = actix_web::rt::System::new();
    let updates = std::env::var("CANDOR_UPDATES").ok().map_or(UPDATES, |text| text.parse().unwrap());
    for _ in 0..updates {
        let told = ids.iter().map(|exception| {
            let (app, house, note, exception) = (app.clone(), app.house.clone(), note.clone(), *exception);
            async move {
                let done = app.act("remediation.update", move |act| {
                    update(act, &house, by, exception, (Status::InProgress, &note))
                });
                done.await.map(|_| ()).map_err(|error: UpdateError| error.to_string())
            }
        });
        let done = runtime.block_on(join_all(told));
        assert!(done.iter().all(Result::is_ok), "{done:?}");
    }
}

/// Opens a page three times and says how long the fastest took, in milliseconds.
#[expect(clippy::print_stdout, reason = "the figures stand in docs/performance.md, printed with --nocapture")]
fn takes(visitor: &mut Visitor, path: &str) {
    let times = (0..3).map(|_| {
        let began = Instant::now();
        let page = visitor.get(path);
        assert!(page.status == 200 && page.html().contains("E-200"), "{path}: {}", page.status);
        began.elapsed().as_millis()
    });
    let fastest = times.min().unwrap();
    println!("{path}: {fastest} ms");
}

#[test]
fn two_hundred_exceptions_with_their_history_are_read_through() {
    on_both(|database| {
        let mut office = Office::furnished(database);
        publishes(&mut office);
        // An invitation by name: many of them are of the first priority.
        office.invites("Ada First");
        let mut ada = recipient(&office, "ada.first@meridian-bank.example");
        takes(&mut ada, "/reports/many-2026");
        takes(&mut ada, "/reports/many-2026?status=in_progress&criterion=CC3.1");
        takes(&mut ada, "/reports/many-2026/print");
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        takes(&mut officer, "/compliance/remediation?show=all");
    });
}
