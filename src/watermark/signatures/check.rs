//! Judges one signature: its bytes, its digest, its key, in this order; the first thing that is wrong is told.

use super::certificate::{from_digits, instant};
use super::cms::{CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SignedData};
use super::der::{OCTET_STRING, set_of};
use super::key::{self, Hash};
use super::range::Covered;
use super::{Flaw, Obstacle, Signature, Verdict};
use crate::clock::Micros;
use hayro_syntax::object::{Dict, Name, String as Text};

/// The largest signature that is read; long lists of revoked certificates lie in some.
const CONTENTS_BYTES: usize = 4 * 1024 * 1024;

/// Why no good word is said.
enum No {
    /// It is broken.
    Broken(Flaw),
    /// It is not checked.
    Unchecked(Obstacle),
}

impl From<Flaw> for No {
    fn from(flaw: Flaw) -> Self {
        Self::Broken(flaw)
    }
}

impl From<Obstacle> for No {
    fn from(obstacle: Obstacle) -> Self {
        Self::Unchecked(obstacle)
    }
}

impl From<super::der::Garbled> for No {
    fn from(_: super::der::Garbled) -> Self {
        Self::Broken(Flaw::Unreadable)
    }
}

impl From<No> for Verdict {
    fn from(no: No) -> Self {
        match no {
            No::Broken(why) => Self::Broken { why },
            No::Unchecked(why) => Self::NotChecked { why },
        }
    }
}

/// Judges the signature of this dictionary.
pub(super) fn check(file: &[u8], signature: &Dict<'_>) -> Signature {
    let mut told = Signature {
        verdict: Verdict::Intact,
        signer: None,
        claimed_at: signature.get::<Text<'_>>(b"M").and_then(|date| date_of(date.as_bytes())),
        is_timestamped: false,
    };
    if let Err(no) = judge(file, signature, &mut told) {
        told.verdict = no.into();
    }
    told
}

/// Judges; what is learnt on the way is told, however it ends.
fn judge(file: &[u8], signature: &Dict<'_>, told: &mut Signature) -> Result<(), No> {
    let covered = Covered::find(file, signature)?;
    if covered.contents_bytes() > CONTENTS_BYTES {
        return Err(Obstacle::TooLarge.into());
    }
    let contents = covered.contents();
    let data = SignedData::read(&contents);
    if let Ok(data) = &data {
        told.signer = data.certificate.as_ref().map(super::certificate::Certificate::told);
        told.is_timestamped = data.is_timestamped;
        let time = data.attributes.and_then(|attributes| attributes.find(SIGNING_TIME).ok().flatten());
        told.claimed_at = time.and_then(instant).or(told.claimed_at);
    }
    form(signature)?;
    let data = data?;
    if data.signers > 1 {
        return Err(Obstacle::SeveralSigners.into());
    }
    holds(&data, covered.signed)?;
    if covered.appended_bytes > 0 {
        told.verdict = Verdict::ChangedAfterwards { appended_bytes: covered.appended_bytes };
    }
    Ok(())
}

/// Passes the forms that are checked here.
fn form(signature: &Dict<'_>) -> Result<(), Obstacle> {
    let form = signature.get::<Name<'_>>(b"SubFilter").map(|form| form.to_vec()).unwrap_or_default();
    match form.as_slice() {
        b"adbe.pkcs7.detached" | b"ETSI.CAdES.detached" => Ok(()),
        b"adbe.pkcs7.sha1" | b"adbe.x509.rsa_sha1" => Err(Obstacle::OldForm),
        b"ETSI.RFC3161" => Err(Obstacle::Timestamp),
        other => {
            let name = String::from_utf8_lossy(other);
            Err(Obstacle::Form(name.chars().filter(|letter| !letter.is_control()).take(60).collect()))
        }
    }
}

/// Whether digest and signature fit what was signed.
fn holds(data: &SignedData<'_>, signed: [&[u8]; 2]) -> Result<(), No> {
    let Some(attributes) = data.attributes else {
        // The bytes themselves were signed.
        let fits = key::fits(data, &signed.concat())?;
        return if fits { Ok(()) } else { Err(Flaw::Digest.into()) };
    };
    let digest = attributes.find(MESSAGE_DIGEST)?.filter(|digest| digest.tag == OCTET_STRING);
    let digest = digest.ok_or(Flaw::Unreadable)?;
    // What is digested must be what the signer says was signed, or the digest is about something else.
    if attributes.find(CONTENT_TYPE)?.is_none_or(|kind| kind.content != data.content_type) {
        return Err(Flaw::Unreadable.into());
    }
    if Hash::of(data.digest)?.digest(signed).as_ref() != digest.content {
        return Err(Flaw::Digest.into());
    }
    if key::fits(data, &set_of(attributes.content()))? { Ok(()) } else { Err(Flaw::Key.into()) }
}

/// A date as PDF writes it: `D:20260930120000+02'00'`.
fn date_of(text: &[u8]) -> Option<Micros> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, offset) = text.split_at_checked(end)?;
    let offset: String = offset.chars().filter(|letter| *letter != '\'').collect();
    let offset = match offset.split_at_checked(1) {
        None | Some(("Z", _)) => "Z".to_owned(),
        Some((sign, time)) => format!("{sign}{}:{}", time.get(..2)?, time.get(2..4).unwrap_or("00")),
    };
    if digits.len() < 4 { None } else { from_digits(digits, &offset) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_pdf_writes_them() {
        let read = |text: &str| date_of(text.as_bytes()).map(Micros::rfc3339);
        assert_eq!(read("D:20260930120000+02'00'").as_deref(), Some("2026-09-30T10:00:00Z"));
        assert_eq!(read("D:20260930120000-0530").as_deref(), Some("2026-09-30T17:30:00Z"));
        assert_eq!(read("D:20260930120000Z").as_deref(), Some("2026-09-30T12:00:00Z"));
        assert_eq!(read("D:20260930120000Z00'00'").as_deref(), Some("2026-09-30T12:00:00Z"));
        assert_eq!(read("20260930").as_deref(), Some("2026-09-30T00:00:00Z"));
        for text in ["", "D:", "D:26", "D:20269930", "yesterday", "D:20260930120000+é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
