//! What compliance does with a report: create it, state its facts, give it a file, finalize it, withdraw it.

pub mod checklist;
pub mod review;

pub use super::memos::Withdrawal;
use super::memos::{self, About};
use super::review::Review;
use super::{Card, Draft, Facts, File, Finalized, Missing, NotADraft, Report, State, Version, store};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ObjectId, PersonId, ReportId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::seal::KeyOwner;
use crate::text::{Line, Slug, hex};

/// A report as it begins.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Its name in addresses; never changes.
    pub slug: Slug,
    /// What anybody may know.
    pub card: Card,
    /// What only holders read.
    pub facts: Facts,
}

/// Why a report was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Another report has this slug.
    #[error("Another report has this address already. Please choose another one.")]
    SlugTaken,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for CreateError {
    fn kind(&self) -> Kind {
        match self {
            Self::SlugTaken => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Creates a report with its first version, a draft, and that version's key.
pub fn create<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    new: NewReport,
) -> Result<Recorded<'a, Version>, CreateError> {
    let at = act.at();
    let report = Report { id: ReportId::new(&house.clock), slug: new.slug, created_at: at, created_by: by };
    let id = VersionId::new(&house.clock);
    store::insert_report(act.db(), &report)?.ok_or(CreateError::SlugTaken)?;
    let key = data_keys::create(act.db(), &house.keyring, &house.clock, KeyOwner::Version(id))?;
    let facts = store::seal_facts(&house.clock, &key, id, &new.facts)?;
    let version = Version {
        id,
        report,
        number: 1,
        state: State::Draft,
        card: new.card,
        facts,
        file: None,
        created_at: at,
        shredded_at: None,
    };
    store::insert_draft(act.db(), &version)?;
    let event = event(EventKind::ReportCreated, by, &version)
        .fact("slug", version.report.slug.as_str())
        .fact("card_sha256", store::card_sha256(&version.card)?);
    Ok(act.record(event, version))
}

/// Why a draft was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is none any more.
    #[error(transparent)]
    NotADraft(#[from] NotADraft),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ChangeError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotADraft(error) => error.kind(),
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Changes card and facts of a draft.
pub fn change_facts<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    (card, facts): (&Card, &Facts),
) -> Result<Recorded<'a, ()>, ChangeError> {
    let draft = require_draft(act.db(), version)?;
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Version(version))?;
    let facts = store::seal_facts(&house.clock, &key, version, facts)?;
    store::update_facts(act.db(), &draft, card, &facts)?;
    let event = event(EventKind::ReportFactsChanged, by, draft.version())
        .fact("card_sha256", store::card_sha256(card)?)
        .fact("facts_sealed_sha256", sha256(facts.as_bytes()));
    Ok(act.record(event, ()))
}

/// Gives a draft the file that intake has prepared and the vault holds. An earlier file goes: the objects that are
/// answered have no row any more, and the caller removes them from the vault. A crash before that leaves sealed bytes
/// that nothing points at.
pub fn attach_upload<'a>(
    mut act: Act<'a>,
    by: PersonId,
    version: VersionId,
    file: &File,
) -> Result<Recorded<'a, Vec<ObjectId>>, ChangeError> {
    let at = act.at();
    let draft = require_draft(act.db(), version)?;
    store::update_file(act.db(), &draft, file, at)?;
    let old = draft.version().file.as_ref();
    let old = old.map(|old| vec![old.original.id, old.body.id, old.manifest.id]).unwrap_or_default();
    let event = event(EventKind::ReportUploaded, by, draft.version())
        .fact("source_sha256", hex(&file.source_sha256))
        .fact("source_bytes", file.original.size_bytes)
        .fact("body_sha256", hex(&file.body.sha256))
        .fact("pages", file.pages)
        .fact("tier", file.tier.as_str())
        .fact("replaces_earlier", !old.is_empty());
    Ok(act.record(event, old))
}

/// Records that an uploaded file was refused; `reason` is the refusal's stable name. The draft stays as it was.
pub fn refuse_upload<'a>(
    mut act: Act<'a>,
    by: PersonId,
    version: VersionId,
    reason: &str,
) -> Result<Recorded<'a, ()>, Fault> {
    let version = store::require(act.db(), version)?;
    let event = event(EventKind::ReportUploadRefused, by, &version).fact("reason", reason);
    Ok(act.record(event, ()))
}

/// All exceptions of a version at the moment of finalizing: how many, and the digest over their sealed rows.
#[derive(Clone, Debug)]
pub struct Exceptions {
    /// How many.
    pub count: u32,
    /// SHA-256 over the sealed contents in order, in hexadecimal.
    pub sealed_sha256: String,
}

/// Why a draft was not finalized.
#[derive(Debug, thiserror::Error)]
pub enum FinalizeError {
    /// It is none any more.
    #[error(transparent)]
    NotADraft(#[from] NotADraft),
    /// Something stands in the way.
    #[error("This report cannot be finalized yet. {}", sentences(.0))]
    Incomplete(Vec<Missing>),
    /// The review is not done with.
    #[error(
        "This report cannot be finalized yet: corrections asked for in its review wait for an answer ({0}). Accept or \
         decline each one; declining takes a reason and no more."
    )]
    CorrectionsOpen(usize),
    /// An exception is said to repeat one that it cannot repeat: which, and why.
    #[error("This report cannot be finalized yet. Exception {0}: {1}")]
    Link(Line, String),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What is missing, one sentence after the other.
fn sentences(missing: &[Missing]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Refusal for FinalizeError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotADraft(error) => error.kind(),
            Self::Incomplete(_) | Self::CorrectionsOpen(_) | Self::Link(..) => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Fixes a version for ever. Called by way of `exceptions::acts::finalize`, which knows the exceptions.
///
/// The entry holds digests of sealed cells rather than of words: they commit to the words, because a cell's format
/// commits to its key, and whoever reads the log cannot confirm a guess with them.
pub(crate) fn finalize<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    exceptions: &Exceptions,
) -> Result<Recorded<'a, Version>, FinalizeError> {
    let by = Finalized { at: act.at(), by };
    let draft = store::require(act.db(), version)?.into_draft()?;
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Version(version))?;
    let facts = draft.version().open_facts(&key).map_err(Fault::from)?;
    // Whoever asked is owed an answer that stands with the report: it can be no, but it cannot be silence.
    match Review::find(act.db(), &key, version)?.map_or(0, |review| review.open()) {
        0 => {}
        open => return Err(FinalizeError::CorrectionsOpen(open)),
    }
    let complete = draft.into_complete(&facts).map_err(FinalizeError::Incomplete)?;
    store::update_finalized(act.db(), &complete, by)?;
    let file = complete.file();
    let event = event(EventKind::ReportFinalized, by.by, complete.version())
        .fact("source_sha256", hex(&file.source_sha256))
        .fact("body_sha256", hex(&file.body.sha256))
        .fact("manifest_sha256", hex(&file.manifest.sha256))
        .fact("card_sha256", store::card_sha256(&complete.version().card)?)
        .fact("facts_sealed_sha256", sha256(complete.version().facts.as_bytes()))
        .fact("exceptions", exceptions.count)
        .fact("exceptions_sealed_sha256", exceptions.sealed_sha256.as_str());
    Ok(act.record(event, complete.finalize(by)))
}

/// Why a version was not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// It is a draft, or withdrawn already.
    #[error("Only a finalized version can be withdrawn.")]
    NotFinalized,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for WithdrawError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFinalized => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Takes a finalized version out of offer: nobody can ask for it from now on, and the gate opens it to nobody.
///
/// The reason stands sealed in a memo; the entry commits to it.
pub fn withdraw<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    reason: &Withdrawal,
) -> Result<Recorded<'a, ()>, WithdrawError> {
    let at = act.at();
    let version = store::find_offered(act.db(), version)?.ok_or(WithdrawError::NotFinalized)?;
    store::update_withdrawn(act.db(), version.id)?;
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let digest = memos::add(act.db(), (&house.clock, &key), About::version(&version), (at, by), reason)?;
    let event = event(EventKind::ReportWithdrawn, by, &version).fact("memo_sealed_sha256", digest);
    Ok(act.record(event, ()))
}

/// The draft with this id.
fn require_draft(db: &mut Db, version: VersionId) -> Result<Draft, ChangeError> {
    Ok(store::require(db, version)?.into_draft()?)
}

/// An event about a version.
fn event(kind: EventKind, by: PersonId, version: &Version) -> Event {
    Event::new(kind)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("number", version.number)
}

/// SHA-256 in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}
