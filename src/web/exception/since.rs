//! What a reader of the report room sees beside an exception: how much it presses, and what changed since.

use super::ExceptionView;
use crate::clock::Micros;
use crate::exceptions::priority::Priority;
use crate::web::page::{Status, Tone};

/// How much an exception presses, as a label.
pub fn priority_status(priority: Priority) -> Status {
    let tone = match priority {
        Priority::P1 => Tone::Danger,
        Priority::P2 => Tone::Warn,
        Priority::P3 => Tone::Quiet,
    };
    Status::new(tone, priority.words())
}

impl ExceptionView {
    /// The same with how much it presses.
    #[must_use]
    pub fn pressing(mut self, priority: Priority) -> Self {
        let Status { tone, words } = priority_status(priority);
        self.marks.insert(0, Status::new(tone, format!("Priority {words}")));
        self
    }
    /// The same with what changed since the report was issued, and since the reader's last visit.
    #[must_use]
    pub fn changed(mut self, since_issue: Option<String>, last_visit: Option<Micros>) -> Self {
        self.since_issue = since_issue;
        let mut news = 0_usize;
        if let (Some(remediation), Some(visit)) = (&mut self.remediation, last_visit) {
            for told in remediation.history.iter_mut().filter(|told| told.written_at > visit) {
                told.is_new = true;
                news += 1;
            }
        }
        self.news = match news {
            0 => None,
            1 => Some("New since your last visit".to_owned()),
            many => Some(format!("{many} new updates since your last visit")),
        };
        self
    }
    /// The same with everything unfolded, for paper.
    #[must_use]
    pub const fn unfold(mut self) -> Self {
        self.unfolded = true;
        self
    }
}
