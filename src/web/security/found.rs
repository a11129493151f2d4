//! Whose copy it is: what the grants and the log know of a number that stands on the pages of a file.

use super::names::Names;
use super::networks::{self, Means, Network};
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::{Grant, downloads, store as grants};
use crate::identity::ERASED;
use crate::ids::GrantId;
use crate::ledger::acts::Issued;
use crate::ledger::store::{self, Entry, Filter, Stored};
use crate::reports::store as reports;
use crate::watermark::CopyId;
use crate::web::page::{Tone, When};
use serde::Serialize;

/// The most entries that are shown of a copy; the log itself shows the others.
const MOST: u16 = 200;

/// A copy that was issued.
pub(super) struct Found {
    /// What the log keeps of the lookup.
    pub(super) issued: Issued,
    /// SHA-256 of the copy as it was sent, once it was.
    pub(super) sha256: Option<[u8; 32]>,
    /// What the page shows.
    pub(super) shown: Shown,
}

/// A copy as the page shows it.
#[derive(Serialize)]
pub(super) struct Shown {
    copy_id: String,
    recipient: String,
    email: Option<String>,
    organisation: Option<String>,
    report: String,
    granted_by: String,
    at: When,
    entries: Vec<Access>,
    log_href: String,
}

/// An entry about the copy.
#[derive(Serialize)]
struct Access {
    index: u64,
    href: String,
    at: When,
    what: &'static str,
    network: Option<Network>,
}

/// Whether the file that was read is the copy that was sent.
#[derive(Serialize)]
pub(super) struct Match {
    tone: Tone,
    words: &'static str,
    text: &'static str,
}

/// The recipient as the mark names them.
struct Recipient {
    name: String,
    email: Option<String>,
    organisation: Option<String>,
}

/// Finds the copy with this number.
pub(super) fn find(db: &mut Db, by: Means<'_>, copy: &CopyId) -> Result<Option<Found>, Fault> {
    let (keyring, _) = by;
    let Some(grant) = grants::find_by_copy(db, keyring, copy)? else { return Ok(None) };
    let recipient = recipient(&grant);
    let version = reports::require(db, grant.version)?;
    let granted_by = Names::read(db, keyring)?.person(db, grant.granted_by)?;
    Ok(Some(Found {
        issued: Issued {
            grant: grant.id,
            person: grant.person,
            report: version.report.id,
            version: version.id,
        },
        sha256: downloads::find_copy_digest(db, grant.id)?,
        shown: Shown {
            copy_id: copy.to_string(),
            recipient: recipient.name,
            email: recipient.email,
            organisation: recipient.organisation,
            report: format!("{}, version {}", version.card.title, version.number),
            granted_by,
            at: grant.granted_at.into(),
            entries: accesses(db, by, grant.id)?,
            log_href: format!("/security?copy={copy}"),
        },
    }))
}

/// The recipient that a grant's mark names; somebody who was erased has no address any more.
fn recipient(grant: &Grant) -> Recipient {
    match &grant.mark {
        Some(mark) => Recipient {
            name: mark.name.to_string(),
            email: Some(mark.email.to_string()),
            organisation: Some(mark.company.to_string()),
        },
        None => Recipient { name: ERASED.to_owned(), email: None, organisation: None },
    }
}

/// The entries under the copy's grant, newest first.
fn accesses(db: &mut Db, by: Means<'_>, grant: GrantId) -> Result<Vec<Access>, Fault> {
    let entries = store::list_stored(db, &Filter { grant: Some(grant), ..Filter::default() }, MOST)?;
    entries.into_iter().map(|stored| access(db, by, stored)).collect()
}

/// One of them, with the network it came from.
fn access(db: &mut Db, by: Means<'_>, stored: Stored) -> Result<Access, Fault> {
    let Stored { index, at, leaf } = stored;
    let href = format!("/security/entries/{index}");
    let Ok(leaf) = leaf else {
        let what = "This entry cannot be read: see Integrity.";
        return Ok(Access { index, href, at: at.into(), what, network: None });
    };
    let what = leaf.kind.words();
    let network = networks::of_entry(db, by, &Entry { index, leaf })?;
    Ok(Access { index, href, at: at.into(), what, network })
}

/// Whether a file is the copy as it was sent.
pub(super) fn compare(file: [u8; 32], sent: Option<[u8; 32]>) -> Match {
    match sent {
        Some(sent) if sent == file => Match {
            tone: Tone::Ok,
            words: "The file is genuine",
            text: "It is the copy as it was sent, to the last byte.",
        },
        Some(_) => Match {
            tone: Tone::Warn,
            words: "The file was changed",
            text: "It carries the number of this copy, but it is not the file as it was sent. A program may have saved it anew, or \
                   somebody altered it; a number can also be painted onto another file.",
        },
        None => Match {
            tone: Tone::Danger,
            words: "This copy was never sent",
            text: "Nobody has downloaded this copy from here, so the file cannot be it. Somebody painted its number onto another file.",
        },
    }
}
