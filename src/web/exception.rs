//! One exception in context, as `partials/exception` shows it to holders and to the desks alike.

mod evidence;
mod since;

pub use evidence::EvidenceView;
pub use since::priority_status;

use super::page::{Status, Tone, When};
use super::years::recurrence;
use crate::clock::Micros;
use crate::db::Db;
use crate::exceptions::criteria::{Criteria, Criterion};
use crate::exceptions::{Class, Content, Exception, Response, Severity};
use crate::fault::Fault;
use crate::identity::store::name_of;
use crate::ids::PersonId;
use crate::remediation::{self, Standing, Update};
use crate::reports::Period;
use crate::seal::Keyring;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Names of the people who wrote updates.
pub type Names = BTreeMap<PersonId, String>;

/// The names of whoever wrote these updates.
pub fn names_of(db: &mut Db, keyring: &Keyring, updates: &[Update]) -> Result<Names, Fault> {
    let mut names = Names::new();
    for update in updates {
        if let Entry::Vacant(unknown) = names.entry(update.by) {
            unknown.insert(name_of(db, keyring, update.by)?);
        }
    }
    Ok(names)
}

/// What stands around an exception: whose words are whose.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The auditor's firm.
    pub auditor: &'a str,
    /// The company.
    pub company: &'a str,
    /// Names of the people who wrote updates.
    pub names: &'a Names,
    /// What is known about criteria.
    pub criteria: &'a Criteria,
}

/// The context of `partials/exception`.
#[derive(Clone, Debug, Serialize)]
pub struct ExceptionView {
    id: String,
    reference: String,
    title: String,
    class: Status,
    class_meaning: &'static str,
    state: Status,
    news: Option<String>,
    since_issue: Option<String>,
    unfolded: bool,
    criterion: String,
    touches: Vec<Criterion>,
    marks: Vec<Status>,
    years: Option<String>,
    control: String,
    test: String,
    sample: Option<String>,
    nature: Option<String>,
    impact: Option<String>,
    compensating: Option<String>,
    auditor: String,
    pages: Option<String>,
    auditor_words: String,
    recommendation: Option<String>,
    evaluation: Option<String>,
    company: String,
    response: Option<ResponseView>,
    remediation: Option<RemediationView>,
    evidence: Vec<EvidenceView>,
}

/// The company's response: a disagreement, or the four parts.
#[derive(Clone, Debug, Default, Serialize)]
struct ResponseView {
    disagreement: Option<String>,
    acknowledgement: Option<String>,
    root_cause: Option<String>,
    completed: Option<String>,
    in_progress: Option<String>,
    planned: Option<String>,
}

/// Where the remediation stands.
#[derive(Clone, Debug, Serialize)]
struct RemediationView {
    state: Status,
    target: Option<String>,
    owner: Option<String>,
    as_of: String,
    latest: String,
    history: Vec<UpdateView>,
}

/// One dated update.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateView {
    at: When,
    #[serde(skip)]
    written_at: Micros,
    happened_on: String,
    by: String,
    state_words: &'static str,
    text: String,
    evidence: Option<String>,
    is_new: bool,
}

/// The class as a label.
pub fn class_status(class: Class) -> Status {
    let tone = match class {
        Class::Design => Tone::Danger,
        Class::IsolatedOperating => Tone::Quiet,
        Class::SystemicOperating => Tone::Warn,
    };
    Status::new(tone, class.words())
}

/// What makes it weigh more, as labels.
fn marks(content: &Content) -> Vec<Status> {
    let severity = content.weight.severity.map(|severity| {
        let tone = match severity {
            Severity::MaterialWeakness => Tone::Danger,
            Severity::SignificantDeficiency => Tone::Warn,
        };
        Status::new(tone, severity.words())
    });
    let data = content.weight.customer_data.then(|| Status::new(Tone::Warn, "Customer data"));
    severity.into_iter().chain(data).collect()
}

/// Where the remediation stands, as a label.
pub fn standing_status(standing: &Standing) -> Status {
    let tone = match standing.status {
        _ if standing.overdue => Tone::Danger,
        None => Tone::Quiet,
        Some(remediation::Status::Planned | remediation::Status::InProgress) => Tone::Info,
        Some(remediation::Status::Implemented | remediation::Status::Verified) => Tone::Ok,
    };
    Status::new(tone, standing.words())
}

/// A text that may be missing.
fn text<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

impl ExceptionView {
    /// The exception with its updates, oldest first, and where it stands.
    pub fn new(exception: &Exception, updates: &[Update], standing: &Standing, around: Around<'_>) -> Self {
        let content = &exception.content;
        Self {
            id: exception.id.to_string(),
            reference: content.reference.to_string(),
            title: content.title.to_string(),
            class: class_status(content.class),
            class_meaning: content.class.meaning(),
            state: standing_status(standing),
            news: None,
            since_issue: None,
            unfolded: false,
            criterion: content.criterion.to_string(),
            touches: around.criteria.touched_by(content.criterion.as_str()).into_iter().cloned().collect(),
            marks: marks(content),
            years: None,
            control: content.control.to_string(),
            test: test_in_words(content),
            sample: content.sample.as_ref().map(crate::exceptions::Sample::words),
            nature: text(content.nature.as_ref()),
            impact: text(content.impact.as_ref()),
            compensating: text(content.compensating.as_ref()),
            auditor: around.auditor.to_owned(),
            pages: text(content.pages.as_ref()),
            auditor_words: content.finding.to_string(),
            recommendation: text(content.recommendation.as_ref()),
            evaluation: text(content.evaluation.as_ref()),
            company: around.company.to_owned(),
            response: content.response.as_ref().map(response_view),
            remediation: updates.last().map(|last| remediation_view(last, updates, standing, around.names)),
            evidence: Vec::new(),
        }
    }
}

impl ExceptionView {
    /// The same with the earlier periods whose reports had the exception too.
    #[must_use]
    pub fn recurring(mut self, earlier: &[Period]) -> Self {
        self.years = recurrence(earlier);
        self
    }
}

/// How the auditor tested: the kinds, then the report's words.
fn test_in_words(content: &Content) -> String {
    match &content.test_words {
        Some(words) => format!("{}. {words}", content.tests_in_words()),
        None => content.tests_in_words(),
    }
}

/// The response.
fn response_view(response: &Response) -> ResponseView {
    match response {
        Response::Disagreed(words) => {
            ResponseView { disagreement: Some(words.to_string()), ..ResponseView::default() }
        }
        Response::Answered(answer) => ResponseView {
            disagreement: None,
            acknowledgement: Some(answer.acknowledgement.to_string()),
            root_cause: text(answer.root_cause.as_ref()),
            completed: text(answer.completed.as_ref()),
            in_progress: text(answer.in_progress.as_ref()),
            planned: answer.planned_date.map(crate::text::Day::words),
        },
    }
}

/// The updates as they are told, newest first.
pub fn updates_told(updates: &[Update], names: &Names) -> Vec<UpdateView> {
    let told = |update: &Update| UpdateView {
        at: update.at.into(),
        written_at: update.at,
        is_new: false,
        happened_on: update.note.happened_on.words(),
        by: names.get(&update.by).cloned().unwrap_or_default(),
        state_words: update.status.words(),
        text: update.note.text.to_string(),
        evidence: text(update.note.evidence.as_ref().filter(|_| update.note.show_evidence)),
    };
    updates.iter().rev().map(told).collect()
}

/// Where the mending stands, and how it came there.
fn remediation_view(
    last: &Update,
    updates: &[Update],
    standing: &Standing,
    names: &Names,
) -> RemediationView {
    RemediationView {
        state: standing_status(standing),
        target: standing.planned.map(crate::text::Day::words),
        owner: text(standing.owner.as_ref()),
        as_of: last.note.happened_on.words(),
        latest: last.note.text.to_string(),
        history: updates_told(updates, names),
    }
}
