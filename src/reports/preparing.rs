//! Uploads being prepared: how far each is and how it ended, for whoever asks, on whatever node.
//!
//! One row per version, about its newest upload. The file itself lies sealed in the spool of the node that prepares it,
//! under a key that only this process has. When the process ends, what it was preparing is gone: the row then stands
//! for a run whose node is dead, and the publisher is told to upload again.
//!
//! Promises: a version has one preparation at a time, on all nodes together. A run that was overtaken, because its node
//! was taken for dead, changes nothing any more: [`attach`] and [`refuse`] ask for the run in the same act.

use super::acts::{self, ChangeError};
use super::{File, NotADraft, rows::to_json};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::preparation;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{NodeId, ObjectId, PersonId, PreparationId, VersionId};
use crate::ledger::{Act, Recorded};
use crate::watermark::{IntakeRefusal, Progress, Stage};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// No run takes longer, however many wait before it: one that seems to has died without a word.
const LONGEST_SECS: i64 = 15 * 60;

/// How far an upload is, or how it ended. One that ended well is the version's file and has no row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// It is being prepared.
    Running(Progress),
    /// The process that prepared it ended before it was done.
    Interrupted,
    /// It broke down on our side.
    Failed,
    /// Only pictures of its pages could be published, and nobody has agreed to that.
    OnlyPictures {
        /// What is wrong with the file, in sentences; an earlier program did not say.
        #[serde(default)]
        why: String,
    },
    /// It cannot be prepared.
    Refused(IntakeRefusal),
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which.
    pub id: PreparationId,
    /// Of which version's upload.
    pub version: VersionId,
    /// Where.
    pub node: NodeId,
}

/// Another upload of this version is being prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A file of this report is being prepared already. Wait until that is done; it takes a minute at the most."
)]
pub struct Busy;

impl Refusal for Busy {
    fn kind(&self) -> Kind {
        Kind::Conflict
    }
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// Another one is under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for BeginError {
    fn kind(&self) -> Kind {
        match self {
            Self::Busy(busy) => busy.kind(),
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// A row of `preparation`.
#[derive(Queryable)]
struct Row {
    id: PreparationId,
    node_id: NodeId,
    begun_at: Micros,
    ended_at: Option<Micros>,
    standing: String,
}

impl Row {
    /// Whether somebody still works on it: its node lives, and it has not taken for ever.
    fn is_running(&self, alive: &[NodeId], now: Micros) -> bool {
        self.ended_at.is_none()
            && alive.contains(&self.node_id)
            && now < self.begun_at.plus_secs(LONGEST_SECS)
    }
    /// What it stands for now.
    fn standing(self, alive: &[NodeId], now: Micros) -> Result<Standing, Fault> {
        if self.ended_at.is_none() && !self.is_running(alive, now) {
            return Ok(Standing::Interrupted);
        }
        serde_json::from_str(&self.standing)
            .map_err(|error| Fault::new("the standing of a preparation", error))
    }
}

/// The version's row.
fn find_row(db: &mut Db, version: VersionId) -> Result<Option<Row>, Fault> {
    let columns = (
        preparation::id,
        preparation::node_id,
        preparation::begun_at,
        preparation::ended_at,
        preparation::standing,
    );
    Ok(preparation::table.find(version).select(columns).first(db).optional()?)
}

/// How far the version's newest upload is, seen at `now` while these nodes live; `None` when it is the file, or when
/// there was none.
pub fn find(
    db: &mut Db,
    version: VersionId,
    alive: &[NodeId],
    now: Micros,
) -> Result<Option<Standing>, Fault> {
    find_row(db, version)?.map(|row| row.standing(alive, now)).transpose()
}

/// Begins a run, unless another one of this version is under way. Idempotent.
pub fn begin(db: &mut Db, run: &Run, alive: &[NodeId], now: Micros) -> Result<(), BeginError> {
    match find_row(db, run.version)? {
        Some(row) if row.id == run.id => return Ok(()),
        Some(row) if row.is_running(alive, now) => return Err(Busy.into()),
        Some(_) | None => {}
    }
    let row = (
        preparation::version_id.eq(run.version),
        preparation::id.eq(run.id),
        preparation::node_id.eq(run.node),
        preparation::begun_at.eq(now),
        preparation::standing.eq(to_json(&Standing::Running(Progress::begun(Stage::Opening, 0)))?),
    );
    diesel::delete(preparation::table.find(run.version)).execute(db).map_err(Fault::from)?;
    diesel::insert_into(preparation::table).values(row).execute(db).map_err(Fault::from)?;
    Ok(())
}

/// Tells how far a run is. One that has ended, or was overtaken, tells nothing any more.
pub fn tell(db: &mut Db, run: &Run, progress: Progress) -> Result<(), Fault> {
    let told = to_json(&Standing::Running(progress))?;
    diesel::update(
        preparation::table.filter(preparation::id.eq(run.id)).filter(preparation::ended_at.is_null()),
    )
    .set(preparation::standing.eq(told))
    .execute(db)?;
    Ok(())
}

/// Ends a run badly. Idempotent; `false` when it was overtaken.
pub fn end(db: &mut Db, run: &Run, how: &Standing, now: Micros) -> Result<bool, Fault> {
    let ended = (preparation::standing.eq(to_json(how)?), preparation::ended_at.eq(now));
    let rows =
        diesel::update(preparation::table.filter(preparation::id.eq(run.id))).set(ended).execute(db)?;
    Ok(rows > 0)
}

/// Why what was prepared is not the draft's file.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// The version was finalized meanwhile.
    #[error(transparent)]
    NotADraft(NotADraft),
    /// Another upload has begun meanwhile.
    #[error("Another file was uploaded meanwhile.")]
    Overtaken,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<ChangeError> for AttachError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NotADraft(refusal) => Self::NotADraft(refusal),
            ChangeError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Makes what a run has prepared the draft's file: see [`acts::attach_upload`].
pub fn attach<'a>(
    mut act: Act<'a>,
    by: PersonId,
    run: &Run,
    file: &File,
) -> Result<Recorded<'a, Vec<ObjectId>>, AttachError> {
    let mine = preparation::table.filter(preparation::id.eq(run.id)).filter(preparation::ended_at.is_null());
    let ended = diesel::delete(mine).execute(act.db()).map_err(Fault::from)?;
    if ended == 0 {
        return Err(AttachError::Overtaken);
    }
    Ok(acts::attach_upload(act, by, run.version, file)?)
}

/// Ends a run whose file was refused; `code` is the refusal's stable name, for the log.
pub fn refuse<'a>(
    mut act: Act<'a>,
    by: PersonId,
    run: &Run,
    how: &Standing,
    code: &str,
) -> Result<Recorded<'a, ()>, Fault> {
    let at = act.at();
    end(act.db(), run, how, at)?;
    acts::refuse_upload(act, by, run.version, code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    /// A row of a run that was begun at second 0.
    fn row(node: NodeId, ended_at: Option<Micros>, standing: &Standing) -> Row {
        let clock = Clock::system();
        Row {
            id: PreparationId::new(&clock),
            node_id: node,
            begun_at: Micros(0),
            ended_at,
            standing: to_json(standing).unwrap(),
        }
    }

    #[test]
    fn a_run_is_interrupted_when_its_node_is_gone_or_it_takes_for_ever() {
        let node = NodeId::new(&Clock::system());
        let running = Standing::Running(Progress { stage: Stage::Rendering, done: 17, of: 132 });
        let seen = |alive: &[NodeId], secs| {
            row(node, None, &running).standing(alive, Micros(0).plus_secs(secs)).unwrap()
        };
        assert_eq!(seen(&[node], 60), running);
        assert_eq!(seen(&[], 60), Standing::Interrupted);
        assert_eq!(seen(&[node], LONGEST_SECS), Standing::Interrupted);
    }

    #[test]
    fn how_a_run_ended_is_told_wherever_its_node_is() {
        let node = NodeId::new(&Clock::system());
        for how in [
            Standing::Failed,
            Standing::OnlyPictures { why: "Page 2 is odd.".to_owned() },
            Standing::Refused(IntakeRefusal::PasswordNeeded),
            Standing::Refused(IntakeRefusal::NotRenderable { page: 3 }),
        ] {
            let ended = row(node, Some(Micros(1)), &how);
            assert_eq!(ended.standing(&[], Micros(0).plus_secs(LONGEST_SECS)).unwrap(), how);
        }
    }
}
