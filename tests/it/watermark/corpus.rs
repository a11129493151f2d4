//! Every real report is prepared, and every page of it is marked.
//!
//! The reports lie in the folder `CANDOR_CORPUS` names, or in `../shared/corpus` beside the checkout; they may not
//! be redistributed, so without the folder the committed report stands for all.

use super::{Scratch, blank, is_clean_for_qpdf, issued, judge, nasa, pixels, prepared};
use candor::clock::Clock;
use candor::watermark::{CopyId, PageReading, read_copy_id};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

/// The reports: name and path.
fn reports() -> Vec<PathBuf> {
    let folder = std::env::var_os("CANDOR_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let Ok(manifest) = std::fs::read_to_string(folder.join("MANIFEST.tsv")) else { return Vec::new() };
    let rows = manifest.lines().filter_map(|row| {
        let mut columns = row.split('\t');
        let name = columns.next()?;
        (columns.next() == Some("report")).then(|| folder.join(name))
    });
    rows.collect()
}

/// How a report fared.
struct Row {
    name: String,
    pages: usize,
    millis: f64,
    growth: f64,
    least_mark: f64,
    most_change: f64,
    warnings: String,
}

/// Prepares, marks, renders and judges one report.
fn examine(name: &str, source: &[u8]) -> Row {
    let before = Instant::now();
    let ready = prepared(source);
    let millis = before.elapsed().as_secs_f64() * 1_000.0;
    let pages = usize::try_from(ready.manifest.pages).unwrap();
    let copy = CopyId::new(&Clock::system());
    let marked = issued(&ready, copy);
    let plain = blank(&ready);
    assert_eq!(marked.len(), ready.body.len());

    is_clean_for_qpdf(&marked, name);
    let (source_file, marked_file) = (Scratch::new(source), Scratch::new(&marked));
    if let (Some(old), Some(new)) =
        (judge("pdfinfo", &[source_file.path()]), judge("pdfinfo", &[marked_file.path()]))
    {
        let count = |said: &str| said.lines().find(|line| line.starts_with("Pages:")).map(str::to_owned);
        assert_eq!(count(&old.1), count(&new.1), "{name}: page count by pdfinfo");
        assert_eq!(count(&new.1).unwrap().trim_start_matches("Pages:").trim(), pages.to_string());
    }
    let reading = read_copy_id(&marked).unwrap();
    assert_eq!(reading.pages, vec![PageReading::Copy(copy); pages], "{name}");

    let marked_pages = pixels::pages(&marked, 300.0, None);
    let blank_pages = pixels::pages(&plain, 300.0, None);
    let marks = marked_pages.iter().zip(&blank_pages).map(|(one, other)| pixels::differing(one, other, 16));
    let least_mark = marks.fold(1.0_f64, f64::min);
    let sampled: Vec<usize> = [0, 1, pages / 3, pages / 2, pages.saturating_sub(1)]
        .into_iter()
        .filter(|page| *page < pages)
        .collect();
    let originals = pixels::pages(source, 700.0, Some(&sampled));
    let rewritten = pixels::pages(&plain, 700.0, Some(&sampled));
    let changes = originals.iter().zip(&rewritten).map(|(one, other)| pixels::differing(one, other, 24));
    let most_change = changes.fold(0.0_f64, f64::max);
    let length = |bytes: usize| f64::from(u32::try_from(bytes).unwrap());
    Row {
        name: name.to_owned(),
        pages,
        millis,
        growth: length(marked.len()) / length(source.len()),
        least_mark,
        most_change,
        warnings: ready
            .manifest
            .warnings
            .into_iter()
            .map(|warning| warning.code)
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// Prints what was found.
#[expect(
    clippy::print_stdout,
    reason = "the table is for whoever tries a corpus of their own, with --nocapture"
)]
fn print(rows: &[Row]) {
    for row in rows {
        let per_page = row.millis / f64::from(u32::try_from(row.pages).unwrap());
        println!(
            "{:28} pages {:4}  {:6.1} ms/page  size x{:.3}  least mark {:.4}  most change {:.5}  {}",
            row.name, row.pages, per_page, row.growth, row.least_mark, row.most_change, row.warnings
        );
    }
    let mut growth: Vec<f64> = rows.iter().map(|row| row.growth).collect();
    growth.sort_by(f64::total_cmp);
    let at = |part: usize| growth[(growth.len() - 1) * part / 100];
    println!("{} prepared; size median x{:.3}, p90 x{:.3}, max x{:.3}", rows.len(), at(50), at(90), at(100));
}

#[test]
fn every_page_of_every_report_is_marked_and_otherwise_unchanged() {
    let mut waiting: Vec<(String, Vec<u8>)> = reports()
        .into_iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    if waiting.is_empty() {
        waiting.push(("nasa-oig-ig-19-022.pdf".to_owned(), nasa()));
    }
    let expected = waiting.len();
    let (waiting, done) = (Mutex::new(waiting), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some((name, source)) = waiting.lock().unwrap().pop() else { return };
                    let row = examine(&name, &source);
                    done.lock().unwrap().push(row);
                }
            });
        }
    });
    let mut rows = done.into_inner().unwrap();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    print(&rows);
    assert_eq!(rows.len(), expected);
    for row in rows {
        assert!(row.least_mark > 0.004, "{}: a page has no visible mark ({})", row.name, row.least_mark);
        // Viewers paint annotations, the renderer of this test does not: flattened, they appear here.
        let allowed = if row.warnings.contains("flattened") { 0.2 } else { 0.001 };
        assert!(row.most_change < allowed, "{}: a page changed by {}", row.name, row.most_change);
    }
}
