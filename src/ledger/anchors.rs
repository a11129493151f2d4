//! How far the log is known outside: cosignatures of witnesses, and when which anchor took a checkpoint last.
//!
//! Both are progress, not acts: writing them twice does no harm, and losing them only makes the log be anchored again.

use super::append::stored;
use super::note::LogKey;
use super::path::{self, TreeHead};
use super::witness::{Policy, Witness};
use super::writer::Writer;
use super::{anchor, checkpoints, nodes, store};
use crate::clock::Micros;
use crate::config::LogSettings;
use crate::db::Db;
use crate::db::anchor_schema::{ledger_anchor, ledger_cosignature};
use crate::fault::Fault;
use diesel::prelude::*;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The name of the anchor that is a file beside the data directory.
pub const FILE: &str = "file";
/// The name of the anchor that writes to auditors.
pub const MAIL: &str = "mail";
/// The name of the anchor that posts to a webhook.
pub const WEBHOOK: &str = "webhook";

/// How long a mail server may put off a letter before that is an alarm: many do so with whom they do not know.
const MAIL_PATIENCE_SECS: i64 = 3_600;

/// The names of all anchors that are set up.
pub fn names(log: &LogSettings, witnesses: &Policy) -> Vec<String> {
    let asked = witnesses.witnesses().iter().filter(|witness| witness.url.is_some());
    let mut names = vec![FILE.to_owned()];
    names.extend(log.webhook.is_some().then(|| WEBHOOK.to_owned()));
    names.extend((!log.auditors.is_empty()).then(|| MAIL.to_owned()));
    names.extend(asked.map(of_witness));
    names
}

/// After how many seconds of silence an anchor is an alarm.
pub fn alert_secs(log: &LogSettings, name: &str) -> i64 {
    let secs = i64::from(log.anchor_alert_secs);
    if name == MAIL { secs.max(MAIL_PATIENCE_SECS) } else { secs }
}

/// The name of a witness's anchor.
pub fn of_witness(witness: &Witness) -> String {
    format!("witness {}", witness.name)
}

/// Where an anchor stands.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Anchored {
    /// Which anchor: `file`, `webhook`, `mail`, `witness NAME`.
    pub name: String,
    /// The size it knows.
    pub size: i64,
    /// Since when it knows it; none before the first time.
    pub at: Option<Micros>,
    /// When it was tried last.
    pub tried_at: Micros,
    /// Why the last try failed; none when it did not.
    pub error: Option<String>,
    /// When the first of the tries failed that have failed since; none when the last one did not.
    pub failing_since: Option<Micros>,
}

impl Anchored {
    /// For how long it has not learnt what there is to learn; none when its last try was good, or it knows all. A time in
    /// which there was nothing to tell is no silence: it counts from the first try that failed.
    pub fn silent_secs(&self, size: u64, now: Micros) -> Option<i64> {
        let behind = u64::try_from(self.size).unwrap_or(0) < size;
        let since = self.failing_since.filter(|_| behind)?;
        Some(now.secs_since(since))
    }
}

/// Every anchor that was ever tried, by name.
pub fn list(db: &mut Db) -> Result<Vec<Anchored>, Fault> {
    Ok(ledger_anchor::table.order(ledger_anchor::name).load(db)?)
}

/// The size that an anchor knows; 0 before the first time.
pub fn known_size(db: &mut Db, name: &str) -> Result<u64, Fault> {
    let size: Option<i64> =
        ledger_anchor::table.find(name).select(ledger_anchor::size).first(db).optional()?;
    Ok(size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0))
}

/// Notes what came of a try: the size it knows now, or why it failed. Idempotent.
pub fn note(db: &mut Db, name: &str, at: Micros, outcome: &Result<u64, String>) -> Result<(), Fault> {
    let first = (
        ledger_anchor::name.eq(name),
        ledger_anchor::size.eq(0),
        // It knows nothing, and that since now.
        ledger_anchor::at.eq(Some(at)),
        ledger_anchor::tried_at.eq(at),
        ledger_anchor::error.eq(None::<String>),
    );
    // Only the writer's transaction gets here, so nobody inserts between the two statements.
    let known: i64 = ledger_anchor::table.filter(ledger_anchor::name.eq(name)).count().get_result(db)?;
    if known == 0 {
        diesel::insert_into(ledger_anchor::table).values(first).execute(db)?;
    }
    let row = diesel::update(ledger_anchor::table.find(name));
    match outcome {
        Ok(size) => row
            .set((
                ledger_anchor::size.eq(stored(*size)?),
                ledger_anchor::at.eq(Some(at)),
                ledger_anchor::tried_at.eq(at),
                ledger_anchor::error.eq(None::<String>),
                ledger_anchor::failing_since.eq(None::<Micros>),
            ))
            .execute(db)?,
        Err(why) => {
            row.set((ledger_anchor::tried_at.eq(at), ledger_anchor::error.eq(Some(why.as_str()))))
                .execute(db)?;
            let first = ledger_anchor::table.find(name).filter(ledger_anchor::failing_since.is_null());
            diesel::update(first).set(ledger_anchor::failing_since.eq(Some(at))).execute(db)?
        }
    };
    Ok(())
}

/// No anchor knows anything of a log that goes on under another name: each is told again, from the beginning.
pub(super) fn begin_anew(db: &mut Db) -> Result<(), Fault> {
    // That there is an anchor file is not forgotten: it takes the checkpoint of the new name in the same breath.
    let others = ledger_anchor::table.filter(ledger_anchor::name.ne(FILE));
    diesel::update(others).set(ledger_anchor::size.eq(0)).execute(db)?;
    Ok(())
}

/// Keeps a witness's signature under the checkpoint of this size. Idempotent.
pub fn insert_cosignature(db: &mut Db, size: u64, witness: &str, line: &str) -> Result<(), Fault> {
    let row = (
        ledger_cosignature::size.eq(stored(size)?),
        ledger_cosignature::witness.eq(witness),
        ledger_cosignature::line.eq(line),
    );
    let known: i64 = ledger_cosignature::table
        .filter(ledger_cosignature::size.eq(stored(size)?))
        .filter(ledger_cosignature::witness.eq(witness))
        .count()
        .get_result(db)?;
    if known == 0 {
        diesel::insert_into(ledger_cosignature::table).values(row).execute(db)?;
    }
    Ok(())
}

/// The newest checkpoint that anybody has cosigned, with all its signatures; none when there is none.
pub fn newest_cosigned(db: &mut Db, writer: &Writer) -> Result<Option<(u64, String)>, Fault> {
    let newest: Option<i64> =
        ledger_cosignature::table.select(diesel::dsl::max(ledger_cosignature::size)).first(db)?;
    let Some(newest) = newest else { return Ok(None) };
    let size = u64::try_from(newest).map_err(|_| Fault::bare("size of a cosigned checkpoint"))?;
    let head = writer.head();
    if size > head.size {
        return Ok(None);
    }
    let note = cosigned(db, |head| writer.sign(head), size, head)?;
    Ok(Some((size, note)))
}

/// The notes of sizes after `after` and below `head` that were kept or cosigned, `most` of them, ascending: each as it was
/// signed when it was kept, with whatever cosignatures there are.
///
/// A kept note is never made again: whoever has only the database cannot forge one, so one that contradicts the log is
/// evidence. One that is only cosigned is a function of the head and is made again, from `begins_at` on, where the present epoch's
/// name begins.
pub(super) fn notes(
    db: &mut Db,
    (key, begins_at): (&LogKey, i64),
    head: TreeHead,
    after: i64,
    most: i64,
) -> Result<Vec<(i64, String)>, Fault> {
    let until = stored(head.size)?;
    let mut notes: BTreeMap<i64, String> = checkpoints::list(db, after, until, most)?.into_iter().collect();
    for size in cosigned_sizes(db, after.max(begins_at), until, most)? {
        if let Entry::Vacant(missing) = notes.entry(size) {
            let size = u64::try_from(size).map_err(|_| Fault::bare("size of a checkpoint"))?;
            missing.insert(signed(db, |head| key.sign_head(head), size, head)?);
        }
    }
    let mut notes: Vec<(i64, String)> = notes.into_iter().take(usize::try_from(most).unwrap_or(0)).collect();
    let Some((last, _)) = notes.last() else { return Ok(notes) };
    let lines: Vec<(i64, String)> = ledger_cosignature::table
        .filter(ledger_cosignature::size.gt(after))
        .filter(ledger_cosignature::size.le(*last))
        .order((ledger_cosignature::size, ledger_cosignature::witness))
        .select((ledger_cosignature::size, ledger_cosignature::line))
        .load(db)?;
    let mut lines = lines.into_iter().peekable();
    for (size, note) in &mut notes {
        while let Some((of, line)) = lines.next_if(|(of, _)| of <= size) {
            if of == *size {
                note.push_str(&line);
                note.push('\n');
            }
        }
    }
    Ok(notes)
}

/// The sizes between `from` and `until` that were cosigned, ascending.
fn cosigned_sizes(db: &mut Db, from: i64, until: i64, most: i64) -> Result<Vec<i64>, Fault> {
    Ok(ledger_cosignature::table
        .filter(ledger_cosignature::size.gt(from))
        .filter(ledger_cosignature::size.lt(until))
        .order(ledger_cosignature::size)
        .select(ledger_cosignature::size)
        .distinct()
        .limit(most)
        .load(db)?)
}

/// The checkpoint of this size with whatever cosignatures there are. A note is a function of the head, so it is made
/// again and fits them.
///
/// # Errors
/// When the newest `head` does not extend the tree of that size: whoever changed rows would be given a signature.
pub(super) fn cosigned(
    db: &mut Db,
    sign: impl Fn(TreeHead) -> String,
    size: u64,
    head: TreeHead,
) -> Result<String, Fault> {
    let mut note = signed(db, sign, size, head)?;
    let lines: Vec<String> = ledger_cosignature::table
        .filter(ledger_cosignature::size.eq(stored(size)?))
        .order(ledger_cosignature::witness)
        .select(ledger_cosignature::line)
        .load(db)?;
    for line in lines {
        note.push_str(&line);
        note.push('\n');
    }
    Ok(note)
}

/// The checkpoint of this size, made again of a head that extends it.
fn signed(
    db: &mut Db,
    sign: impl Fn(TreeHead) -> String,
    size: u64,
    head: TreeHead,
) -> Result<String, Fault> {
    let old = if size == head.size { head } else { TreeHead { size, root: nodes::root_at(db, size)? } };
    let proof = store::consistency(db, size, head.size)?.unwrap_or_default();
    if !path::is_consistent(old, head, &proof) {
        return Err(Fault::bare(anchor::DAMAGED));
    }
    Ok(sign(old))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_counts_only_when_there_is_something_to_tell() {
        let anchor = |size, failing_since: Option<i64>| Anchored {
            name: "webhook".to_owned(),
            size,
            at: Some(Micros(0)),
            tried_at: Micros(0),
            error: failing_since.map(|_| "no".to_owned()),
            failing_since: failing_since.map(Micros),
        };
        let now = Micros(700_000_000);
        assert_eq!(anchor(7, Some(0)).silent_secs(8, now), Some(700));
        assert_eq!(anchor(7, Some(600_000_000)).silent_secs(8, now), Some(100), "not since it was told last");
        assert_eq!(anchor(8, Some(0)).silent_secs(8, now), None);
        assert_eq!(anchor(7, None).silent_secs(8, now), None);
    }
}
