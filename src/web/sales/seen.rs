//! What a requester would see: a report and the number of its exceptions, never their words.

use crate::exceptions::Class;
use crate::remediation::store::Tally;
use crate::reports::{State, Version};
use crate::web::page::{Status, Tone};
use serde::Serialize;

/// What they would see.
#[derive(Serialize)]
pub(super) struct Seen {
    title: String,
    period: String,
    version: u32,
    state: Status,
    exceptions: String,
    open: Vec<Status>,
    talk_track: Option<String>,
}

/// A report and how many exceptions it has, in words and by class.
pub(super) fn seen((version, tally): &(Version, Tally)) -> Seen {
    let tone = match version.state {
        State::Finalized(_) => Tone::Ok,
        State::Draft | State::Superseded(_) | State::Withdrawn(_) | State::Recalled(_) => Tone::Danger,
    };
    let open = tally.open.iter().map(|(class, count)| {
        let tone = if *class == Class::IsolatedOperating { Tone::Warn } else { Tone::Danger };
        Status::new(tone, format!("{count} × {}", class.words()))
    });
    let pressing = (tally.blocking > 0)
        .then(|| Status::new(Tone::Danger, format!("{} × P1 without a plan", tally.blocking)));
    let offered = matches!(version.state, State::Finalized(_));
    Seen {
        talk_track: offered.then(|| format!("/sales/reports/{}/talk-track", version.report.slug)),
        title: version.card.title.to_string(),
        period: version.card.period.words(),
        version: version.number,
        state: Status::new(tone, version.state.words()),
        exceptions: exceptions(tally),
        open: pressing.into_iter().chain(open).collect(),
    }
}

/// `3 exceptions, 2 of them not mended yet.`
fn exceptions(tally: &Tally) -> String {
    match (tally.exceptions, tally.open()) {
        (0, _) => "No exceptions.".to_owned(),
        (1, 0) => "1 exception, which is mended.".to_owned(),
        (1, _) => "1 exception, which is not mended yet.".to_owned(),
        (all, 0) => format!("{all} exceptions, all of them mended."),
        (all, open) => format!("{all} exceptions, {open} of them not mended yet."),
    }
}
