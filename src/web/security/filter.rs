//! What is asked of the log: typed into the filter, carried along by the pager.

use super::names::Names;
use crate::ids::ReportId;
use crate::ledger::store::Filter;
use crate::ledger::{EventKind, networks};
use crate::text::{Day, Domain, EmailAddress};
use crate::watermark::CopyId;
use crate::web::form::{Form, Line};
use crate::web::partials::Hidden;
use serde::Serialize;
use std::net::IpAddr;

/// The fields that a page of the log takes, in the order of the form; `before` and `after` are the pager's.
pub(super) const FIELDS: [&str; 7] = ["person", "report", "kind", "address", "copy", "from", "to"];

/// The most people of one domain or name that are looked for at once.
pub(super) const MOST_PEOPLE: u16 = 200;

/// How many people a filter looks for, when it may be that not all are meant: of a company or name only the first are.
pub(super) fn only_some(filter: &Filter) -> Option<usize> {
    Some(filter.people.len()).filter(|people| *people >= usize::from(MOST_PEOPLE))
}

/// What was asked, parsed. The person is still an address.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Done by or about whoever is meant.
    pub(super) whom: Option<Whom>,
    /// From this network address.
    pub(super) address: Option<IpAddr>,
    /// Everything else.
    pub(super) filter: Filter,
}

/// Reads the fields; `None` when one cannot be read, with the reason in the form.
pub(super) fn parse(form: &mut Form) -> Option<Asked> {
    // One field finds what people have at hand: somebody, a network address, or the number of a copy or of an entry.
    let typed = form.text("person").trim().to_owned();
    let (entry, numbered, seen) = (entry(&typed), numbered(&typed), networks::parse(&typed));
    let nobody = entry.is_some() || numbered.is_some() || seen.is_some();
    let whom = if nobody { Some(None) } else { whom(form) };
    let from = form.parse_optional("from", "From", Day::parse);
    let to = form.parse_optional("to", "To", Day::parse);
    let report = one_of(form, "report", "Report", |text| text.parse::<ReportId>().ok());
    let kind = one_of(form, "kind", "Kind", EventKind::parse);
    let before = one_of(form, "before", "Page", index);
    let after = one_of(form, "after", "Page", index);
    let address = address(form);
    let copy = copy(form);
    let (before, after) = (before?, after?);
    // The pager of an entry that was found by its number leads to its neighbours.
    let entry = entry.filter(|_| before.is_none() && after.is_none());
    let filter = Filter {
        kind: kind?,
        report: report?,
        copy: copy?.or(numbered),
        from: from?.map(Day::start),
        // The last day is included.
        until: to?.map(|day| day.start().plus_days(1)),
        before: before.or(entry.map(|entry| entry.saturating_add(1))),
        after: after.or(entry.and_then(|entry| entry.checked_sub(1))),
        ..Filter::default()
    };
    Some(Asked { whom: whom?, address: address?.or(seen), filter })
}

/// An index that a log can have.
fn index(text: &str) -> Option<u64> {
    let index = text.parse::<i64>().ok().filter(|index| *index < i64::MAX)?;
    u64::try_from(index).ok()
}

/// The entry that is meant by a number alone: `1204`, or `#1204`.
fn entry(typed: &str) -> Option<u64> {
    let digits = typed.strip_prefix('#').unwrap_or(typed);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| index(digits)).flatten()
}

/// The copy whose number this is; a name is hardly ever one, and never has a digit.
fn numbered(typed: &str) -> Option<String> {
    let copy = typed.parse::<CopyId>().ok().filter(|_| typed.bytes().any(|byte| byte.is_ascii_digit()));
    copy.map(|copy| copy.to_string())
}

/// Who is looked for, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// One person, by their whole address.
    Address(EmailAddress),
    /// Everybody with an address of this domain.
    Domain(Domain),
    /// Everybody whose name holds these letters.
    Name(String),
}

/// The fewest letters of a name that are looked for.
const NAME_LETTERS: usize = 3;

/// An address, a company's domain, or part of a name.
#[expect(clippy::option_option, reason = "refused, left open, or typed; each has its own answer")]
fn whom(form: &mut Form) -> Option<Option<Whom>> {
    let typed = form.text("person").trim().to_owned();
    if typed.is_empty() {
        return Some(None);
    }
    let domain = typed.strip_prefix('@').unwrap_or(&typed);
    if !domain.contains('@') && domain.contains('.') && !domain.contains(' ') {
        return form
            .parse_optional("person", "Person", |_| Domain::parse(domain))
            .map(|found| found.map(Whom::Domain));
    }
    if typed.contains('@') {
        let found = form.parse_optional("person", "Person", EmailAddress::parse);
        return found.map(|found| found.map(Whom::Address));
    }
    if typed.chars().count() < NAME_LETTERS {
        form.refuse("person", "Type an address, a company's domain, three letters of a name at least, or the number of a copy or an entry.");
        return None;
    }
    Some(Some(Whom::Name(typed)))
}

/// A choice that may be left open.
#[expect(clippy::option_option, reason = "refused, left open, or chosen; each has its own answer")]
fn one_of<T>(
    form: &mut Form,
    name: &str,
    label: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Option<Option<T>> {
    if form.text(name).is_empty() { Some(None) } else { form.choose(name, label, find).map(Some) }
}

/// A whole network address, in any spelling.
#[expect(clippy::option_option, reason = "refused, left open, or typed; each has its own answer")]
fn address(form: &mut Form) -> Option<Option<IpAddr>> {
    let typed = form.text("address").trim();
    if typed.is_empty() {
        return Some(None);
    }
    let found = networks::parse(typed);
    if found.is_none() {
        form.refuse(
            "address",
            "Network address: type a whole one, such as 203.0.113.7 or 2001:db8::7. Ranges are not searched.",
        );
    }
    found.map(Some)
}

/// The number of a copy, in any spelling that people use.
#[expect(clippy::option_option, reason = "refused, left open, or chosen; each has its own answer")]
fn copy(form: &mut Form) -> Option<Option<String>> {
    let typed = form.text("copy").trim();
    if typed.is_empty() {
        return Some(None);
    }
    match typed.parse::<CopyId>() {
        Ok(copy) => Some(Some(copy.to_string())),
        Err(error) => {
            form.refuse("copy", error.to_string());
            None
        }
    }
}

/// The form as the page shows it again.
#[derive(Serialize)]
pub(super) struct FilterForm {
    person: String,
    address: String,
    /// The first entry from which on every address is found, unless that is every entry.
    address_from: Option<u64>,
    copy: String,
    from: String,
    to: String,
    report_options: Vec<Choice>,
    kind_options: Vec<Choice>,
    problems: Vec<Line>,
    /// Everything that was asked, for a form that exports it.
    carried: Vec<Hidden>,
}

/// Something to choose.
#[derive(Serialize)]
struct Choice {
    id: String,
    text: String,
    chosen: bool,
}

impl FilterForm {
    /// The form with what was typed, and with everything there is to choose from.
    pub(super) fn new(form: &Form, names: &Names<'_>, address_from: Option<u64>) -> Self {
        let all = |text: &str| Choice { id: String::new(), text: text.to_owned(), chosen: false };
        let reports = names.reports().into_iter().map(|(id, text)| (id.to_string(), text));
        let kinds = EventKind::ALL.iter().map(|kind| (kind.to_string(), kind.to_string()));
        let choices = |name: &str, first: Choice, all: Vec<(String, String)>| -> Vec<Choice> {
            let chosen = form.text(name);
            let rest = all.into_iter().map(|(id, text)| Choice { chosen: id == chosen, id, text });
            std::iter::once(first).chain(rest).collect()
        };
        Self {
            person: form.text("person").to_owned(),
            address: form.text("address").to_owned(),
            address_from,
            copy: form.text("copy").to_owned(),
            from: form.text("from").to_owned(),
            to: form.text("to").to_owned(),
            report_options: choices("report", all("Every report"), reports.collect()),
            kind_options: choices("kind", all("Every kind"), kinds.collect()),
            problems: form.problems().to_vec(),
            carried: FIELDS
                .iter()
                .filter(|name| !form.text(name).is_empty())
                .map(|name| Hidden { name, content: form.text(name).to_owned() })
                .collect(),
        }
    }
}

/// A page beside another one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Beside {
    /// The entries that follow this index.
    After(u64),
    /// The entries that precede this index.
    Before(u64),
}

/// The address of another page of the same filter.
pub(super) fn href(form: &Form, beside: Beside) -> String {
    let mut pairs: Vec<(&str, String)> = FIELDS
        .iter()
        .map(|name| (*name, form.text(name).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    pairs.push(match beside {
        Beside::After(index) => ("after", index.to_string()),
        Beside::Before(index) => ("before", index.to_string()),
    });
    let query: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{name}={}", escape(&value))).collect();
    format!("/security?{}", query.join("&"))
}

/// Percent-encodes everything but letters, digits and `-._~`.
fn escape(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_a_filter_and_goes_along_with_the_pager() {
        let mut form = Form::with(&[
            ("person", "ada+log@company.example"),
            ("kind", "download.started"),
            ("copy", "not a copy"),
            ("from", "2026-11-20"),
            ("to", "2026-11-21"),
        ]);
        assert!(parse(&mut form).is_none());
        assert_eq!(form.problems().len(), 1);
        assert_eq!(form.problems()[0].field, "copy");

        for (typed, wanted) in [
            ("company.example", Whom::Domain(Domain::parse("company.example").unwrap())),
            ("@company.example", Whom::Domain(Domain::parse("company.example").unwrap())),
            ("Ada Love", Whom::Name("Ada Love".to_owned())),
        ] {
            assert_eq!(parse(&mut Form::with(&[("person", typed)])).unwrap().whom, Some(wanted), "{typed}");
        }
        assert!(parse(&mut Form::with(&[("person", "Ad")])).is_none());

        for (typed, before, after) in [("1204", 1205, Some(1203)), (" #0 ", 1, None)] {
            let asked = parse(&mut Form::with(&[("person", typed)])).unwrap();
            assert_eq!((asked.whom, asked.filter.before, asked.filter.after), (None, Some(before), after));
        }
        let copy = CopyId::new(&crate::clock::Clock::system()).to_string();
        let asked = parse(&mut Form::with(&[("person", &copy.to_lowercase())])).unwrap();
        let has_digit = copy.bytes().any(|byte| byte.is_ascii_digit());
        assert_eq!((asked.filter.copy == Some(copy), asked.whom.is_none()), (has_digit, has_digit));
        for beyond in ["9223372036854775807", "18446744073709551615", "-1"] {
            assert!(parse(&mut Form::with(&[("before", beyond)])).is_none(), "{beyond}");
        }

        let mut form = Form::with(&[
            ("person", "ada+log@company.example"),
            ("kind", "download.started"),
            ("from", "2026-11-20"),
            ("to", "2026-11-21"),
            ("before", "70"),
        ]);
        let asked = parse(&mut form).unwrap();
        let Some(Whom::Address(email)) = asked.whom else { panic!("an address is an address") };
        assert_eq!(email.as_str(), "ada+log@company.example");
        let Filter { kind, from, until, before, .. } = asked.filter;
        assert_eq!((kind, before), (Some(EventKind::DownloadStarted), Some(70)));
        assert_eq!(until.unwrap().secs_since(from.unwrap()), 2 * 86_400);
        assert_eq!(
            href(&form, Beside::Before(20)),
            "/security?person=ada%2Blog%40company.example&kind=download.started&from=2026-11-20&to=2026-11-21&before=20"
        );
        assert_eq!(href(&Form::default(), Beside::After(7)), "/security?after=7");
    }
}
