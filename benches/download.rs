//! Marked downloads over HTTP: bytes per CPU second against an in-memory body of the same size, memory while downloads
//! run, and how many logged starts a second the house takes.
//!
//! `cargo bench --bench download [FILE.pdf]` (default: the demo's public report). The server runs in this process, the
//! clients in another one, so that only the server's CPU time is counted. Everything is real: recipients sign in by
//! mailed code, accept the NDA and fetch their copies by POST; every start is a durable entry. SQLite, and PostgreSQL
//! when `CANDOR_TEST_POSTGRES` names a cluster.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]
#![expect(dead_code, unused_imports, reason = "the people and houses of the tests are used in part")]

#[path = "../tests/it/support/mod.rs"]
mod support;
#[path = "download/client.rs"]
mod client;
#[path = "download/cpu.rs"]
mod cpu;
#[path = "download/house.rs"]
mod house;

use client::Load;
use cpu::Cpu;
use house::{Furnished, one_page};
use support::databases::{TestDatabase, on_both};

/// Recipients at once; each fetches [`EACH`] times.
const RECIPIENTS: usize = 64;
/// Downloads of each recipient; a grant has a hundred at most.
const EACH: usize = 90;
/// Downloads that are measured for bytes per CPU second.
const LARGE: usize = 20;
/// Downloads that run at once while memory is measured.
const RUNNING: usize = 32;

/// Bytes per CPU second of marked downloads and of an in-memory body, one after the other, three times.
fn compare(house: &Furnished, name: &str) {
    let marked = house.load(&house.readers[..1], LARGE);
    let plain = Load { requests: vec![Furnished::plain_request()], each: LARGE, ..marked.clone() };
    let plain = Load { server: house.plain, ..plain };
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let of = |load: &Load| {
            let cpu = Cpu::now();
            let done = load.run();
            done.bytes_f64() / cpu.elapsed_secs()
        };
        let (copy, memory) = (of(&marked), of(&plain));
        ratios.push(copy / memory);
        println!(
            "{name}: {:.0} MB per CPU second marked, {:.0} MB from memory, {:.0} % of it",
            copy / 1e6,
            memory / 1e6,
            100.0 * copy / memory
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("{name}: median {:.0} % (goal: at least 60 %)", 100.0 * ratios[1]);
}

/// Memory of this process while readers hold downloads open, against before.
fn memory(house: &Furnished, name: &str) {
    let before = cpu::resident_bytes();
    let held = house.hold_open(RUNNING);
    let during = cpu::resident_bytes();
    println!(
        "{name}: {:.1} MiB resident before, {:.2} MiB more for each of {RUNNING} running downloads (goal: at most 1)",
        cpu::mebibytes(before),
        cpu::mebibytes(during.saturating_sub(before)) / 32.0,
    );
    drop(held);
}

/// The database's name.
fn name(database: &TestDatabase) -> &'static str {
    if database.url().starts_with("postgres") { "PostgreSQL" } else { "SQLite" }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == "client") {
        client::serve(&words[1..]);
        return;
    }
    let large = words.first().map_or("demo/nasa-oig-ig-19-022.pdf", String::as_str).to_owned();
    let pdf = std::fs::read(&large).unwrap();
    println!("{large}: {} bytes", pdf.len());
    on_both(|database| {
        let name = name(database);
        let house = Furnished::new(database, &pdf, 1);
        compare(&house, name);
        memory(&house, name);
    });
    on_both(|database| {
        let name = name(database);
        let house = Furnished::new(database, &one_page(), RECIPIENTS);
        let done = house.load(&house.readers, EACH).run();
        println!(
            "{name}: {:.0} logged starts a second at {RECIPIENTS} clients; {:.1} ms median, {:.1} ms 99th percentile \
             (goal: 3,000 and 50 ms on SQLite, 1,500 on PostgreSQL)",
            done.per_second(),
            done.percentile_ms(50),
            done.percentile_ms(99),
        );
    });
}
