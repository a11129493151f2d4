//! The whole set through the real child process: outcome, time and memory of each file.

use super::set::{Due, Hostile, all};
use crate::watermark::issued;
use candor::clock::Clock;
use candor::watermark::intake::child::Task;
use candor::watermark::preparing::{COMMAND, prepare_by};
use candor::watermark::{CopyId, IntakeRefusal, PageReading, Prepared, read_copy_id};
use hayro_syntax::object::{MaybeRef, Object};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Nothing of the set may take longer: the child's deadline and a little.
const TIME: Duration = Duration::from_secs(75);
/// What a file smaller than a megabyte may cost at the most, whatever it says.
const MEMORY_MIB: u64 = 400;
/// What a small file may cost that the memory of the child that writes stops.
const STOPPED_MIB: u64 = 256;
/// What a file may cost whose streams are counted while they are unpacked.
const COUNTED_MIB: u64 = 128;

/// Names that stand in no body: what acts, attaches, or asks elsewhere.
const ACTING: &[&str] = &[
    "AA",
    "AF",
    "Collection",
    "EF",
    "EmbeddedFile",
    "EmbeddedFiles",
    "Encrypt",
    "GoToE",
    "GoToR",
    "Hide",
    "ImportData",
    "JS",
    "JavaScript",
    "Launch",
    "Movie",
    "NeedsRendering",
    "PieceInfo",
    "PS",
    "Perms",
    "Ref",
    "Rendition",
    "Requirements",
    "RichMedia",
    "RichMediaContent",
    "SaveAs",
    "SetOCGState",
    "Sig",
    "Sound",
    "SubmitForm",
    "Thread",
    "Threads",
    "XFA",
];

/// What came of a file, and what it cost.
struct Cost {
    outcome: Result<Prepared, IntakeRefusal>,
    time: Duration,
    /// The most memory the child had at once, as far as it was seen; children that end at once are not.
    peak_mib: u64,
}

/// Prepares in a child, and looks at its memory meanwhile.
fn measured(pdf: &[u8]) -> Cost {
    let (done, peak_kib) = (AtomicBool::new(false), AtomicU64::new(0));
    // The children of this thread, whoever else has some.
    let thread = std::fs::read_link("/proc/thread-self").unwrap();
    let children = Path::new("/proc").join(thread).join("children");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let ids = std::fs::read_to_string(&children).unwrap_or_default();
                for id in ids.split_ascii_whitespace() {
                    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
                    // Until it runs our program, it shows the memory of this one.
                    if !status.starts_with("Name:\tcandor\n") {
                        continue;
                    }
                    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                    let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
                    peak_kib.fetch_max(peak.unwrap_or(0), Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_micros(500));
            }
        });
        let begun = Instant::now();
        let candor = Path::new(env!("CARGO_BIN_EXE_candor"));
        let outcome = prepare_by(candor, &Task::new(COMMAND, pdf), &mut |_| {});
        let time = begun.elapsed();
        done.store(true, Ordering::Relaxed);
        Cost { outcome, time, peak_mib: peak_kib.load(Ordering::Relaxed) / 1024 }
    })
}

/// Everything in an object that is a name or a text.
fn words(object: &Object<'_>, found: &mut Vec<String>) {
    let inner = |value: MaybeRef<Object<'_>>, found: &mut Vec<String>| {
        if let MaybeRef::NotRef(value) = value {
            words(&value, found);
        }
    };
    match object {
        Object::Name(name) => found.push(String::from_utf8_lossy(name).into_owned()),
        Object::String(text) => found.push(format!("({}", String::from_utf8_lossy(text.as_bytes()))),
        Object::Array(items) => items.raw_iter().for_each(|item| inner(item, found)),
        Object::Dict(dict) => {
            for (key, value) in dict.entries() {
                found.push(String::from_utf8_lossy(&key).into_owned());
                inner(value, found);
            }
        }
        Object::Stream(stream) => {
            words(&Object::Dict(stream.dict().clone()), found);
            assert!(!stream.dict().contains_key(b"F"), "a stream lies in another file");
            let data = stream.decoded_data().unwrap_or_default();
            found.push(format!("({}", String::from_utf8_lossy(&data)));
        }
        Object::Null(_) | Object::Boolean(_) | Object::Number(_) => {}
    }
}

/// Why a body is not what it has to be; `None` when it is.
fn fault(prepared: &Prepared, pages: u32) -> Option<String> {
    if prepared.manifest.pages != pages {
        return Some(format!("{} pages instead of {pages}", prepared.manifest.pages));
    }
    let copy = CopyId::new(&Clock::system());
    let reading = read_copy_id(&issued(prepared, copy)).unwrap();
    if reading.pages != vec![PageReading::Copy(copy); usize::try_from(pages).unwrap()] {
        return Some("a page is not marked".to_owned());
    }
    let body = hayro_syntax::Pdf::new(prepared.body.clone()).unwrap();
    let mut found = Vec::new();
    for object in body.objects() {
        words(&object, &mut found);
    }
    let evil = |word: &&String| {
        word.strip_prefix('(').map_or(ACTING.contains(&word.as_str()), |text| {
            ["alert", "calc.exe", "evil"].iter().any(|evil| text.contains(evil))
        })
    };
    found.iter().find(evil).map(|word| format!("{word:?} is in the body"))
}

/// What is wrong with what came of a file.
fn complaint(hostile: &Hostile, cost: &Cost) -> Option<String> {
    let wrong = match (&cost.outcome, hostile.due) {
        (Ok(prepared), Due::Marked(pages)) => fault(prepared, pages),
        (Err(refusal), Due::Refused(code)) if refusal.code() == code => None,
        (Ok(prepared), Due::Refused(code)) => {
            Some(format!("marked on {} pages instead of refused as {code}", prepared.manifest.pages))
        }
        (Err(refusal), due) => Some(format!("refused as {} instead of {due:?}", refusal.code())),
    };
    let small = hostile.pdf.len() < 1 << 20;
    let counted = hostile.due == Due::Refused("decode_limit");
    let stopped = hostile.due == Due::Refused("too_much_memory");
    wrong
        .or_else(|| (cost.time > TIME).then(|| format!("took {} ms", cost.time.as_millis())))
        .or_else(|| (small && cost.peak_mib > MEMORY_MIB).then(|| format!("took {} MiB", cost.peak_mib)))
        .or_else(|| (stopped && cost.peak_mib > STOPPED_MIB).then(|| format!("took {} MiB", cost.peak_mib)))
        .or_else(|| {
            (small && counted && cost.peak_mib > COUNTED_MIB).then(|| format!("took {} MiB", cost.peak_mib))
        })
}

/// Where the set is written to when this names a folder: seeds for `scripts/fuzz`.
const OUT: &str = "CANDOR_HOSTILE_OUT";

/// Writes the set as seeds. What only the limits of the child stop would stop the fuzzer itself, which has no child.
fn write_out(all: &[Hostile]) {
    let Some(folder) = std::env::var_os(OUT) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    let stops = |due: Due| matches!(due, Due::Refused("crashed" | "too_much_memory" | "too_much_to_paint"));
    for hostile in all.iter().filter(|hostile| !stops(hostile.due)) {
        let name = hostile.name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), &hostile.pdf).unwrap();
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what people run this test for")]
fn every_hostile_file_is_refused_by_name_or_neutralised() {
    let all = all();
    assert!(all.len() >= 60, "only {}", all.len());
    write_out(&all);
    let mut complaints = Vec::new();
    println!("{:<60} {:>9} {:<24} {:>6} {:>6}", "file", "bytes", "outcome", "ms", "MiB");
    for hostile in &all {
        let cost = measured(&hostile.pdf);
        let outcome = match &cost.outcome {
            Ok(prepared) => format!("marked, {} pages", prepared.manifest.pages),
            Err(refusal) => refusal.code(),
        };
        let (name, bytes, ms) = (hostile.name, hostile.pdf.len(), cost.time.as_millis());
        println!("{name:<60} {bytes:>9} {outcome:<24} {ms:>6} {:>6}", cost.peak_mib);
        complaints.extend(complaint(hostile, &cost).map(|what| format!("{name}: {what}")));
    }
    println!("{} files", all.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
