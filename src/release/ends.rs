//! Ends of downloads: recorded by a guard that cannot be forgotten, and at start for those that a crash cut off.

use super::admit::{Gate, Terms};
use super::marked::Document;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::companions;
use crate::grants::downloads::{self, OpenDownload, Outcome};
use crate::ids::{DownloadId, GrantId, NodeId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Records the end of a download when it is dropped, however that comes about.
///
/// Dropped without having been told of a byte it records an abort with none: a start whose caller has gone.
pub(super) struct Guard {
    gate: Gate,
    document: Document,
    download: DownloadId,
    grant: GrantId,
    person: PersonId,
    start: u64,
    began: Instant,
    sent_bytes: u64,
    whole: bool,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guard({})", self.download)
    }
}

impl Guard {
    /// The guard of a start that was committed as entry `start`.
    pub(super) fn new(gate: &Gate, download: DownloadId, start: u64, terms: &Terms) -> Self {
        gate.live.fetch_add(1, Ordering::SeqCst);
        Self {
            gate: gate.clone(),
            document: terms.document,
            download,
            grant: terms.grant,
            person: terms.person,
            start,
            began: Instant::now(),
            sent_bytes: 0,
            whole: false,
        }
    }
    /// Counts bytes that were handed to the connection; `last` says that none are left.
    pub(super) const fn sent(&mut self, bytes: u64, last: bool) {
        self.sent_bytes = self.sent_bytes.saturating_add(bytes);
        self.whole = last;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let end = End {
            document: self.document,
            download: self.download,
            grant: self.grant,
            person: self.person,
            start: self.start,
            sent_bytes: Some(self.sent_bytes),
            took_millis: u64::try_from(self.began.elapsed().as_millis()).ok(),
            outcome: if self.whole { Outcome::Completed } else { Outcome::Aborted },
        };
        let live = self.gate.live.clone();
        let posted = self.gate.writer.post("download.end", move |act| {
            let recorded = record_end(act, &end);
            live.fetch_sub(1, Ordering::SeqCst);
            recorded
        });
        // After the writer has stopped, the next start closes it as unknown.
        if !posted {
            self.gate.live.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// The end of a download.
struct End {
    document: Document,
    download: DownloadId,
    grant: GrantId,
    person: PersonId,
    start: u64,
    sent_bytes: Option<u64>,
    took_millis: Option<u64>,
    outcome: Outcome,
}

impl End {
    /// Its entry.
    fn event(&self) -> Event {
        let kind = match self.outcome {
            Outcome::Aborted => EventKind::DownloadAborted,
            Outcome::Completed => EventKind::DownloadCompleted,
            Outcome::OutcomeUnknown => EventKind::DownloadOutcomeUnknown,
        };
        let mut event = Event::new(kind)
            .by(Actor::System)
            .about(self.person)
            .grant(self.grant)
            .download(self.download)
            .closes(self.start);
        if let Some(sent_bytes) = self.sent_bytes {
            event = event.fact("sent_bytes", sent_bytes);
        }
        if let Some(took_millis) = self.took_millis {
            event = event.fact("took_millis", took_millis);
        }
        event
    }
}

/// Adds the end's row and entry.
fn record_end<'a>(mut act: Act<'a>, end: &End) -> Result<Recorded<'a, ()>, Fault> {
    let at = act.at();
    match end.document {
        Document::Companion(_) => {
            companions::insert_end(act.db(), end.download, end.outcome, end.sent_bytes, at)?;
        }
        Document::Report => downloads::insert_end(act.db(), end.download, end.outcome, end.sent_bytes, at)?,
    }
    Ok(act.record(end.event(), ()))
}

impl Gate {
    /// Closes the downloads of processes that are not `alive` and never ended them, as `outcome_unknown`. This process's own
    /// ones are left alone: their guards record their ends. Returns how many there were.
    pub async fn close_unknown(&self, alive: &[NodeId]) -> Result<usize, Fault> {
        let mut closed = 0;
        for (open, document) in self.list_orphans(alive).await? {
            let end = End {
                document,
                download: open.id,
                grant: open.grant,
                person: open.person,
                start: u64::try_from(open.start).unwrap_or(0),
                sent_bytes: None,
                took_millis: None,
                outcome: Outcome::OutcomeUnknown,
            };
            match self.writer.act("download.close_unknown", move |act| record_end(act, &end)).await {
                Ok(_) => closed += 1,
                // Another node may have closed it at the same moment; then it is not in the list any more.
                Err(fault) if self.list_orphans(alive).await?.contains(&(open, document)) => {
                    return Err(fault);
                }
                Err(_) => {}
            }
        }
        Ok(closed)
    }

    /// Open downloads that nobody sends any more.
    async fn list_orphans(&self, alive: &[NodeId]) -> Result<Vec<(OpenDownload, Document)>, Fault> {
        let database = self.database.clone();
        let open = tokio::task::spawn_blocking(move || list_open(&mut *database.read()?))
            .await
            .map_err(|error| Fault::new("reading open downloads", error))??;
        let sent = |node: NodeId| node == self.node || alive.contains(&node);
        Ok(open.into_iter().filter(|(open, _)| !open.node.is_some_and(sent)).collect())
    }
}

/// Downloads of whatever document that were started and never ended.
fn list_open(db: &mut Db) -> Result<Vec<(OpenDownload, Document)>, Fault> {
    let reports = downloads::list_open_downloads(db)?.into_iter().map(|open| (open, Document::Report));
    let mut all: Vec<(OpenDownload, Document)> = reports.collect();
    let beside = companions::list_open_downloads(db)?.into_iter();
    all.extend(beside.map(|(open, companion)| (open, Document::Companion(companion))));
    Ok(all)
}
