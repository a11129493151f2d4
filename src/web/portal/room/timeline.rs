//! From the observation period to today as a picture that is drawn on the server, and as the table it is drawn from.
//!
//! Positions are shares of the width and letters keep their size, so that it reads on a phone as on a wall. Nothing is
//! said by colour alone: shapes differ, and each line names its exception and where it stands.

use crate::clock::Micros;
use crate::release::room::{InContext, Room};
use crate::remediation::Status as Mending;
use crate::reports::Period;
use crate::text::Day;
use serde::Serialize;

/// As many exceptions get a line of their own; the table has all.
const MOST_LANES: usize = 12;
/// Where the first line begins.
const FIRST_LANE: usize = 62;
/// The height of a line.
const LANE: usize = 34;
/// As many years are named at the most, or every second, third ... one.
const MOST_YEARS: i32 = 5;
/// Up to so many days half years are named too.
const HALF_YEARS_DAYS: i64 = 800;

/// The picture and its table.
#[derive(Serialize)]
pub(super) struct Timeline {
    words: String,
    height: usize,
    floor: usize,
    period: Option<Bar>,
    ticks: Vec<Mark>,
    marks: Vec<Mark>,
    lanes: Vec<Lane>,
    more: Option<String>,
    rows: Vec<Row>,
}

/// From one day to another.
#[derive(Serialize)]
struct Bar {
    x: String,
    width: String,
}

/// A day with its name.
#[derive(Serialize)]
struct Mark {
    x: String,
    y: usize,
    anchor: &'static str,
    words: String,
    kind: &'static str,
}

/// The line of an exception.
#[derive(Serialize)]
struct Lane {
    text: usize,
    line: usize,
    words: String,
    plan: Option<Bar>,
    late: Option<Bar>,
    due: Option<String>,
    closed: Option<String>,
}

/// A row of the table.
#[derive(Serialize)]
struct Row {
    when: String,
    what: String,
    note: Option<String>,
}

/// The days that are drawn.
#[derive(Clone, Copy)]
struct Scale {
    first: Day,
    last: Day,
}

impl Scale {
    /// How many days; at least one.
    fn days(self) -> i64 {
        self.first.days_until(self.last).max(1)
    }
    /// Where a day lies, in hundredths of a percent, with a margin on both sides.
    fn place(self, day: Day) -> i64 {
        let ago = self.first.days_until(day).clamp(0, self.days());
        200 + ago * 9_600 / self.days()
    }
    /// The same as it is written into the picture.
    fn x(self, day: Day) -> String {
        percent(self.place(day))
    }
    /// From one day to a later one.
    fn bar(self, from: Day, to: Day) -> Bar {
        let (from, to) = (self.place(from), self.place(to));
        Bar { x: percent(from), width: percent((to - from).max(0)) }
    }
    /// A day with its name, which stays inside the picture.
    fn mark(self, day: Day, y: usize, words: String, kind: &'static str) -> Mark {
        let anchor = match self.place(day) {
            ..1_500 => "start",
            8_500.. => "end",
            _ => "middle",
        };
        Mark { x: self.x(day), y, anchor, words, kind }
    }
}

/// Hundredths of a percent, written out.
fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// The day on which an exception was mended, if it is: the first of the updates that say so and were not taken back.
fn closed(one: &InContext) -> Option<Day> {
    let done = one.updates.iter().rev().take_while(|update| update.status.is_done());
    done.last().map(|update| update.note.happened_on)
}

/// The days of the report itself, with their words.
fn moments(room: &Room, today: Day) -> Vec<(Day, String, Option<String>)> {
    let card = &room.version.card;
    let mut all = match card.period {
        Period::Between { start, end } => vec![
            (start, "Observation period begins".to_owned(), None),
            (end, "Observation period ends".to_owned(), None),
        ],
        Period::On { day } => vec![(day, "As of this day".to_owned(), None)],
    };
    all.extend(card.report_date.map(|day| (day, "Report signed".to_owned(), None)));
    let published = room.version.state.finalized().map(|by| Day::of(by.at));
    all.extend(published.map(|day| (day, "Published here, unchanged since".to_owned(), None)));
    let done = room.exceptions.iter().filter(|one| one.standing.status.is_some_and(Mending::is_done)).count();
    let total = room.exceptions.len();
    let note = (total > 0).then(|| format!("{done} of {total} exceptions remediated"));
    all.push((today, "Today".to_owned(), note));
    all.extend(card.next_expected.map(|day| (day, "Next report expected".to_owned(), None)));
    all
}

/// The days of an exception, with their words.
fn days_of(one: &InContext) -> Vec<(Day, String, Option<String>)> {
    let name = format!("{}: {}", one.exception.content.reference, one.exception.content.title);
    let due = one.target().map(|day| {
        let late = one.standing.overdue.then(|| "overdue".to_owned());
        (day, format!("{name}: due"), late)
    });
    let mended = closed(one).map(|day| (day, format!("{name}: mended"), Some(one.standing.words())));
    due.into_iter().chain(mended).collect()
}

/// The line of an exception.
fn lane(one: &InContext, scale: Scale, (issued, today): (Day, Day), place: usize) -> Lane {
    let top = FIRST_LANE + place * LANE;
    let (due, closed) = (one.target(), closed(one));
    let end = closed.or(due).unwrap_or(today);
    let late_from = due.filter(|due| closed.unwrap_or(today) > *due);
    Lane {
        text: top + 12,
        line: top + 22,
        words: format!("{}: {}", one.exception.content.reference, one.standing.words()),
        plan: Some(scale.bar(issued.min(end), late_from.unwrap_or(end))),
        late: late_from.map(|due| scale.bar(due, closed.unwrap_or(today))),
        due: due.map(|day| scale.x(day)),
        closed: closed.map(|day| scale.x(day)),
    }
}

/// The beginnings of years, of half years where there is room, and of every second or third year where a phone has none.
fn ticks(scale: Scale, y: usize) -> Vec<Mark> {
    let year =
        |day: Day| day.to_string().split('-').next().and_then(|year| year.parse::<i32>().ok()).unwrap_or(0);
    let (first, last) = (year(scale.first), year(scale.last));
    let step = usize::try_from((last - first) / MOST_YEARS + 1).unwrap_or(1);
    let mut ticks = Vec::new();
    for year in (first..=last).rev().step_by(step) {
        let halves =
            [(format!("{year}-01-01"), year.to_string()), (format!("{year}-07-01"), format!("Jul {year}"))];
        let named = if scale.days() <= HALF_YEARS_DAYS { 2 } else { 1 };
        for (day, words) in halves.into_iter().take(named) {
            let Ok(day) = Day::parse(&day) else { continue };
            if day >= scale.first && day <= scale.last {
                ticks.push(scale.mark(day, y, words, "tick"));
            }
        }
    }
    ticks
}

/// The days that are drawn: from the period to today, and on to the last date that is planned.
fn scale(room: &Room, (issued, today): (Day, Day)) -> Scale {
    let first = match room.version.card.period {
        Period::Between { start, .. } => start,
        Period::On { day } => day,
    };
    let targets = room.exceptions.iter().filter_map(InContext::target);
    Scale { first: first.min(issued), last: targets.fold(today.max(issued), Day::max) }
}

/// The picture and its table.
pub(super) fn timeline(room: &Room, now: Micros) -> Timeline {
    let today = Day::of(now);
    let published = room.version.state.finalized().map(|by| Day::of(by.at));
    let issued = room.version.card.report_date.or(published).unwrap_or(today);
    let scale = scale(room, (issued, today));
    let mut drawn: Vec<&InContext> = room.exceptions.iter().collect();
    if drawn.len() > MOST_LANES {
        // What is open and due first is what a reader asks about.
        drawn.sort_by_key(|one| {
            (one.standing.status.is_some_and(Mending::is_done), one.target().is_none(), one.target())
        });
    }
    let more = drawn.len().checked_sub(MOST_LANES).filter(|more| *more > 0);
    drawn.truncate(MOST_LANES);
    let floor = FIRST_LANE + drawn.len() * LANE;
    let mut rows = moments(room, today);
    rows.extend(room.exceptions.iter().flat_map(days_of));
    rows.sort_by_key(|(day, ..)| *day);
    let period = match room.version.card.period {
        Period::Between { start, end } => Some(scale.bar(start, end)),
        Period::On { .. } => None,
    };
    let open =
        room.exceptions.iter().filter(|one| !one.standing.status.is_some_and(Mending::is_done)).count();
    Timeline {
        words: format!(
            "{}; issued {}; today, {}, {open} of {} exceptions are not mended yet",
            room.version.card.period.words(),
            issued.words(),
            today.words(),
            room.exceptions.len()
        ),
        height: floor + 22,
        floor,
        period,
        ticks: ticks(scale, floor + 16),
        marks: vec![
            scale.mark(issued, 12, "Issued".to_owned(), "issued"),
            scale.mark(today, 28, "Today".to_owned(), "today"),
        ],
        lanes: drawn
            .iter()
            .enumerate()
            .map(|(place, one)| lane(one, scale, (issued, today), place))
            .collect(),
        more: more.map(|more| format!("{more} more exceptions are in the table.")),
        rows: rows.into_iter().map(|(day, what, note)| Row { when: day.words(), what, note }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_lie_where_they_belong_and_names_stay_inside() {
        let day = |text| Day::parse(text).unwrap();
        let scale = Scale { first: day("2025-10-01"), last: day("2026-10-01") };
        assert_eq!(scale.x(day("2025-10-01")), "2.00%");
        assert_eq!(scale.x(day("2026-10-01")), "98.00%");
        assert_eq!(scale.x(day("2030-01-01")), "98.00%", "what lies outside is drawn at the edge");
        let bar = scale.bar(day("2025-10-01"), day("2026-04-01"));
        assert_eq!((bar.x.as_str(), bar.width.as_str()), ("2.00%", "47.86%"));
        let anchor = |text| scale.mark(day(text), 0, String::new(), "").anchor;
        assert_eq!(
            [anchor("2025-10-02"), anchor("2026-04-01"), anchor("2026-09-30")],
            ["start", "middle", "end"]
        );
        let names: Vec<String> = ticks(scale, 0).into_iter().map(|tick| tick.words).collect();
        assert_eq!(names, ["2026", "Jul 2026"]);
        let long = Scale { first: day("2018-04-01"), last: day("2027-02-01") };
        let names: Vec<String> = ticks(long, 0).into_iter().map(|tick| tick.words).collect();
        assert_eq!(names, ["2027", "2025", "2023", "2021", "2019"]);
        let point = Scale { first: day("2026-01-01"), last: day("2026-01-01") };
        assert_eq!(point.x(day("2026-01-01")), "2.00%");
    }
}
