//! Reading a letter as a mail program would: headers (RFC 5322, encoded words of RFC 2047) and text parts (RFC 2045).
//!
//! Enough to read what the house sends; a test's letter that cannot be read panics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A MIME part: its headers, unfolded, and its body as it was sent.
#[derive(Clone, Debug)]
pub struct Part {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Part {
    /// Splits headers from body.
    pub fn parse(raw: &[u8]) -> Self {
        let (head, body) = split_head(raw);
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(head).split("\r\n").filter(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut().unwrap();
                *value = format!("{value} {}", line.trim_start());
            } else {
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self { headers, body: body.to_vec() }
    }

    /// A header's value as sent; `None` when it is missing.
    pub fn raw_header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// A header's value as people read it.
    pub fn header(&self, name: &str) -> Option<String> {
        self.raw_header(name).map(decode_words)
    }

    /// The content type without its parameters, in small letters.
    pub fn kind(&self) -> String {
        let kind = self.raw_header("content-type").unwrap_or("text/plain");
        kind.split(';').next().unwrap().trim().to_ascii_lowercase()
    }

    /// The parts of a multipart, from the outside in, or the part itself.
    pub fn leaves(&self) -> Vec<Self> {
        let Some(boundary) = self.boundary() else { return vec![self.clone()] };
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let marked = format!("\r\n{body}");
        let inner: Vec<&str> = marked.split(&format!("\r\n--{boundary}")).skip(1).collect();
        assert!(inner.last().is_some_and(|end| end.starts_with("--")), "a multipart without its end");
        let parts = inner.iter().take_while(|part| !part.starts_with("--"));
        parts.flat_map(|part| Self::parse(part.strip_prefix("\r\n").unwrap().as_bytes()).leaves()).collect()
    }

    /// The body's bytes with the transfer encoding taken off.
    pub fn bytes(&self) -> Vec<u8> {
        match self.raw_header("content-transfer-encoding").unwrap_or("7bit").to_ascii_lowercase().as_str() {
            "base64" => {
                let tight: Vec<u8> =
                    self.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                STANDARD.decode(tight).unwrap()
            }
            "quoted-printable" => unquote(&self.body, Soft::Breaks),
            _ => self.body.clone(),
        }
    }

    /// The boundary of a multipart.
    fn boundary(&self) -> Option<String> {
        let kind = self.raw_header("content-type")?;
        let (_, parameters) = kind.split_once(';').filter(|_| self.kind().starts_with("multipart/"))?;
        let value = parameters.split(';').find_map(|one| one.trim().strip_prefix("boundary="))?;
        Some(value.trim_matches('"').to_owned())
    }
}

/// Headers and body, parted at the first empty line.
fn split_head(raw: &[u8]) -> (&[u8], &[u8]) {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n");
    end.map_or((raw, &[]), |at| (&raw[..at], &raw[at + 4..]))
}

/// Which of the two quoted forms is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Soft {
    /// Bodies: `=` at a line's end joins it with the next.
    Breaks,
    /// Encoded words: `_` is a space.
    Underscores,
}

/// Decodes quoted-printable.
fn unquote(text: &[u8], soft: Soft) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'=' if soft == Soft::Breaks && after.starts_with(b"\r\n") => rest = &after[2..],
            b'=' => {
                let digits = std::str::from_utf8(&after[..2]).unwrap();
                plain.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &after[2..];
            }
            b'_' if soft == Soft::Underscores => plain.push(b' '),
            other => plain.push(other),
        }
    }
    plain
}

/// Decodes the encoded words of a header: `=?utf-8?b?...?=`.
fn decode_words(value: &str) -> String {
    let mut plain: Vec<u8> = Vec::new();
    let mut after_word = false;
    for word in value.split(' ').filter(|word| !word.is_empty()) {
        let encoded = word.strip_prefix("=?").and_then(|inner| inner.strip_suffix("?="));
        let fields: Vec<&str> = encoded.map(|inner| inner.splitn(3, '?').collect()).unwrap_or_default();
        // The space between two encoded words belongs to neither.
        let joined = after_word && encoded.is_some();
        if !joined && !plain.is_empty() {
            plain.push(b' ');
        }
        after_word = encoded.is_some();
        match fields.as_slice() {
            [_, "b" | "B", text] => plain.extend(STANDARD.decode(text).unwrap()),
            [_, "q" | "Q", text] => plain.extend(unquote(text.as_bytes(), Soft::Underscores)),
            _ => plain.extend(word.as_bytes()),
        }
    }
    String::from_utf8(plain).unwrap()
}

#[test]
fn nested_parts_are_read_in_either_encoding() {
    let raw = b"Subject: =?utf-8?b?w4RuZGVydW5n?= =?utf-8?q?_f=C3=BCr_Sie?= now\r\n\
        Content-Type: multipart/mixed;\r\n boundary=\"out\"\r\n\r\npreamble\r\n--out\r\n\
        Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Gr=C3=BC=C3=9Fe, a long li=\r\nne a=3Db\r\n--in\r\n\
        Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+\r\nw6Q8L3A+\r\n--in--\r\n--out--\r\n";
    let letter = Part::parse(raw);
    assert_eq!(letter.header("subject").unwrap(), "\u{c4}nderung f\u{fc}r Sie now");
    let leaves = letter.leaves();
    assert_eq!(leaves.iter().map(Part::kind).collect::<Vec<_>>(), ["text/plain", "text/html"]);
    assert_eq!(String::from_utf8(leaves[0].bytes()).unwrap(), "Gr\u{fc}\u{df}e, a long line a=b");
    assert_eq!(String::from_utf8(leaves[1].bytes()).unwrap(), "<p>\u{e4}</p>");
}

#[test]
fn a_letter_of_one_part_is_its_own_leaf() {
    let letter = Part::parse(b"From: a@b.example\r\n\r\nplain\r\n");
    assert_eq!(letter.leaves().len(), 1);
    assert_eq!(letter.bytes(), b"plain\r\n");
    assert!(letter.header("Subject").is_none());
}

#[test]
#[should_panic(expected = "a multipart without its end")]
fn a_multipart_that_breaks_off_is_not_read() {
    Part::parse(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncut").leaves();
}
