//! The demonstration's files in our nouns.

use super::files::{
    CorrectionPart, ExceptionPart, ReportFile, ResponsePart, SubservicePart, UpdatePart, UserControlPart,
};
use super::{DemoCorrection, DemoException, DemoReport};
use crate::exceptions::{Answer, Class, Content, Response, Sample, SampleParts, Test, Weight};
use crate::fault::Fault;
use crate::remediation::{Note, Status};
use crate::reports::review::Correction;
use crate::reports::{Assertion, Card, Facts, Framework, Method, Period, Subservice, UserControl};
use crate::text::{Line, Paragraphs};

/// Reads one report.
pub(super) fn read_report(text: &str, pdf: &'static [u8]) -> Result<DemoReport, Fault> {
    let file: ReportFile = toml::from_str(text).map_err(|error| Fault::new("a report of the demo", error))?;
    let part = file.report;
    let exceptions = file.exception.into_iter().map(read_exception).collect::<Result<_, _>>()?;
    let period =
        Period::between(part.period_start, part.period_end).ok_or(Fault::bare("period of a demo report"))?;
    let signer =
        [part.assertion_signer, part.assertion_title].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let assertion = Line::parse(&signer).ok().map(|signer| Assertion { signer, date: part.assertion_date });
    Ok(DemoReport {
        slug: part.slug,
        card: Card {
            title: part.title,
            reference: part.reference,
            framework: match part.framework.as_str() {
                "soc2" => Framework::Soc2Type2,
                "pen_test" => Framework::PenTest,
                _ => Framework::Other,
            },
            report_type: part.report_type,
            criteria: part.criteria,
            period,
            period_note: part.period_note,
            report_date: part.report_date,
            auditor: part.auditor,
            audited: part.audited_organisation,
            opinion: part.opinion,
            explanation: part.opinion_explanation,
            summary: part.summary,
            predecessor: part.predecessor,
            next_expected: part.next_report_expected,
            note: part.note,
        },
        facts: Facts {
            scope: part.scope,
            in_scope: part.services_in_scope,
            not_in_scope: part.not_in_scope,
            subservices: part.subservice_organisation.into_iter().map(subservice).collect(),
            user_controls: part.cuec.into_iter().map(user_control).collect(),
            restricted_use: part.restricted_use,
            specified_parties: part.specified_parties,
            assertion,
            except_for: None,
        },
        exceptions,
        corrections: file.correction.into_iter().map(correction).collect(),
        pdf,
    })
}

/// A correction in our nouns.
fn correction(part: CorrectionPart) -> DemoCorrection {
    let CorrectionPart { asked_by, asked_on, about, text, answer, words } = part;
    DemoCorrection { correction: Correction { asked_by, asked_on, text }, about, answer: answer.zip(words) }
}

/// A subservice organisation in our nouns.
fn subservice(part: SubservicePart) -> Subservice {
    let method = if part.method == "inclusive" { Method::Inclusive } else { Method::CarveOut };
    Subservice { name: part.name, service: part.service, method }
}

/// A user control in our nouns.
fn user_control(part: UserControlPart) -> UserControl {
    UserControl { reference: part.reference, criteria: part.criteria, text: part.text }
}

/// An exception and its updates in our nouns.
fn read_exception(part: ExceptionPart) -> Result<DemoException, Fault> {
    let class =
        Class::parse(&part.class.replace(' ', "_")).ok_or(Fault::bare("class of a demo exception"))?;
    let sample = part.sample_size.map(|size| {
        let (population, deviations, unit) = (part.population, part.deviations, part.sample_unit);
        Sample::try_from(SampleParts { size, population, deviations, unit })
    });
    let sample = sample.transpose().map_err(|error| Fault::new("sample of a demo exception", error))?;
    let named = |test: &&Test| part.test.to_lowercase().contains(&test.words().to_lowercase());
    let decided = part.priority;
    let since = part.remediation.into_iter().map(read_update).collect::<Result<_, _>>()?;
    let content = Content {
        reference: part.reference,
        title: part.title,
        criterion: part.criterion,
        control: part.control,
        tests: Test::ALL.iter().filter(named).copied().collect(),
        test_words: Paragraphs::parse(&part.test).ok(),
        sample,
        finding: part.finding,
        pages: part.pages,
        nature: part.nature,
        impact: part.impact,
        compensating: part.compensating,
        class,
        weight: Weight::default(),
        repeats: None,
        recommendation: part.recommendation,
        evaluation: part.auditor_evaluation,
        response: read_response(part.response),
    };
    Ok(DemoException { content, since, decided, repeats: part.repeats })
}

/// A response in our nouns.
fn read_response(part: ResponsePart) -> Option<Response> {
    if let Some(words) = part.disagreement {
        return Some(Response::Disagreed(words));
    }
    Some(Response::Answered(Answer {
        acknowledgement: part.acknowledgement?,
        root_cause: part.root_cause,
        completed: part.completed,
        in_progress: part.in_progress,
        planned_date: part.planned_date,
    }))
}

/// An update in our nouns.
fn read_update(part: UpdatePart) -> Result<(Status, Note), Fault> {
    let status =
        Status::parse(&part.status.replace(' ', "_")).ok_or(Fault::bare("status of a demo update"))?;
    Ok((
        status,
        Note { owner: part.owner, prevented_by: part.prevented_by, ..Note::new(part.date, part.note) },
    ))
}
