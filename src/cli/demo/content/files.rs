//! The demonstration's files as they are written; every field as `demo/README.md` names it.

use super::{Staff, Visitor};
use crate::exceptions::priority::Decided;
use crate::reports::Opinion;
use crate::reports::review::Verdict;
use crate::text::{CompanyName, Day, Domain, EmailAddress, Line, Paragraphs, Slug};
use serde::{Deserialize, Deserializer};

/// An empty string means that the source does not say it.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Paragraphs>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    Paragraphs::parse(&text).map(Some).map_err(serde::de::Error::custom)
}

/// `company.toml`.
#[derive(Deserialize)]
pub(super) struct CompanyFile {
    pub(super) company: CompanyPart,
    pub(super) statement: Vec<StatementPart>,
    pub(super) staff: Vec<Staff>,
    pub(super) prospect: Vec<Visitor>,
}

/// The company.
#[derive(Deserialize)]
pub(super) struct CompanyPart {
    pub(super) name: CompanyName,
    pub(super) domain: Domain,
    pub(super) contact_email: EmailAddress,
    pub(super) commitment: String,
}

/// A public statement.
#[derive(Deserialize)]
pub(super) struct StatementPart {
    pub(super) title: String,
    pub(super) text: String,
}

/// A report with its exceptions.
#[derive(Deserialize)]
pub(super) struct ReportFile {
    pub(super) report: ReportPart,
    #[serde(default)]
    pub(super) exception: Vec<ExceptionPart>,
    #[serde(default)]
    pub(super) correction: Vec<CorrectionPart>,
}

/// A correction that was asked for in the review of a draft. A report with any stays a draft.
#[derive(Deserialize)]
pub(super) struct CorrectionPart {
    pub(super) asked_by: Line,
    pub(super) asked_on: Day,
    pub(super) about: Option<Line>,
    pub(super) text: Paragraphs,
    pub(super) answer: Option<Verdict>,
    pub(super) words: Option<Paragraphs>,
}

/// Facts of a report.
#[derive(Deserialize)]
pub(super) struct ReportPart {
    pub(super) slug: Slug,
    pub(super) title: Line,
    pub(super) reference: Option<Line>,
    pub(super) framework: String,
    #[serde(rename = "type")]
    pub(super) report_type: Line,
    pub(super) criteria: Vec<Line>,
    pub(super) period_start: Day,
    pub(super) period_end: Day,
    #[serde(default, deserialize_with = "said")]
    pub(super) period_note: Option<Paragraphs>,
    pub(super) report_date: Option<Day>,
    pub(super) auditor: Line,
    pub(super) audited_organisation: Option<Line>,
    pub(super) opinion: Opinion,
    #[serde(default, deserialize_with = "said")]
    pub(super) opinion_explanation: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) summary: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) scope: Option<Paragraphs>,
    #[serde(default)]
    pub(super) services_in_scope: Vec<Line>,
    #[serde(default)]
    pub(super) not_in_scope: Vec<Line>,
    #[serde(default, deserialize_with = "said")]
    pub(super) restricted_use: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) specified_parties: Option<Paragraphs>,
    pub(super) assertion_signer: Option<String>,
    pub(super) assertion_title: Option<String>,
    pub(super) assertion_date: Option<Day>,
    pub(super) predecessor: Option<Slug>,
    pub(super) next_report_expected: Option<Day>,
    #[serde(default, deserialize_with = "said")]
    pub(super) note: Option<Paragraphs>,
    #[serde(default)]
    pub(super) subservice_organisation: Vec<SubservicePart>,
    #[serde(default)]
    pub(super) cuec: Vec<UserControlPart>,
}

/// A subservice organisation.
#[derive(Deserialize)]
pub(super) struct SubservicePart {
    pub(super) name: Line,
    pub(super) service: Line,
    pub(super) method: String,
}

/// A complementary user-entity control.
#[derive(Deserialize)]
pub(super) struct UserControlPart {
    pub(super) reference: Line,
    pub(super) criteria: Option<Line>,
    pub(super) text: Paragraphs,
}

/// An exception.
#[derive(Deserialize)]
pub(super) struct ExceptionPart {
    pub(super) reference: Line,
    pub(super) title: Line,
    pub(super) pages: Option<Line>,
    pub(super) criterion: Line,
    pub(super) control: Paragraphs,
    pub(super) test: String,
    pub(super) sample_size: Option<u32>,
    pub(super) population: Option<u32>,
    pub(super) deviations: Option<u32>,
    pub(super) sample_unit: Option<Line>,
    pub(super) finding: Paragraphs,
    #[serde(default, deserialize_with = "said")]
    pub(super) nature: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) impact: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) compensating: Option<Paragraphs>,
    pub(super) class: String,
    pub(super) repeats: Option<Line>,
    #[serde(default, deserialize_with = "said")]
    pub(super) recommendation: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) auditor_evaluation: Option<Paragraphs>,
    #[serde(default)]
    pub(super) response: ResponsePart,
    pub(super) priority: Option<Decided>,
    #[serde(default)]
    pub(super) remediation: Vec<UpdatePart>,
}

/// A response.
#[derive(Default, Deserialize)]
pub(super) struct ResponsePart {
    #[serde(default, deserialize_with = "said")]
    pub(super) acknowledgement: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) root_cause: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) completed: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    pub(super) in_progress: Option<Paragraphs>,
    pub(super) planned_date: Option<Day>,
    #[serde(default, deserialize_with = "said")]
    pub(super) disagreement: Option<Paragraphs>,
}

/// A remediation update.
#[derive(Deserialize)]
pub(super) struct UpdatePart {
    pub(super) date: Day,
    pub(super) status: String,
    pub(super) note: Paragraphs,
    pub(super) owner: Option<Line>,
    pub(super) prevented_by: Option<Paragraphs>,
}
