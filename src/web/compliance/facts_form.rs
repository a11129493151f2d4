//! The form of a report's facts: out of what is stored, and back into card and facts.

use super::facts_lines::{
    lines, parse_lines, parse_subservice, parse_user_control, subservice_line, user_control_line,
};
use crate::reports::{Assertion, Card, Facts, Framework, Opinion, Period};
use crate::text::{Day, Line, Paragraphs, Slug};
use crate::web::form::{Form, Line as Problem};
use crate::web::partials::Choice;
use serde::Serialize;
use std::collections::BTreeMap;

/// Every field with a text, besides framework and opinion.
const TEXTS: &[&str] = &[
    "slug",
    "title",
    "reference",
    "report_type",
    "criteria",
    "period_from",
    "period_to",
    "period_note",
    "report_date",
    "auditor",
    "audited",
    "explanation",
    "next_expected",
    "predecessor",
    "summary",
    "note",
    "scope",
    "in_scope",
    "not_in_scope",
    "subservices",
    "user_controls",
    "restricted_use",
    "specified_parties",
    "assertion_signer",
    "assertion_date",
    "except_for",
];

/// The form as the template wants it.
#[derive(Serialize)]
pub struct FactsForm {
    #[serde(flatten)]
    values: BTreeMap<&'static str, String>,
    framework_options: Vec<Choice>,
    opinion_options: Vec<Choice>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Problem>,
}

impl From<&Form> for FactsForm {
    fn from(form: &Form) -> Self {
        let mut errors = form.errors(TEXTS);
        errors.extend(form.errors(&["framework", "opinion"]));
        let framework = |known: &Framework| {
            Choice::new(known.as_str(), known.words()).chosen_in(&[form.text("framework")])
        };
        let opinion =
            |known: &Opinion| Choice::new(known.as_str(), known.words()).chosen_in(&[form.text("opinion")]);
        let nothing = |label| Choice::new("", label).chosen_in(&[]);
        Self {
            values: form.values(TEXTS),
            framework_options: [nothing("Please choose")]
                .into_iter()
                .chain(Framework::ALL.iter().map(framework))
                .collect(),
            opinion_options: [nothing("Please choose")]
                .into_iter()
                .chain(Opinion::ALL.iter().map(opinion))
                .collect(),
            errors,
            problems: form.problems().to_vec(),
        }
    }
}

/// What is stored, as it would have been typed.
pub fn typed(card: &Card, facts: &Facts) -> Form {
    let (from, to) = match card.period {
        Period::Between { start, end } => (start.to_string(), end.to_string()),
        Period::On { day } => (String::new(), day.to_string()),
    };
    let assertion = facts.assertion.as_ref();
    let values = [
        ("title", card.title.to_string()),
        ("reference", text(card.reference.as_ref())),
        ("framework", card.framework.to_string()),
        ("report_type", card.report_type.to_string()),
        ("criteria", lines(&card.criteria, ToString::to_string)),
        ("period_from", from),
        ("period_to", to),
        ("period_note", text(card.period_note.as_ref())),
        ("report_date", text(card.report_date.as_ref())),
        ("auditor", card.auditor.to_string()),
        ("audited", text(card.audited.as_ref())),
        ("opinion", card.opinion.to_string()),
        ("explanation", text(card.explanation.as_ref())),
        ("predecessor", text(card.predecessor.as_ref())),
        ("next_expected", text(card.next_expected.as_ref())),
        ("summary", text(card.summary.as_ref())),
        ("note", text(card.note.as_ref())),
        ("scope", text(facts.scope.as_ref())),
        ("in_scope", lines(&facts.in_scope, ToString::to_string)),
        ("not_in_scope", lines(&facts.not_in_scope, ToString::to_string)),
        ("subservices", lines(&facts.subservices, subservice_line)),
        ("user_controls", lines(&facts.user_controls, user_control_line)),
        ("restricted_use", text(facts.restricted_use.as_ref())),
        ("specified_parties", text(facts.specified_parties.as_ref())),
        ("assertion_signer", text(assertion.map(|assertion| &assertion.signer))),
        ("assertion_date", text(assertion.and_then(|assertion| assertion.date.as_ref()))),
        ("except_for", text(facts.except_for.as_ref())),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Form::with(&values)
}

/// A value that may be missing.
fn text<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// Reads card and facts; `None` when something was refused, which then stands beside its field.
pub fn parse(form: &mut Form) -> Option<(Card, Facts)> {
    let card = parse_card(form);
    let facts = parse_facts(form);
    card.zip(facts)
}

/// Reads the card.
fn parse_card(form: &mut Form) -> Option<Card> {
    let title = form.parse("title", "Title", Line::parse);
    let framework = form.choose("framework", "Framework", Framework::parse);
    let report_type = form.parse("report_type", "Type", Line::parse);
    let auditor = form.parse("auditor", "Auditor", Line::parse);
    let reference = form.parse_optional("reference", "Number of the report", Line::parse);
    let audited = form.parse_optional("audited", "Who or what was audited", Line::parse);
    let period = parse_period(form);
    let period_note = form.parse_optional("period_note", "Note on the period", Paragraphs::parse);
    let report_date = form.parse_optional("report_date", "Date of the report", Day::parse);
    let next_expected = form.parse_optional("next_expected", "Next report expected", Day::parse);
    let predecessor = form.parse_optional("predecessor", "The report before", Slug::parse);
    let criteria = parse_lines(form, "criteria", "Criteria", Line::parse);
    if criteria.as_ref().is_some_and(Vec::is_empty) {
        form.refuse("criteria", "Criteria are missing; please name one at least.");
    }
    let opinion = form.choose("opinion", "Opinion", Opinion::parse);
    let explanation = form.parse_optional("explanation", "The opinion in your own words", Paragraphs::parse);
    let summary = form.parse_optional("summary", "Summary", Paragraphs::parse);
    let note = form.parse_optional("note", "What a reader must know first", Paragraphs::parse);
    Some(Card {
        title: title?,
        reference: reference?,
        framework: framework?,
        report_type: report_type?,
        criteria: criteria.filter(|criteria| !criteria.is_empty())?,
        period: period?,
        period_note: period_note?,
        report_date: report_date?,
        auditor: auditor?,
        audited: audited?,
        opinion: opinion?,
        explanation: explanation?,
        summary: summary?,
        predecessor: predecessor?,
        next_expected: next_expected?,
        note: note?,
    })
}

/// Reads the period: from and to, or as of one day.
fn parse_period(form: &mut Form) -> Option<Period> {
    let from = form.parse_optional("period_from", "Observation period from", Day::parse);
    let to = form.parse("period_to", "The end of the period", Day::parse);
    match (from?, to?) {
        (None, day) => Some(Period::On { day }),
        (Some(start), end) => {
            let period = Period::between(start, end);
            if period.is_none() {
                form.refuse("period_to", "The period ends before it begins.");
            }
            period
        }
    }
}

/// Reads the facts.
fn parse_facts(form: &mut Form) -> Option<Facts> {
    let except_for = form.parse_optional("except_for", "The excepted matter", Paragraphs::parse);
    let scope = form.parse_optional("scope", "Scope", Paragraphs::parse);
    let in_scope = parse_lines(form, "in_scope", "In scope", Line::parse);
    let not_in_scope = parse_lines(form, "not_in_scope", "Not in scope", Line::parse);
    let subservices = parse_lines(form, "subservices", "Subservice organisations", parse_subservice);
    let user_controls =
        parse_lines(form, "user_controls", "Complementary user entity controls", parse_user_control);
    let restricted_use = form.parse_optional("restricted_use", "Restricted use", Paragraphs::parse);
    let specified_parties = form.parse_optional("specified_parties", "Specified parties", Paragraphs::parse);
    let signer = form.parse_optional("assertion_signer", "Management's assertion", Line::parse);
    let date = form.parse_optional("assertion_date", "Date of the assertion", Day::parse);
    if matches!((&signer, &date), (Some(None), Some(Some(_)))) {
        form.refuse("assertion_signer", "Management's assertion has a date; please say who signed it.");
        return None;
    }
    Some(Facts {
        scope: scope?,
        in_scope: in_scope?,
        not_in_scope: not_in_scope?,
        subservices: subservices?,
        user_controls: user_controls?,
        restricted_use: restricted_use?,
        specified_parties: specified_parties?,
        assertion: signer?.zip(Some(date?)).map(|(signer, date)| Assertion { signer, date }),
        except_for: except_for?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form with the fields that must be filled in, changed by `changes`.
    fn form(changes: &[(&'static str, &'static str)]) -> Form {
        let mut fields = BTreeMap::from([
            ("title", "SOC 2 Type II, 2026"),
            ("framework", "soc2_type_2"),
            ("report_type", "Type II examination"),
            ("auditor", "Fennimore Quill LLP"),
            ("period_from", "2025-10-01"),
            ("period_to", "2026-09-30"),
            ("criteria", "Security\n\nAvailability"),
            ("opinion", "qualified"),
            ("subservices", "Graniteloft Inc. | Hosting | carve-out\nPetrel Mail | Mail | Inclusive"),
            ("user_controls", "CUEC-1 | CC6.1 | Remove leavers.\nCUEC-2 || Keep keys | secret."),
            ("assertion_signer", "A. Halvorsen, chief executive"),
        ]);
        fields.extend(changes.iter().copied());
        Form::with(&fields.into_iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_is_stored_reads_as_it_was_typed() {
        let (card, facts) = parse(&mut form(&[])).unwrap();
        assert_eq!(card.criteria.len(), 2);
        assert_eq!(facts.subservices.len(), 2);
        assert_eq!(facts.user_controls.last().unwrap().text.as_str(), "Keep keys | secret.");
        let again = parse(&mut typed(&card, &facts)).unwrap();
        assert_eq!(again, (card, facts));
        let (on_a_day, _) = parse(&mut form(&[("period_from", "")])).unwrap();
        assert!(matches!(on_a_day.period, Period::On { .. }));
    }

    #[test]
    fn what_is_wrong_is_named_beside_its_field() {
        for (field, value, words) in [
            ("criteria", " \n", "one at least"),
            ("period_to", "2025-09-30", "ends before"),
            ("subservices", "Graniteloft Inc. | Hosting | carve-out\nPetrel | Mail | other", "line 2"),
            ("user_controls", "CUEC-1 | CC6.1", "line 1"),
            ("framework", "", "choices"),
            ("assertion_date", "12 November", "not a date"),
        ] {
            let mut form = form(&[(field, value)]);
            assert!(parse(&mut form).is_none(), "{field}");
            let problems = form.problems();
            assert!(
                problems.iter().any(|problem| problem.field == field && problem.text.contains(words)),
                "{problems:?}"
            );
        }
    }
}
