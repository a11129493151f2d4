//! The log under load: acts through the writer, searches, the offline check, a restart. `scripts/bench-ledger` runs it.
//!
//! `ENTRIES [URL]`: how long the log is made before anything is measured, and an empty PostgreSQL database;
//! without one an SQLite file in a temporary folder. Figures are those of this machine, this disk and this profile.
#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints and fails by panicking; its figures need no more than three digits"
)]

use candor::clock::{Clock, Micros};
use candor::db::schema::ledger_entry;
use candor::db::{Database, Db, data_keys};
use candor::fault::Fault;
use candor::ids::{GrantId, PersonId, ReportId};
use candor::ledger::export::{self, Disclose, Signer};
use candor::ledger::networks::NetworkIndex;
use candor::ledger::path::TreeHead;
use candor::ledger::store::{self, Filter};
use candor::ledger::tree::{Edge, leaf_hash};
use candor::ledger::verify::{Outside, verify_export};
use candor::ledger::witness::Policy;
use candor::ledger::{Actor, Event, EventKind, PersonalField, Writer};
use candor::seal::{KeyOwner, Keyring};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[path = "download/cpu.rs"]
#[expect(dead_code, reason = "memory is measured elsewhere")]
mod cpu;

/// Callers at once.
const CALLERS: usize = 64;
/// Events of one act while the log is made long.
const BULK: usize = 2_000;
/// So many entries get a checkpoint each, at the most.
const SLOW: usize = 20_000;
/// The network address of [`acts`].
const ADDRESS: &str = "203.0.113.7";
/// People and reports that entries are about.
const PEOPLE: usize = 200;
/// People of staff, who share a fifth of all entries.
const STAFF: usize = 4;

/// Prints a row: what, figure, goal.
fn row(what: &str, figure: &str, goal: &str) {
    println!("{what:<46} {figure:>22}   goal {goal}");
}

/// The value below which 99 of 100 lie, in milliseconds.
fn p99(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[(times.len() * 99 / 100).min(times.len() - 1)].as_secs_f64() * 1e3
}

/// The most memory this process has ever held, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// What entries are about.
struct Cast {
    people: Vec<PersonId>,
    staff: Vec<PersonId>,
    reports: Vec<ReportId>,
    grants: Vec<GrantId>,
    /// Where all acts of many callers come from: tens of thousands of entries.
    network: NetworkIndex,
}

/// An entry like those of a busy house. Only refusals and acts of staff: they need no grant before them.
fn event(cast: &Cast, number: usize) -> Event {
    let person = cast.people[number % PEOPLE];
    let kind = match number % 5 {
        0 => EventKind::AccessRefused,
        1 => EventKind::LogSearched,
        2 => EventKind::CodeConfirmed,
        _ => EventKind::RequestSubmitted,
    };
    let actor = if number % 5 == 1 { cast.staff[number / 5 % STAFF] } else { person };
    Event::new(kind)
        .by(Actor::Person(actor))
        .about(person)
        .report(cast.reports[number % cast.reports.len()])
        .grant(cast.grants[number % cast.grants.len()])
        .fact("number", u64::try_from(number).unwrap())
}

/// Runs it.
fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let entries: usize = arguments.next().map_or(100_000, |number| number.replace('_', "").parse().unwrap());
    let folder = std::env::temp_dir().join(format!("candor-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = arguments.next().unwrap_or_else(|| format!("sqlite:{}", folder.join("log.sqlite").display()));
    let database = Database::open(&url).unwrap();
    database.migrate().unwrap();
    let clock = Clock::system();
    let keyring = Arc::new(Keyring::generate(&clock));
    let writer = Writer::start(database.clone(), Arc::clone(&keyring), clock.clone()).unwrap();
    let network = NetworkIndex::of(&keyring, ADDRESS.parse().unwrap());
    let staff = (0..STAFF).map(|_| PersonId::new(&clock)).collect();
    let mut cast = Cast { people: Vec::new(), staff, reports: Vec::new(), grants: Vec::new(), network };
    for _ in 0..PEOPLE {
        let person = PersonId::new(&clock);
        data_keys::create(&mut database.connect().unwrap(), &keyring, &clock, KeyOwner::Person(person))
            .unwrap();
        cast.people.push(person);
        cast.reports.push(ReportId::new(&clock));
        cast.grants.push(GrantId::new(&clock));
    }
    let cast = Arc::new(cast);
    println!(
        "{} on {}, profile {}\n",
        entries,
        database.name(),
        if cfg!(debug_assertions) { "dev" } else { "release" }
    );
    load(&writer, &cast, entries);
    settle(&database);
    acts(&writer, &cast);
    search(&database, &cast);
    restart(writer, &database, &keyring, &clock);
    verify(&database, &keyring, &folder.join("export"), "");
    let kept = keep_each(&database, &keyring);
    let of_each = format!(", a checkpoint for each of {kept}");
    verify(&database, &keyring, &folder.join("with each"), &of_each);
    let _ = std::fs::remove_dir_all(&folder);
}

/// Makes the log long, many entries an act.
fn load(writer: &Writer, cast: &Arc<Cast>, entries: usize) {
    let started = Instant::now();
    for first in (0..entries).step_by(BULK) {
        let cast = Arc::clone(cast);
        let count = BULK.min(entries - first);
        let done = writer.act_blocking::<_, (), Fault>("bulk", move |mut act| {
            for number in first..first + count - 1 {
                act.also(event(&cast, number));
            }
            Ok(act.record(event(&cast, first + count - 1), ()))
        });
        done.unwrap();
    }
    let secs = started.elapsed().as_secs_f64();
    row("bulk load", &format!("{:.0} entries/s", entries as f64 / secs), "none");
}

/// Lets the disk finish what loading left behind, so that acts are measured on a long log and not beside its making.
fn settle(database: &Database) {
    let started = Instant::now();
    match &mut database.connect().unwrap() {
        Db::Sqlite(db) => db.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap(),
        Db::Pg(db) => {
            db.batch_execute("VACUUM ANALYZE").unwrap();
            db.batch_execute("CHECKPOINT").unwrap();
        }
    }
    if let Some(file) = database.file() {
        std::fs::File::open(file).unwrap().sync_all().unwrap();
    }
    row("the disk caught up in", &format!("{:.1} s", started.elapsed().as_secs_f64()), "none");
}

/// Acts of many callers, each with personal data, each waited for.
fn acts(writer: &Writer, cast: &Arc<Cast>) {
    let each = if cfg!(debug_assertions) { 20 } else { 400 };
    let (started, busy) = (Instant::now(), cpu::Cpu::now());
    let threads: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (writer, cast) = (writer.clone(), Arc::clone(cast));
            std::thread::spawn(move || {
                (0..each)
                    .map(|number| {
                        let begun = Instant::now();
                        let person = cast.people[caller % PEOPLE];
                        let event = event(&cast, caller * each + number).personal(
                            person,
                            PersonalField::NetworkAddress,
                            ADDRESS,
                        );
                        writer
                            .act_blocking::<_, (), Fault>("act", move |act| Ok(act.record(event, ())))
                            .unwrap();
                        begun.elapsed()
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let times: Vec<Duration> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    let each_us = busy.elapsed_secs() * 1e6 / times.len() as f64;
    row(
        &format!("acts/s, {CALLERS} callers, a commitment each"),
        &format!("{rate:.0}/s"),
        ">= 10,000/s (SQLite), 2,500/s (PostgreSQL)",
    );
    row("  computing an act costs, all threads", &format!("{each_us:.0} us"), "none");
    row("  99 of 100 acts within", &format!("{:.1} ms", p99(times)), "<= 25 ms");
}

/// How a filter is made, of which there are many of its kind: by number, with an instant and the size of the log.
type Make = fn(&Cast, usize, Micros, u64) -> Filter;

/// Every kind of filter.
const FILTERS: &[(&str, Make)] = &[
    ("none", |_, _, _, _| Filter::default()),
    ("page in the middle", |_, _, _, size| Filter { before: Some(size / 2), ..Filter::default() }),
    ("kind", |_, _, _, _| Filter { kind: Some(EventKind::AccessRefused), ..Filter::default() }),
    ("rare kind", |_, _, _, _| Filter { kind: Some(EventKind::LogOpened), ..Filter::default() }),
    ("person", |cast, n, _, _| Filter { person: Some(cast.people[n % PEOPLE]), ..Filter::default() }),
    ("report and kind", |cast, n, _, _| Filter {
        report: Some(cast.reports[n % PEOPLE]),
        kind: Some(EventKind::AccessRefused),
        ..Filter::default()
    }),
    // Nothing is found from here to "grant", so every entry of whoever or whatever is asked about may be looked at.
    ("report and rare kind", |cast, n, _, _| Filter {
        report: Some(cast.reports[n % PEOPLE]),
        kind: Some(EventKind::LogOpened),
        ..Filter::default()
    }),
    ("person and rare kind", |cast, n, _, _| Filter {
        person: Some(cast.people[n % PEOPLE]),
        kind: Some(EventKind::LogOpened),
        ..Filter::default()
    }),
    ("staff and common kind", |cast, n, _, _| Filter {
        person: Some(cast.staff[n % STAFF]),
        kind: Some(EventKind::RequestSubmitted),
        ..Filter::default()
    }),
    ("staff and report", |cast, n, _, _| Filter {
        person: Some(cast.staff[n % STAFF]),
        report: Some(cast.reports[0]),
        ..Filter::default()
    }),
    ("grant and rare kind", |cast, n, _, _| Filter {
        grant: Some(cast.grants[n % PEOPLE]),
        kind: Some(EventKind::LogOpened),
        ..Filter::default()
    }),
    ("grant", |cast, n, _, _| Filter { grant: Some(cast.grants[n % PEOPLE]), ..Filter::default() }),
    ("address", |cast, _, _, _| Filter { network: Some(cast.network), ..Filter::default() }),
    ("address and person", |cast, n, _, _| Filter {
        network: Some(cast.network),
        person: Some(cast.people[n % PEOPLE]),
        ..Filter::default()
    }),
    // Nothing is found, so every entry of the address is looked at.
    ("address and rare kind", |cast, _, _, _| Filter {
        network: Some(cast.network),
        kind: Some(EventKind::LogOpened),
        ..Filter::default()
    }),
    ("until the middle", |_, _, at, _| Filter { until: Some(at), ..Filter::default() }),
    ("person, until the middle", |cast, n, at, _| Filter {
        person: Some(cast.people[n % PEOPLE]),
        until: Some(at),
        ..Filter::default()
    }),
];

/// Pages by every kind of filter, from the newest and from the middle.
fn search(database: &Database, cast: &Cast) {
    let mut db = database.read().unwrap();
    let size = store::list(&mut db, &Filter::default(), 1).unwrap()[0].index;
    let middle = store::find(&mut db, size / 2).unwrap().unwrap().leaf.at;
    let mut slowest = (0.0, "");
    let mut all = Vec::new();
    for (name, make) in FILTERS {
        let times: Vec<Duration> = (0..40)
            .map(|number| {
                let begun = Instant::now();
                store::list_stored(&mut db, &make(cast, number * 7, middle, size), 50).unwrap();
                begun.elapsed()
            })
            .collect();
        let worst = p99(times.clone());
        if worst > slowest.0 {
            slowest = (worst, name);
        }
        all.extend(times);
    }
    row("search, 99 of 100 pages within", &format!("{:.1} ms", p99(all)), "<= 50 ms at 1 M, 150 ms at 10 M");
    row("  the slowest filter", &format!("{:.1} ms, {}", slowest.0, slowest.1), "the same");
}

/// Stops and starts again.
fn restart(writer: Writer, database: &Database, keyring: &Arc<Keyring>, clock: &Clock) {
    let size = writer.head().size;
    writer.finish();
    drop(writer);
    let started = Instant::now();
    let again = Writer::start(database.clone(), Arc::clone(keyring), clock.clone()).unwrap();
    row("restart", &format!("{:.0} ms", started.elapsed().as_secs_f64() * 1e3), "<= 2 s");
    assert_eq!(again.head().size, size, "entries were lost");
    again.finish();
}

/// Keeps a checkpoint for each of the first entries, as a server does whose acts come a second apart; how many.
fn keep_each(database: &Database, keyring: &Keyring) -> usize {
    let mut db = database.connect().unwrap();
    let key = store::log_key(&mut db, keyring).unwrap();
    let leaves: Vec<Vec<u8>> = ledger_entry::table
        .select(ledger_entry::leaf)
        .order(ledger_entry::idx)
        .limit(i64::try_from(SLOW).unwrap())
        .load(&mut db)
        .unwrap();
    let kept = leaves.len();
    db.transaction(|db| {
        let mut edge = Edge::new();
        for leaf in leaves {
            edge.append(leaf_hash(&leaf));
            let note = key.sign_head(TreeHead { size: edge.size(), root: edge.root() });
            diesel::sql_query(
                "INSERT INTO ledger_checkpoint (size, note) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind::<BigInt, _>(i64::try_from(edge.size()).unwrap())
            .bind::<Text, _>(note)
            .execute(db)?;
        }
        QueryResult::Ok(())
    })
    .unwrap();
    kept
}

/// Exports and checks offline, in this process.
fn verify(database: &Database, keyring: &Keyring, to: &std::path::Path, what: &str) {
    let mut db = database.connect().unwrap();
    let key = store::log_key(&mut db, keyring).unwrap();
    let head = store::checked_head(&mut db, &key, None).unwrap();
    let witnesses = Policy::default();
    let started = Instant::now();
    export::write(&mut db, Signer { keyring, key: &key, witnesses: &witnesses }, head, Disclose::Nothing, to)
        .unwrap();
    row(&format!("export{what}"), &format!("{:.1} s", started.elapsed().as_secs_f64()), "none");
    let (before, started) = (peak_mib(), Instant::now());
    assert_eq!(verify_export(to, &Outside::default()).exit_code(), 0);
    row(
        &format!("verify {} entries offline{what}", head.size),
        &format!("{:.1} s", started.elapsed().as_secs_f64()),
        "<= 15 s at 1 M",
    );
    row("  memory, at most", &format!("{} MiB (before: {before})", peak_mib()), "<= 256 MiB");
}
