//! The digital signatures of the file as it was issued, as `partials/signatures` tells of them on every face.

use super::page::{Status, Tone};
use crate::app::App;
use crate::clock::Micros;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::reports::Version;
use crate::reports::signatures::{Examined, examined};
use crate::watermark::Signature;
use crate::watermark::signatures::{AUTHORITIES, Signer, Verdict};
use serde::Serialize;
use std::sync::Arc;

/// All of them, or why there are none.
#[derive(Clone, Debug, Serialize)]
pub struct SignaturesView {
    lines: Vec<SignatureView>,
    said: String,
}

/// One.
#[derive(Clone, Debug, Serialize)]
struct SignatureView {
    state: Status,
    headline: String,
    words: String,
    time: String,
    issuer: Option<String>,
    valid: Option<String>,
    certificate: Option<String>,
}

/// Reads what is known of a version's file; `None` without a file.
pub async fn signatures_of(app: &App, version: &Version) -> Result<Option<SignaturesView>, Fault> {
    let (vault, keyring, version) = (Arc::clone(&app.vault), Arc::clone(&app.keyring), version.clone());
    let known = app.read(move |db| {
        let key = data_keys::open_for(db, &keyring, version.key_owner())?;
        Ok::<_, Fault>(examined(&vault, &key, &version))
    });
    Ok(known.await?.as_ref().map(SignaturesView::new))
}

impl SignaturesView {
    /// As they are told.
    pub fn new(known: &Examined) -> Self {
        let nothing = |said: &str| Self { lines: Vec::new(), said: said.to_owned() };
        let signatures = match known {
            Examined::NotLookedAt => {
                return nothing("The file was prepared before digital signatures were looked at here.");
            }
            Examined::Unreadable => {
                return nothing("What was found about digital signatures cannot be read at the moment.");
            }
            Examined::Found(signatures) => signatures,
        };
        if signatures.found.is_empty() {
            return nothing("The file as issued carries no digital signature.");
        }
        let omitted = signatures.omitted_words().map(|words| format!("{words} ")).unwrap_or_default();
        Self {
            lines: signatures.found.iter().map(line).collect(),
            said: format!(
                "{omitted}{AUTHORITIES} Copies carry a mark instead of the signatures, which were about the file as it \
                 was issued."
            ),
        }
    }
}

/// One signature.
fn line(signature: &Signature) -> SignatureView {
    let signer = signature.signer.as_ref();
    SignatureView {
        state: Status::new(tone(signature), signature.verdict.label()),
        headline: headline(signature),
        words: signature.verdict.words(),
        time: signature.time_words(),
        issuer: signer.map(issuer_words),
        valid: signer.and_then(|one| Some(valid_words(one.valid_from?, one.valid_until?))),
        certificate: signer.map(|one| one.certificate_sha256.clone()),
    }
}

/// How much it matters.
fn tone(signature: &Signature) -> Tone {
    match signature.verdict {
        Verdict::Broken { .. } => Tone::Danger,
        Verdict::Intact if signature.was_valid() != Some(false) => Tone::Ok,
        Verdict::ChangedAfterwards { .. } | Verdict::Intact => Tone::Warn,
        Verdict::NotChecked { .. } => Tone::Quiet,
    }
}

/// Who has signed; what is broken is only in somebody's name.
fn headline(signature: &Signature) -> String {
    let signer = signature.signer_words();
    match signature.verdict {
        Verdict::Broken { .. } => {
            format!("The file as issued carries a broken signature in the name of {signer}.")
        }
        Verdict::ChangedAfterwards { .. } | Verdict::Intact => {
            format!("The file as issued was signed by {signer}.")
        }
        Verdict::NotChecked { .. } => {
            format!("The file as issued carries a signature in the name of {signer} that was not checked.")
        }
    }
}

/// Who issued the certificate.
fn issuer_words(signer: &Signer) -> String {
    if signer.self_issued {
        "Nobody but the signer vouches for the certificate".to_owned()
    } else {
        format!("The certificate says it was issued by {}", signer.issuer.words())
    }
}

/// When it is valid.
fn valid_words(from: Micros, until: Micros) -> String {
    format!("valid from {} to {}", from.date_words(), until.date_words())
}
