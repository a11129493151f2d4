//! What is asked of the gate, and how its entry and row say it.

use super::decide::Taking;
use super::marked::Document;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::companions;
use crate::grants::downloads::{self, Started};
use crate::ids::{ApiTokenId, CompanionId, DownloadId, NodeId};
use crate::ledger::{Event, EventKind};
use crate::reports::companion::CompanionKind;
use crate::text::hex;

/// What is asked for.
pub(super) enum Wish {
    /// The bridge letter, to read as a page.
    BridgeLetter,
    /// A download of a document beside the report: its bridge letter, or evidence that is shown.
    Companion(CompanionId, CompanionKind, Start),
    /// A download of the report.
    Copy(Start),
    /// One page, counted from 1.
    Page(u32),
    /// The report room.
    Room,
    /// The report room, for a program with this token.
    Token(ApiTokenId),
}

/// The start of a download, as its entry will say it; its row says the same.
pub(super) struct Start {
    /// Which download.
    pub(super) id: DownloadId,
    /// SHA-256 of the copy.
    pub(super) sha256: [u8; 32],
    /// Bytes of the copy.
    pub(super) size_bytes: u64,
    /// Which process sends it.
    pub(super) node: NodeId,
}

impl Wish {
    /// What of it is taken away.
    pub(super) const fn taking(&self) -> Taking {
        match self {
            Self::Companion(..) => Taking::Companion,
            Self::Copy(_) => Taking::Copy,
            Self::BridgeLetter | Self::Page(_) | Self::Room | Self::Token(_) => Taking::Nothing,
        }
    }
    /// Of which document.
    pub(super) const fn document(&self) -> Document {
        match self {
            Self::Companion(companion, ..) => Document::Companion(*companion),
            Self::BridgeLetter | Self::Copy(_) | Self::Page(_) | Self::Room | Self::Token(_) => {
                Document::Report
            }
        }
    }
    /// What its entry is when it is admitted.
    pub(super) const fn kind(&self) -> EventKind {
        match self {
            Self::BridgeLetter => EventKind::BridgeLetterTaken,
            Self::Companion(..) => EventKind::CompanionStarted,
            Self::Copy(_) => EventKind::DownloadStarted,
            Self::Page(_) => EventKind::ReportPageViewed,
            Self::Room => EventKind::ReportViewed,
            Self::Token(_) => EventKind::ReportReadByToken,
        }
    }
    /// The start of a download, when it is one.
    pub(super) const fn start(&self) -> Option<&Start> {
        match self {
            Self::Companion(_, _, start) | Self::Copy(start) => Some(start),
            Self::BridgeLetter | Self::Page(_) | Self::Room | Self::Token(_) => None,
        }
    }
    /// Adds what its entry says besides.
    pub(super) fn tell(&self, event: Event) -> Event {
        let event = match self {
            Self::Companion(companion, kind, _) => {
                event.fact("of", kind.as_str()).fact("companion", companion.to_string())
            }
            Self::Page(page) => event.fact("page", *page),
            Self::Token(token) => event.fact("token", token.to_string()),
            Self::BridgeLetter | Self::Copy(_) | Self::Room => event,
        };
        match self.start() {
            Some(Start { id, sha256, size_bytes, .. }) => {
                event.download(*id).fact("size_bytes", *size_bytes).fact("sha256", hex(sha256))
            }
            None => event,
        }
    }
    /// Adds the row of the download that starts.
    pub(super) fn insert(&self, db: &mut Db, started: &Started) -> Result<(), Fault> {
        match self.document() {
            Document::Companion(companion) => companions::insert_download(db, companion, started),
            Document::Report => downloads::insert_download(db, started),
        }
    }
}
