//! Exceptions: what the auditor found, in the auditor's words, and what management answers, visibly apart.
//!
//! Promises: everything said here is sealed under the version's key; exceptions change only while their version is a
//! draft; recipients read them only with an admission, which is the gate's to give. Not promised: that the words are
//! the auditor's; whoever enters them answers for that, and the report itself can be read beside them.

pub mod acts;
pub mod checker;
pub mod criteria;
pub mod history;
pub mod oscal;
pub mod priority;
pub mod store;

use crate::clock::Micros;
use crate::ids::{ExceptionId, VersionId};
use crate::text::{Day, Line, Paragraphs};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far an exception reaches.
    Class {
        /// The control could not have met its criterion even if it had worked.
        Design = "design",
        /// The control failed in single cases.
        IsolatedOperating = "isolated_operating",
        /// The control failed for a common cause.
        SystemicOperating = "systemic_operating",
    }
}

impl Class {
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Design => "Design",
            Self::IsolatedOperating => "Operating, isolated",
            Self::SystemicOperating => "Operating, systemic",
        }
    }
    /// What the label means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Design => "The control as designed could not meet the criterion.",
            Self::IsolatedOperating => "The control is designed well and failed in single cases.",
            Self::SystemicOperating => "The control is designed well and failed for a common cause.",
        }
    }
}

text_enum! {
    /// How the auditor tested.
    Test {
        /// Asked people.
        Inquiry = "inquiry",
        /// Read records and settings.
        Inspection = "inspection",
        /// Watched it being done.
        Observation = "observation",
        /// Did it again.
        RePerformance = "re_performance",
    }
}

impl Test {
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Inquiry => "Inquiry",
            Self::Inspection => "Inspection",
            Self::Observation => "Observation",
            Self::RePerformance => "Re-performance",
        }
    }
}

text_enum! {
    /// What the auditor calls the deficiency, when the report says so.
    Severity {
        /// A material weakness.
        MaterialWeakness = "material_weakness",
        /// A significant deficiency.
        SignificantDeficiency = "significant_deficiency",
    }
}

impl Severity {
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::MaterialWeakness => "Material weakness",
            Self::SignificantDeficiency => "Significant deficiency",
        }
    }
}

/// What makes an exception weigh more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// What the auditor calls it.
    pub severity: Option<Severity>,
    /// Whether data of customers could have been reached or changed.
    pub customer_data: bool,
}

/// Numbers of a sample that contradict each other; `Display` completes the field's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// More deviations than items tested.
    #[error("cannot be more than the {0} items tested")]
    Deviations(u32),
    /// A population smaller than the sample.
    #[error("cannot be less than the {0} items tested")]
    Population(u32),
}

/// What was counted: `deviations` of `size`, out of `population`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SampleParts", into = "SampleParts")]
pub struct Sample(SampleParts);

/// The numbers as they are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleParts {
    /// Items tested.
    pub size: u32,
    /// Items there were, when the report says so.
    pub population: Option<u32>,
    /// Items that deviated, when the report says so.
    pub deviations: Option<u32>,
    /// What was counted: `persons who left`.
    pub unit: Option<Line>,
}

impl TryFrom<SampleParts> for Sample {
    type Error = SampleError;
    fn try_from(parts: SampleParts) -> Result<Self, SampleError> {
        if parts.deviations.is_some_and(|deviations| deviations > parts.size) {
            return Err(SampleError::Deviations(parts.size));
        }
        if parts.population.is_some_and(|population| population < parts.size) {
            return Err(SampleError::Population(parts.size));
        }
        Ok(Self(parts))
    }
}

impl From<Sample> for SampleParts {
    fn from(sample: Sample) -> Self {
        sample.0
    }
}

impl Sample {
    /// The numbers.
    pub const fn parts(&self) -> &SampleParts {
        &self.0
    }
    /// For people: `3 of 25 persons who left deviated; 41 in all`.
    pub fn words(&self) -> String {
        let SampleParts { size, population, deviations, unit } = &self.0;
        let unit = unit.as_ref().map_or_else(|| "items".to_owned(), ToString::to_string);
        let counted = match deviations {
            Some(deviations) => format!("{deviations} of {size} {unit}"),
            None => format!("{size} {unit} tested"),
        };
        match population {
            Some(population) => format!("{counted}, out of {population}"),
            None => counted,
        }
    }
}

/// Management's answer in four parts; what has not been said is missing, never invented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// That the exception is accepted, and what it was.
    pub acknowledgement: Paragraphs,
    /// Why it happened.
    pub root_cause: Option<Paragraphs>,
    /// What has been put right.
    pub completed: Option<Paragraphs>,
    /// What is still being done.
    pub in_progress: Option<Paragraphs>,
    /// Until when.
    pub planned_date: Option<Day>,
}

/// What management says to an exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "words", rename_all = "snake_case")]
pub enum Response {
    /// It accepts it.
    Answered(Answer),
    /// It does not, and says why.
    Disagreed(Paragraphs),
}

impl Response {
    /// Until when the remediation is planned.
    pub const fn planned_date(&self) -> Option<Day> {
        match self {
            Self::Answered(answer) => answer.planned_date,
            Self::Disagreed(_) => None,
        }
    }
}

/// All that is said about an exception; sealed as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Its number, unique in its version: `E-1`.
    pub reference: Line,
    /// A short neutral name.
    pub title: Line,
    /// The criterion it touches.
    pub criterion: Line,
    /// The control that was tested.
    pub control: Paragraphs,
    /// How the auditor tested.
    pub tests: Vec<Test>,
    /// The test in the report's words.
    pub test_words: Option<Paragraphs>,
    /// What was counted.
    pub sample: Option<Sample>,
    /// The auditor's words, verbatim.
    pub finding: Paragraphs,
    /// Where in the report they stand.
    pub pages: Option<Line>,
    /// Nature and extent.
    pub nature: Option<Paragraphs>,
    /// What it could have led to, and what it did.
    pub impact: Option<Paragraphs>,
    /// Controls that held meanwhile.
    pub compensating: Option<Paragraphs>,
    /// How far it reaches.
    pub class: Class,
    /// What makes it weigh more.
    #[serde(default)]
    pub weight: Weight,
    /// The exception of the report before that this one repeats.
    #[serde(default)]
    pub repeats: Option<ExceptionId>,
    /// The auditor's recommendation, verbatim.
    pub recommendation: Option<Paragraphs>,
    /// The auditor's words on the response, verbatim.
    pub evaluation: Option<Paragraphs>,
    /// Management's response; `None` while there is none.
    pub response: Option<Response>,
}

impl Content {
    /// How the auditor tested, in words: `Inspection, inquiry`.
    pub fn tests_in_words(&self) -> String {
        let words = self.tests.iter().map(|test| test.words()).collect::<Vec<_>>().join(", ");
        let mut letters = words.to_lowercase().chars().collect::<Vec<_>>();
        if let Some(first) = letters.first_mut() {
            first.make_ascii_uppercase();
        }
        letters.into_iter().collect()
    }
}

/// An exception, opened.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Which.
    pub id: ExceptionId,
    /// Of which version.
    pub version: VersionId,
    /// Its place in the list, from 1.
    pub position: i32,
    /// What is said about it.
    pub content: Content,
    /// When it was recorded.
    pub created_at: Micros,
    /// When it was last changed.
    pub changed_at: Micros,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample of 25 with these deviations and population.
    fn parts(deviations: u32, population: u32) -> SampleParts {
        SampleParts {
            size: 25,
            population: Some(population),
            deviations: Some(deviations),
            unit: Some(Line::parse("persons who left").unwrap()),
        }
    }

    #[test]
    fn a_sample_does_not_contradict_itself() {
        assert_eq!(Sample::try_from(parts(3, 41)).unwrap().words(), "3 of 25 persons who left, out of 41");
        assert_eq!(Sample::try_from(parts(26, 41)), Err(SampleError::Deviations(25)));
        assert_eq!(Sample::try_from(parts(3, 24)), Err(SampleError::Population(25)));
        let json = serde_json::to_string(&parts(26, 41)).unwrap();
        assert!(serde_json::from_str::<Sample>(&json).is_err());
    }

    #[test]
    fn a_response_reads_as_it_was_written() {
        let words = |text| Paragraphs::parse(text).unwrap();
        let answer = Answer {
            acknowledgement: words("We agree."),
            root_cause: None,
            completed: Some(words("Done on 1 June.")),
            in_progress: None,
            planned_date: Some(Day::parse("2026-12-18").unwrap()),
        };
        for response in
            [Response::Answered(answer), Response::Disagreed(words("We do not agree, because ..."))]
        {
            let json = serde_json::to_string(&response).unwrap();
            assert_eq!(serde_json::from_str::<Response>(&json).unwrap(), response);
        }
    }
}
