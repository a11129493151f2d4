//! Admission: the decision and its entry in one transaction, and what it opens.

use super::companion::is_shown;
use super::copy::{self, Copy};
use super::decide::{Decision, Policy, decide};
use super::ends::Guard;
use super::entries::{about, damaged, event, why};
use super::evidence::{self, Found};
use super::marked::{Document, Trouble};
use super::pages::Reading;
use super::refused::Refused;
use super::wish::{Start, Wish};
use crate::clock::Micros;
use crate::db::Database;
use crate::fault::Fault;
use crate::grants::downloads::Started;
use crate::identity::{Origin, Session};
use crate::ids::{AcceptanceId, ApiTokenId, DownloadId, GrantId, NodeId, PersonId, ReportId, VersionId};
use crate::ledger::{Act, Done, EventKind, Recorded, Writer};
use crate::notices::House;
use crate::seal::Keyring;
use crate::tokens::store as tokens;
use crate::vault::Vault;
use crate::watermark::CopyId;
use crate::watermark::MarkFonts;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// The gate's parts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Keys, clock, letters.
    pub house: House,
    /// Reads.
    pub database: Database,
    /// Entries.
    pub writer: Writer,
    /// Sealed objects.
    pub vault: Arc<Vault>,
    /// This process.
    pub node: NodeId,
    /// Downloads whose end is not recorded yet; the server waits for them when it stops.
    pub live: Arc<AtomicUsize>,
    /// Pages for reading in the browser.
    pub reading: Arc<Reading>,
    /// Fonts for names in other scripts.
    pub mark_fonts: Arc<MarkFonts>,
}

/// What was admitted: the values of its entry.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The grant.
    pub grant: GrantId,
    /// The recipient.
    pub person: PersonId,
    /// The report.
    pub report: ReportId,
    /// The version.
    pub version: VersionId,
    /// The copy's id.
    pub copy: CopyId,
    /// The acceptance it stands on.
    pub acceptance: AcceptanceId,
    /// Of which document.
    pub document: Document,
    /// The download, when a copy was asked for.
    pub download: Option<DownloadId>,
}

/// The act's answer: a refusal that must be logged is no error.
enum Answer {
    /// Yes.
    Admitted(Terms),
    /// No such grant of this person, recorded.
    NotYours,
    /// No, recorded.
    Refused(Decision),
}

/// The one key to a report: made only from the writer's [`Done`], that is, after its entry was committed.
#[derive(Debug)]
pub struct Admission {
    terms: Terms,
    entry: u64,
    guard: Option<Guard>,
}

impl Admission {
    /// From the values of a committed entry; called by [`settle`] alone.
    fn new(terms: Terms, entry: u64, gate: &Gate) -> Self {
        let guard = terms.download.map(|download| Guard::new(gate, download, entry, &terms));
        Self { terms, entry, guard }
    }
    /// What was admitted.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }
    /// The index of its entry.
    pub const fn entry(&self) -> u64 {
        self.entry
    }
    /// Takes the guard that ends the download; there is one for copies.
    pub(super) const fn take_guard(&mut self) -> Option<Guard> {
        self.guard.take()
    }
}

/// Who asks, from where.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The session: its person, and when the address was confirmed.
    pub person: PersonId,
    /// When the address was confirmed for this session.
    pub confirmed_at: Micros,
    /// From where.
    pub origin: Origin,
}

impl Asker {
    /// The person of a session.
    pub const fn of(session: &Session, origin: Origin) -> Self {
        Self { person: session.person, confirmed_at: session.created_at, origin }
    }
}

impl Gate {
    /// Admits to the report room.
    pub async fn admit_room(&self, asker: Asker, grant: GrantId) -> Result<Admission, Refused> {
        self.admit(asker, grant, Wish::Room).await
    }

    /// Admits a program to the report room, with a token of the asker's.
    pub async fn admit_token(
        &self,
        asker: Asker,
        grant: GrantId,
        token: ApiTokenId,
    ) -> Result<Admission, Refused> {
        self.admit(asker, grant, Wish::Token(token)).await
    }

    /// Admits to a copy: checks the stored body whole, decides, records the start, and opens the copy.
    ///
    /// The body is authenticated from end to end before the start is recorded, so that a damaged one is refused in words
    /// instead of breaking off in the recipient's hands; that costs one pass of AES-GCM.
    pub async fn admit_copy(&self, asker: Asker, grant: GrantId) -> Result<Copy, Refused> {
        self.admit_document(asker, grant, Document::Report, Wish::Copy).await
    }

    /// Admits to a copy of a document; `wish` makes the wish out of its start.
    pub(super) async fn admit_document(
        &self,
        asker: Asker,
        grant: GrantId,
        document: Document,
        wish: impl FnOnce(Start) -> Wish,
    ) -> Result<Copy, Refused> {
        let (gate, person) = (self.clone(), asker.person);
        let prepared = tokio::task::spawn_blocking(move || copy::prepare(&gate, grant, person, document))
            .await
            .map_err(|error| Fault::new("preparing a copy", error))?;
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(Trouble::Damaged { version, what }) => {
                return Err(self.damaged(&asker, (grant, version), what).await);
            }
            // The act says no and records it.
            Err(Trouble::NotYours) => {
                return self.admit(asker, grant, Wish::Room).await.and(Err(Refused::NotYours));
            }
            Err(Trouble::Fault(fault)) => return Err(Refused::Fault(fault)),
        };
        let id = DownloadId::new(&self.house.clock);
        let (sha256, size_bytes) = (prepared.sha256(), prepared.size_bytes());
        let start = Start { id, sha256, size_bytes, node: self.node };
        let admission = self.admit(asker, grant, wish(start)).await?;
        Ok(Copy::open(admission, prepared, self.clone())?)
    }

    /// Decides and records in one act; what it opens is made after COMMIT.
    pub(super) async fn admit(&self, asker: Asker, grant: GrantId, wish: Wish) -> Result<Admission, Refused> {
        let (gate, keyring) = (self.clone(), Arc::clone(&self.house.keyring));
        self.writer
            .act_then(
                "release.admit",
                move |act: Act<'_>| admit(act, &keyring, (&asker, grant), &wish),
                move |done: Done<Answer>| settle(done, &gate),
            )
            .await
            .map_err(Refused::Fault)?
    }

    /// Records that a stored report does not pass its check. Nothing was sent.
    pub(super) async fn damaged(
        &self,
        asker: &Asker,
        (grant, version): (GrantId, VersionId),
        what: &'static str,
    ) -> Refused {
        let person = asker.person;
        tracing::error!(%version, what, "a stored report does not pass its integrity check");
        match self
            .writer
            .act("release.damaged", move |act| damaged(act, person, (grant, version), what))
            .await
        {
            Ok(_) => Refused::Damaged,
            Err(fault) => Refused::Fault(fault),
        }
    }
}

/// Reads the evidence, decides, and records the answer, whichever it is.
fn admit<'a>(
    mut act: Act<'a>,
    keyring: &Keyring,
    (asker, grant): (&Asker, GrantId),
    wish: &Wish,
) -> Result<Recorded<'a, Answer>, Fault> {
    let session = (asker.confirmed_at, wish.taking());
    let Some(found) = evidence::find(act.db(), grant, asker.person, session)? else {
        let event =
            event(EventKind::AccessRefused, asker).fact("why", "not_yours").fact("grant", grant.to_string());
        return Ok(act.record(event, Answer::NotYours));
    };
    let Found { mut evidence, report, version, copy } = found;
    if let Document::Companion(companion) = wish.document() {
        evidence.shown = is_shown(act.db(), keyring, version, companion)?;
    }
    let mut policy = Policy::STANDARD;
    if let Wish::Token(token) = wish {
        // Taken back while the request was on its way: it opens nothing any more.
        let (at, token) = (act.at(), tokens::find(act.db(), *token)?);
        if !token.is_some_and(|token| token.is_live(at) && token.grant == grant) {
            let event = about(event(EventKind::AccessRefused, asker), report, version, grant);
            return Ok(act.record(event.fact("why", "token"), Answer::NotYours));
        }
        policy = Policy::BY_TOKEN;
    }
    let decision = decide(policy, &evidence, act.at());
    let Decision::Allow(acceptance) = decision else {
        let event =
            about(event(EventKind::AccessRefused, asker), report, version, grant).fact("why", why(&decision));
        return Ok(act.record(event, Answer::Refused(decision)));
    };
    let event = about(event(wish.kind(), asker), report, version, grant);
    let event = wish.tell(event.acceptance(acceptance).copy(copy.as_str()));
    if let Some(Start { id, sha256, size_bytes, node }) = wish.start() {
        let (id, sha256, size_bytes, node) = (*id, *sha256, *size_bytes, *node);
        let (at, entry) = (act.at(), act.index());
        wish.insert(act.db(), &Started { id, grant, at, entry, size_bytes, sha256, node })?;
    }
    let (person, document) = (asker.person, wish.document());
    let download = wish.start().map(|start| start.id);
    let terms = Terms { grant, person, report, version, copy, acceptance, document, download };
    Ok(act.record(event, Answer::Admitted(terms)))
}

/// After COMMIT: the admission with its guard, or the refusal.
fn settle(done: Done<Answer>, gate: &Gate) -> Result<Admission, Refused> {
    let entry = done.index;
    match done.value {
        Answer::Admitted(terms) => Ok(Admission::new(terms, entry, gate)),
        Answer::NotYours => Err(Refused::NotYours),
        Answer::Refused(Decision::Deny(deny)) => Err(Refused::Denied(deny)),
        Answer::Refused(Decision::Need(steps)) => Err(Refused::Missing(steps)),
        Answer::Refused(Decision::Allow(_)) => Err(Refused::Fault(Fault::bare("an allowance was refused"))),
    }
}
