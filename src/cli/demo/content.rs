//! What the demonstration shows, read from `demo/*.toml` in the binary. The shapes are documented in `demo/README.md`.

mod files;
mod nouns;

use crate::accounts::Company;
use crate::exceptions::Content;
use crate::exceptions::priority::Decided;
use crate::fault::Fault;
use crate::identity::Role;
use crate::remediation::{Note, Status};
use crate::reports::review::{Correction, Verdict};
use crate::reports::{Card, Facts};
use crate::requests::Relation;
use crate::text::{CompanyName, EmailAddress, Line, LongText, Paragraphs, PersonName, Reason, Slug};
use files::CompanyFile;
use serde::Deserialize;
use std::fmt::Write as _;

/// The NDA text.
const NDA: &str = include_str!("../../../demo/nda.txt");
/// The company, its staff and its visitors.
const COMPANY: &str = include_str!("../../../demo/company.toml");
/// The reports: facts and file. What is earlier comes first, so that later ones can be linked to it.
const REPORTS: &[(&str, &[u8])] = &[
    (include_str!("../../../demo/soc2-2024.toml"), include_bytes!("../../../demo/halvorsen-soc2-2024.pdf")),
    (include_str!("../../../demo/soc2-2025.toml"), include_bytes!("../../../demo/halvorsen-soc2-2025.pdf")),
    (include_str!("../../../demo/soc2.toml"), include_bytes!("../../../demo/halvorsen-soc2-2026.pdf")),
    (include_str!("../../../demo/nasa.toml"), include_bytes!("../../../demo/nasa-oig-ig-19-022.pdf")),
    (include_str!("../../../demo/pentest.toml"), include_bytes!("../../../demo/halvorsen-pentest-2026.pdf")),
];

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
    /// What became of their wish to be forgotten, if they have one.
    pub wish: Option<Wished>,
}

/// What became of a wish to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wished {
    /// It was declined, and a hold keeps what is held.
    Declined,
    /// They were erased.
    Erased,
    /// It waits for an answer.
    Waiting,
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

/// An exception of the demonstration, in our nouns.
pub struct DemoException {
    /// What is said about it.
    pub content: Content,
    /// Its updates, oldest first.
    pub since: Vec<(Status, Note)>,
    /// Its priority, when somebody decided about it.
    pub decided: Option<Decided>,
    /// The reference of the exception of the report before that it repeats.
    pub repeats: Option<Line>,
}

/// A correction of the demonstration, in our nouns.
pub struct DemoCorrection {
    /// What was asked for.
    pub correction: Correction,
    /// The reference of the exception it is about.
    pub about: Option<Line>,
    /// The answer, if there is one.
    pub answer: Option<(Verdict, Paragraphs)>,
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
    /// What was asked for in its review; a report with any stays a draft.
    pub corrections: Vec<DemoCorrection>,
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
        let exceptions: Vec<_> = furniture.reports.iter().map(|report| report.exceptions.len()).collect();
        assert_eq!(exceptions, [2, 3, 6, 10, 3]);
        for role in [Role::Sales, Role::Compliance, Role::Security, Role::Admin] {
            assert!(furniture.staff.iter().any(|person| person.role == role), "nobody sits at {role}");
        }
        for progress in [Progress::Finished, Progress::Waiting] {
            assert!(furniture.visitors.iter().any(|visitor| visitor.state == progress));
        }
        for wished in [Wished::Declined, Wished::Erased, Wished::Waiting] {
            assert!(furniture.visitors.iter().any(|visitor| visitor.wish == Some(wished)));
        }
    }
}
