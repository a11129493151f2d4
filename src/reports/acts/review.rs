//! Opening the review of a draft, asking for corrections, and answering them.

use super::event;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{MemoId, PersonId, VersionId};
use crate::ledger::{Act, EventKind, Recorded};
use crate::notices::House;
use crate::reports::memos::{self, About};
use crate::reports::review::{Correction, Opened, Review, Settled};
use crate::reports::{Draft, NotADraft, store};
use crate::seal::DataKey;
use crate::text::Day;

/// Why the review of a draft did not go on.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// It is none any more.
    #[error(transparent)]
    NotADraft(#[from] NotADraft),
    /// Its last day is over before it begins.
    #[error("The last day of the review lies in the past. Choose today or a later day.")]
    DueOver,
    /// Nobody has opened it.
    #[error("The review of this report has not been opened. Open it first, with its last day.")]
    NotOpened,
    /// It claims to have been asked for after today.
    #[error("This day lies in the future. Say when the correction was asked for.")]
    NotYet,
    /// There is no such correction.
    #[error("There is no such correction in the review of this report.")]
    NoSuchCorrection,
    /// It has its answer.
    #[error(
        "This correction was answered already, and answers are not changed. Enter a new correction instead."
    )]
    Settled,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ReviewError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotADraft(error) => error.kind(),
            Self::DueOver | Self::NotYet => Kind::Invalid,
            Self::NotOpened | Self::Settled => Kind::Conflict,
            Self::NoSuchCorrection => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// A draft under review with its key.
struct UnderReview {
    draft: Draft,
    key: DataKey,
    review: Review,
}

/// Opens the draft `version` and its review.
fn under_review(db: &mut Db, house: &House, version: VersionId) -> Result<UnderReview, ReviewError> {
    let draft = store::require(db, version)?.into_draft()?;
    let key = data_keys::open_for(db, &house.keyring, draft.version().key_owner())?;
    let review = Review::find(db, &key, version)?.ok_or(ReviewError::NotOpened)?;
    Ok(UnderReview { draft, key, review })
}

/// Opens the review of a draft until `due`, or moves its end.
pub fn open_review<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    due: Day,
) -> Result<Recorded<'a, ()>, ReviewError> {
    let at = act.at();
    if due < Day::of(at) {
        return Err(ReviewError::DueOver);
    }
    let draft = store::require(act.db(), version)?.into_draft()?;
    let key = data_keys::open_for(act.db(), &house.keyring, draft.version().key_owner())?;
    let about = About::version(draft.version());
    let digest = memos::add(act.db(), (&house.clock, &key), about, (at, by), &Opened { due })?;
    let event = event(EventKind::ReportReviewOpened, by, draft.version())
        .fact("due", due.to_string())
        .fact("memo_sealed_sha256", digest);
    Ok(act.record(event, ()))
}

/// Enters a correction that somebody asked for, about the version or one of its exceptions.
pub fn ask_correction<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    about: About,
    correction: &Correction,
) -> Result<Recorded<'a, MemoId>, ReviewError> {
    let at = act.at();
    if correction.asked_on > Day::of(at) {
        return Err(ReviewError::NotYet);
    }
    let UnderReview { draft, key, .. } = under_review(act.db(), house, about.version)?;
    let added = memos::insert(act.db(), (&house.clock, &key), about, (at, by), correction)?;
    let mut event = event(EventKind::CorrectionAsked, by, draft.version())
        .fact("correction", added.id.to_string())
        .fact("memo_sealed_sha256", added.sealed_sha256);
    if let Some(exception) = about.exception {
        event = event.fact("exception", exception.to_string());
    }
    Ok(act.record(event, added.id))
}

/// Answers a correction, once and for all.
pub fn settle_correction<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    settled: &Settled,
) -> Result<Recorded<'a, ()>, ReviewError> {
    let at = act.at();
    let UnderReview { draft, key, review } = under_review(act.db(), house, version)?;
    let asked = review.correction(settled.correction).ok_or(ReviewError::NoSuchCorrection)?;
    if asked.settled.is_some() {
        return Err(ReviewError::Settled);
    }
    let about = asked.correction.about;
    let digest = memos::add(act.db(), (&house.clock, &key), about, (at, by), settled)?;
    let event = event(EventKind::CorrectionSettled, by, draft.version())
        .fact("correction", settled.correction.to_string())
        .fact("verdict", settled.verdict.as_str())
        .fact("memo_sealed_sha256", digest);
    Ok(act.record(event, ()))
}
