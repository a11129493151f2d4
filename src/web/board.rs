//! The remediation board: every exception of every report that readers hold, and where its mending stands; today, or as
//! it was told on an earlier day. One board for whoever writes and for whoever only reads.

use super::exception::{
    EvidenceView, Names, UpdateView, names_of, priority_status, standing_status, updates_told,
};
use super::page::Status;
use super::partials::Choice;
use super::years::years_status;
use crate::db::{Db, data_keys};
use crate::exceptions::history;
use crate::fault::Fault;
use crate::ids::ExceptionId;
use crate::remediation::evidence::{Evidence, list as list_evidence};
use crate::remediation::weighed::{Weighed, weigh_with};
use crate::remediation::{Standing, Status as Mending, Update, standing};
use crate::reports::{State, Version, store};
use crate::seal::Keyring;
use crate::text::Day;
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Deserialize)]
pub struct Asked {
    /// Which rows: `open` unless said otherwise.
    #[serde(default)]
    show: String,
    /// As told on this day.
    #[serde(default)]
    day: String,
}

/// Where things lead from a board, and what it shows.
#[derive(Clone, Copy)]
pub struct Face {
    /// The board's own address.
    pub action: &'static str,
    /// The page of a report.
    pub report: fn(&Version) -> String,
    /// The page of one of its exceptions.
    pub exception: fn(&Version, ExceptionId) -> String,
    /// Whether history and chosen evidence stand on the board itself.
    pub unfolds: bool,
}

/// The board, as `partials/board` shows it.
#[derive(Serialize)]
pub struct BoardView {
    action: &'static str,
    all_href: String,
    day: String,
    day_words: Option<String>,
    show_options: Vec<Choice>,
    error: Option<String>,
    counts: String,
    reports: Vec<ReportLine>,
    rows: Vec<Row>,
}

/// A report, with how its exceptions stand.
#[derive(Serialize)]
struct ReportLine {
    title: String,
    href: String,
    state: &'static str,
    counts: String,
}

/// One exception.
#[derive(Serialize)]
struct Row {
    report: String,
    report_href: String,
    exception: String,
    href: String,
    priority: Status,
    years: Option<Status>,
    state: Status,
    owner: Option<String>,
    target: Option<String>,
    steps: Option<String>,
    latest: Option<String>,
    history: Vec<UpdateView>,
    evidence: Vec<EvidenceView>,
}

/// A report on the board, opened.
pub struct Boarded {
    version: Version,
    exceptions: Vec<OnBoard>,
}

/// An exception on the board.
struct OnBoard {
    weighed: Weighed,
    years: usize,
    evidence: Vec<Evidence>,
    names: Names,
}

impl Boarded {
    /// Its version.
    pub const fn version(&self) -> &Version {
        &self.version
    }
    /// Opens every report that somebody may hold.
    pub fn list(db: &mut Db, keyring: &Keyring, today: Day) -> Result<Vec<Self>, Fault> {
        let held = |one: &Version| matches!(one.state, State::Finalized(_) | State::Superseded(_));
        let versions = store::list(db)?.into_iter().filter(held);
        versions.map(|version| Self::open(db, keyring, version, today)).collect()
    }
    /// Opens one.
    fn open(db: &mut Db, keyring: &Keyring, version: Version, today: Day) -> Result<Self, Fault> {
        let key = data_keys::open_for(db, keyring, version.key_owner())?;
        let files = list_evidence(db, &key, version.id)?;
        let mut exceptions = Vec::new();
        for weighed in weigh_with(db, &key, &version, today)? {
            let own = |file: &&Evidence| file.file.about.exception == Some(weighed.exception.id);
            exceptions.push(OnBoard {
                years: history::periods(db, keyring, &weighed.exception)?.len(),
                evidence: files.iter().filter(own).cloned().collect(),
                names: names_of(db, keyring, &weighed.updates)?,
                weighed,
            });
        }
        Ok(Self { version, exceptions })
    }
}

impl BoardView {
    /// The board of these reports, as it is asked for.
    pub fn new(asked: &Asked, today: Day, face: Face, all: &[Boarded]) -> Self {
        let parsed = if asked.day.trim().is_empty() { Ok(today) } else { Day::parse(&asked.day) };
        let error = parsed.as_ref().err().map(|error| format!("The day {error}."));
        let day = parsed.unwrap_or(today);
        let each = all.iter().flat_map(|one| one.exceptions.iter().map(move |exception| (one, exception)));
        let rows: Vec<(Standing, Row)> =
            each.map(|(one, exception)| row(face, one, exception, day)).collect();
        let open = rows.iter().filter(|(standing, _)| is_shown("open", standing)).count();
        let overdue = rows.iter().filter(|(standing, _)| standing.overdue).count();
        let option = |(id, words): (&str, &str)| Choice::new(id, words).chosen_in(&[asked.show.as_str()]);
        Self {
            action: face.action,
            all_href: format!("{}?show=all", face.action),
            day: if day == today { String::new() } else { day.to_string() },
            day_words: (day != today).then(|| day.words()),
            show_options: SHOWN.into_iter().map(option).collect(),
            error,
            counts: format!("{} exceptions, {open} not mended yet, {overdue} overdue", rows.len()),
            reports: all.iter().filter(|_| face.unfolds).map(|one| line(face, one, day)).collect(),
            rows: rows
                .into_iter()
                .filter(|(standing, _)| is_shown(&asked.show, standing))
                .map(|(_, row)| row)
                .collect(),
        }
    }
}

/// What can be shown.
const SHOWN: [(&str, &str); 6] = [
    ("open", "Not mended yet"),
    ("overdue", "Overdue"),
    ("verify", "Implemented, to be verified"),
    ("unverified", "Not verified"),
    ("done", "Mended"),
    ("all", "All"),
];

/// Whether a row belongs to what is shown.
fn is_shown(show: &str, standing: &Standing) -> bool {
    let done = standing.status.is_some_and(Mending::is_done);
    match show {
        "all" => true,
        "done" => done,
        "overdue" => standing.overdue,
        "unverified" => standing.status != Some(Mending::Verified),
        "verify" => standing.status == Some(Mending::Implemented),
        _ => !done,
    }
}

/// The title of a report as the board names it.
fn title_of(version: &Version) -> String {
    format!("{}, version {}", version.card.title, version.number)
}

/// A report and how its exceptions stood on `day`.
fn line(face: Face, report: &Boarded, day: Day) -> ReportLine {
    let standings = report.exceptions.iter().map(|one| row(face, report, one, day).0);
    let (mut all, mut mended, mut verified) = (0, 0, 0);
    for standing in standings {
        all += 1;
        mended += u32::from(standing.status.is_some_and(Mending::is_done));
        verified += u32::from(standing.status == Some(Mending::Verified));
    }
    let counts = match all {
        0 => "no exceptions".to_owned(),
        1 => format!("1 exception, {mended} mended, {verified} of them verified"),
        _ => format!("{all} exceptions, {mended} mended, {verified} of them verified"),
    };
    ReportLine {
        title: title_of(&report.version),
        href: (face.report)(&report.version),
        state: report.version.state.words(),
        counts,
    }
}

/// One exception as it stood on `day`, after what had been written until then.
fn row(face: Face, report: &Boarded, one: &OnBoard, day: Day) -> (Standing, Row) {
    let content = &one.weighed.exception.content;
    let end = day.plus_days(1).start();
    let told: Vec<Update> = one.weighed.updates.iter().filter(|update| update.at < end).cloned().collect();
    let standing = standing(content.response.as_ref(), &told, day);
    let done = standing.steps.iter().filter(|step| step.done).count();
    let steps = (!standing.steps.is_empty()).then(|| format!("{done} of {} steps", standing.steps.len()));
    let (history, evidence) = if face.unfolds {
        let files = one.evidence.iter().filter(|file| file.told && file.file.at < end);
        (updates_told(&told, &one.names), files.map(EvidenceView::from).collect())
    } else {
        (Vec::new(), Vec::new())
    };
    let row = Row {
        report: title_of(&report.version),
        report_href: (face.report)(&report.version),
        exception: format!("{}: {}", content.reference, content.title),
        href: (face.exception)(&report.version, one.weighed.exception.id),
        priority: priority_status(one.weighed.priority()),
        years: years_status(one.years),
        state: standing_status(&standing),
        owner: standing.owner.as_ref().map(ToString::to_string),
        target: standing.planned.map(Day::words),
        steps,
        latest: told.last().map(|update| update.note.text.to_string()),
        history,
        evidence,
    };
    (standing, row)
}
