//! How often an exception was reported in a row, said plainly.

use super::page::{Status, Tone};
use crate::reports::Period;

/// Which time it is when it was there so many times before.
const fn times(before: usize) -> Option<&'static str> {
    match before {
        0 => None,
        1 => Some("second"),
        2 => Some("third"),
        3 => Some("fourth"),
        _ => Some("fifth or later"),
    }
}

/// The same as a label: `Third year`.
pub fn years_status(before: usize) -> Option<Status> {
    let tone = if before > 1 { Tone::Danger } else { Tone::Warn };
    let mut words = format!("{} year", times(before)?);
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(Status::new(tone, words))
}

/// That an exception was there before, said plainly; nothing when it is new.
pub fn recurrence(earlier: &[Period]) -> Option<String> {
    let periods: Vec<String> = earlier.iter().map(|period| period.words()).collect();
    let years = times(periods.len())?;
    Some(format!("Reported for the {years} time in a row: also for {}.", periods.join(", and for ")))
}
