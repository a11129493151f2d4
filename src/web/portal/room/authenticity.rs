//! Whether the file is the auditor's: by its digest, by an auditor who confirmed it here, and by the digital signatures it
//! came with.

use super::Authenticity;
use crate::release::room::Room;
use crate::text::hex;
use crate::web::page::{Status, Tone};
use crate::web::signatures::SignaturesView;

/// What can be said.
pub(super) fn authenticity(room: &Room) -> Authenticity {
    let sha256 = room.version.file.as_ref().map(|file| hex(&file.source_sha256)).unwrap_or_default();
    let signatures = room.signatures.as_ref().map(SignaturesView::new);
    let Some(last) = room.confirmations.last() else {
        return Authenticity {
            state: Status::new(Tone::Quiet, "Not confirmed by the auditor"),
            text: "Ask the auditor whether this is the digest of the file they issued. The pages made for \
                   you are another file, since they carry your name."
                .to_owned(),
            sha256,
            signatures,
        };
    };
    let (firm, licence) = (&last.words.firm, &last.words.licence);
    Authenticity {
        state: Status::new(Tone::Ok, format!("Confirmed by auditor {firm} on {}", last.at.date_words())),
        text: format!(
            "Somebody signed in as an auditor gave the digest of the file they issued, and it is this one. Firm and \
             licence ({licence}) are as they stated them; the company gave them the sign-in. The pages made for \
             you are another file, since they carry your name."
        ),
        sha256,
        signatures,
    }
}
