//! Companions on their way: marked copies of the bridge letter and of evidence that is shown, through the same gate as the
//! report.
//!
//! Promises: what is not shown leaves to nobody, from the next request on: the newest bridge letter is shown, and evidence
//! for as long as the company chooses so, which is asked in the same act that writes the entry. Running streams look again.

use super::admit::{Asker, Gate};
use super::copy::Copy;
use super::decide::Deny;
use super::marked::{self, Document, Trouble};
use super::pages::Previewer;
use super::refused::Refused;
use super::wish::Wish;
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{CompanionId, GrantId, MemoId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::remediation::evidence;
use crate::reports::companion::{self, CompanionKind, Subject};
use crate::reports::{auditor, bridge_letter, store as reports};
use crate::seal::{KeyOwner, Keyring};
use crate::text::hex;
use crate::watermark::{Edits, Manifest, SampleText};
use std::sync::Arc;

impl Gate {
    /// Admits to a copy of a companion: as for the report, its stored body is checked whole before the start is recorded.
    pub async fn admit_companion(
        &self,
        asker: Asker,
        grant: GrantId,
        (companion, kind): (CompanionId, CompanionKind),
    ) -> Result<Copy, Refused> {
        let wish = move |start| Wish::Companion(companion, kind, start);
        self.admit_document(asker, grant, Document::Companion(companion), wish).await
    }
}

/// A copy of shown evidence for an auditor, marked with their name. Made out of a committed entry and of nothing else.
#[derive(Debug)]
pub struct AuditorCopy(Vec<u8>);

impl AuditorCopy {
    /// The marked file, to be sent.
    pub fn into_pdf(self) -> Vec<u8> {
        self.0
    }
}

impl Gate {
    /// Opens a copy of evidence that is shown beside `version` to an auditor; taking it is recorded first.
    pub async fn auditor_copy(
        &self,
        previewer: Previewer,
        version: VersionId,
        file: MemoId,
    ) -> Result<AuditorCopy, Refused> {
        let (gate, text) = (self.clone(), previewer.text);
        let marked = tokio::task::spawn_blocking(move || for_auditor(&gate, &text, version, file));
        let marked = match marked.await.map_err(|error| Fault::new("marking evidence", error))? {
            Ok(marked) => marked,
            Err(Trouble::Damaged { .. }) => return Err(Refused::Damaged),
            Err(Trouble::NotYours) => return Err(Refused::NotYours),
            Err(Trouble::Fault(fault)) => return Err(Refused::Fault(fault)),
        };
        let digest = ring::digest::digest(&ring::digest::SHA256, &marked);
        let taken = Taken {
            version,
            file,
            sha256: hex(digest.as_ref()),
            size_bytes: u64::try_from(marked.len()).unwrap_or(u64::MAX),
        };
        let (keyring, asker) = (Arc::clone(&self.house.keyring), previewer.asker);
        let done = self
            .writer
            .act("release.auditor_copy", move |act| record_taken(act, &keyring, &asker, &taken))
            .await
            .map_err(Refused::Fault)?;
        if done.value { Ok(AuditorCopy(marked)) } else { Err(Refused::Denied(Deny::NotShown)) }
    }
}

/// What an auditor takes.
struct Taken {
    version: VersionId,
    file: MemoId,
    sha256: String,
    size_bytes: u64,
}

/// The marked copy of a file of evidence. Blocking.
fn for_auditor(gate: &Gate, text: &SampleText, version: VersionId, file: MemoId) -> Result<Vec<u8>, Trouble> {
    let document = companion::find_of(&mut *gate.database.read()?, Subject::Evidence(file))?;
    let document = Document::Companion(document.ok_or(Trouble::NotYours)?);
    let edits = |manifest: &Manifest| Edits::for_auditor(&gate.mark_fonts, manifest, text);
    marked::of_staff(gate, (version, document), edits)?.read()
}

/// Records that an auditor takes a copy, if the file is shown now and its report is theirs to read; answers whether.
fn record_taken<'a>(
    mut act: Act<'a>,
    keyring: &Keyring,
    asker: &Asker,
    taken: &Taken,
) -> Result<Recorded<'a, bool>, Fault> {
    let version = reports::require(act.db(), taken.version)?;
    let key = data_keys::open_for(act.db(), keyring, version.key_owner())?;
    let shown = evidence::list(act.db(), &key, version.id)?.into_iter().find(|one| one.file.id == taken.file);
    let shown = shown.filter(|one| one.told && auditor::is_theirs(&version));
    let kind = if shown.is_some() { EventKind::EvidenceRead } else { EventKind::AccessRefused };
    let event = Event::new(kind).by(Actor::Staff(asker.person)).report(version.report.id).version(version.id);
    let Some(one) = shown else { return Ok(act.record(event.fact("why", Deny::NotShown.name()), false)) };
    let event = match one.file.about.exception {
        Some(exception) => event.fact("exception", exception.to_string()),
        None => event,
    };
    let event = event.fact("evidence", taken.file.to_string()).fact("size_bytes", taken.size_bytes);
    Ok(act.record(event.fact("sha256", taken.sha256.clone()), true))
}

/// Whether a companion stands beside this version and is shown to its holders.
pub(super) fn is_shown(
    db: &mut Db,
    keyring: &Keyring,
    version: VersionId,
    id: CompanionId,
) -> Result<bool, Fault> {
    let found = companion::find(db, id)?.filter(|found| found.version == version);
    Ok(match found.map(|found| found.subject) {
        None => false,
        Some(Subject::BridgeLetter(letter)) => bridge_letter::find_newest(db, version)? == Some(letter),
        Some(Subject::Evidence(file)) => {
            let key = data_keys::open_for(db, keyring, KeyOwner::Version(version))?;
            evidence::is_told(db, &key, version, file)?
        }
    })
}
