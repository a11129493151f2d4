//! Which of the exceptions are shown: by criterion, priority and status. Asked for in the address, so that it works
//! without script and can be kept as a bookmark.

use crate::exceptions::priority::Priority;
use crate::release::room::InContext;
use crate::remediation::Status;
use crate::web::partials::Choice;
use serde::{Deserialize, Serialize};

/// What is asked for; empty asks nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// The criterion as the report words it.
    #[serde(default)]
    criterion: String,
    /// The stored word of a priority.
    #[serde(default)]
    priority: String,
    /// The stored word of a status, or one of the words of [`STATES`].
    #[serde(default)]
    status: String,
}

/// What can be asked for beside the statuses.
const STATES: [(&str, &str); 3] =
    [("open", "Not mended yet"), ("overdue", "Overdue"), ("none", "No update yet")];

/// The filter as the template wants it.
#[derive(Serialize)]
pub(super) struct FilterView {
    action: String,
    words: String,
    criteria: Vec<Choice>,
    priorities: Vec<Choice>,
    statuses: Vec<Choice>,
}

impl Asked {
    /// Where all are shown, when something is asked for.
    pub(super) fn reset(&self, action: &str) -> Option<String> {
        let is_empty = self.criterion.is_empty() && self.priority.is_empty() && self.status.is_empty();
        (!is_empty).then(|| format!("{action}#exceptions"))
    }
    /// Whether an exception is shown.
    pub(super) fn shows(&self, one: &InContext) -> bool {
        let criterion =
            self.criterion.is_empty() || self.criterion == one.exception.content.criterion.as_str();
        let priority = self.priority.is_empty() || self.priority == one.priority.as_str();
        criterion && priority && self.shows_status(one)
    }
    /// Whether where it stands is asked for.
    fn shows_status(&self, one: &InContext) -> bool {
        let status = one.standing.status;
        match self.status.as_str() {
            "" => true,
            "open" => !status.is_some_and(Status::is_done),
            "overdue" => one.standing.overdue,
            "none" => status.is_none(),
            word => status.is_some_and(|status| status.as_str() == word),
        }
    }
}

/// The form, when there is something to choose between.
pub(super) fn view(action: &str, asked: &Asked, all: &[InContext]) -> Option<FilterView> {
    if all.len() < 2 {
        return None;
    }
    let mut criteria: Vec<&str> = all.iter().map(|one| one.exception.content.criterion.as_str()).collect();
    criteria.sort_unstable();
    criteria.dedup();
    let choice = |chosen: &str, id: &str, words: &str| Choice::new(id, words).chosen_in(&[chosen]);
    let with_any = |choices: Vec<Choice>| [Choice::new("", "Any")].into_iter().chain(choices).collect();
    let criterion = |word: &&str| choice(&asked.criterion, word, word);
    let priority = |one: &Priority| choice(&asked.priority, one.as_str(), one.words());
    let state = |(id, words): &(&str, &str)| choice(&asked.status, id, words);
    let status = |one: &Status| choice(&asked.status, one.as_str(), one.words());
    let shown = all.iter().filter(|one| asked.shows(one)).count();
    Some(FilterView {
        action: action.to_owned(),
        words: format!("{shown} of {} exceptions shown", all.len()),
        criteria: with_any(criteria.iter().map(criterion).collect()),
        priorities: with_any(Priority::ALL.iter().map(priority).collect()),
        statuses: with_any(STATES.iter().map(state).chain(Status::ALL.iter().map(status)).collect()),
    })
}
