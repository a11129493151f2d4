//! The facts of a report: single ones, and those that are lists.

use super::List;
use crate::release::room::Room;
use crate::text::Day;
use crate::web::partials::Fact;

/// The facts on the left.
pub(super) fn facts(room: &Room) -> Vec<Fact> {
    let (card, facts) = (&room.version.card, &room.facts);
    let criteria = card.criteria.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut period = Fact::new("Observation period", card.period.words());
    if let Some(note) = &card.period_note {
        period = period.note(note.as_str());
    }
    let kind = Fact::new("Kind", card.report_type.as_str());
    let mut all =
        vec![kind, period, Fact::new("Criteria", criteria), Fact::new("Auditor", card.auditor.as_str())];
    let optional = [
        ("Audited", card.audited.as_ref().map(ToString::to_string)),
        ("Report signed", card.report_date.map(Day::words)),
        ("Scope", facts.scope.as_ref().map(ToString::to_string)),
        ("Except for", facts.except_for.as_ref().map(ToString::to_string)),
        ("Pages", room.version.file.as_ref().map(|file| file.pages.to_string())),
        ("Next report expected", card.next_expected.map(Day::words)),
        ("Restricted use", facts.restricted_use.as_ref().map(ToString::to_string)),
        ("Specified parties", facts.specified_parties.as_ref().map(ToString::to_string)),
    ];
    all.extend(optional.into_iter().filter_map(|(term, text)| Fact::some(term, text)));
    all.extend(facts.assertion.as_ref().map(|assertion| {
        let fact = Fact::new("Management's assertion", assertion.signer.as_str());
        match assertion.date {
            Some(date) => fact.note(format!("Signed on {}", date.words())),
            None => fact,
        }
    }));
    all.extend(room.before.as_ref().map(|before| {
        Fact::new("The report before", before.card.title.as_str())
            .href(format!("/reports/{}", before.report.slug))
            .note(before.card.period.words())
    }));
    all
}

/// The facts that are lists.
pub(super) fn lists(room: &Room) -> Vec<List> {
    let facts = &room.facts;
    let lines = |lines: &[crate::text::Line]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
    let subservices = facts.subservices.iter();
    let all = [
        List { term: "In scope", note: None, take_away: None, lines: lines(&facts.in_scope) },
        List { term: "Not in scope", note: None, take_away: None, lines: lines(&facts.not_in_scope) },
        List {
            term: "Subservice organisations",
            note: None,
            take_away: None,
            lines: subservices
                .map(|one| format!("{}: {} ({})", one.name, one.service, one.method.words()))
                .collect(),
        },
        List {
            term: "What you have to do yourself",
            note: Some("Complementary user-entity controls: the report assumes that your side has them."),
            take_away: Some(format!("/reports/{}/controls", room.version.report.slug)),
            lines: facts.user_controls.iter().map(|one| format!("{}: {}", one.reference, one.text)).collect(),
        },
    ];
    all.into_iter().filter(|list| !list.lines.is_empty()).collect()
}
