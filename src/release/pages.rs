//! Pages for reading in the browser: one picture of one page of the recipient's own marked copy.
//!
//! Promises:
//! * A page is painted from the marked copy, so its picture names the recipient; no clean picture is ever made.
//! * The first look at a page is an entry, durable before a byte of it leaves. Looking again within [`VIEW_SECS`] is
//!   the same view, and needs the [`Admission`] of that entry and a fresh yes of the decision: a grant that was
//!   revoked opens nothing from the next request on.
//! * At most as many pages are painted at once as there are processors, and few wait; the others are told to come
//!   back. Nobody looks at more than [`PAGES_A_MINUTE`].
//! * Pictures lie in memory only, as many as [`KEPT_BYTES`] holds, and are forgotten when their grant ends.
//!
//! Not promised: that the limits hold across several nodes. Each node counts for itself.

mod reading;
mod shelf;

pub use reading::Reading;

use super::admit::{Admission, Asker, Gate};
use super::decide::{Decision, Policy, Taking, decide};
use super::evidence;
use super::marked::{self, Document, Trouble};
use super::refused::Refused;
use super::wish::Wish;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::ids::{GrantId, SessionId, VersionId};
use crate::ledger::{Act, Actor, Done, Event, EventKind, PersonalField, Recorded};
use crate::reports::store as reports;
use crate::watermark::render::child::{PageSize, PaintedPage, paint_in_child};
use crate::watermark::{Edits, SampleText};
use shelf::Whose;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use zeroize::Zeroizing;

/// How long looking at a page again is the same view.
pub const VIEW_SECS: i64 = 600;
/// The most pages that one session begins to look at within a minute.
pub const PAGES_A_MINUTE: usize = 30;
/// Bytes of pictures that are kept.
pub const KEPT_BYTES: usize = 48 * 1024 * 1024;
/// One page of a marked copy, painted. Opened by an admission to this very page and by nothing else.
#[derive(Debug)]
pub struct PageCopy {
    painted: Arc<PaintedPage>,
    entry: u64,
}

impl PageCopy {
    /// The picture, a PNG file.
    pub fn png(&self) -> &[u8] {
        &self.painted.png
    }
    /// What can be read on the page; empty when it cannot be told.
    pub fn words(&self) -> &str {
        &self.painted.words
    }
    /// How many pages the copy has.
    pub fn pages(&self) -> u32 {
        self.painted.pages
    }
    /// The index of the entry of this view.
    pub const fn entry(&self) -> u64 {
        self.entry
    }
}

/// Which page, how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Counted from 1.
    pub page: u32,
    /// How large.
    pub size: PageSize,
}

/// What a view of a page was admitted by: kept for as long as the view lasts.
#[derive(Clone, Debug)]
pub(super) enum Pass {
    /// A recipient's admission.
    Recipient(Arc<Admission>),
    /// A member of staff who prepares the report; their entry.
    Staff(Arc<Previewed>),
}

impl Pass {
    /// The index of the view's entry.
    fn entry(&self) -> u64 {
        match self {
            Self::Recipient(admission) => admission.entry(),
            Self::Staff(previewed) => previewed.entry,
        }
    }
    /// Opens a painted page.
    fn open(&self, painted: Arc<PaintedPage>) -> PageCopy {
        PageCopy { painted, entry: self.entry() }
    }
}

/// A view by a member of staff, out of its committed entry.
#[derive(Debug)]
pub(super) struct Previewed {
    entry: u64,
}

/// A member of staff who looks at what recipients will see.
#[derive(Clone, Debug)]
pub struct Previewer {
    /// Who, and from where.
    pub asker: Asker,
    /// Who they are, as it stands on the pages.
    pub text: SampleText,
}

impl Gate {
    /// Admits to one page of a copy and opens it, painted.
    pub async fn admit_page(
        &self,
        asker: Asker,
        session: SessionId,
        grant: GrantId,
        wanted: Wanted,
    ) -> Result<PageCopy, Refused> {
        let view = (session, Whose::Grant(grant), wanted.page);
        let known = self.reading.shelf().view(&view, self.house.clock.now());
        if let Some(pass) = known {
            if self.still_allows(&asker, grant).await? {
                return self.paint(pass, (Whose::Grant(grant), wanted), None, Source::Copy(asker)).await;
            }
            // The act below says why, and records it.
            self.reading.shelf().forget(Whose::Grant(grant));
        }
        self.keep_pace(session)?;
        // Room in the queue comes first: no entry says that a page was shown to somebody who was sent away.
        let place = self.place_for(Whose::Grant(grant), wanted).await?;
        let admission = self.admit(asker.clone(), grant, Wish::Page(wanted.page)).await?;
        let pass = Pass::Recipient(Arc::new(admission));
        self.reading.shelf().put_view(view, pass.clone(), self.house.clock.now());
        self.paint(pass, (Whose::Grant(grant), wanted), place, Source::Copy(asker)).await
    }

    /// Opens one page of a draft to a member of staff who prepares it: marked with their own name, and recorded first.
    pub async fn preview_page(
        &self,
        previewer: Previewer,
        session: SessionId,
        version: VersionId,
        wanted: Wanted,
    ) -> Result<PageCopy, Refused> {
        let whose = Whose::Preview(version, previewer.asker.person);
        let view = (session, whose, wanted.page);
        let known = self.reading.shelf().view(&view, self.house.clock.now());
        if let Some(pass) = known {
            return self.paint(pass, (whose, wanted), None, Source::Preview(previewer, version)).await;
        }
        let place = self.place_for(whose, wanted).await?;
        let asker = previewer.asker.clone();
        let done = self
            .writer
            .act("release.preview", move |act| preview(act, &asker, version, wanted.page))
            .await
            .map_err(Refused::Fault)?;
        let pass = Pass::Staff(Arc::new(previewed(&done)));
        self.reading.shelf().put_view(view, pass.clone(), self.house.clock.now());
        self.paint(pass, (whose, wanted), place, Source::Preview(previewer, version)).await
    }

    /// A place to paint, unless the picture is there already.
    async fn place_for(&self, whose: Whose, wanted: Wanted) -> Result<Option<OwnedSemaphorePermit>, Refused> {
        // The shelf is let go of before anybody waits.
        let is_painted = self.reading.shelf().picture(whose, wanted).is_some();
        if is_painted { Ok(None) } else { self.reading.place().await.map(Some) }
    }

    /// The picture off the shelf, or painted now.
    async fn paint(
        &self,
        pass: Pass,
        (whose, wanted): (Whose, Wanted),
        place: Option<OwnedSemaphorePermit>,
        source: Source,
    ) -> Result<PageCopy, Refused> {
        if let Some(painted) = self.reading.shelf().picture(whose, wanted) {
            return Ok(pass.open(painted));
        }
        let place = match place {
            Some(place) => place,
            None => self.reading.place().await?,
        };
        let gate = self.clone();
        let work = source.clone();
        let painted = tokio::task::spawn_blocking(move || {
            let painted = paint_from(&gate, whose, &work, wanted);
            drop(place);
            painted
        });
        let painted = painted.await.map_err(|error| Fault::new("painting a page", error))?;
        let painted = match (painted, source) {
            (Ok(painted), _) => Arc::new(painted),
            (Err(Trouble::Damaged { version, what }), Source::Copy(asker)) => {
                let Whose::Grant(grant) = whose else { return Err(Refused::Damaged) };
                return Err(self.damaged(&asker, (grant, version), what).await);
            }
            (Err(Trouble::Damaged { .. }), Source::Preview(..)) => return Err(Refused::Damaged),
            (Err(Trouble::NotYours), _) => return Err(Refused::NotYours),
            (Err(Trouble::Fault(fault)), _) => return Err(Refused::Fault(fault)),
        };
        self.reading.shelf().put_picture(whose, wanted, Arc::clone(&painted));
        Ok(pass.open(painted))
    }

    /// Whether the decision would still be yes.
    async fn still_allows(&self, asker: &Asker, grant: GrantId) -> Result<bool, Refused> {
        let (gate, asker) = (self.clone(), asker.clone());
        let decided = tokio::task::spawn_blocking(move || -> Result<bool, Fault> {
            let db = &mut *gate.database.read()?;
            let found = evidence::find(db, grant, asker.person, (asker.confirmed_at, Taking::Nothing))?;
            let now: Micros = gate.house.clock.now();
            Ok(found.is_some_and(|found| {
                matches!(decide(Policy::STANDARD, &found.evidence, now), Decision::Allow(_))
            }))
        });
        Ok(decided.await.map_err(|error| Fault::new("deciding again", error))??)
    }

    /// Counts a view that begins.
    fn keep_pace(&self, session: SessionId) -> Result<(), Refused> {
        if self.reading.shelf().begins(session, self.house.clock.now()) {
            Ok(())
        } else {
            Err(Refused::TooFast)
        }
    }
}

/// What is painted.
#[derive(Clone, Debug)]
enum Source {
    /// The recipient's copy.
    Copy(Asker),
    /// What a member of staff sees of a version.
    Preview(Previewer, VersionId),
}

/// Reads the copy, marked, and has a page of it painted. Blocking.
fn paint_from(gate: &Gate, whose: Whose, source: &Source, wanted: Wanted) -> Result<PaintedPage, Trouble> {
    let marked = match (source, whose) {
        (Source::Copy(asker), Whose::Grant(grant)) => {
            let db = &mut *gate.database.read()?;
            let grant = marked::require_own(gate, db, grant, asker.person)?;
            marked::of_grant(gate, db, &grant, Document::Report)?
        }
        (Source::Preview(previewer, version), _) => {
            marked::of_staff(gate, (*version, Document::Report), |manifest| {
                Edits::for_preview(&gate.mark_fonts, manifest, &previewer.text)
            })?
        }
        (Source::Copy(_), Whose::Preview(..)) => return Err(Trouble::NotYours),
    };
    let marked = Zeroizing::new(marked.read()?);
    let painted = paint_in_child(&gate.reading.program, &marked, wanted.page, wanted.size)
        .map_err(|refusal| Fault::new("painting a page", refusal))?;
    Ok(painted)
}

/// Records a view by a member of staff.
fn preview<'a>(
    mut act: Act<'a>,
    asker: &Asker,
    version: VersionId,
    page: u32,
) -> Result<Recorded<'a, ()>, Fault> {
    let report = reports::require(act.db(), version)?.report.id;
    let event = Event::new(EventKind::ReportPreviewed)
        .by(Actor::Staff(asker.person))
        .report(report)
        .version(version)
        .fact("page", page)
        .personal(asker.person, PersonalField::NetworkAddress, &asker.origin.address.to_string())
        .personal(asker.person, PersonalField::UserAgent, &asker.origin.user_agent);
    Ok(act.record(event, ()))
}

/// The view of a committed entry.
const fn previewed(done: &Done<()>) -> Previewed {
    Previewed { entry: done.index }
}
