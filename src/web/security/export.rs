//! `/security/export`: the entries that a filter finds, as a file for other programs.
//!
//! Recorded as `log.exported` before the first byte, with what was asked for. The file is written while it is sent, so that a
//! log of any length can leave; `/security/exports` tells meanwhile how far it is. A list of its files at its end is signed
//! with the log's key. It proves who wrote the export, not that nothing is missing from the log: that is what `candor
//! ledger export` is for.

use super::archive::{Archive, PATIENCE, Taken};
use super::exports::{end, follow};
use super::filter::{self, only_some};
use super::log::sought;
use super::names::Names;
use super::reader;
use super::told::{self, Format};
use crate::app::App;
use crate::app::turns::Turn;
use crate::db::{Database, Db};
use crate::fault::{Fault, Kind, Refusal as _};
use crate::ledger::acts::Sought;
use crate::ledger::excerpts::{self, Begun, Far, Outcome};
use crate::ledger::store::{self, Filter};
use crate::seal::Keyring;
use crate::text::hex;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::LogReader};
use crate::web::problem::Problem;
use actix_web::HttpResponse;
use actix_web::http::header;
use ring::digest::{Context as Digest, SHA256};
use std::sync::Arc;
use tokio::sync::watch;

/// Entries read at a time.
const PAGE: u16 = 500;
/// The first line of the signed list.
const MANIFEST: &str = "candor log excerpt v2";

/// POST: records the export and sends it.
pub async fn download(staff: Staff<LogReader>, mut form: Form) -> Answer {
    let asked = filter::parse(&mut form).zip(form.choose("format", "Format", Format::parse));
    let Some((asked, format)) = asked else {
        return Err(Problem::new(Kind::Invalid, "The filter or the format of this export cannot be read.")
            .todo("Go back to the log, mend the filter, and export again.")
            .action("/security", "To the log"));
    };
    let filter = match sought(&staff, asked).await? {
        Sought::Page(filter) => filter,
        Sought::Nobody(_) | Sought::Entry(_) => {
            return Err(Problem::new(
                Kind::NotFound,
                "Nobody here is meant by this, so there is nothing to export.",
            )
            .action("/security", "To the log"));
        }
    };
    let turn = staff.app.exporting.begin(staff.person.id).map_err(|refused| {
        Problem::new(refused.kind(), refused.to_string())
            .todo("Wait until one has ended, then export again. The page of exports tells how far each is.")
            .action("/security/exports", "To the exports")
    })?;
    let (by, searched) = (reader(&staff, staff.person.id), filter.clone());
    let (clock, kept) = (staff.app.clock.clone(), (format.name(), staff.app.gate.node));
    let begun =
        staff.app.act("log.export", move |act| excerpts::begin(act, &clock, by, &searched, kept)).await;
    let begun @ Begun { end, .. } = begun.map_err(|fault: Fault| Problem::from(fault))?.value;
    let filter = Filter { before: Some(end), ..filter };
    let (archive, body, taken) = Archive::new(PATIENCE);
    let (tell, told) = watch::channel(Far { reached: end, entries: 0 });
    let export = Export { archive, tell, digest: Digest::new(&SHA256), bytes: 0 };
    actix_web::rt::spawn(send(staff.app.clone(), (begun, told, turn), (export, taken), (filter, format)));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"candor-log.zip\""))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(body))
}

/// Writes the file while it is sent, tells how far it is, and how it ended.
async fn send(
    app: App,
    (Begun { id, entry, .. }, told, turn): (Begun, watch::Receiver<Far>, Turn),
    (export, taken): (Export, Taken),
    (filter, format): (Filter, Format),
) {
    let (database, keyring, last) = (app.database.clone(), Arc::clone(&app.keyring), told.clone());
    let writing = app.work(move || write(export, &database, &keyring, (entry, filter, format)));
    let wrote = tokio::select! {
        wrote = writing => wrote.flatten(),
        () = follow(&app, id, told) => Err(Fault::bare("an export ended without an answer")),
    };
    let outcome = match wrote {
        // It is sent once nothing of it waits here any more.
        Ok(()) if taken.all().await => Outcome::Sent,
        Ok(()) => Outcome::BrokenOff,
        Err(fault) => {
            tracing::error!(cause = ?fault, "an export of the log broke off");
            Outcome::BrokenOff
        }
    };
    let far = *last.borrow();
    end(&app, id, far, outcome).await;
    drop(turn);
}

/// An export being written.
struct Export {
    archive: Archive,
    tell: watch::Sender<Far>,
    digest: Digest,
    bytes: u64,
}

impl Export {
    /// Adds to the file of entries.
    fn data(&mut self, text: &str) -> Result<(), Fault> {
        self.archive.data(text.as_bytes())?;
        self.digest.update(text.as_bytes());
        self.bytes = self.bytes.saturating_add(u64::try_from(text.len()).unwrap_or(0));
        Ok(())
    }

    /// Adds a whole file.
    fn file(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        self.archive.begin(name)?;
        self.archive.data(text.as_bytes())
    }
}

/// Entries as they leave, and how far they reach.
struct Piece {
    text: String,
    entries: u64,
    reached: u64,
}

/// The next entries that the filter finds; none at its end. A reader of the database is borrowed for them alone: there are
/// few, everybody needs them, and the client may take its time.
fn read(
    database: &Database,
    (keyring, names): (&Keyring, &mut Names<'_>),
    filter: &Filter,
    format: Format,
) -> Result<Option<Piece>, Fault> {
    let db = &mut *database.read()?;
    let page = store::list_stored(db, filter, PAGE)?;
    let Some(reached) = page.last().map(|last| last.index) else { return Ok(None) };
    let mut piece = Piece { text: String::new(), entries: 0, reached };
    for stored in page {
        piece.text.push_str(&told::tell(db, keyring, names, stored)?.line(format)?);
        piece.entries += 1;
    }
    Ok(Some(piece))
}

/// Who asked for what, and when: the entry that records this export, as it stands in the log. A narrow excerpt or an old one
/// cannot pass for another.
fn asked(db: &mut Db, index: u64) -> Result<String, Fault> {
    let entry = store::find(db, index)?.ok_or(Fault::bare("the entry of an export is missing"))?;
    let leaf = String::from_utf8(entry.leaf.to_bytes()?.split_off(1));
    let leaf = leaf.map_err(|error| Fault::new("entry of an export", error))?;
    Ok(format!("recorded {index} {leaf}"))
}

/// Writes entries, key and signed list.
fn write(
    mut export: Export,
    database: &Database,
    keyring: &Keyring,
    (entry, mut filter, format): (u64, Filter, Format),
) -> Result<(), Fault> {
    export.archive.begin(format.file())?;
    export.data(&told::head(format))?;
    let (mut names, key) = {
        let db = &mut *database.read()?;
        (Names::read(db, keyring)?, store::log_key(db, keyring)?)
    };
    let only = only_some(&filter);
    let mut entries = 0_u64;
    while let Some(piece) = read(database, (keyring, &mut names), &filter, format)? {
        (filter.before, filter.after) = (Some(piece.reached), None);
        entries = entries.saturating_add(piece.entries);
        export.data(&piece.text)?;
        export.tell.send_replace(Far { reached: piece.reached, entries });
    }
    let asked = asked(&mut *database.read()?, entry)?;
    let sha256 = hex(std::mem::replace(&mut export.digest, Digest::new(&SHA256)).finish().as_ref());
    let only = only.map(|people| format!("only the first {people} people\n")).unwrap_or_default();
    let list = format!(
        "{MANIFEST}\n{}\n{asked}\n{entries} entries\n{sha256} {} {}\n{only}",
        key.origin(),
        export.bytes,
        format.file()
    );
    export.file("manifest", &key.sign(&list))?;
    export.file("log.vkey", &format!("{}\n", key.verifier()))?;
    export.archive.finish()
}
