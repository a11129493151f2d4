//! The check of a log where it lies: what the offline check does, and whether rows, stored hashes and head fit.
//!
//! It says nothing of a log that was regrown as a whole, nor of rows that whoever holds the database shows to others:
//! that needs an export and a checkpoint from outside.

use super::anchor;
use super::append::stored;
use super::audit::Audit;
use super::check::Tell;
use super::path::TreeHead;
use super::store::{checked_head, reading_key};
use super::tree::{Edge, leaf_hash};
use super::verify::{Verdict, Whole};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::ledger_entry;
use crate::fault::Fault;
use crate::ids::{DownloadId, GrantId, PersonId, ReportId};
use crate::seal::Keyring;
use diesel::prelude::*;

/// Rows read at a time.
const PAGE: i64 = 1000;

/// Checks the log where it lies. `Tampered` says which entry, or that the log is not the one that was signed.
pub fn verify(db: &mut Db, keyring: &Keyring) -> Result<Verdict, Fault> {
    verify_telling(db, keyring, &mut |_| Ok(()))
}

/// As [`verify`]; `tell` hears how many rows were read, after each page, may take its time, and ends the check with its error.
pub fn verify_telling(db: &mut Db, keyring: &Keyring, tell: &mut Tell<'_>) -> Result<Verdict, Fault> {
    let (key, signer) = reading_key(db, keyring)?;
    let head = match checked_head(db, &key, None) {
        Ok(head) => head,
        Err(fault) if [anchor::DAMAGED, anchor::FORKED, anchor::ROLLED_BACK].contains(&fault.what()) => {
            return Ok(Verdict::Tampered { index: None, why: fault.what().to_owned() });
        }
        Err(fault) => return Err(fault),
    };
    let audit = match take_all(db, head, tell)? {
        Ok(audit) if audit.head() == head => audit,
        Ok(_) => return Ok(Verdict::Tampered { index: None, why: anchor::DAMAGED.to_owned() }),
        Err(verdict) => return Ok(verdict),
    };
    Ok(Verdict::Whole(Whole {
        origin: signer.name().to_owned(),
        key: signer.to_string(),
        entries: head.size,
        root: format!("{:?}", head.root),
        open_downloads: audit.open_downloads(),
        ..Whole::default()
    }))
}

/// Takes the rows one by one, up to the head.
fn take_all(db: &mut Db, head: TreeHead, tell: &mut Tell<'_>) -> Result<Result<Audit, Verdict>, Fault> {
    let (mut audit, mut edge) = (Audit::default(), Edge::new());
    while audit.head().size < head.size {
        let from = audit.head().size;
        let rows: Vec<Row> = ledger_entry::table
            .filter(ledger_entry::idx.ge(stored(from)?))
            .filter(ledger_entry::idx.lt(stored(head.size)?))
            .order(ledger_entry::idx)
            .limit(PAGE)
            .load(db)?;
        if rows.is_empty() {
            return Ok(Err(Verdict::Tampered { index: Some(from), why: "entries are missing".to_owned() }));
        }
        tell(u64::try_from(rows.len()).unwrap_or(0))?;
        for row in rows {
            let index = audit.head().size;
            if let Err(why) = row.check(&mut audit, &mut edge) {
                return Ok(Err(Verdict::Tampered { index: Some(index), why }));
            }
        }
    }
    Ok(Ok(audit))
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
    /// Takes the row's leaf and compares everything stored beside it, by which searches find it.
    fn check(self, audit: &mut Audit, edge: &mut Edge) -> Result<(), String> {
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
        if fits { Ok(()) } else { Err("what is stored beside the entry does not fit it".to_owned()) }
    }
}
