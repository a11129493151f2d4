//! Personalising a report against opening the same bytes from the vault, in one run: the ratio is what counts.
//!
//! `cargo bench --bench personalise [FILE.pdf]` prepares the file (the demo's SOC 2 look-alike and the public report
//! when none is given), seals it, and then in turns copies it in memory, opens it whole and opens it marked. Medians of
//! 200 rounds. `scripts/bench-watermark` runs it beside other tools on the same document.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]

use candor::clock::Clock;
use candor::ids::{ReportId, VersionId};
use candor::seal::{KeyOwner, Keyring};
use candor::vault::{ObjectContext, ObjectKind, Vault};
use candor::watermark::{CopyId, Edits, MarkFonts, MarkText, prepare};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds of each way.
const ROUNDS: usize = 200;
/// Bytes of a chunk.
const CHUNK: u64 = 16_384;

/// The middle of the durations.
fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all.get(all.len() / 2).copied().unwrap()
}

/// Measures one file.
fn measure(name: &str, pdf: Vec<u8>) {
    let clock = Clock::system();
    let began = Instant::now();
    let prepared = prepare(pdf, &clock).unwrap();
    let (took, pages) = (began.elapsed(), prepared.manifest.pages);
    let folder = std::env::temp_dir().join(format!("candor-bench-{}", std::process::id()));
    let vault = Vault::open(&folder).unwrap();
    let (keyring, report) = (Keyring::generate(&clock), ReportId::new(&clock));
    let (key, _) = keyring.new_data_key(&clock, KeyOwner::Version(VersionId::new(&clock)));
    let context = ObjectContext { report, version: 1, kind: ObjectKind::Body, companion: None };
    let stored = vault.put(&clock, &key, &context, &prepared.body).unwrap();
    let text = MarkText {
        name: "Ada Lovelace".into(),
        email: "ada@buyer.example".into(),
        company: "Buyer Works".into(),
        copy: CopyId::new(&clock),
        granted_on: "21 November 2026".into(),
        verify_url: "https://trust.example/verify".into(),
    };
    let (mut copied, mut opened, mut marked, mut edits_made) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut buffer = Vec::new();
    let mut target = vec![0_u8; prepared.body.len()];
    for _ in 0..ROUNDS {
        let from = Instant::now();
        target.copy_from_slice(black_box(&prepared.body));
        black_box(&target);
        copied.push(from.elapsed());
        let mut reader = vault.reader(&key, &context, &stored).unwrap();
        let from = Instant::now();
        for index in 0..reader.chunks() {
            reader.read_chunk(index, &mut buffer).unwrap();
            black_box(&buffer);
        }
        opened.push(from.elapsed());
        let mut reader = vault.reader(&key, &context, &stored).unwrap();
        let from = Instant::now();
        let edits = Edits::for_copy(&MarkFonts::bundled(), &prepared.manifest, &text).unwrap();
        edits_made.push(from.elapsed());
        for index in 0..reader.chunks() {
            reader.read_chunk(index, &mut buffer).unwrap();
            edits.apply(index * CHUNK, &mut buffer);
            black_box(&buffer);
        }
        marked.push(from.elapsed());
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let copied = median(copied);
    let (opened, marked, made) = (median(opened), median(marked), median(edits_made));
    println!(
        "{name}: {pages} pages, {} bytes; prepare {:.1} ms ({:.2} ms a page); copy in memory {:.3} ms; open {:.3} ms; \
         personalise {:.3} ms, of it the mark {:.3} ms; {:.2} times opening",
        stored.size_bytes,
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() * 1e3 / f64::from(pages),
        copied.as_secs_f64() * 1e3,
        opened.as_secs_f64() * 1e3,
        marked.as_secs_f64() * 1e3,
        made.as_secs_f64() * 1e3,
        marked.as_secs_f64() / opened.as_secs_f64(),
    );
}

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let files = if named.is_empty() {
        vec!["demo/nasa-oig-ig-19-022.pdf".to_owned(), "demo/halvorsen-soc2-2026.pdf".to_owned()]
    } else {
        named
    };
    for file in files {
        measure(&file, std::fs::read(&file).unwrap());
    }
}
