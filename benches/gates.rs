//! What preparing a report with all gates costs: every page written anew, painted three times and compared.
//!
//! `cargo bench --bench gates [FILE.pdf ...]` prepares each file (the demo's SOC 2 look-alike and the public report when
//! none is given) in this process and prints tier and milliseconds a page.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]

use candor::clock::Clock;
use candor::watermark::prepare;
use std::time::Instant;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let files = if named.is_empty() {
        vec!["demo/nasa-oig-ig-19-022.pdf".to_owned(), "demo/halvorsen-soc2-2026.pdf".to_owned()]
    } else {
        named
    };
    let (mut pages, mut millis, mut worst) = (0_u32, 0.0, 0.0_f64);
    for file in files {
        let pdf = std::fs::read(&file).unwrap();
        let began = Instant::now();
        match prepare(pdf, &Clock::system()) {
            Ok(prepared) => {
                let manifest = prepared.manifest;
                let took = began.elapsed().as_secs_f64() * 1e3;
                let each = took / f64::from(manifest.pages);
                (pages, millis, worst) = (pages + manifest.pages, millis + took, worst.max(each));
                let codes: Vec<&str> =
                    manifest.warnings.iter().map(|warning| warning.code.as_str()).collect();
                println!(
                    "{file}: {:?}, {} pages, {took:.0} ms, {each:.1} ms a page; {}",
                    manifest.tier,
                    manifest.pages,
                    codes.join(" ")
                );
            }
            Err(refusal) => println!("{file}: T4 {}", refusal.code()),
        }
    }
    println!(
        "all: {pages} pages, {:.1} ms a page; the slowest file {worst:.1} ms a page",
        millis / f64::from(pages.max(1))
    );
}
