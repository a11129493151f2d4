//! The facts: what only holders of a report read about it; sealed under the version's key.

use crate::text::{Day, Line, Paragraphs};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a subservice organisation's controls are treated in the report.
    Method {
        /// Left out: their own report covers them.
        CarveOut = "carve_out",
        /// Examined with the company's own.
        Inclusive = "inclusive",
    }
}

impl Method {
    /// As people write it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::CarveOut => "carve-out",
            Self::Inclusive => "inclusive",
        }
    }
}

/// An organisation whose services the audited service rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subservice {
    /// Who.
    pub name: Line,
    /// What they do for it.
    pub service: Line,
    /// Whether the report covers their controls.
    pub method: Method,
}

/// A control that the reader's own organisation has to have: a complementary user-entity control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserControl {
    /// Its number in the report.
    pub reference: Line,
    /// The criteria it belongs to.
    pub criteria: Option<Line>,
    /// What has to be done.
    pub text: Paragraphs,
}

/// Who signed management's assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// Name and title.
    pub signer: Line,
    /// When.
    pub date: Option<Day>,
}

/// What only holders read. Lists may be empty, the rest may be missing: reports differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The scope in the report's words.
    pub scope: Option<Paragraphs>,
    /// Services, systems and places in scope.
    pub in_scope: Vec<Line>,
    /// What a reader could expect in scope and is not.
    pub not_in_scope: Vec<Line>,
    /// Subservice organisations.
    pub subservices: Vec<Subservice>,
    /// Complementary user-entity controls.
    pub user_controls: Vec<UserControl>,
    /// Who may use the report, in the report's words.
    pub restricted_use: Option<Paragraphs>,
    /// Whom the report calls specified parties, and so who may rely on it.
    #[serde(default)]
    pub specified_parties: Option<Paragraphs>,
    /// Management's assertion.
    pub assertion: Option<Assertion>,
    /// The matter a qualified opinion excepts.
    pub except_for: Option<Paragraphs>,
}
