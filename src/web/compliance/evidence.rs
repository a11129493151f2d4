//! `.../exceptions/<id>/evidence`: files that show a mending, for the desk; holders may learn that they exist, and take
//! marked copies of those that are PDFs.

pub mod shown;

use super::on_desk;
use crate::app::{App, Template};
use crate::db::data_keys;
use crate::exceptions::Exception;
use crate::fault::{Fault, Kind};
use crate::identity::store::require_person;
use crate::ids::{ExceptionId, MemoId, PersonId};
use crate::remediation::acts::evidence::{EvidenceError, keep_evidence, read_evidence};
use crate::remediation::evidence::{self, Evidence, File, LIMIT_BYTES};
use crate::reports::Version;
use crate::text::{Line, Paragraphs, hex, size_words};
use crate::web::Answer;
use crate::web::form::{Form, Line as Problems};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Action, Desk, Page, Shell, When, see_other, show as show_page, show_again};
use crate::web::problem::Problem;
use actix_multipart::{Field, Multipart};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use futures_util::StreamExt as _;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The longest text beside a file, in bytes.
const TEXT_BYTES: usize = 40_000;

/// The page.
#[derive(Serialize)]
struct EvidencePage {
    shell: Shell,
    back: Action,
    action: String,
    title: String,
    refused: Option<String>,
    files: Vec<FileView>,
    limit: String,
    shows: String,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Problems>,
}

impl Page for EvidencePage {
    const TEMPLATE: Template = Template::ComplianceEvidence;
}

/// One file.
#[derive(Serialize)]
struct FileView {
    name: String,
    shows: String,
    size: String,
    sha256: String,
    by: String,
    at: When,
    told: bool,
    has_document: bool,
    href: String,
    choose: String,
}

/// The exception of a report, with the evidence beside it and the names of who gave it.
struct Case {
    version: Version,
    exception: Exception,
    href: String,
    files: Vec<Evidence>,
    names: BTreeMap<PersonId, String>,
}

/// Reads the case.
async fn read(staff: &Staff<Compliance>, slug: &str, id: ExceptionId) -> Result<Case, Problem> {
    let desk = on_desk(staff, slug).await?;
    let exception = desk.exceptions.iter().find(|one| one.id == id).cloned();
    let exception = exception.ok_or_else(Problem::not_found)?;
    if desk.version.state.finalized().is_none() {
        return Err(Problem::from(EvidenceError::NotFinalized).action(desk.href(), "Back to the report"));
    }
    let (keyring, version) = (Arc::clone(&staff.app.keyring), desk.version.clone());
    let read = staff.app.read(move |db| {
        let key = data_keys::open_for(db, &keyring, version.key_owner())?;
        let mut files = evidence::list(db, &key, version.id)?;
        files.retain(|one| one.file.about.exception == Some(id));
        let mut names = BTreeMap::new();
        for one in &files {
            names.insert(one.file.by, require_person(db, &keyring, one.file.by)?.shown_as().to_owned());
        }
        Ok::<_, Fault>((files, names))
    });
    let (files, names) = read.await?;
    let href = format!("{}/exceptions/{id}", desk.href());
    Ok(Case { version: desk.version, exception, href, files, names })
}

/// The page with what was typed.
fn page(staff: &Staff<Compliance>, case: &Case, form: &Form) -> EvidencePage {
    let content = &case.exception.content;
    let view = |one: &Evidence| {
        let href = format!("{}/evidence/{}", case.href, one.file.id);
        FileView {
            name: one.file.words.name.to_string(),
            shows: one.file.words.shows.to_string(),
            size: size_words(one.file.words.size_bytes),
            sha256: hex(&one.file.words.sha256),
            by: case.names.get(&one.file.by).cloned().unwrap_or_default(),
            at: one.file.at.into(),
            told: one.told,
            has_document: one.document.is_some(),
            choose: format!("{href}/choice"),
            href,
        }
    };
    EvidencePage {
        shell: staff.shell(Desk::Compliance, format!("Evidence for {}", content.reference)),
        back: Action { href: format!("{}/remediation", case.href), label: "The remediation" },
        action: format!("{}/evidence", case.href),
        title: format!("{}: {}", content.reference, content.title),
        refused: None,
        files: case.files.iter().rev().map(view).collect(),
        limit: format!(
            "Any kind of file, up to {} MiB. It is sealed before it is kept.",
            LIMIT_BYTES / 1_048_576
        ),
        shows: form.text("shows").to_owned(),
        errors: form.errors(&["file", "shows"]),
        problems: form.problems().to_vec(),
    }
}

/// GET: the files, and the form.
pub async fn show(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId)>) -> Answer {
    let (slug, id) = path.into_inner();
    let case = read(&staff, &slug, id).await?;
    show_page(&staff, &page(&staff, &case, &Form::default()))
}

/// A file as it arrived. Its bytes are erased when it goes.
#[derive(Default)]
struct Received {
    name: String,
    bytes: Zeroizing<Vec<u8>>,
    too_large: bool,
    shows: String,
}

/// The connection ended before the form did.
fn broken_off() -> Problem {
    Problem::new(Kind::Invalid, "The file did not arrive completely. Nothing of it was kept.")
        .todo("Go back and send it again.")
}

/// Reads a field of at most so many bytes; `false` when there were more, which are read and dropped.
async fn take_field(field: &mut Field, most: usize, into: &mut Vec<u8>) -> Result<bool, Problem> {
    let mut whole = true;
    while let Some(piece) = field.next().await {
        let piece = piece.map_err(|_| broken_off())?;
        whole &= into.len().saturating_add(piece.len()) <= most;
        if whole {
            into.extend_from_slice(&piece);
        }
    }
    Ok(whole)
}

/// Reads the form: a file and what it shows.
async fn receive(mut body: Multipart) -> Result<Received, Problem> {
    let mut received = Received::default();
    while let Some(field) = body.next().await {
        let mut field = field.map_err(|_| broken_off())?;
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                let sent = field.content_disposition().and_then(header::ContentDisposition::get_filename);
                // Browsers send a name; some send a path.
                let sent = sent.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
                received.name = sent.to_owned();
                let most = usize::try_from(LIMIT_BYTES).unwrap_or(usize::MAX);
                received.too_large = !take_field(&mut field, most, &mut received.bytes).await?;
            }
            "shows" => {
                let mut text = Vec::new();
                take_field(&mut field, TEXT_BYTES, &mut text).await?;
                received.shows = String::from_utf8_lossy(&text).into_owned();
            }
            _ => {
                take_field(&mut field, 0, &mut Vec::new()).await?;
            }
        }
    }
    Ok(received)
}

/// POST: seals a file as evidence.
pub async fn keep(
    staff: Staff<Compliance>,
    path: web::Path<(String, ExceptionId)>,
    body: Multipart,
) -> Answer {
    let (slug, id) = path.into_inner();
    let case = read(&staff, &slug, id).await?;
    let received = receive(body).await?;
    let mut form = Form::with(&[("file", &received.name), ("shows", &received.shows)]);
    if received.too_large {
        let most = LIMIT_BYTES / 1_048_576;
        form.refuse(
            "file",
            format!("The file is larger than {most} MiB. Send an extract, or name where it lies."),
        );
    } else if received.bytes.is_empty() {
        form.refuse("file", "Please choose a file; an empty one shows nothing.");
    }
    let name = form.parse("file", "The file's name", Line::parse).filter(|_| form.is_clean());
    let shows = form.parse("shows", "What it shows", Paragraphs::parse);
    let (Some(name), Some(shows)) = (name, shows) else {
        return show_again(&staff, &page(&staff, &case, &form));
    };
    let (app, version) = (staff.app.clone(), case.version.clone());
    let object = staff.app.work(move || seal(&app, &version, &received.bytes)).await??;
    let (house, by, file) = (staff.app.house.clone(), staff.person.id, File::of(&object, name, shows));
    let kept = staff.app.act("evidence.keep", move |act| keep_evidence(act, &house, by, id, &file)).await;
    if let Err(EvidenceError::NotFinalized | EvidenceError::NotThere) = &kept {
        // Refused for certain: no row points at the object, and none will.
        let vault = staff.app.vault.clone();
        staff.app.work(move || vault.remove(object.id)).await??;
    }
    kept?;
    Ok(see_other(&staff, &format!("{}/evidence", case.href), "The file is sealed and kept as evidence."))
}

/// Seals a file into the vault. Blocking.
fn seal(app: &App, version: &Version, bytes: &[u8]) -> Result<crate::vault::ObjectRef, Fault> {
    let key = data_keys::open_for(&mut *app.database.read()?, &app.keyring, version.key_owner())?;
    app.vault.put(&app.clock, &key, &evidence::context(version), bytes)
}

/// GET: the file for staff of the desk, once its entry is durable.
pub async fn open(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId, MemoId)>) -> Answer {
    let (slug, id, evidence) = path.into_inner();
    read(&staff, &slug, id).await?;
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done =
        staff.app.act("evidence.read", move |act| read_evidence(act, &house, by, id, evidence)).await?;
    let (version, file) = done.value;
    let app = staff.app.clone();
    let name = format!("evidence-{evidence}{}", ending(&file.name));
    let bytes = staff.app.work(move || unseal(&app, &version, &file)).await??;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(bytes))
}

/// The ending of a file's name, if it needs no quoting; the rest of the name is for the page alone.
fn ending(name: &Line) -> String {
    let ending = name.as_str().rsplit_once('.').map_or("", |(_, ending)| ending);
    let plain = ending.len() <= 8 && ending.chars().all(|c| c.is_ascii_alphanumeric());
    if plain && !ending.is_empty() { format!(".{ending}") } else { String::new() }
}

/// Opens a file out of the vault. Blocking.
fn unseal(app: &App, version: &Version, file: &File) -> Result<Vec<u8>, Fault> {
    let key = data_keys::open_for(&mut *app.database.read()?, &app.keyring, version.key_owner())?;
    Ok(app.vault.reader(&key, &evidence::context(version), &file.object())?.read_all()?)
}
