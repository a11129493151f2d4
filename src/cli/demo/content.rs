//! What the demonstration shows, read from `demo/*.toml` in the binary. The shapes are documented in `demo/README.md`.

mod nouns;

use crate::accounts::Company;
use crate::exceptions::Content;
use crate::exceptions::priority::Decided;
use crate::fault::Fault;
use crate::identity::Role;
use crate::remediation::{Note, Status};
use crate::reports::{Card, Facts, Opinion};
use crate::requests::Relation;
use crate::text::{
    CompanyName, Day, Domain, EmailAddress, Line, LongText, Paragraphs, PersonName, Reason, Slug,
};
use serde::{Deserialize, Deserializer};
use std::fmt::Write as _;

/// The NDA text.
const NDA: &str = include_str!("../../../demo/nda.txt");
/// The company, its staff and its visitors.
const COMPANY: &str = include_str!("../../../demo/company.toml");
/// The reports: facts and file.
const REPORTS: &[(&str, &[u8])] = &[
    (include_str!("../../../demo/soc2.toml"), include_bytes!("../../../demo/halvorsen-soc2-2026.pdf")),
    (include_str!("../../../demo/nasa.toml"), include_bytes!("../../../demo/nasa-oig-ig-19-022.pdf")),
];

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
struct CompanyFile {
    company: CompanyPart,
    statement: Vec<StatementPart>,
    staff: Vec<Staff>,
    prospect: Vec<Visitor>,
}

/// The company.
#[derive(Deserialize)]
struct CompanyPart {
    name: CompanyName,
    domain: Domain,
    contact_email: EmailAddress,
    commitment: String,
}

/// A public statement.
#[derive(Deserialize)]
struct StatementPart {
    title: String,
    text: String,
}

/// A person at a desk.
#[derive(Clone, Debug, Deserialize)]
pub struct Staff {
    /// Their name.
    pub name: PersonName,
    /// Their address.
    pub email: EmailAddress,
    /// Their desk.
    pub role: Role,
}

/// A prospect.
#[derive(Clone, Debug, Deserialize)]
pub struct Visitor {
    /// How far they have come.
    pub state: Progress,
    /// Their name.
    pub name: PersonName,
    /// Their address.
    pub email: EmailAddress,
    /// Their title.
    pub title: crate::text::JobTitle,
    /// Their company.
    pub company: CompanyName,
    /// How they stand to us.
    pub relation: Relation,
    /// What they ask for.
    pub reports: Vec<Slug>,
    /// Why.
    pub reason: Reason,
}

/// How far a prospect of the demonstration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Approved, accepted, read, downloaded.
    Finished,
    /// Waits for sales.
    Waiting,
}

/// A report with its exceptions.
#[derive(Deserialize)]
struct ReportFile {
    report: ReportPart,
    #[serde(default)]
    exception: Vec<ExceptionPart>,
}

/// Facts of a report.
#[derive(Deserialize)]
struct ReportPart {
    slug: Slug,
    title: Line,
    reference: Option<Line>,
    framework: String,
    #[serde(rename = "type")]
    report_type: Line,
    criteria: Vec<Line>,
    period_start: Day,
    period_end: Day,
    #[serde(default, deserialize_with = "said")]
    period_note: Option<Paragraphs>,
    report_date: Option<Day>,
    auditor: Line,
    audited_organisation: Option<Line>,
    opinion: Opinion,
    #[serde(default, deserialize_with = "said")]
    opinion_explanation: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    summary: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    scope: Option<Paragraphs>,
    #[serde(default)]
    services_in_scope: Vec<Line>,
    #[serde(default)]
    not_in_scope: Vec<Line>,
    #[serde(default, deserialize_with = "said")]
    restricted_use: Option<Paragraphs>,
    assertion_signer: Option<String>,
    assertion_title: Option<String>,
    assertion_date: Option<Day>,
    predecessor: Option<Slug>,
    next_report_expected: Option<Day>,
    #[serde(default, deserialize_with = "said")]
    note: Option<Paragraphs>,
    #[serde(default)]
    subservice_organisation: Vec<SubservicePart>,
    #[serde(default)]
    cuec: Vec<UserControlPart>,
}

/// A subservice organisation.
#[derive(Deserialize)]
struct SubservicePart {
    name: Line,
    service: Line,
    method: String,
}

/// A complementary user-entity control.
#[derive(Deserialize)]
struct UserControlPart {
    reference: Line,
    criteria: Option<Line>,
    text: Paragraphs,
}

/// An exception.
#[derive(Deserialize)]
struct ExceptionPart {
    reference: Line,
    title: Line,
    pages: Option<Line>,
    criterion: Line,
    control: Paragraphs,
    test: String,
    sample_size: Option<u32>,
    population: Option<u32>,
    deviations: Option<u32>,
    sample_unit: Option<Line>,
    finding: Paragraphs,
    #[serde(default, deserialize_with = "said")]
    nature: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    impact: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    compensating: Option<Paragraphs>,
    class: String,
    #[serde(default, deserialize_with = "said")]
    recommendation: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    auditor_evaluation: Option<Paragraphs>,
    response: ResponsePart,
    priority: Option<Decided>,
    #[serde(default)]
    remediation: Vec<UpdatePart>,
}

/// A response.
#[derive(Deserialize)]
struct ResponsePart {
    #[serde(default, deserialize_with = "said")]
    acknowledgement: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    root_cause: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    completed: Option<Paragraphs>,
    #[serde(default, deserialize_with = "said")]
    in_progress: Option<Paragraphs>,
    planned_date: Option<Day>,
    #[serde(default, deserialize_with = "said")]
    disagreement: Option<Paragraphs>,
}

/// A remediation update.
#[derive(Deserialize)]
struct UpdatePart {
    date: Day,
    status: String,
    note: Paragraphs,
    owner: Option<Line>,
    prevented_by: Option<Paragraphs>,
}

/// An exception of the demonstration, in our nouns.
pub struct DemoException {
    /// What is said about it.
    pub content: Content,
    /// Its updates, oldest first.
    pub since: Vec<(Status, Note)>,
    /// Its priority, when somebody decided about it.
    pub decided: Option<Decided>,
}

/// A report of the demonstration, in our nouns.
pub struct DemoReport {
    /// Its address.
    pub slug: Slug,
    /// What anybody may know.
    pub card: Card,
    /// What holders read.
    pub facts: Facts,
    /// The exceptions.
    pub exceptions: Vec<DemoException>,
    /// The file.
    pub pdf: &'static [u8],
}

/// Everything the demonstration shows.
pub struct Furniture {
    /// The company.
    pub company: Company,
    /// The NDA text.
    pub nda: LongText,
    /// One person per desk.
    pub staff: Vec<Staff>,
    /// The prospects.
    pub visitors: Vec<Visitor>,
    /// The reports.
    pub reports: Vec<DemoReport>,
}

impl Furniture {
    /// Reads what is in the binary.
    ///
    /// # Errors
    /// When a file does not have its documented shape: a defect of the build.
    pub fn read() -> Result<Self, Fault> {
        let file: CompanyFile =
            toml::from_str(COMPANY).map_err(|error| Fault::new("demo/company.toml", error))?;
        let mut statement = file.company.commitment;
        for part in file.statement {
            // Writing to a String cannot fail.
            let _ = write!(statement, "\n\n{}: {}", part.title, part.text);
        }
        let broken = |error| Fault::new("demo text", error);
        let reports =
            REPORTS.iter().map(|(text, pdf)| nouns::read_report(text, pdf)).collect::<Result<_, _>>()?;
        Ok(Self {
            company: Company {
                name: file.company.name,
                contact: file.company.contact_email,
                domain: file.company.domain,
                statement: LongText::parse(&statement).map_err(broken)?,
            },
            nda: LongText::parse(NDA).map_err(broken)?,
            staff: file.staff,
            visitors: file.prospect,
            reports,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_is_whole() {
        let furniture = Furniture::read().unwrap();
        assert_eq!(furniture.reports.len(), 2);
        assert_eq!(furniture.reports[0].exceptions.len(), 6);
        assert_eq!(furniture.reports[1].exceptions.len(), 10);
        for role in [Role::Sales, Role::Compliance, Role::Security, Role::Admin] {
            assert!(furniture.staff.iter().any(|person| person.role == role), "nobody sits at {role}");
        }
        for progress in [Progress::Finished, Progress::Waiting] {
            assert!(furniture.visitors.iter().any(|visitor| visitor.state == progress));
        }
    }
}
