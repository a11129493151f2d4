//! `.../upload`: a PDF on its way in.
//!
//! The file is spooled to the disk sealed while it arrives; one that breaks off or passes the limit leaves nothing.
//! Once it is whole, preparing, sealing and the act go on by themselves: whoever closes the page loses nothing. A crash
//! between sealing and the act leaves sealed objects that no row knows.

use super::report::ReportPage;
use super::{OnDesk, on_desk, slug_of};
use crate::app::App;
use crate::db::data_keys;
use crate::fault::{Fault, Kind};
use crate::ids::{PersonId, VersionId};
use crate::reports::acts::{ChangeError, attach_upload, refuse_upload};
use crate::reports::upload::{Pictures, Shelf, UploadError, keep};
use crate::reports::{File, NotADraft, Version, store};
use crate::vault::{Spool, SpoolError, SpooledFile};
use crate::watermark::intake::child::{COMMAND, Task, prepare_by};
use crate::watermark::{IntakeRefusal, Password};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{see_other, show_again};
use crate::web::problem::Problem;
use actix_multipart::{Field, Multipart};
use actix_web::web;
use futures_util::StreamExt as _;
use zeroize::Zeroizing;

/// Pieces are written to the disk when so many bytes have come together.
const GATHER_BYTES: usize = 256 * 1024;
/// As much of a password is read: a byte more than the longest one.
const PASSWORD_BYTES: usize = 128;
/// After a file that is too large, so many times the limit is still read, so that the browser gets to hear why.
const PATIENCE: u64 = 4;

/// POST: takes the file.
pub async fn take(staff: Staff<Compliance>, slug: web::Path<String>, body: Multipart) -> Answer {
    let slug = slug_of(&slug)?;
    let wanted = slug.clone();
    let version = staff.app.read(move |db| store::require_by_slug(db, &wanted)).await?;
    let back = super::href_of(&version);
    if version.clone().into_draft().is_err() {
        return Err(Problem::from(NotADraft).action(back, "Back to the report"));
    }
    let taken = match receive(&staff.app, body).await? {
        Received::Whole(upload) => {
            let work = prepare(staff.app.clone(), version, staff.person.id, upload);
            // Detached: a closed page does not undo what has arrived whole.
            actix_web::rt::spawn(work).await.map_err(|error| Fault::new("preparing an upload", error))??
        }
        Received::Nothing => Taken::Refused(Refused::new("Please choose the PDF first.")),
        Received::TooLarge(refusal) => {
            record_refusal(&staff.app, staff.person.id, version.id, "too_large").await?;
            Taken::Refused(Refused::new(refusal))
        }
    };
    match taken {
        Taken::In => Ok(see_other(&staff, &format!("{back}/file"), "")),
        Taken::Refused(refused) => {
            let desk: OnDesk = on_desk(&staff, slug.as_str()).await?;
            show_again(&staff, &ReportPage::new(&staff, &desk, Some(refused)))
        }
    }
}

/// What came of a body.
enum Received {
    /// A file, whole.
    Whole(Upload),
    /// No file in it.
    Nothing,
    /// More than is accepted.
    TooLarge(SpoolError),
}

/// What came of a file.
enum Taken {
    /// It is the draft's file now.
    In,
    /// It was refused.
    Refused(Refused),
}

/// Why a file is not taken, as the page says it.
pub struct Refused {
    /// The words.
    pub words: String,
    /// What the publisher can do about it in the form.
    pub asks: Asks,
}

/// What a refusal asks the publisher for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Another file.
    Nothing,
    /// An opening password.
    Password,
    /// Consent to pictures of the pages.
    Pictures,
}

impl Refused {
    /// A refusal that only another file helps against.
    fn new(words: impl ToString) -> Self {
        Self { words: words.to_string(), asks: Asks::Nothing }
    }
}

impl From<&IntakeRefusal> for Refused {
    fn from(refusal: &IntakeRefusal) -> Self {
        let asks = match refusal {
            IntakeRefusal::PasswordNeeded | IntakeRefusal::WrongPassword => Asks::Password,
            _ => Asks::Nothing,
        };
        Self { words: refusal.to_string(), asks }
    }
}

/// A file that arrived, and its opening password, which goes no further than to the child that opens the file.
struct Upload {
    file: SpooledFile,
    password: Option<Password>,
    pictures: Pictures,
}

/// Spools the field `file` and reads the fields `password` and `pictures`, in whatever order they come.
async fn receive(app: &App, mut body: Multipart) -> Result<Received, Problem> {
    let (mut received, mut password, mut pictures) = (None, None, Pictures::Unwanted);
    while let Some(field) = body.next().await {
        let mut field = field.map_err(|_| broken_off())?;
        match field.name() {
            Some("file") => match spool(app, &mut field).await? {
                Ok(file) => received = Some(file),
                Err(refusal) => return Ok(Received::TooLarge(refusal)),
            },
            Some("password") => password = read_password(&mut field).await?,
            name => {
                // A box is sent only when it is ticked.
                if name == Some("pictures") {
                    pictures = Pictures::Agreed;
                }
                while field.next().await.transpose().map_err(|_| broken_off())?.is_some() {}
            }
        }
    }
    Ok(received.map_or(Received::Nothing, |file| Received::Whole(Upload { file, password, pictures })))
}

/// Reads a password; one that is longer than any PDF takes is none.
async fn read_password(field: &mut Field) -> Result<Option<Password>, Problem> {
    let mut typed = Zeroizing::new(Vec::with_capacity(PASSWORD_BYTES));
    while let Some(piece) = field.next().await {
        let piece = piece.map_err(|_| broken_off())?;
        // Never more than was reserved: a buffer that grows leaves copies behind.
        let room = PASSWORD_BYTES.saturating_sub(typed.len());
        typed.extend(piece.iter().take(room));
    }
    Ok(std::str::from_utf8(&typed).ok().and_then(Password::parse))
}

/// Writes a field into a spool, piece by piece, on the blocking pool. The inner refusal is for the person.
async fn spool(app: &App, field: &mut Field) -> Result<Result<SpooledFile, SpoolError>, Problem> {
    let limit_bytes = app.config.upload_limit_bytes;
    let (vault, clock) = (app.vault.clone(), app.clock.clone());
    let mut spool = app.work(move || Spool::new(&vault, &clock, limit_bytes)).await??;
    let mut gathered = Vec::new();
    while let Some(piece) = field.next().await {
        gathered.extend_from_slice(&piece.map_err(|_| broken_off())?);
        if gathered.len() >= GATHER_BYTES {
            match write(app, spool, std::mem::take(&mut gathered)).await? {
                Ok(next) => spool = next,
                Err(refusal) => return Ok(Err(too_large(refusal, field).await)),
            }
        }
    }
    let spool = match write(app, spool, gathered).await? {
        Ok(spool) => spool,
        Err(refusal) => return Ok(Err(too_large(refusal, field).await)),
    };
    Ok(Ok(app.work(move || spool.finish()).await??))
}

/// Writes gathered pieces. The inner refusal is for the person.
async fn write(app: &App, mut spool: Spool, pieces: Vec<u8>) -> Result<Result<Spool, SpoolError>, Fault> {
    match app.work(move || spool.write(&pieces).map(|()| spool)).await? {
        Ok(spool) => Ok(Ok(spool)),
        Err(SpoolError::Broken(fault)) => Err(fault),
        Err(refusal @ SpoolError::TooLarge { .. }) => Ok(Err(refusal)),
    }
}

/// Reads on for a while without keeping anything: a browser shows no answer to a request it could not finish.
async fn too_large(refusal: SpoolError, field: &mut Field) -> SpoolError {
    let mut left = match refusal {
        SpoolError::TooLarge { limit_bytes } => limit_bytes.saturating_mul(PATIENCE),
        SpoolError::Broken(_) => 0,
    };
    while left > 0 {
        let Some(Ok(piece)) = field.next().await else { break };
        left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
    }
    refusal
}

/// The connection ended before the file did.
fn broken_off() -> Problem {
    Problem::new(Kind::Invalid, "The file did not arrive completely. Nothing of it was kept.")
        .todo("Go back and send it again.")
}

/// Prepares a file that arrived whole, seals it, and makes it the draft's.
async fn prepare(app: App, version: Version, by: PersonId, upload: Upload) -> Result<Taken, Problem> {
    let id = version.id;
    let worker = app.clone();
    match app.work(move || seal(&worker, &version, &upload)).await? {
        Ok(file) => attach(&app, id, by, file).await,
        Err(UploadError::Refused(refusal)) => {
            record_refusal(&app, by, id, &refusal.code()).await?;
            Ok(Taken::Refused(Refused::from(&refusal)))
        }
        Err(refusal @ UploadError::OnlyPictures) => {
            record_refusal(&app, by, id, "only_pictures").await?;
            Ok(Taken::Refused(Refused { asks: Asks::Pictures, ..Refused::new(refusal) }))
        }
        Err(UploadError::Fault(fault)) => Err(fault.into()),
    }
}

/// Reads the spool back, prepares it in a child process, and puts the three objects into the vault. Blocks.
fn seal(app: &App, version: &Version, upload: &Upload) -> Result<File, UploadError> {
    let pdf = upload.file.read_all().map_err(|error| Fault::new("reading an upload back", error))?;
    let key = data_keys::open_for(&mut *app.database.read()?, &app.keyring, version.key_owner())?;
    let shelf = Shelf { vault: &app.vault, clock: &app.clock, key: &key, version };
    let task = Task { password: upload.password.as_ref(), ..Task::new(COMMAND, &pdf) };
    let mut prepared = prepare_by(&app.config.program, &task, &mut |_| {})?;
    // The fonts of the marks are pinned: copies of this report keep them.
    prepared.manifest.mark_fonts = app.gate().mark_fonts.pins();
    keep(&shelf, &pdf, &prepared, upload.pictures)
}

/// Makes the file the draft's; removes from the vault what no row points at afterwards.
async fn attach(app: &App, id: VersionId, by: PersonId, file: File) -> Result<Taken, Problem> {
    let objects = vec![file.original.id, file.body.id, file.manifest.id];
    let attached = app.act("report.upload", move |act| attach_upload(act, by, id, &file)).await;
    let (taken, unused) = match attached {
        Ok(done) => (Ok(Taken::In), done.value),
        Err(ChangeError::NotADraft(refusal)) => (Err(Problem::from(refusal)), objects),
        // The outcome may be unknown: rather keep sealed bytes that nothing points at than lose a report.
        Err(ChangeError::Fault(fault)) => (Err(Problem::from(fault)), Vec::new()),
    };
    let vault = app.vault.clone();
    app.work(move || {
        for object in unused {
            if let Err(fault) = vault.remove(object) {
                tracing::warn!(%object, cause = ?fault, "a sealed object without a row stays in the vault");
            }
        }
    })
    .await?;
    taken
}

/// Records that a file was refused, by the refusal's name.
async fn record_refusal(app: &App, by: PersonId, id: VersionId, reason: &str) -> Result<(), Fault> {
    let reason = reason.to_owned();
    app.act("report.refuse_upload", move |act| refuse_upload(act, by, id, &reason)).await.map(drop)
}
