//! Management's cover note as readers see it: the newest, and the ones before.

use crate::release::room::Room;
use crate::reports::cover_note::CoverNote;
use crate::web::page::When;
use serde::Serialize;

/// The note that holds, with its history.
#[derive(Serialize)]
pub(super) struct CoverView {
    note: NoteView,
    earlier: Vec<NoteView>,
    is_new: bool,
}

/// A note.
#[derive(Serialize)]
struct NoteView {
    text: String,
    by: String,
    at: When,
}

/// The note that holds; nothing when none was written.
pub(super) fn view(room: &Room) -> Option<CoverView> {
    let (last, earlier) = room.cover_notes.split_last()?;
    let note = |note: &CoverNote| NoteView {
        text: note.words.text.to_string(),
        by: room.names.get(&note.by).cloned().unwrap_or_default(),
        at: note.at.into(),
    };
    Some(CoverView {
        note: note(last),
        earlier: earlier.iter().rev().map(note).collect(),
        is_new: room.last_visit.is_some_and(|visit| last.at > visit),
    })
}
