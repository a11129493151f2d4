//! Contexts of the templates' partials that several pages share: facts, steps, choices, and the question before
//! something that cannot be taken back.

use super::page::{Action, When};
use serde::Serialize;
use std::borrow::Cow;

/// A name and a value, as `partials/facts` shows them.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    term: Cow<'static, str>,
    text: String,
    note: Option<String>,
    at: Option<When>,
    hash: bool,
    href: Option<String>,
}

impl Fact {
    /// A fact.
    pub fn new(term: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        Self { term: term.into(), text: text.into(), note: None, at: None, hash: false, href: None }
    }
    /// A digest, with a button to copy it.
    pub fn hash(term: impl Into<Cow<'static, str>>, digest: impl Into<String>) -> Self {
        Self { hash: true, ..Self::new(term, digest) }
    }
    /// A fact that may be missing.
    pub fn some(term: &'static str, text: Option<impl ToString>) -> Option<Self> {
        text.map(|text| Self::new(term, text.to_string()))
    }
    /// The same with a note below it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
    /// The same as a link.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
    /// The same with an instant after it.
    #[must_use]
    pub fn at(mut self, at: impl Into<When>) -> Self {
        self.at = Some(at.into());
        self
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Behind.
    Done,
    /// What to do next.
    Now,
    /// Being done by itself.
    Running,
    /// Not yet.
    Waiting,
    /// Cannot go on.
    Blocked,
}

/// A step on the way, as `partials/steps` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    label: String,
    state: Progress,
    detail: Option<String>,
    since: Option<When>,
    waits_for: Option<String>,
    action: Option<Action>,
}

impl Step {
    /// A step.
    pub fn new(label: impl Into<String>, state: Progress) -> Self {
        Self { label: label.into(), state, detail: None, since: None, waits_for: None, action: None }
    }
    /// The same with a sentence about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
    /// The same with when it was done, or since when it waits.
    #[must_use]
    pub fn since(mut self, since: impl Into<When>) -> Self {
        self.since = Some(since.into());
        self
    }
    /// The same with whom it waits for.
    #[must_use]
    pub fn waits_for(mut self, whom: impl Into<String>) -> Self {
        self.waits_for = Some(whom.into());
        self
    }
    /// The same with the button that takes it.
    #[must_use]
    pub fn action(mut self, href: impl Into<String>, label: &'static str) -> Self {
        self.action = Some(Action { href: href.into(), label });
        self
    }
}

/// Steps taken one after the other: the first that is not done is the next one, the others wait.
pub fn in_order(steps: impl IntoIterator<Item = (Step, bool)>) -> Vec<Step> {
    let mut next = Progress::Now;
    steps
        .into_iter()
        .map(|(step, done)| {
            let state = if done { Progress::Done } else { std::mem::replace(&mut next, Progress::Waiting) };
            let action = step.action.filter(|_| state == Progress::Now);
            Step { state, action, ..step }
        })
        .collect()
}

/// One of the things to choose from, as `partials/select` and `partials/choices` show it.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    id: String,
    text: String,
    detail: Option<String>,
    chosen: bool,
}

impl Choice {
    /// A choice that is sent as `id`.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), detail: None, chosen: false }
    }
    /// The same with a sentence about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
    /// The same, chosen if one of `sent` is its id.
    #[must_use]
    pub fn chosen_in(mut self, sent: &[&str]) -> Self {
        self.chosen = sent.contains(&self.id.as_str());
        self
    }
}

/// The question before something that cannot be taken back, as `partials/confirm` asks it.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// What is asked.
    pub title: String,
    /// What will happen, a sentence each.
    pub effects: Vec<String>,
    /// Where the answer is sent.
    pub action: String,
    /// What the button says.
    pub verb: &'static str,
    /// Whether it destroys or takes away.
    pub danger: bool,
    /// A reason to be written.
    pub reason: Option<ReasonField>,
    /// What the form brings along unseen.
    pub hidden: Vec<Hidden>,
    /// Where to go back to.
    pub back: String,
}

/// A reason to be written beside a [`Question`].
#[derive(Clone, Debug, Serialize)]
pub struct ReasonField {
    /// The field's name.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What was written.
    pub value: String,
    /// What to write.
    pub hint: Option<&'static str>,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// A field that is not shown.
#[derive(Clone, Debug, Serialize)]
pub struct Hidden {
    /// The field's name.
    pub name: &'static str,
    /// Its value.
    pub content: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_that_is_not_done_is_the_next_one() {
        let step = |label| Step::new(label, Progress::Waiting).action("/there", "Go");
        let steps = in_order([(step("a"), true), (step("b"), false), (step("c"), true), (step("d"), false)]);
        let states: Vec<_> = steps.iter().map(|step| step.state).collect();
        assert_eq!(states, [Progress::Done, Progress::Now, Progress::Done, Progress::Waiting]);
        let actions: Vec<_> = steps.iter().map(|step| step.action.is_some()).collect();
        assert_eq!(actions, [false, true, false, false]);
    }
}
