//! The watermark engine: real reports, hostile files, properties.

mod child;
mod copy_id;
mod corpus;
mod fonts;
mod golden;
pub(crate) mod hostile;
mod made;
mod marks;
mod pixels;
mod properties;
mod rewriting;
mod sandbox;
mod signatures;
pub(crate) mod signed;

use candor::clock::Clock;
use candor::watermark::{CopyId, Edits, IntakeRefusal, MarkFonts, MarkText, Prepared, prepare};

/// Prepares in this process.
fn prepared(pdf: &[u8]) -> Prepared {
    prepare(pdf.to_vec(), &Clock::system()).unwrap()
}

/// The reason why a file is refused.
fn refusal(pdf: &[u8]) -> IntakeRefusal {
    prepare(pdf.to_vec(), &Clock::system()).unwrap_err()
}

/// A recipient like many.
fn jane(copy: CopyId) -> MarkText {
    MarkText {
        name: "Jane Doe".to_owned(),
        email: "jane.doe@example.com".to_owned(),
        company: "Example Insurance Ltd".to_owned(),
        copy,
        granted_on: "21 November 2026".to_owned(),
        verify_url: "https://trust.example.com/verify".to_owned(),
    }
}

/// A copy issued to Jane.
fn issued(prepared: &Prepared, copy: CopyId) -> Vec<u8> {
    let mut body = prepared.body.clone();
    Edits::for_copy(&MarkFonts::bundled(), &prepared.manifest, &jane(copy)).unwrap().apply(0, &mut body);
    body
}

/// The body without any mark, to compare pages with their originals.
fn blank(prepared: &Prepared) -> Vec<u8> {
    let mut body = prepared.body.clone();
    Edits::blank(&prepared.manifest).unwrap().apply(0, &mut body);
    body
}

/// The committed real report.
fn nasa() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/nasa-oig-ig-19-022.pdf")).unwrap()
}

/// Runs an outside judge on a file; `None` when the tool is not installed.
fn judge(program: &str, arguments: &[&str]) -> Option<(Option<i32>, String)> {
    let output = std::process::Command::new(program).args(arguments).output().ok()?;
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.code(), said))
}

/// A file in the test's own place under `target`, removed when dropped.
struct Scratch(std::path::PathBuf);

impl Scratch {
    /// Writes bytes to a new file.
    fn new(bytes: &[u8]) -> Self {
        let name = format!("mark-{}.pdf", Clock::system().uuid());
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
    /// Its path, for a command.
    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Fails unless qpdf, when it is installed, finds nothing to complain about.
fn is_clean_for_qpdf(body: &[u8], what: &str) {
    let file = Scratch::new(body);
    if let Some((code, said)) = judge("qpdf", &["--check", file.path()]) {
        assert_eq!(code, Some(0), "{what}: qpdf says {said}");
    }
}
