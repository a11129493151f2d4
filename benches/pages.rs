//! What a reader waits for: one page of a marked copy painted in a child process, whole: started, closed in, opened,
//! painted, written as PNG, listened to for its words.
//!
//! `cargo bench --bench pages [FILE.pdf]` prepares the file (the demo's SOC 2 look-alike when none is given) and paints
//! every page once in the usual size, one after the other. A page that was painted before comes out of memory.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]

use candor::clock::Clock;
use candor::watermark::render::child::{PageSize, paint_in_child};
use candor::watermark::{Edits, MarkFonts, SampleText, prepare};
use std::path::Path;
use std::time::Instant;

/// The value at a part of a sorted list.
fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted.get((sorted.len() - 1) * percent / 100).copied().unwrap()
}

fn main() {
    let named = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let file = named.unwrap_or_else(|| "demo/halvorsen-soc2-2026.pdf".to_owned());
    let mut prepared = prepare(std::fs::read(&file).unwrap(), &Clock::system()).unwrap();
    let text = SampleText { name: "Ada".into(), email: "ada@buyer.example".into(), company: "Buyer".into() };
    Edits::for_sample(&MarkFonts::bundled(), &prepared.manifest, &text).unwrap().apply(0, &mut prepared.body);
    let program = Path::new(env!("CARGO_BIN_EXE_candor"));
    for size in PageSize::ALL {
        let (mut millis, mut kilobytes) = (Vec::new(), Vec::new());
        for page in 1..=prepared.manifest.pages {
            let began = Instant::now();
            let painted = paint_in_child(program, &prepared.body, page, size).unwrap();
            millis.push(began.elapsed().as_secs_f64() * 1e3);
            kilobytes.push(f64::from(u32::try_from(painted.png.len()).unwrap()) / 1e3);
        }
        millis.sort_by(f64::total_cmp);
        kilobytes.sort_by(f64::total_cmp);
        println!(
            "{file}, {size:?}: {} pages; painted p50 {:.0} ms, p99 {:.0} ms; picture p50 {:.0} KB, p99 {:.0} KB",
            millis.len(),
            at(&millis, 50),
            at(&millis, 99),
            at(&kilobytes, 50),
            at(&kilobytes, 99),
        );
    }
}
