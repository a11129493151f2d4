//! `/security/export`: the entries that a filter finds, as a file for other programs.
//!
//! Recorded as `log.exported` before the first byte, with what was asked for. The file is written while it is sent, so that a
//! log of any length can leave; `/security/exports` tells meanwhile how far it is. A list of its files at its end is signed
//! with the log's key. It proves who wrote the export, not that nothing is missing from the log: that is what `candor
//! ledger export` is for.

use super::exports::{end, follow};
use super::filter;
use super::log::sought;
use super::names::Names;
use super::reader;
use super::told::{self, Format};
use super::zip::Zip;
use crate::app::App;
use crate::db::Db;
use crate::fault::{Fault, Kind};
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
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use ring::digest::{Context as Digest, SHA256};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;

/// Entries read at a time.
const PAGE: u16 = 500;
/// Pieces on their way; a slow reader makes the writer wait.
const PIECES: usize = 4;
/// The first line of the signed list.
const MANIFEST: &str = "candor log excerpt v2";

/// Why the file breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the export broke off")]
struct BrokenOff;

/// The file on its way.
struct Body(Receiver<Result<Bytes, BrokenOff>>);

impl MessageBody for Body {
    type Error = BrokenOff;
    fn size(&self) -> BodySize {
        BodySize::Stream
    }
    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        self.0.poll_recv(context)
    }
}

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
    let (by, searched) = (reader(&staff, staff.person.id), filter.clone());
    let (clock, kept) = (staff.app.clock.clone(), (format.name(), staff.app.gate.node));
    let begun =
        staff.app.act("log.export", move |act| excerpts::begin(act, &clock, by, &searched, kept)).await;
    let begun @ Begun { end, .. } = begun.map_err(|fault: Fault| Problem::from(fault))?.value;
    let filter = Filter { before: Some(end), ..filter };
    let (to, pieces) = channel(PIECES);
    actix_web::rt::spawn(send(staff.app.clone(), begun, to, (filter, format)));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"candor-log.zip\""))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(Body(pieces)))
}

/// Writes the file while it is sent, tells how far it is, and how it ended.
async fn send(
    app: App,
    Begun { id, entry, end: newest }: Begun,
    to: Sender<Result<Bytes, BrokenOff>>,
    (filter, format): (Filter, Format),
) {
    let (tell, told) = watch::channel(Far { reached: newest, entries: 0 });
    let (keyring, taken, last) = (Arc::clone(&app.keyring), to.clone(), told.clone());
    let mut export = Export { to, tell, zip: Zip::default(), digest: Digest::new(&SHA256), bytes: 0 };
    let writing = app.read(move |db| write(&mut export, db, &keyring, (entry, filter, format)));
    let wrote = tokio::select! {
        wrote = writing => wrote,
        () = follow(&app, id, told) => Err(Fault::bare("an export ended without an answer")),
    };
    let outcome = match wrote {
        // It is sent once nothing of it waits here any more.
        Ok(()) if taken.reserve_many(PIECES).await.is_ok() => Outcome::Sent,
        Ok(()) => Outcome::BrokenOff,
        Err(fault) => {
            tracing::error!(cause = ?fault, "an export of the log broke off");
            Outcome::BrokenOff
        }
    };
    drop(taken);
    let far = *last.borrow();
    end(&app, id, far, outcome).await;
}

/// An export being written.
struct Export {
    to: Sender<Result<Bytes, BrokenOff>>,
    tell: watch::Sender<Far>,
    zip: Zip,
    digest: Digest,
    bytes: u64,
}

impl Drop for Export {
    fn drop(&mut self) {
        // A file that was not ended is broken off in the reader's hands, never taken for whole.
        if self.bytes != u64::MAX {
            let _ = self.to.try_send(Err(BrokenOff));
        }
    }
}

impl Export {
    /// Sends bytes; a fault when nobody takes them any more.
    fn send(&self, bytes: Vec<u8>) -> Result<(), Fault> {
        // An empty chunk would end the answer (RFC 9112, section 7.1).
        if bytes.is_empty() {
            return Ok(());
        }
        self.to
            .blocking_send(Ok(Bytes::from(bytes)))
            .map_err(|_| Fault::bare("nobody takes the export any more"))
    }

    /// Sends data of the open file.
    fn data(&mut self, text: String) -> Result<(), Fault> {
        let bytes = text.into_bytes();
        self.zip.data(&bytes).map_err(|error| Fault::new("export of the log", error))?;
        self.digest.update(&bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        self.send(bytes)
    }

    /// A whole file.
    fn file(&mut self, name: &'static str, text: String) -> Result<(), Fault> {
        let large = |error| Fault::new("export of the log", error);
        let begun = self.zip.begin(name).map_err(large)?;
        self.send(begun)?;
        self.zip.data(text.as_bytes()).map_err(large)?;
        self.send(text.into_bytes())?;
        let ended = self.zip.end();
        self.send(ended)
    }
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
    export: &mut Export,
    db: &mut Db,
    keyring: &Keyring,
    (entry, mut filter, format): (u64, Filter, Format),
) -> Result<(), Fault> {
    let large = |error| Fault::new("export of the log", error);
    let begun = export.zip.begin(format.file()).map_err(large)?;
    export.send(begun)?;
    export.data(told::head(format))?;
    let mut names = Names::read(db, keyring)?;
    let mut entries = 0_u64;
    loop {
        let page = store::list_stored(db, &filter, PAGE)?;
        let Some(reached) = page.last().map(|last| last.index) else { break };
        (filter.before, filter.after) = (Some(reached), None);
        let mut text = String::new();
        for stored in page {
            text.push_str(&told::tell(db, keyring, &mut names, stored)?.line(format)?);
            entries += 1;
        }
        export.data(text)?;
        export.tell.send_replace(Far { reached, entries });
    }
    let ended = export.zip.end();
    export.send(ended)?;
    let key = store::log_key(db, keyring)?;
    let asked = asked(db, entry)?;
    let sha256 = hex(std::mem::replace(&mut export.digest, Digest::new(&SHA256)).finish().as_ref());
    let list = format!(
        "{MANIFEST}\n{}\n{asked}\n{entries} entries\n{sha256} {} {}\n",
        key.origin(),
        export.bytes,
        format.file()
    );
    export.file("manifest", key.sign(&list))?;
    export.file("log.vkey", format!("{}\n", key.verifier()))?;
    let directory = std::mem::take(&mut export.zip).finish().map_err(large)?;
    export.send(directory)?;
    export.bytes = u64::MAX;
    Ok(())
}
