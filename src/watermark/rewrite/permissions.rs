//! What the owner of an encrypted file permitted: recorded, because the prepared file is not encrypted.

use crate::watermark::intake::limits::find;

/// How far around the name of its handler the entries of an encryption dictionary stand.
const AROUND: usize = 4_096;
/// What the bits say (ISO 32000-2, table 22), counted from 1.
const BITS: [(u32, &str); 8] = [
    (3, "printing"),
    (4, "changing"),
    (5, "copying"),
    (6, "commenting"),
    (9, "filling in forms"),
    (10, "reading aloud"),
    (11, "rearranging pages"),
    (12, "printing in full quality"),
];

/// The permission bits as the file states them; `None` when they are not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permissions(Option<i32>);

impl Permissions {
    /// Finds the bits. The encryption dictionary is never encrypted nor packed, so it stands in the file as it is.
    pub(crate) fn of(pdf: &[u8]) -> Self {
        let Some(place) = find(pdf, b"/Standard") else { return Self(None) };
        let around = pdf.get(place.saturating_sub(AROUND)..).unwrap_or_default();
        let (before, behind) = around.split_at(around.len().min(place.min(AROUND)));
        let start = before.windows(4).rposition(|four| four == b" obj").unwrap_or(0);
        let behind = behind.get(..behind.len().min(AROUND)).unwrap_or_default();
        let end = find(behind, b"endobj").unwrap_or(behind.len());
        let inside =
            [before.get(start..).unwrap_or_default(), behind.get(..end).unwrap_or_default()].concat();
        Self(number_behind(&inside, b"/P"))
    }
    /// For the publisher.
    pub(crate) fn words(self) -> String {
        let what = match self.0 {
            None => "What it permitted cannot be read".to_owned(),
            Some(bits) => {
                let refused = |bit: &u32| bits & (1 << (bit - 1)) == 0;
                let refused: Vec<&str> =
                    BITS.iter().filter(|(bit, _)| refused(bit)).map(|(_, what)| *what).collect();
                let refused = if refused.is_empty() { "nothing".to_owned() } else { refused.join(", ") };
                format!("Its permissions ({bits}) refuse: {refused}")
            }
        };
        format!(
            "The file was encrypted; the prepared one is not. {what}. Please confirm that you may publish it."
        )
    }
}

/// The whole number that follows a name.
fn number_behind(dict: &[u8], name: &[u8]) -> Option<i32> {
    let mut rest = dict;
    while let Some(place) = find(rest, name) {
        rest = rest.get(place.saturating_add(name.len())..)?;
        let text: String = rest.iter().take(14).map(|byte| char::from(*byte)).collect();
        let digits = text.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(digits.len());
        // Some write the bits as an unsigned number.
        if let Ok(number) = digits.get(..end).unwrap_or_default().parse::<i64>() {
            return i32::try_from(number).ok().or_else(|| u32::try_from(number).ok().map(u32::cast_signed));
        }
    }
    None
}
