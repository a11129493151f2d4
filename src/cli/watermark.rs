//! `candor watermark`: what can be done with any PDF, without a trust center.

pub(super) mod child;

use crate::watermark::intake::child::Task;
use crate::watermark::preparing::{COMMAND, prepare_by};
use crate::watermark::signatures::{AUTHORITIES, Told};
use crate::watermark::{
    Edits, IntakeRefusal, MarkFonts, PageReading, Password, Prepared, SampleText, Signatures, Tier, Warning,
    read_copy_id,
};
use clap::{Args, Subcommand};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// The file was answered: tiers T1 to T3.
const DONE: u8 = 0;
/// The command cannot be carried out: a file cannot be read or written.
const UNUSABLE: u8 = 2;
/// The file cannot be marked: tier T4.
const REFUSED: u8 = 3;

/// Arguments of `candor watermark`.
#[derive(Debug, Args)]
pub struct Watermark {
    #[command(subcommand)]
    command: Command,
}

/// What can be done with a PDF.
#[derive(Debug, Subcommand)]
enum Command {
    /// Says whether a PDF can be marked, what would be dropped, and whether its digital signatures hold.
    ///
    /// Exit code 0: it can (T1 to T3). 3: it cannot (T4), with the reason. 2: the file cannot be read.
    #[command(after_help = "Example:\n  candor watermark check report.pdf --json")]
    Check {
        /// The PDF.
        file: PathBuf,
        /// One JSON object: tier, pages, units, warnings, signatures, refusal.
        #[arg(long)]
        json: bool,
        /// Reads the file's opening password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Writes one marked copy that says SAMPLE. It is not logged and issued to nobody.
    ///
    /// Exit code 0: written. 3: the PDF or the texts were refused, with the reason. 2: a file cannot be read or written.
    #[command(
        after_help = "Example:\n  candor watermark sample report.pdf --out sample.pdf --name 'Jane Doe' --email jane@example.com"
    )]
    Sample {
        /// The PDF.
        file: PathBuf,
        /// Where the copy is written.
        #[arg(long)]
        out: PathBuf,
        /// The name on the mark.
        #[arg(long)]
        name: String,
        /// The e-mail address on the mark.
        #[arg(long)]
        email: String,
        /// The company on the mark.
        #[arg(long, default_value = "")]
        company: String,
        /// Reads the file's opening password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        /// A font file for names in other scripts than Latin, Greek and Cyrillic; may be given several times.
        #[arg(long = "font", value_name = "FILE")]
        fonts: Vec<PathBuf>,
    },
    /// Prints the copy id that stands on the pages of a PDF.
    ///
    /// Exit code 0: one copy id, or a sample, on every page that has a mark. 3: no mark of ours, or several. 2: the file cannot
    /// be read.
    #[command(after_help = "Example:\n  candor watermark read leaked.pdf")]
    Read {
        /// The PDF.
        file: PathBuf,
    },
}

/// Carries the command out.
pub fn run(watermark: Watermark) -> ExitCode {
    let done = match watermark.command {
        Command::Check { file, json, password_stdin } => check(&Source { file, password_stdin }, json),
        Command::Sample { file, out, name, email, company, password_stdin, fonts } => {
            match MarkFonts::load(&fonts) {
                Ok(fonts) => sample(
                    &Source { file, password_stdin },
                    &out,
                    &SampleText { name, email, company },
                    &fonts,
                ),
                Err(error) => complain(&error.to_string(), UNUSABLE),
            }
        }
        Command::Read { file } => read(&file),
    };
    ExitCode::from(done)
}

/// What `check --json` prints.
#[derive(serde::Serialize)]
struct Verdict<'a> {
    /// How well the file can be marked.
    tier: Tier,
    /// How many pages it has; 0 when refused.
    pages: u32,
    /// How many text lines can carry a forensic bit.
    units: u32,
    /// What would be dropped or changed.
    warnings: &'a [Warning],
    /// What its digital signatures say.
    signatures: Vec<Told<'a>>,
    /// Why it cannot be marked.
    refusal: Option<Refused>,
}

/// A refusal for scripts.
#[derive(serde::Serialize)]
struct Refused {
    /// The stable name.
    code: String,
    /// The words for a person.
    text: String,
}

impl From<&IntakeRefusal> for Refused {
    fn from(refusal: &IntakeRefusal) -> Self {
        Self { code: refusal.code(), text: refusal.to_string() }
    }
}

impl Verdict<'_> {
    /// On a file that cannot be marked.
    fn refused(refusal: &IntakeRefusal) -> Self {
        Self {
            tier: Tier::T4,
            pages: 0,
            units: 0,
            warnings: &[],
            signatures: Vec::new(),
            refusal: Some(Refused::from(refusal)),
        }
    }
}

/// A file, and where its password comes from.
struct Source {
    file: PathBuf,
    password_stdin: bool,
}

impl Source {
    /// Prepares it in the child process; `None` when it cannot be read, which was said.
    fn prepare(&self) -> Option<Result<Prepared, IntakeRefusal>> {
        let pdf = read_file(&self.file)?;
        let password = if self.password_stdin { typed() } else { None };
        let task = Task { password: password.as_ref(), ..Task::new(COMMAND, &pdf) };
        let program = std::env::current_exe().map_err(|_| IntakeRefusal::Crashed);
        Some(program.and_then(|program| prepare_by(&program, &task, &mut |_| {})))
    }
}

/// The first line of standard input, without its end.
fn typed() -> Option<Password> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line).ok()?;
    Password::parse(line.trim_end_matches(['\r', '\n']))
}

/// Prints the verdict on a file.
fn check(source: &Source, json: bool) -> u8 {
    let Some(outcome) = source.prepare() else { return UNUSABLE };
    let none = Signatures::default();
    let (verdict, signatures) = match &outcome {
        Ok(Prepared { manifest, .. }) => {
            let signatures = manifest.signatures.as_ref().unwrap_or(&none);
            let verdict = Verdict {
                tier: manifest.tier,
                pages: manifest.pages,
                units: manifest.units,
                warnings: &manifest.warnings,
                signatures: signatures.told(),
                refusal: None,
            };
            (verdict, signatures)
        }
        Err(refusal) => (Verdict::refused(refusal), &none),
    };
    if json {
        say(&serde_json::to_string(&verdict).unwrap_or_default());
    } else {
        say(&in_words(&verdict, signatures));
    }
    if verdict.refusal.is_none() { DONE } else { REFUSED }
}

/// The verdict for a person.
fn in_words(verdict: &Verdict<'_>, signatures: &Signatures) -> String {
    let mut lines = vec![match (&verdict.refusal, verdict.tier) {
        (Some(refusal), _) => format!("T4: cannot be marked ({}).\n{}", refusal.code, refusal.text),
        (None, tier) => format!("{tier:?}: {} pages can be marked visibly.", verdict.pages),
    }];
    lines.extend(verdict.warnings.iter().map(|warning| format!("- {}", warning.text)));
    lines.extend(signatures.found.iter().map(|signature| format!("- {}", signature.words())));
    lines.extend(signatures.omitted_words().map(|words| format!("- {words}")));
    if !signatures.found.is_empty() {
        lines.push(format!("  {AUTHORITIES}"));
    }
    lines.join("\n")
}

/// Writes a sample.
fn sample(source: &Source, out: &Path, text: &SampleText, fonts: &MarkFonts) -> u8 {
    let Some(outcome) = source.prepare() else { return UNUSABLE };
    let marked = outcome.and_then(|mut prepared| {
        let edits = Edits::for_sample(fonts, &prepared.manifest, text)?;
        edits.apply(0, &mut prepared.body);
        Ok(prepared)
    });
    match marked {
        Ok(prepared) => match std::fs::write(out, &prepared.body) {
            Ok(()) => {
                say(&format!("{} pages, marked as a sample: {}", prepared.manifest.pages, out.display()));
                DONE
            }
            Err(error) => complain(&format!("{} cannot be written: {error}", out.display()), UNUSABLE),
        },
        Err(refusal) => complain(&refusal.to_string(), REFUSED),
    }
}

/// Prints which copy a file is.
fn read(file: &Path) -> u8 {
    let Some(pdf) = read_file(file) else { return UNUSABLE };
    let reading = match read_copy_id(&pdf) {
        Ok(reading) => reading,
        Err(refusal) => return complain(&refusal.to_string(), UNUSABLE),
    };
    for (page, found) in (1_usize..).zip(&reading.pages) {
        let words = match found {
            PageReading::Copy(copy) => copy.to_string(),
            PageReading::Nothing => "no mark".to_owned(),
            PageReading::Sample => "SAMPLE".to_owned(),
            PageReading::Unassigned => "UNASSIGNED COPY".to_owned(),
            PageReading::Unreadable => "a mark without a readable copy id".to_owned(),
        };
        say(&format!("page {page}: {words}"));
    }
    match reading.copies().as_slice() {
        [copy] => {
            say(&format!("copy {copy}"));
            DONE
        }
        [] if reading.pages.contains(&PageReading::Sample) => {
            say("a sample");
            DONE
        }
        [] => complain("No copy id stands on these pages.", REFUSED),
        _ => complain("Pages of several copies were put together; see the list above.", REFUSED),
    }
}

/// Reads a file, or says why not.
fn read_file(file: &Path) -> Option<Vec<u8>> {
    match std::fs::read(file) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            complain(&format!("{} cannot be read: {error}", file.display()), UNUSABLE);
            None
        }
    }
}

/// Prints a line; a closed pipe is the reader's decision.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line for what went wrong and answers the exit code.
fn complain(line: &str, code: u8) -> u8 {
    let _ = writeln!(std::io::stderr(), "{line}");
    code
}
