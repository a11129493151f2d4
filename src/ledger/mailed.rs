//! Finds the signed checkpoint in whatever somebody has kept of a letter: its text, the file that a mail program saved (RFC 5322
//! with its parts in quoted-printable or base64), its HTML, or a quotation in an answer.
//!
//! Nothing here is trusted: what is found counts only if its signature fits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quoted_printable::{ParseMode, decode};

/// How a signature line begins.
const DASH: char = '\u{2014}';

/// The first checkpoint in a letter whose origin `is_ours`, as a signed note.
pub(super) fn find(letter: &str, is_ours: impl Fn(&str) -> bool) -> Option<String> {
    bodies(letter).find_map(|body| {
        let (answered, shown) = (unquoted(&body), text_of_html(&body));
        [&body, &answered, &shown].into_iter().find_map(|text| in_text(text, &is_ours))
    })
}

/// What a letter's bodies may be: the text as it is, with quoted-printable undone, and each part that is base64.
fn bodies(letter: &str) -> impl Iterator<Item = String> {
    let lines = letter.replace("\r\n", "\n");
    let plain = decode(&lines, ParseMode::Robust).ok();
    let plain = plain.map(|bytes| String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
    let packed: Vec<String> = lines.split("\n\n").filter_map(unpacked).collect();
    std::iter::once(lines).chain(plain).chain(packed)
}

/// A part in base64.
fn unpacked(part: &str) -> Option<String> {
    // The boundary of the next part follows without an empty line.
    let packed: String = part.lines().take_while(|line| !line.starts_with("--")).map(str::trim).collect();
    let bytes = STANDARD.decode(packed).ok().filter(|bytes| !bytes.is_empty())?;
    Some(String::from_utf8(bytes).ok()?.replace("\r\n", "\n"))
}

/// A text without the marks before the lines of a quotation.
fn unquoted(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start_matches(['>', ' ']));
    lines.collect::<Vec<_>>().join("\n")
}

/// What HTML shows: tags are left out, and the few signs that a note needs are read.
fn text_of_html(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        shown.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
        // What a tag parts is not one line.
        shown.push_str(if tag.starts_with("br") || tag.starts_with("pre") { "\n" } else { "" });
    }
    shown.push_str(rest);
    [
        ("&#x3D;", "="),
        ("&#x3d;", "="),
        ("&#61;", "="),
        ("&#43;", "+"),
        ("&mdash;", "\u{2014}"),
        ("&#8212;", "\u{2014}"),
    ]
    .into_iter()
    .fold(shown, |text, (sign, meant)| text.replace(sign, meant))
}

/// Finds a checkpoint in a text around it.
fn in_text(text: &str, is_ours: impl Fn(&str) -> bool) -> Option<String> {
    let lines = unwrapped(text);
    lines.windows(5).enumerate().find_map(|(at, window)| match window {
        [origin, size, root, empty, first]
            if empty.is_empty() && is_ours(origin) && first.starts_with(DASH) =>
        {
            let signatures = lines.iter().skip(at + 4).take_while(|line| line.starts_with(DASH));
            let signatures = signatures.cloned().collect::<Vec<_>>().join("\n");
            Some(format!("{origin}\n{size}\n{root}\n\n{signatures}\n"))
        }
        _ => None,
    })
}

/// The lines of a text; a signature that a mail program has broken behind its name is one line again.
fn unwrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        match lines.last_mut() {
            Some(last) if last.starts_with(DASH) && last.split(' ').count() == 2 && !line.is_empty() => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str =
        "candor/x\n27\nUFv4kfd/FhjpBP7bcwj9HThtdB3kWNTLymBC2xH4+ss=\n\n\u{2014} candor/x A8856O8hywCVDQ=\n";

    #[test]
    fn a_checkpoint_is_found_in_whatever_a_letter_became() {
        let packed = STANDARD.encode(format!("Hello\n\n{NOTE}"));
        let (first, second) = packed.split_at(20);
        let html = format!("<p>Hello</p><pre style=\"a\">{}</pre>", NOTE.replace('=', "&#x3D;"));
        let quotable = quoted_printable::encode_to_str(format!("Hello = you\r\n\r\n{NOTE}"));
        let letters = [
            NOTE.to_owned(),
            format!("Hello,\n\n{NOTE}\nBye"),
            NOTE.replace('\n', "\r\n"),
            quotable.clone(),
            quoted_printable::encode_to_str(&html),
            html,
            format!("You wrote:\n> > Hello\n> > \n> > {}", NOTE.replace('\n', "\n> > ")),
            NOTE.replace("candor/x A88", "candor/x\nA88"),
            format!("Content-Transfer-Encoding: base64\r\n\r\n{first}\r\n{second}\r\n--boundary--\r\n"),
            format!("Subject: x\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{quotable}\r\n--b--\r\n"),
        ];
        for letter in letters {
            assert_eq!(find(&letter, |origin| origin == "candor/x").as_deref(), Some(NOTE), "{letter}");
            assert_eq!(find(&letter, |origin| origin == "candor/y"), None);
        }
        for nothing in ["", "\n\n\n\n\n", "<", "=", "=4", "\u{2014}", "> > >"] {
            assert_eq!(find(nothing, |_| true), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(
            before in "(?s).{0,200}", after in "(?s)[>= \n\r<&#;a-zA-Z0-9+/\u{2014}]{0,400}", at in 0..NOTE.len(),
        ) {
            let cut = NOTE.char_indices().map(|(place, _)| place).take_while(|place| *place <= at).last().unwrap_or(0);
            let (head, tail) = NOTE.split_at(cut);
            for letter in [format!("{before}{after}"), format!("{before}{NOTE}{after}"), format!("{head}{after}{tail}")] {
                if let Some(note) = find(&letter, |_| true) {
                    // What is found has the form of a note: whether it counts, its signature says.
                    proptest::prop_assert!(note.contains("\n\n\u{2014}"), "{note:?} of {letter:?}");
                }
            }
            let alone = format!("Hello\n\n{NOTE}\n{}", after.replace('\u{2014}', "-"));
            proptest::prop_assert_eq!(find(&alone, |origin| origin == "candor/x"), Some(NOTE.to_owned()));
        }
    }
}
