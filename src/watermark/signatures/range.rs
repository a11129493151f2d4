//! Which bytes of the file a signature is about: everything before it and everything after it, up to where it was
//! signed. What it leaves out must be itself and nothing else, for whatever lies there can be changed at will.

use super::Flaw;
use hayro_syntax::object::{Array, Dict, Object};

/// What a signature is about, and what it is.
#[derive(Debug)]
pub(super) struct Covered<'a> {
    /// The signed bytes before it and after it.
    pub(super) signed: [&'a [u8]; 2],
    /// The signature itself, in hexadecimal.
    hex: &'a [u8],
    /// How many bytes were appended to the file afterwards.
    pub(super) appended_bytes: u64,
}

impl<'a> Covered<'a> {
    /// Finds it in the file by what the signature's dictionary says.
    pub(super) fn find(file: &'a [u8], signature: &Dict<'_>) -> Result<Self, Flaw> {
        let range = signature.get::<Array<'_>>(b"ByteRange").ok_or(Flaw::Range)?;
        let numbers = range.iter::<Object<'_>>().take(5).map(|number| {
            let number = number.into_number()?.as_i64();
            usize::try_from(number).ok()
        });
        let numbers = numbers.collect::<Option<Vec<usize>>>().ok_or(Flaw::Range)?;
        let [start, length, second, rest] = <[usize; 4]>::try_from(numbers).map_err(|_| Flaw::Range)?;
        let end = second.checked_add(rest).ok_or(Flaw::Range)?;
        if start != 0 || length == 0 || rest == 0 {
            return Err(Flaw::Range);
        }
        let before = file.get(..length).ok_or(Flaw::Range)?;
        let left_out = file.get(length..second).ok_or(Flaw::Range)?;
        let after = file.get(second..end).ok_or(Flaw::Range)?;
        let hex = itself(before, left_out, after).ok_or(Flaw::Gap)?;
        let behind = file.get(end..).unwrap_or_default().trim_ascii();
        let appended_bytes = u64::try_from(behind.len()).unwrap_or(u64::MAX);
        Ok(Self { signed: [before, after], hex, appended_bytes })
    }
    /// How long the signature is, with its padding.
    pub(super) const fn contents_bytes(&self) -> usize {
        self.hex.len() / 2
    }
    /// The signature.
    pub(super) fn contents(&self) -> Vec<u8> {
        let digits = self.hex.iter().filter_map(|digit| char::from(*digit).to_digit(16));
        let digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
        digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit) << (4 * (2 - pair.len())))
            .collect()
    }
}

/// The hexadecimal digits that are left out, when they are all that is, and stand where a signature does.
///
/// The brackets around them belong to what is left out; some programs sign them too, which is no less safe.
fn itself<'a>(before: &[u8], left_out: &'a [u8], after: &[u8]) -> Option<&'a [u8]> {
    let bare = left_out.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">"));
    let (hex, before) = match (bare, before.strip_suffix(b"<")) {
        (Some(hex), _) => (hex, before),
        (None, Some(before)) if after.starts_with(b">") => (left_out, before),
        _ => return None,
    };
    let is_hex = hex.iter().all(|digit| digit.is_ascii_hexdigit() || digit.is_ascii_whitespace());
    (is_hex && before.trim_ascii_end().ends_with(b"/Contents")).then_some(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_signature_may_be_left_out() {
        let fits = |before: &str, left: &'static str, after: &str| {
            itself(before.as_bytes(), left.as_bytes(), after.as_bytes())
        };
        assert_eq!(fits("/Contents ", "<00aF>", "/M"), Some(&b"00aF"[..]));
        assert_eq!(fits("/Contents<", "00 aF", ">"), Some(&b"00 aF"[..]));
        for (before, left, after) in [
            ("/Contents ", "<00>/Other 4 0 R ", "/M"),
            ("/Contents ", "<00> <00>", "/M"),
            ("/Contents ", "00", "/M"),
            ("/Contents ", "(00)", "/M"),
            ("/Content ", "<00>", "/M"),
            ("/Contents ", "", "/M"),
            ("/Contents<", "00", "/M"),
        ] {
            assert_eq!(fits(before, left, after), None, "{before}{left}{after}");
        }
    }

    #[test]
    fn digits_become_bytes_as_in_any_pdf() {
        let contents = |hex: &'static str| {
            Covered { signed: [b"", b""], hex: hex.as_bytes(), appended_bytes: 0 }.contents()
        };
        assert_eq!(contents("30 0aF\n"), [0x30, 0x0A, 0xF0]);
        assert_eq!(contents(""), [0_u8; 0]);
    }
}
