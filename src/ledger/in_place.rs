//! The check of a log where it lies: what the offline check does, and whether rows, stored hashes and head fit.
//!
//! Whatever is wrong with head or checkpoints, every entry is read all the same, so that the first bad one is named. A row
//! that cannot be read is a finding, not a failure: only a database that went away ends the check without a verdict.
//!
//! It says nothing of a log that was regrown as a whole, nor of rows that whoever holds the database shows to others:
//! that needs an export and a checkpoint from outside.

use super::anchor;
use super::append::stored;
use super::audit::Audit;
use super::check::Tell;
use super::leaf::LEAF_LIMIT_BYTES;
use super::link::{Head, read_head_with_last};
use super::note::LogKey;
use super::path::TreeHead;
use super::store::{checked_head, reading_key};
use super::tree::{Edge, HASH_BYTES, leaf_hash};
use super::verify::{Stop, Verdict, Whole, tampered, tampered_at};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::ledger_entry;
use crate::fault::{Fault, Kind};
use crate::ids::{DownloadId, GrantId, PersonId, ReportId};
use crate::seal::Keyring;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use std::path::Path;

/// Rows read at a time.
pub(super) const PAGE: i64 = 1000;

/// Why a check ends early: with a verdict, or because it cannot go on.
pub(super) enum End {
    /// A verdict.
    Stop(Stop),
    /// Unexpected.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The verdict on what was found. Only that the database went away is none.
pub(super) fn verdict(found: Result<Whole, End>) -> Result<Verdict, Fault> {
    match found {
        Ok(whole) => Ok(Verdict::Whole(whole)),
        Err(End::Stop(stop)) => Ok(Err::<Whole, _>(stop).into()),
        Err(End::Fault(fault)) if fault.kind() == Kind::Unavailable => Err(fault),
        Err(End::Fault(fault)) => {
            tracing::error!(cause = ?fault, "the log cannot be checked to its end");
            Ok(Verdict::Unusable { why: format!("it cannot be read to its end ({})", fault.what()) })
        }
    }
}

/// Reads a page of `most` entries from `from` on. From the first fault on it reads one at a time, so that the one that cannot
/// be read is known.
pub(super) fn page<T>(
    most: &mut i64,
    from: u64,
    mut read: impl FnMut(i64) -> Result<T, Fault>,
) -> Result<T, End> {
    loop {
        match read(*most) {
            Ok(page) => return Ok(page),
            Err(fault) if fault.kind() == Kind::Unavailable => return Err(End::Fault(fault)),
            Err(_) if *most > 1 => *most = 1,
            Err(fault) => {
                tracing::error!(index = from, cause = ?fault, "an entry of the log cannot be read");
                return Err(tampered_at(from, "what is stored of the entry cannot be read").into());
            }
        }
    }
}

/// Checks the log where it lies. `Tampered` says which entry, or that the log is not the one that was signed.
pub fn verify(db: &mut Db, keyring: &Keyring) -> Result<Verdict, Fault> {
    verdict(entries(db, &mut |_| Ok(())).and_then(|found| {
        let (key, signer) = reading_key(db, keyring)?;
        anchored(db, &key, None)?;
        Ok(found.told(&signer.to_string(), signer.name()))
    }))
}

/// Compares the log with its newest checkpoint and, if one is named, with the anchor file.
pub(super) fn anchored(db: &mut Db, key: &LogKey, anchor: Option<&Path>) -> Result<TreeHead, End> {
    checked_head(db, key, anchor).map_err(|fault| {
        let beside = if anchor.is_some() { " (by the anchor file beside the data directory)" } else { "" };
        if [anchor::DAMAGED, anchor::FORKED, anchor::ROLLED_BACK].contains(&fault.what()) {
            tampered(format!("{}{beside}", fault.what())).into()
        } else {
            End::Fault(fault)
        }
    })
}

/// All entries, found to be whole in themselves.
pub(super) struct Entries {
    /// Size and root, which are those that the head names.
    pub(super) head: TreeHead,
    /// Which epoch it is, by the head.
    pub(super) epoch: u32,
    /// The public half of the key that signs; none while it is the first one.
    pub(super) signer: Option<Vec<u8>>,
    /// Number of commitments to personal data.
    pub(super) commitments: u64,
    open_downloads: u64,
}

impl Entries {
    /// What was found, of the log with this key.
    pub(super) fn told(&self, key: &str, origin: &str) -> Whole {
        Whole {
            origin: origin.to_owned(),
            key: key.to_owned(),
            entries: self.head.size,
            root: format!("{:?}", self.head.root),
            open_downloads: self.open_downloads,
            ..Whole::default()
        }
    }
}

/// Reads every entry and compares it with what is stored beside it, and all of them with the head. `tell` hears how many rows
/// were read, after each page, and may take its time.
pub(super) fn entries(db: &mut Db, tell: &mut Tell<'_>) -> Result<Entries, End> {
    let (head, rows) = match read_head_with_last(db) {
        Ok((head, last)) => (Some(head), rows(last)),
        Err(fault) if fault.kind() == Kind::Unavailable => return Err(End::Fault(fault)),
        // The entries say where they end when the head does not.
        Err(_) => {
            let last = ledger_entry::table.select(diesel::dsl::max(ledger_entry::idx)).first(db)?;
            (None, rows(last))
        }
    };
    let size = head.as_ref().map(|head| head.edge.size());
    let (audit, commitments) = take_all(db, rows.max(size.unwrap_or(0)), tell)?;
    let (head, Head { epoch, signer, .. }) = fitting(head, &audit)?;
    Ok(Entries { head, epoch, signer, commitments, open_downloads: audit.open_downloads() })
}

/// How many entries there are, if `last` is the index of the last one.
fn rows(last: Option<i64>) -> u64 {
    last.map_or(0, |last| u64::try_from(last).map_or(0, |last| last.saturating_add(1)))
}

/// The head row and what it says, if that is true of these entries.
fn fitting(head: Option<Head>, audit: &Audit) -> Result<(TreeHead, Head), Stop> {
    let head = head.ok_or_else(|| tampered("the head of the log cannot be read, or is missing"))?;
    let (told, found) = (TreeHead { size: head.edge.size(), root: head.edge.root() }, audit.head());
    if told.size < found.size {
        return Err(tampered_at(told.size, "the head of the log does not cover the entries from here on"));
    }
    if told == found { Ok((told, head)) } else { Err(tampered(anchor::DAMAGED)) }
}

/// Takes the rows one by one; also counts the commitments to personal data.
fn take_all(db: &mut Db, size: u64, tell: &mut Tell<'_>) -> Result<(Audit, u64), End> {
    let (mut audit, mut edge, mut most, mut commitments) = (Audit::default(), Edge::new(), PAGE, 0);
    while edge.size() < size {
        let from = edge.size();
        let rows = page(&mut most, from, |most| read(db, from, size, most))?;
        if rows.is_empty() {
            return Err(tampered_at(from, "entries are missing").into());
        }
        tell(u64::try_from(rows.len()).unwrap_or(0))?;
        for row in rows {
            let index = edge.size();
            commitments += row.check(&mut audit, &mut edge).map_err(|why| tampered_at(index, why))?;
        }
    }
    Ok((audit, commitments))
}

/// Some rows. No more of a cell is read than an entry may have: a cell that is larger fits nothing anyway.
fn read(db: &mut Db, from: u64, size: u64, most: i64) -> Result<Vec<Row>, Fault> {
    let rows = ledger_entry::table
        .filter(ledger_entry::idx.ge(stored(from)?))
        .filter(ledger_entry::idx.lt(stored(size)?))
        .order(ledger_entry::idx)
        .limit(most)
        .select((
            ledger_entry::idx,
            sql::<Binary>(&format!("substr(leaf, 1, {})", LEAF_LIMIT_BYTES + 1)),
            sql::<Binary>(&format!("substr(hashes, 1, {})", HASH_BYTES * 64 + 1)),
            sql::<Text>("substr(kind, 1, 64)"),
            ledger_entry::at,
            ledger_entry::actor_id,
            ledger_entry::person_id,
            ledger_entry::report_id,
            ledger_entry::grant_id,
            ledger_entry::download_id,
            ledger_entry::copy_id,
            ledger_entry::closes,
        ));
    Ok(rows.load(db)?)
}

/// A whole row of `ledger_entry`.
#[derive(Queryable)]
struct Row {
    idx: i64,
    leaf: Vec<u8>,
    hashes: Vec<u8>,
    kind: String,
    at: Micros,
    actor_id: Option<PersonId>,
    person_id: Option<PersonId>,
    report_id: Option<ReportId>,
    grant_id: Option<GrantId>,
    download_id: Option<DownloadId>,
    copy_id: Option<String>,
    closes: Option<i64>,
}

impl Row {
    /// Takes the row's leaf and compares everything stored beside it, by which searches find it. The number of its
    /// commitments.
    fn check(self, audit: &mut Audit, edge: &mut Edge) -> Result<u64, String> {
        if u64::try_from(self.idx) != Ok(edge.size()) {
            return Err("an entry is missing".to_owned());
        }
        let leaf = audit.take(&self.leaf).map_err(|flaw| flaw.to_string())?;
        let fits = self.hashes == edge.append(leaf_hash(&self.leaf))
            && self.kind == leaf.kind.as_str()
            && self.at == leaf.at
            && self.actor_id == leaf.by.person()
            && self.person_id == leaf.recipient()
            && self.report_id == leaf.report
            && self.grant_id == leaf.grant
            && self.download_id == leaf.download
            && self.copy_id == leaf.copy
            && self.closes == leaf.closes.and_then(|closes| i64::try_from(closes).ok());
        let commitments = u64::try_from(leaf.personal.len()).unwrap_or(u64::MAX);
        if fits { Ok(commitments) } else { Err("what is stored beside the entry does not fit it".to_owned()) }
    }
}
