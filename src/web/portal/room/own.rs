//! What a reader has of their own here: a copy with their name on it, and access until a day.

use crate::grants::Grant;
use crate::release::room::Room;
use crate::web::page::When;
use serde::Serialize;

/// The recipient's copy.
#[derive(Serialize)]
pub(super) struct CopyWords {
    read_href: String,
    action: String,
    allowed: bool,
    refusal: Option<String>,
    left: String,
    size: String,
    id: Option<String>,
}

/// The recipient's access.
#[derive(Serialize)]
pub(super) struct AccessWords {
    since: When,
    until: When,
}

/// The recipient's copy: whether it can be fetched, and how often.
pub(super) fn copy(grant: &Grant, room: &Room) -> CopyWords {
    let left = grant.downloads_left();
    let file = room.version.file.as_ref();
    let (pages, bytes) = file.map_or((0, 0), |file| (file.pages, file.body.size_bytes));
    let refusal = match (grant.downloads_allowed, left) {
        (0, _) => Some(
            "This report is shared with you for reading in the browser; it allows no download.".to_owned(),
        ),
        (_, 0) => Some("Every download of this grant has been used.".to_owned()),
        _ => None,
    };
    CopyWords {
        read_href: format!("/reports/{}/pages/1", room.version.report.slug),
        action: format!("/reports/{}/copy", room.version.report.slug),
        allowed: refusal.is_none(),
        refusal,
        left: format!("{left} of {} downloads left", grant.downloads_allowed),
        size: format!("{pages} pages, {}", crate::text::size_words(bytes)),
        id: Some(grant.copy.to_string()),
    }
}

/// The recipient's access.
pub(super) fn access(grant: &Grant) -> AccessWords {
    AccessWords { since: grant.granted_at.into(), until: grant.expires_at.into() }
}

/// The newest bridge letter: where it is read, and where a copy of it is taken (POST).
#[derive(Serialize)]
pub(super) struct LetterWords {
    href: String,
    words: String,
    action: Option<String>,
}

/// The newest bridge letter. Where there is only reading, there is no copy of it either.
pub(super) fn bridge_letter(grant: &Grant, room: &Room, href: &str) -> Option<LetterWords> {
    let letter = room.bridge_letter?;
    let can_be_taken = letter.has_document && grant.downloads_allowed > 0;
    Some(LetterWords {
        href: format!("{href}/bridge-letter"),
        words: format!("Bridge letter: {} to {}", letter.from.words(), letter.to.words()),
        action: can_be_taken.then(|| format!("{href}/bridge-letter/copy")),
    })
}
