//! Parsed strings: parse, don't validate. Whoever holds an [`EmailAddress`] need not ask again whether it is one.
//!
//! Every parser trims the ends, refuses control and bidirectional-override characters, and names what is wrong in
//! words for the person who typed it. Lengths are counted in characters.

mod address;
pub mod csv;

pub use address::{Domain, EmailAddress};

use std::fmt;

/// Why a text was refused; `Display` completes the field's label: "Work e-mail: *is missing*".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("is missing; please fill it in")]
    Empty,
    /// Longer than the field takes.
    #[error("is too long; {0} characters at the most")]
    TooLong(usize),
    /// Shorter than can be meant.
    #[error("is too short; write at least {0} characters")]
    TooShort(usize),
    /// Control characters, or such that turn the reading direction around.
    #[error("has characters that cannot be shown; please type it again")]
    Unprintable,
    /// Not of the form `name@company.example`.
    #[error("is not an e-mail address; write it as name@company.example")]
    NotAnAddress,
    /// Not a domain name.
    #[error("is not a domain name; write it as company.example")]
    NotADomain,
    /// Not a name for a web address.
    #[error("may hold small letters, digits and hyphens only")]
    NotASlug,
    /// Not a time of day.
    #[error("is not a time of day; write it as 08:30")]
    NotATime,
    /// Not a calendar date.
    #[error("is not a date; write it as 2026-11-21")]
    NotADate,
    /// Not a number in the accepted range.
    #[error("must be a whole number from {0} to {1}")]
    NotInRange(i64, i64),
    /// Not one of the choices offered.
    #[error("is not one of the choices; please pick one")]
    NotAChoice,
}

/// Trims, and refuses what cannot be shown. `lines` says whether line breaks and tabs may stand in it.
fn clean(text: &str, lines: Lines) -> Result<String, TextError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let bad = |c: char| match c {
        '\n' | '\t' => lines == Lines::One,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{FEFF}' => true,
        _ => c.is_control(),
    };
    if text.chars().any(bad) { Err(TextError::Unprintable) } else { Ok(text.to_owned()) }
}

/// Whether a text is one line or may be several.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// One line.
    One,
    /// Several lines.
    Many,
}

/// Declares a text of one or many lines with a range of lengths.
macro_rules! text_type {
    ($($(#[$doc:meta])* $name:ident($lines:ident, $min:literal..=$max:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses what a person typed.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                let text = clean(text, Lines::$lines)?;
                match text.chars().count() {
                    0 => Err(TextError::Empty),
                    n if n > $max => Err(TextError::TooLong($max)),
                    n if n < $min => Err(TextError::TooShort($min)),
                    _ => Ok(Self(text)),
                }
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )*};
}

text_type! {
    /// A company's name.
    CompanyName(One, 1..=120);
    /// A job title.
    JobTitle(One, 2..=120);
    /// A long text that is kept as it was written: an NDA, a report's summary.
    LongText(Many, 1..=60_000);
    /// One line: a control's name, an auditor's firm.
    Line(One, 1..=300);
    /// A few paragraphs: an exception's finding, a response.
    Paragraphs(Many, 1..=8_000);
    /// A person's full name.
    PersonName(One, 2..=120);
    /// A written reason for a decision.
    Reason(Many, 3..=2_000);
}

/// A report's name in web addresses: small letters, digits, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Parses a slug of 2 to 80 characters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        match text.len() {
            0 => return Err(TextError::Empty),
            1 => return Err(TextError::TooShort(2)),
            n if n > 80 => return Err(TextError::TooLong(80)),
            _ => {}
        }
        let ok = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !ok || text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(TextError::NotASlug);
        }
        Ok(Self(text.to_owned()))
    }
    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

/// A calendar date without a time, `2026-11-21`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(time::Date);

impl Day {
    /// Parses `2026-11-21`.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        let format = time::macros::format_description!("[year]-[month]-[day]");
        time::Date::parse(text, &format).map(Self).map_err(|_| TextError::NotADate)
    }
    /// The day of an instant, in UTC.
    pub fn of(at: crate::clock::Micros) -> Self {
        Self(at.utc().date())
    }
    /// The instant at which this day begins in UTC.
    pub fn start(self) -> crate::clock::Micros {
        let nanos = self.0.midnight().assume_utc().unix_timestamp_nanos();
        crate::clock::Micros(i64::try_from(nanos / 1_000).unwrap_or(0))
    }
    /// The day so many days later; the last one there is when the calendar ends before.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.checked_add(time::Duration::days(days)).unwrap_or(time::Date::MAX))
    }
    /// How many days later `other` is; negative when it is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        (other.0 - self.0).whole_days()
    }
    /// For people: `21 November 2026`.
    pub fn words(self) -> String {
        self.start().date_words()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), u8::from(self.0.month()), self.0.day());
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl TryFrom<String> for Day {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// A whole number typed by a person, from `least` to `most`.
pub fn parse_number(text: &str, least: i64, most: i64) -> Result<i64, TextError> {
    let number: i64 = text.trim().parse().map_err(|_| TextError::NotInRange(least, most))?;
    if (least..=most).contains(&number) { Ok(number) } else { Err(TextError::NotInRange(least, most)) }
}

/// Bytes in small hexadecimal letters.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A size for people: `412 KB`, `2.4 MB`; thousands, as file managers count.
pub fn size_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_strictly() {
        let address = EmailAddress::parse(" Ada.L+soc2@Example.COM ").unwrap();
        assert_eq!(address.as_str(), "Ada.L+soc2@example.com");
        assert_eq!(address.domain().as_str(), "example.com");
        assert_eq!(address.lookup(), "ada.l+soc2@example.com");
        for bad in [
            "",
            "ada",
            "@b.example",
            "a@",
            "a@b",
            "a@b..c",
            "a b@c.example",
            "\"a\"@c.example",
            "a@[1.2.3.4]",
            "a@1.2.3.4",
            "a\u{202e}@c.example",
            "a@c.example\r\nBcc: x@y.example",
            ".a@c.example",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?} was taken for an address");
        }
    }

    #[test]
    fn a_domain_is_within_itself_and_its_parents_only() {
        let domain = |text| Domain::parse(text).unwrap();
        assert!(domain("mail.acme.example").is_within(&domain("acme.example")));
        assert!(!domain("notacme.example").is_within(&domain("acme.example")));
    }

    #[test]
    fn texts_keep_their_lines_and_refuse_turned_directions() {
        assert_eq!(Paragraphs::parse(" one\r\ntwo ").unwrap().as_str(), "one\ntwo");
        assert_eq!(PersonName::parse("A\nB"), Err(TextError::Unprintable));
        assert_eq!(PersonName::parse("evil\u{202e}fdp"), Err(TextError::Unprintable));
        assert_eq!(Day::parse("2026-02-30"), Err(TextError::NotADate));
        assert_eq!(Day::parse("2026-11-21").unwrap().words(), "21 November 2026");
    }
}
