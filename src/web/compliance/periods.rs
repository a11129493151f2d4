//! Before the next observation period begins: which exceptions of the last one could fail again.

use super::OnDesk;
use super::overview::Waiting;
use super::reports::counted;
use crate::remediation::Status;
use crate::reports::{Period, State};
use crate::text::Day;
use crate::web::page::Tone;

/// So many days before the next period it is said: long enough to mend and verify something.
const DAYS_BEFORE: i64 = 90;

/// The last report of each line of reports, when exceptions of it are not verified and the next period is near or has
/// begun.
pub fn unverified(desks: &[OnDesk], today: Day) -> Vec<Waiting> {
    let followed = |desk: &OnDesk| {
        let slug = &desk.version.report.slug;
        desks.iter().any(|other| {
            other.version.card.predecessor.as_ref() == Some(slug) && other.version.state != State::Draft
        })
    };
    desks.iter().filter(|desk| !followed(desk)).filter_map(|desk| warning(desk, today)).collect()
}

/// The warning about one report, if there is one to give.
fn warning(desk: &OnDesk, today: Day) -> Option<Waiting> {
    let (State::Finalized(_), Period::Between { end, .. }) = (desk.version.state, desk.version.card.period)
    else {
        return None;
    };
    // A report that nothing follows has no next period.
    desk.version.card.next_expected?;
    let begins = end.plus_days(1);
    let days = today.days_until(begins);
    let open = desk.weighed.iter().filter(|one| one.standing.status != Some(Status::Verified)).count();
    let open = u32::try_from(open).unwrap_or(u32::MAX);
    if open == 0 || days > DAYS_BEFORE {
        return None;
    }
    let when = if days > 0 {
        format!("begins on {}, in {}", begins.words(), counted(u32::try_from(days).unwrap_or(0), "day"))
    } else {
        format!("began on {}", begins.words())
    };
    let verb = if open == 1 { "is" } else { "are" };
    Some(Waiting {
        text: format!(
            "{} of {} {verb} not verified. If periods follow without a gap, the next one {when}: what is not mended for \
             good can be reported again.",
            counted(open, "exception"),
            desk.version.card.title
        ),
        href: "/compliance/remediation?show=unverified".to_owned(),
        action: "Look at them",
        tone: if days > 0 { Tone::Warn } else { Tone::Danger },
        words: if days > 0 { "Next period is near" } else { "Next period has begun" },
    })
}
