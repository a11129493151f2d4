//! What a certificate (X.509) says: whose it is, who issued it, from when until when, and the key.
//!
//! Read, never believed: whoever makes a certificate can write any name into it.

use super::der::{BIT_STRING, Element, Garbled, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, SET, numbered};
use super::{Name, Signer};
use crate::clock::Micros;
use crate::watermark::manifest::sha256_hex;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The attribute of a name: common name.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// The attribute of a name: organisation.
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0A];
/// The extension that numbers a key.
const KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x0E];
/// As many letters of a name are kept.
const NAME_LETTERS: usize = 200;

/// An algorithm: its name and what belongs to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Algorithm<'a> {
    /// Which.
    pub(super) id: &'a [u8],
    /// Its parameters.
    pub(super) parameters: Option<Element<'a>>,
}

impl<'a> Algorithm<'a> {
    /// Reads it out of its sequence.
    pub(super) fn read(sequence: Element<'a>) -> Result<Self, Garbled> {
        let mut parts = sequence.parts();
        let id = parts.take(OBJECT_ID)?.content;
        let parameters = if parts.is_over() { None } else { Some(parts.take_any()?) };
        Ok(Self { id, parameters })
    }
}

/// A certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Certificate<'a> {
    whole: &'a [u8],
    serial: &'a [u8],
    issuer: Element<'a>,
    subject: Element<'a>,
    validity: Element<'a>,
    key_identifier: Option<&'a [u8]>,
    /// What the key is for.
    pub(super) key_algorithm: Algorithm<'a>,
    /// The key.
    pub(super) key: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads one.
    pub(super) fn read(certificate: Element<'a>) -> Result<Self, Garbled> {
        let mut told = certificate.parts().take(SEQUENCE)?.parts();
        told.take_if(numbered(0))?;
        let serial = told.take(INTEGER)?.content;
        told.take(SEQUENCE)?;
        let [issuer, validity, subject] = [told.take(SEQUENCE)?, told.take(SEQUENCE)?, told.take(SEQUENCE)?];
        let mut key = told.take(SEQUENCE)?.parts();
        let key_algorithm = Algorithm::read(key.take(SEQUENCE)?)?;
        // Keys are whole bytes.
        let key = key.take(BIT_STRING)?.content.strip_prefix(&[0]).ok_or(Garbled)?;
        let mut key_identifier = None;
        while !told.is_over() {
            let part = told.take_any()?;
            if part.tag == numbered(3) {
                key_identifier = extension(part, KEY_IDENTIFIER)?;
            }
        }
        let whole = certificate.whole;
        Ok(Self { whole, serial, issuer, subject, validity, key_identifier, key_algorithm, key })
    }
    /// Whether a signature that names its signer so means this one.
    pub(super) fn is(&self, signer: Element<'_>) -> bool {
        if signer.tag != SEQUENCE {
            return self.key_identifier == Some(signer.content);
        }
        let mut parts = signer.parts();
        let (issuer, serial) = (parts.take(SEQUENCE), parts.take(INTEGER));
        issuer.is_ok_and(|issuer| issuer.whole == self.issuer.whole)
            && serial.is_ok_and(|serial| serial.content == self.serial)
    }
    /// What it says.
    pub(super) fn told(&self) -> Signer {
        let mut times = self.validity.parts();
        let mut next = || times.take_any().ok().and_then(instant);
        let [valid_from, valid_until] = [next(), next()];
        Signer {
            subject: name(self.subject),
            issuer: name(self.issuer),
            self_issued: self.subject.content == self.issuer.content,
            valid_from,
            valid_until,
            certificate_sha256: sha256_hex(self.whole),
        }
    }
}

/// The value of an extension that is bytes.
fn extension<'a>(extensions: Element<'a>, wanted: &[u8]) -> Result<Option<&'a [u8]>, Garbled> {
    let mut extensions = extensions.parts().take(SEQUENCE)?.parts();
    while !extensions.is_over() {
        let mut extension = extensions.take(SEQUENCE)?.parts();
        if extension.take(OBJECT_ID)?.content == wanted {
            let mut value = extension.take_any()?;
            if value.tag != OCTET_STRING {
                value = extension.take(OCTET_STRING)?;
            }
            return value.parts().take(OCTET_STRING).map(|value| Some(value.content));
        }
    }
    Ok(None)
}

/// The parts of a name that people know it by.
fn name(name: Element<'_>) -> Name {
    Name { common_name: attribute(name, COMMON_NAME), organization: attribute(name, ORGANIZATION) }
}

/// An attribute of a name, as text.
fn attribute(name: Element<'_>, wanted: &[u8]) -> Option<String> {
    let mut sets = name.parts();
    while let Ok(set) = sets.take(SET) {
        let mut attributes = set.parts();
        while let Ok(attribute) = attributes.take(SEQUENCE) {
            let mut parts = attribute.parts();
            if parts.take(OBJECT_ID).ok()?.content == wanted {
                return letters(parts.take_any().ok()?).filter(|text| !text.is_empty());
            }
        }
    }
    None
}

/// A text, without what would change how the words around it are shown.
fn letters(text: Element<'_>) -> Option<String> {
    let plain: String = match text.tag {
        // UTF-8, printable, and IA5.
        0x0C | 0x13 | 0x16 => String::from_utf8_lossy(text.content).into_owned(),
        // Teletex: in practice Latin 1.
        0x14 => text.content.iter().copied().map(char::from).collect(),
        // Two bytes a letter.
        0x1E => {
            let units = text.content.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
            let letters = char::decode_utf16(units.map(u16::from_be_bytes));
            letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => return None,
    };
    let turns = |letter: char| matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    let shown = plain.chars().filter(|letter| !letter.is_control() && !turns(*letter));
    Some(shown.take(NAME_LETTERS).collect::<String>().trim().to_owned())
}

/// An instant as certificates and signatures write it.
pub(super) fn instant(time: Element<'_>) -> Option<Micros> {
    let text = std::str::from_utf8(time.content).ok()?.strip_suffix('Z')?;
    let digits = match time.tag {
        // Two digits for the year: from 1950 to 2049.
        0x17 if text.starts_with(['5', '6', '7', '8', '9']) => format!("19{text}"),
        0x17 => format!("20{text}"),
        0x18 => text.split('.').next()?.to_owned(),
        _ => return None,
    };
    from_digits(&digits, "Z")
}

/// An instant out of `YYYYMMDDhhmmss` and an offset as RFC 3339 writes it; what is missing at the end is the earliest.
pub(super) fn from_digits(digits: &str, offset: &str) -> Option<Micros> {
    if digits.len() > 14 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let all = format!("{digits}{}", "00000101000000".get(digits.len()..)?);
    let part = |range: std::ops::Range<usize>| all.get(range);
    let text = format!(
        "{}-{}-{}T{}:{}:{}{offset}",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        part(12..14)?
    );
    let at = OffsetDateTime::parse(&text, &Rfc3339).ok()?;
    at.unix_timestamp().checked_mul(1_000_000).map(Micros)
}

#[cfg(test)]
mod tests {
    use super::super::der::Elements;
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let read = |tag: u8, text: &str| {
            let bytes = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
            instant(Elements::of(&bytes).take_any().unwrap()).map(Micros::rfc3339)
        };
        assert_eq!(read(0x17, "260930120000Z").as_deref(), Some("2026-09-30T12:00:00Z"));
        assert_eq!(read(0x17, "990930120000Z").as_deref(), Some("1999-09-30T12:00:00Z"));
        assert_eq!(read(0x18, "20530930120000Z").as_deref(), Some("2053-09-30T12:00:00Z"));
        assert_eq!(read(0x18, "20530930120000.25Z").as_deref(), Some("2053-09-30T12:00:00Z"));
        for (tag, text) in
            [(0x17, "260930120000"), (0x17, "261330120000Z"), (0x18, "rubbish"), (4, "260930120000Z")]
        {
            assert_eq!(read(tag, text), None, "{text}");
        }
        assert_eq!(
            from_digits("2026", "+02:00").map(Micros::rfc3339).as_deref(),
            Some("2025-12-31T22:00:00Z")
        );
    }

    #[test]
    fn a_name_cannot_turn_the_words_around_it() {
        let text = "Quill\u{202E}\u{7} LLP\n";
        let bytes = [&[0x0C, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        assert_eq!(letters(Elements::of(&bytes).take_any().unwrap()).unwrap(), "Quill LLP");
        assert_eq!(letters(Elements::of(&[0x1E, 4, 0, 0x51, 0x01, 0x61]).take_any().unwrap()).unwrap(), "Qš");
    }
}
