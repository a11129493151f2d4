//! What a report says of itself, as pages of every face show it: the opinion in words, public facts, facts for holders.

use super::page::{Tone, When};
use super::partials::Fact;
use crate::clock::Micros;
use crate::reports::bridge_letter::Words;
use crate::reports::{Card, Facts, Opinion};
use serde::Serialize;

/// The opinion: a label and what it means.
#[derive(Clone, Debug, Serialize)]
pub struct OpinionView {
    tone: Tone,
    words: &'static str,
    plain: String,
}

/// The opinion of a card: our words first, then the company's own.
pub fn opinion(card: &Card) -> OpinionView {
    let tone = match card.opinion {
        Opinion::Adverse | Opinion::Disclaimer => Tone::Danger,
        Opinion::None => Tone::Quiet,
        Opinion::Qualified => Tone::Warn,
        Opinion::Unqualified => Tone::Ok,
    };
    let plain = match &card.explanation {
        Some(words) => format!("{} {words}", card.opinion_in_words()),
        None => card.opinion_in_words(),
    };
    OpinionView { tone, words: card.opinion.words(), plain }
}

/// Lines one after the other.
fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What anybody may know.
pub fn public_facts(card: &Card) -> Vec<Fact> {
    let mut period = Fact::new("Period", card.period.words());
    if let Some(note) = &card.period_note {
        period = period.note(note.as_str());
    }
    [
        Some(Fact::new("Framework", card.framework.words())),
        Some(Fact::new("Type", card.report_type.as_str())),
        Fact::some("Number", card.reference.as_ref()),
        Fact::some("Audited", card.audited.as_ref()),
        Some(Fact::new("Auditor", card.auditor.as_str())),
        Some(period),
        Fact::some("Date of the report", card.report_date.map(crate::text::Day::words)),
        Some(Fact::new("Criteria", joined(&card.criteria))),
        Fact::some("Summary", card.summary.as_ref()),
        Fact::some("Next report expected", card.next_expected.map(crate::text::Day::words)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What only holders read.
pub fn held_facts(facts: &Facts) -> Vec<Fact> {
    let list = |items: &[crate::text::Line]| (!items.is_empty()).then(|| joined(items));
    let mut shown: Vec<Fact> = [
        Fact::some("Excepted by the opinion", facts.except_for.as_ref()),
        Fact::some("Scope", facts.scope.as_ref()),
        Fact::some("In scope", list(&facts.in_scope)),
        Fact::some("Not in scope", list(&facts.not_in_scope)),
    ]
    .into_iter()
    .flatten()
    .collect();
    shown.extend(facts.subservices.iter().map(|one| {
        Fact::new("Subservice organisation", format!("{} ({})", one.name, one.method.words()))
            .note(one.service.as_str())
    }));
    shown.extend(facts.user_controls.iter().map(|one| {
        let fact = Fact::new("Your own control", format!("{}: {}", one.reference, one.text));
        match &one.criteria {
            Some(criteria) => fact.note(criteria.as_str()),
            None => fact,
        }
    }));
    shown.extend(Fact::some("Restricted use", facts.restricted_use.as_ref()));
    shown.extend(Fact::some("Specified parties", facts.specified_parties.as_ref()));
    shown.extend(facts.assertion.as_ref().map(|assertion| {
        let fact = Fact::new("Management's assertion", assertion.signer.as_str());
        match assertion.date {
            Some(date) => fact.note(date.words()),
            None => fact,
        }
    }));
    shown
}

/// A size for people: `812 KB`, `2.4 MB`.
pub fn size_in_words(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} KB", bytes.div_ceil(1_000));
    }
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        let said: Vec<_> = [0, 999, 811_200, 2_412_853, 104_857_600].map(size_in_words).into();
        assert_eq!(said, ["0 KB", "1 KB", "812 KB", "2.4 MB", "104.8 MB"]);
    }
}

/// The text of a bridge letter, as `partials/bridge_letter` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct BridgeLetterView {
    company: String,
    report: String,
    auditor: String,
    from: String,
    to: String,
    period_end: String,
    statement: String,
    signer: String,
    title: String,
    at: Option<When>,
}

/// A bridge letter beside the report of this card; `at` says when it was finalized.
pub fn bridge_letter_view(card: &Card, words: &Words, company: &str, at: Option<Micros>) -> BridgeLetterView {
    BridgeLetterView {
        company: company.to_owned(),
        report: card.title.to_string(),
        auditor: card.auditor.to_string(),
        from: words.from.words(),
        to: words.to.words(),
        period_end: card.period.end().words(),
        statement: words.statement.to_string(),
        signer: words.signer.to_string(),
        title: words.title.to_string(),
        at: at.map(Into::into),
    }
}
