//! The form of an exception: out of what is stored, and back.

use crate::exceptions::criteria::{Criteria, Criterion};
use crate::exceptions::{
    Answer, Class, Content, Response, Sample, SampleError, SampleParts, Severity, Test, Weight,
};
use crate::text::{Day, Line, Paragraphs, TextError, parse_number};
use crate::web::form::{Form, Line as Problem};
use crate::web::partials::Choice;
use serde::Serialize;
use std::collections::BTreeMap;

/// The fields of an exception, in the order of the table's columns.
pub const FIELDS: [&str; 26] = [
    "reference",
    "title",
    "criterion",
    "class",
    "severity",
    "customer_data",
    "control",
    "tests",
    "test_words",
    "sample_size",
    "population",
    "deviations",
    "sample_unit",
    "finding",
    "pages",
    "nature",
    "impact",
    "compensating",
    "recommendation",
    "evaluation",
    "acknowledgement",
    "root_cause",
    "completed",
    "in_progress",
    "planned_date",
    "disagreement",
];

/// The fields that are sent as one text each: all but boxes and choices, and the link to an earlier exception, which
/// means nothing outside this house and so is no column.
fn texts() -> Vec<&'static str> {
    let chosen = ["class", "customer_data", "tests"];
    FIELDS.into_iter().filter(|name| !chosen.contains(name)).chain(["repeats"]).collect()
}

/// The form as the template wants it.
#[derive(Serialize)]
pub struct ExceptionForm {
    #[serde(flatten)]
    values: BTreeMap<&'static str, String>,
    class_options: Vec<Choice>,
    test_options: Vec<Choice>,
    severity_options: Vec<Choice>,
    repeats_options: Vec<Choice>,
    criteria: Vec<String>,
    customer_data: bool,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Problem>,
}

/// An exception of the report before, to be picked as the one that is repeated: its id and what it is called.
pub type Earlier = (String, String);

impl ExceptionForm {
    /// The form as it stands, with what there is to pick from.
    pub fn new(form: &Form, criteria: &Criteria, earlier: &[Earlier]) -> Self {
        let texts = texts();
        let mut errors = form.errors(&texts);
        errors.extend(form.errors(&["class", "tests"]));
        let class = |class: &Class| {
            Choice::new(class.as_str(), class.words())
                .detail(class.meaning())
                .chosen_in(&[form.text("class")])
        };
        let test = |test: &Test| Choice::new(test.as_str(), test.words()).chosen_in(&form.all("tests"));
        let nothing = |label: &str| Choice::new("", label);
        let severity =
            |one: &Severity| Choice::new(one.as_str(), one.words()).chosen_in(&[form.text("severity")]);
        let repeats = |(id, words): &Earlier| Choice::new(id, words).chosen_in(&[form.text("repeats")]);
        Self {
            values: form.values(&texts),
            class_options: Class::ALL.iter().map(class).collect(),
            test_options: Test::ALL.iter().map(test).collect(),
            severity_options: [nothing("Not stated")]
                .into_iter()
                .chain(Severity::ALL.iter().map(severity))
                .collect(),
            repeats_options: [nothing("It is new")].into_iter().chain(earlier.iter().map(repeats)).collect(),
            criteria: criteria.all().iter().map(Criterion::words).collect(),
            customer_data: form.is_ticked("customer_data"),
            errors,
            problems: form.problems().to_vec(),
        }
    }
}

/// What is stored, as it would have been typed.
pub fn typed(content: &Content) -> Form {
    let sample = content.sample.as_ref().map(Sample::parts);
    let (answer, disagreement) = match &content.response {
        Some(Response::Answered(answer)) => (Some(answer), None),
        Some(Response::Disagreed(words)) => (None, Some(words)),
        None => (None, None),
    };
    let mut values = vec![
        ("reference", content.reference.to_string()),
        ("title", content.title.to_string()),
        ("criterion", content.criterion.to_string()),
        ("control", content.control.to_string()),
        ("test_words", text(content.test_words.as_ref())),
        ("sample_size", text(sample.map(|sample| &sample.size))),
        ("population", text(sample.and_then(|sample| sample.population.as_ref()))),
        ("deviations", text(sample.and_then(|sample| sample.deviations.as_ref()))),
        ("sample_unit", text(sample.and_then(|sample| sample.unit.as_ref()))),
        ("finding", content.finding.to_string()),
        ("pages", text(content.pages.as_ref())),
        ("nature", text(content.nature.as_ref())),
        ("impact", text(content.impact.as_ref())),
        ("compensating", text(content.compensating.as_ref())),
        ("class", content.class.to_string()),
        ("severity", text(content.weight.severity.as_ref())),
        ("customer_data", if content.weight.customer_data { "yes" } else { "" }.to_owned()),
        ("repeats", text(content.repeats.as_ref())),
        ("recommendation", text(content.recommendation.as_ref())),
        ("evaluation", text(content.evaluation.as_ref())),
        ("acknowledgement", text(answer.map(|answer| &answer.acknowledgement))),
        ("root_cause", text(answer.and_then(|answer| answer.root_cause.as_ref()))),
        ("completed", text(answer.and_then(|answer| answer.completed.as_ref()))),
        ("in_progress", text(answer.and_then(|answer| answer.in_progress.as_ref()))),
        ("planned_date", text(answer.and_then(|answer| answer.planned_date.as_ref()))),
        ("disagreement", text(disagreement)),
    ];
    values.extend(content.tests.iter().map(|test| ("tests", test.to_string())));
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Form::with(&values)
}

/// A value that may be missing.
fn text<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// Reads one of a list's words.
fn choice<T>(find: impl Fn(&str) -> Option<T>) -> impl Fn(&str) -> Result<T, TextError> {
    move |word| find(word).ok_or(TextError::NotAChoice)
}

/// Something was refused; it stands beside its field.
struct Refused;

/// Reads an exception; `None` when something was refused, which then stands beside its field.
pub fn parse(form: &mut Form) -> Option<Content> {
    let reference = form.parse("reference", "Reference", Line::parse);
    let criterion = form.parse("criterion", "Criterion", Line::parse);
    let title = form.parse("title", "Title", Line::parse);
    let finding = form.parse("finding", "The auditor's words", Paragraphs::parse);
    let pages = form.parse_optional("pages", "Pages in the report", Line::parse);
    let class = form.choose("class", "Class", Class::parse);
    let severity = form.parse_optional("severity", "What the auditor calls it", choice(Severity::parse));
    let repeats = form.parse_optional("repeats", "The exception it repeats", choice(|id| id.parse().ok()));
    let customer_data = form.is_ticked("customer_data");
    let control = form.parse("control", "Control", Paragraphs::parse);
    let tests = parse_tests(form);
    let sample = parse_sample(form).ok();
    let mut words = |name, label| form.parse_optional(name, label, Paragraphs::parse);
    let test_words = words("test_words", "The test in the report's words");
    let nature = words("nature", "Nature and extent");
    let impact = words("impact", "Impact");
    let compensating = words("compensating", "Compensating controls");
    let recommendation = words("recommendation", "The auditor's recommendation");
    let evaluation = words("evaluation", "The auditor on your response");
    let response = parse_response(form).ok();
    Some(Content {
        reference: reference?,
        title: title?,
        criterion: criterion?,
        control: control?,
        tests: tests?,
        test_words: test_words?,
        sample: sample?,
        finding: finding?,
        pages: pages?,
        nature: nature?,
        impact: impact?,
        compensating: compensating?,
        class: class?,
        weight: Weight { severity: severity?, customer_data },
        repeats: repeats?,
        recommendation: recommendation?,
        evaluation: evaluation?,
        response: response?,
    })
}

/// Reads how the auditor tested; one kind at least.
fn parse_tests(form: &mut Form) -> Option<Vec<Test>> {
    let sent: Vec<Option<Test>> = form.all("tests").into_iter().map(Test::parse).collect();
    let tests: Option<Vec<Test>> = sent.into_iter().collect();
    let tests = tests.filter(|tests| !tests.is_empty());
    if tests.is_none() {
        form.refuse("tests", "Please say how the auditor tested: tick one kind at least.");
    }
    tests
}

/// Reads the sample; `None` when none is stated.
fn parse_sample(form: &mut Form) -> Result<Option<Sample>, Refused> {
    let number = |text: &str| -> Result<u32, TextError> {
        let number = parse_number(text, 0, 1_000_000_000)?;
        u32::try_from(number).map_err(|_| TextError::NotInRange(0, 1_000_000_000))
    };
    let deviations = form.parse_optional("deviations", "Deviations", number);
    let size = form.parse_optional("sample_size", "Items tested", number);
    let population = form.parse_optional("population", "Items in all", number);
    let unit = form.parse_optional("sample_unit", "What was counted", Line::parse);
    let (size, population) = (size.ok_or(Refused)?, population.ok_or(Refused)?);
    let (deviations, unit) = (deviations.ok_or(Refused)?, unit.ok_or(Refused)?);
    let Some(size) = size else {
        if population.is_none() && deviations.is_none() && unit.is_none() {
            return Ok(None);
        }
        form.refuse("sample_size", "Please say how many items were tested, or leave all four fields empty.");
        return Err(Refused);
    };
    match Sample::try_from(SampleParts { size, population, deviations, unit }) {
        Ok(sample) => Ok(Some(sample)),
        Err(error @ SampleError::Deviations(_)) => {
            form.refuse("deviations", format!("Deviations {error}."));
            Err(Refused)
        }
        Err(error @ SampleError::Population(_)) => {
            form.refuse("population", format!("Items in all {error}."));
            Err(Refused)
        }
    }
}

/// Reads the response: four parts, a disagreement, or none yet.
fn parse_response(form: &mut Form) -> Result<Option<Response>, Refused> {
    let mut words = |name, label| form.parse_optional(name, label, Paragraphs::parse);
    let acknowledgement = words("acknowledgement", "Acknowledgement");
    let root_cause = words("root_cause", "Root cause");
    let completed = words("completed", "Completed");
    let in_progress = words("in_progress", "In progress");
    let disagreement = words("disagreement", "Disagreement");
    let planned_date = form.parse_optional("planned_date", "Planned until", Day::parse);
    let (root_cause, completed) = (root_cause.ok_or(Refused)?, completed.ok_or(Refused)?);
    let (in_progress, planned_date) = (in_progress.ok_or(Refused)?, planned_date.ok_or(Refused)?);
    let (acknowledgement, disagreement) = (acknowledgement.ok_or(Refused)?, disagreement.ok_or(Refused)?);
    let answered =
        root_cause.is_some() || completed.is_some() || in_progress.is_some() || planned_date.is_some();
    match (acknowledgement, disagreement) {
        (None, None) if answered => {
            form.refuse("acknowledgement", "Please begin the response with the acknowledgement.");
            Err(Refused)
        }
        (None, None) => Ok(None),
        (None, Some(words)) if !answered => Ok(Some(Response::Disagreed(words))),
        (_, Some(_)) => {
            form.refuse(
                "disagreement",
                "Either answer in the four parts or disagree; please empty one of them.",
            );
            Err(Refused)
        }
        (Some(acknowledgement), None) => Ok(Some(Response::Answered(Answer {
            acknowledgement,
            root_cause,
            completed,
            in_progress,
            planned_date,
        }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form with every part of an answered exception, changed by `changes`.
    fn form(changes: &[(&'static str, &'static str)]) -> Form {
        let mut fields = BTreeMap::from([
            ("reference", "E-1"),
            ("title", "Access of leavers removed late"),
            ("criterion", "CC6.2"),
            ("control", "Access is removed within one business day."),
            ("tests", "inspection"),
            ("sample_size", "25"),
            ("population", "41"),
            ("deviations", "3"),
            ("finding", "For 3 of 25 persons access was removed late."),
            ("class", "systemic_operating"),
            ("acknowledgement", "We agree."),
            ("planned_date", "2026-12-18"),
        ]);
        fields.extend(changes.iter().copied());
        Form::with(&fields.into_iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_is_stored_reads_as_it_was_typed() {
        let disagreed = [("acknowledgement", ""), ("planned_date", ""), ("disagreement", "We do not agree.")];
        let unanswered = [
            ("acknowledgement", ""),
            ("planned_date", ""),
            ("sample_size", ""),
            ("population", ""),
            ("deviations", ""),
        ];
        for changes in [&[][..], &disagreed, &unanswered] {
            let content = parse(&mut form(changes)).unwrap();
            assert_eq!(parse(&mut typed(&content)).unwrap(), content);
        }
    }

    #[test]
    fn what_is_wrong_is_named_beside_its_field() {
        for (changes, field) in [
            (&[("deviations", "26")][..], "deviations"),
            (&[("population", "24")], "population"),
            (&[("sample_size", "")], "sample_size"),
            (&[("sample_size", "-1")], "sample_size"),
            (&[("tests", "")], "tests"),
            (&[("class", "")], "class"),
            (&[("acknowledgement", "")], "acknowledgement"),
            (&[("disagreement", "We do not.")], "disagreement"),
            (&[("planned_date", "soon")], "planned_date"),
        ] {
            let mut form = form(changes);
            assert!(parse(&mut form).is_none(), "{changes:?}");
            assert!(form.problems().iter().any(|problem| problem.field == field), "{:?}", form.problems());
        }
    }
}
