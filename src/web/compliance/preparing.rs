//! Preparing what was uploaded, while nobody waits: each run is told of page by page, and ends in an act.
//!
//! A crash between sealing and the act leaves sealed objects that no row knows, and a run of a node that is dead.

use super::receive::Upload;
use crate::app::App;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::ids::{PersonId, PreparationId, VersionId};
use crate::reports::acts::refuse_upload;
use crate::reports::preparing::{self, AttachError, BeginError, Run, Standing};
use crate::reports::upload::{Shelf, UploadError, keep};
use crate::reports::{File, Version};
use crate::watermark::intake::Watch;
use crate::watermark::intake::child::Task;
use crate::watermark::preparing::{COMMAND, prepare_by};
use crate::watermark::{Progress, Stage};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::interval;

/// How often it is noted how far a run is.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// How far the newest upload of a version is; `None` when it is the version's file.
pub async fn standing(app: &App, version: VersionId) -> Result<Option<Standing>, Fault> {
    let (alive, now) = (app.nodes_alive().await?, app.clock.now());
    app.read(move |db| preparing::find(db, version, &alive, now)).await
}

/// Begins to prepare a file that arrived whole, and makes it the draft's when it is done.
pub async fn begin(app: &App, version: Version, by: PersonId, upload: Upload) -> Result<(), BeginError> {
    let run = Run { id: PreparationId::new(&app.clock), version: version.id, node: app.gate.node };
    let (alive, now) = (app.nodes_alive().await?, app.clock.now());
    let begun = move |db: &mut crate::db::Db| preparing::begin(db, &run, &alive, now);
    app.writer.housekeeping("preparation.begun", begun).await?;
    // Detached: a closed page does not undo what has arrived whole.
    actix_web::rt::spawn(carry_out(app.clone(), run, version, by, upload));
    Ok(())
}

/// Carries a run out to whatever end; what goes wrong on our side is logged and told.
async fn carry_out(app: App, run: Run, version: Version, by: PersonId, upload: Upload) {
    if let Err(fault) = prepare(&app, run, version, by, upload).await {
        tracing::error!(version = %run.version, cause = ?fault, "an upload could not be prepared");
        let now = app.clock.now();
        let end = move |db: &mut crate::db::Db| preparing::end(db, &run, &Standing::Failed, now);
        let ended: Result<bool, Fault> = app.writer.housekeeping("preparation.ended", end).await;
        if let Err(fault) = ended {
            tracing::error!(version = %run.version, cause = ?fault, "the end of a preparation was not noted");
        }
    }
}

/// Prepares, seals, and makes the file the draft's; or records why not.
async fn prepare(app: &App, run: Run, version: Version, by: PersonId, upload: Upload) -> Result<(), Fault> {
    let turn =
        app.preparing.acquire().await.map_err(|error| Fault::new("waiting for a turn to prepare", error))?;
    let (tell, told) = watch::channel(Progress::begun(Stage::Opening, 0));
    let worker = app.clone();
    let sealed = app.work(move || {
        seal(&worker, &version, &upload, &mut |progress| {
            tell.send_replace(progress);
        })
    });
    // The writer takes one after the other: what was told last comes before the end.
    let sealed = tokio::select! {
        sealed = sealed => sealed?,
        () = follow(app, run, told) => Err(Fault::bare("a preparation ended without an answer").into()),
    };
    drop(turn);
    let (how, code) = match sealed {
        Ok(file) => return attach(app, run, by, file).await,
        Err(UploadError::Refused(refusal)) => (Standing::Refused(refusal.clone()), refusal.code()),
        Err(UploadError::OnlyPictures { why }) => {
            (Standing::OnlyPictures { why }, "only_pictures".to_owned())
        }
        Err(UploadError::Fault(fault)) => return Err(fault),
    };
    let refuse = app.act("report.refuse_upload", move |act| preparing::refuse(act, by, &run, &how, &code));
    refuse.await.map(drop)
}

/// Notes how far a run is whenever it has changed, for ever: the end is not told here.
async fn follow(app: &App, run: Run, mut told: watch::Receiver<Progress>) {
    let mut every = interval(TELL_EVERY);
    while told.changed().await.is_ok() {
        every.tick().await;
        let progress = *told.borrow_and_update();
        let tell = move |db: &mut crate::db::Db| preparing::tell(db, &run, progress);
        if let Err(fault) = app.writer.housekeeping::<_, (), Fault>("preparation.told", tell).await {
            tracing::warn!(version = %run.version, cause = ?fault, "how far a preparation is was not noted");
        }
    }
    std::future::pending::<()>().await;
}

/// Reads the spool back, prepares it in a child process, and puts the three objects into the vault. Blocks.
fn seal(app: &App, version: &Version, upload: &Upload, watch: Watch<'_>) -> Result<File, UploadError> {
    let pdf = upload.file.read_all().map_err(|error| Fault::new("reading an upload back", error))?;
    let key = data_keys::open_for(&mut *app.database.read()?, &app.keyring, version.key_owner())?;
    let shelf = Shelf { vault: &app.vault, clock: &app.clock, key: &key, version };
    let task = Task { password: upload.password.as_ref(), ..Task::new(COMMAND, &pdf) };
    let mut prepared = prepare_by(&app.config.program, &task, watch)?;
    // The fonts of the marks are pinned: copies of this report keep them.
    prepared.manifest.mark_fonts = app.gate().mark_fonts.pins();
    keep(&shelf, &pdf, &prepared, upload.pictures)
}

/// Makes the file the draft's; removes from the vault what no row points at afterwards.
async fn attach(app: &App, run: Run, by: PersonId, file: File) -> Result<(), Fault> {
    let objects = vec![file.original.id, file.body.id, file.manifest.id];
    let attached = app.act("report.upload", move |act| preparing::attach(act, by, &run, &file)).await;
    let (attached, unused) = match attached {
        Ok(done) => (Ok(()), done.value),
        // Somebody finalized the draft or uploaded another file meanwhile, and is told so there.
        Err(AttachError::Overtaken | AttachError::NotADraft(_)) => (Ok(()), objects),
        // The outcome may be unknown: rather keep sealed bytes that nothing points at than lose a report.
        Err(AttachError::Fault(fault)) => (Err(fault), Vec::new()),
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
    attached
}

/// Records that a file was refused before it could be prepared, by the refusal's name.
pub async fn record_refusal(app: &App, by: PersonId, id: VersionId, reason: &str) -> Result<(), Fault> {
    let reason = reason.to_owned();
    app.act("report.refuse_upload", move |act| refuse_upload(act, by, id, &reason)).await.map(drop)
}
