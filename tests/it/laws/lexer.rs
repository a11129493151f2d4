//! Tells comments and texts from code, byte by byte, without reading what the code means.

use std::ops::Range;

/// The text with comments blanked, and with comments and the insides of texts blanked.
///
/// Line ends stay, and every other byte keeps its place.
pub fn blank(text: &str) -> (String, String) {
    let (mut code, mut bare) = (text.as_bytes().to_vec(), text.as_bytes().to_vec());
    let mut at = 0;
    while at < text.len() {
        let token = token(&text[at..], text[..at].ends_with(super::source::is_word));
        for place in at + token.hidden.start..at + token.hidden.end {
            if text.as_bytes()[place] != b'\n' {
                bare[place] = b' ';
                if token.comment {
                    code[place] = b' ';
                }
            }
        }
        at += token.length;
    }
    (String::from_utf8(code).unwrap(), String::from_utf8(bare).unwrap())
}

/// What stands at a place of the source.
#[derive(Debug)]
struct Token {
    /// In bytes.
    length: usize,
    /// What is blanked of it.
    hidden: Range<usize>,
    /// Whether it is blanked in the code as well.
    comment: bool,
}

/// The token that `rest` begins with.
fn token(rest: &str, in_word: bool) -> Token {
    let comment = |length: usize| Token { length, hidden: 0..length, comment: true };
    if rest.starts_with("//") {
        return comment(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return comment(block_comment(rest));
    }
    if let Some(length) = character(rest) {
        return Token { length, hidden: 0..length, comment: false };
    }
    if let Some(token) = quoted(rest, in_word) {
        return token;
    }
    let length = rest.chars().next().map_or(1, char::len_utf8);
    Token { length, hidden: 0..0, comment: false }
}

/// A text in quotes, plain, of bytes or raw; its quotes are not hidden.
fn quoted(rest: &str, in_word: bool) -> Option<Token> {
    let prefix = rest.len() - rest.trim_start_matches(['b', 'r']).len();
    let raw = rest[..prefix].contains('r');
    let hashes = if raw { rest[prefix..].len() - rest[prefix..].trim_start_matches('#').len() } else { 0 };
    let start = prefix + hashes + 1;
    if !rest[prefix + hashes..].starts_with('"') || prefix > 2 || (in_word && prefix > 0) {
        return None;
    }
    let inside = &rest[start..];
    let end = if raw { inside.find(&format!("\"{}", "#".repeat(hashes))) } else { end_of_text(inside) };
    let end = start + end.unwrap_or(inside.len());
    Some(Token { length: rest.len().min(end + 1 + hashes), hidden: start..end, comment: false })
}

/// Where the quote stands that ends a text; a backslash hides what follows it.
fn end_of_text(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        end.then_some(at)
    })
}

/// The length of a character literal; `None` for a lifetime or anything else.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return Some(2 + 1 + inner[2..].find('\'')? + 1);
    }
    let first = inner.chars().next()?;
    inner[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}

/// The length of a block comment with the ones inside it.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

#[test]
fn comments_and_texts_are_told_from_code() {
    let text = concat!(
        "let a = \"x // y \\\" {\"; // crate::b\nlet c = '\"'; let d: &'a str = r#\"q\"uo\"#;",
        " /* a /* b */ \u{e4} */ e('\\'', b\"z\", br\"\\\", \"\u{e4}\n\")\n"
    );
    let (code, bare) = blank(text);
    assert_eq!((code.len(), bare.len()), (text.len(), text.len()));
    assert_eq!(bare.matches('\n').count(), text.matches('\n').count());
    assert!(code.contains("x // y") && !code.contains("crate::b") && !code.contains("/*"));
    let squeezed: String = bare.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(squeezed, "leta=\"\";letc=;letd:&'astr=r#\"\"#;e(,b\"\",br\"\",\"\")");
}
