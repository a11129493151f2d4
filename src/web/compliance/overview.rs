//! `/compliance`: what has to be in place before anybody can read a report, and what waits for this desk.

use super::periods::unverified;
use super::reports::counted;
use super::{OnDesk, href_of};
use crate::accounts::store::find_company;
use crate::app::Template;
use crate::db::Db;
use crate::fault::Fault;
use crate::nda::store as ndas;
use crate::remediation::standing;
use crate::reports::{State, store};
use crate::seal::Keyring;
use crate::text::Day;
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, Tone, show as show_page};
use crate::web::partials::{Progress, Step, in_order};
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct OverviewPage {
    shell: Shell,
    steps: Vec<Step>,
    figures: Vec<Figure>,
    waiting: Vec<Waiting>,
}

impl Page for OverviewPage {
    const TEMPLATE: Template = Template::ComplianceOverview;
}

/// A number with its words.
#[derive(Serialize)]
struct Figure {
    number: String,
    words: &'static str,
    href: Option<&'static str>,
}

/// Something that needs somebody.
#[derive(Serialize)]
pub struct Waiting {
    /// What it is.
    pub text: String,
    /// Where it is done.
    pub href: String,
    /// What is done there.
    pub action: &'static str,
    /// How much it presses.
    pub tone: Tone,
    /// The same in a word or two.
    pub words: &'static str,
}

/// How things are.
struct Overview {
    company: bool,
    nda: bool,
    desks: Vec<OnDesk>,
}

impl Overview {
    /// Reads how things are.
    fn read(db: &mut Db, keyring: &Keyring, today: Day) -> Result<Self, Fault> {
        // What was shredded asks for nothing any more; it stands in the list of reports.
        let versions = store::list(db)?.into_iter().filter(|version| version.shredded_at.is_none());
        let desks = versions.map(|version| OnDesk::of(db, keyring, version, today));
        Ok(Self {
            desks: desks.collect::<Result<_, _>>()?,
            company: find_company(db)?.is_some(),
            nda: ndas::find_in_force(db)?.is_some(),
        })
    }
    /// How many reports are in a state.
    fn count(&self, is: fn(State) -> bool) -> usize {
        self.desks.iter().filter(|desk| is(desk.version.state)).count()
    }
    /// The way to the first report that can be read.
    fn steps(&self) -> Vec<Step> {
        let draft = self.desks.iter().find(|desk| desk.version.state == State::Draft);
        let (report, label) = match draft {
            Some(desk) => (href_of(&desk.version), "Go on with the draft"),
            None => ("/compliance/reports/new".to_owned(), "Add a report"),
        };
        let step = |label: &str| Step::new(label, Progress::Waiting);
        in_order([
            (
                step("Name the company")
                    .detail("Its name, contact and own mail domain.")
                    .action("/compliance/company", "Enter the details"),
                self.company,
            ),
            (
                step("Publish an NDA")
                    .detail("Until one is in force nothing can be requested or granted.")
                    .action("/compliance/nda", "Write the text"),
                self.nda,
            ),
            (
                step("Finalize a report")
                    .detail("Its facts, the PDF the auditor issued, the exceptions and your responses.")
                    .action(report, label),
                self.count(|state| matches!(state, State::Finalized(_))) > 0,
            ),
        ])
    }
    /// What needs somebody: responses that are missing in drafts, remediation past its date.
    fn waiting(&self, today: Day) -> Vec<Waiting> {
        let mut waiting: Vec<Waiting> = self.desks.iter().flat_map(|desk| waiting_of(desk, today)).collect();
        waiting.extend(unverified(&self.desks, today));
        waiting
    }
}

/// What needs somebody in one report.
fn waiting_of(desk: &OnDesk, today: Day) -> Vec<Waiting> {
    let title = &desk.version.card.title;
    let mut waiting: Vec<Waiting> = desk
        .weighed
        .iter()
        .filter(|one| one.blocks() && !matches!(desk.version.state, State::Withdrawn(_) | State::Recalled(_)))
        .map(|one| Waiting {
            text: format!(
                "{}: {} ({title}). Until it has a response with a dated plan, the report can be given to people \
                 invited by name only.",
                one.exception.content.reference, one.exception.content.title
            ),
            href: format!("{}/exceptions/{}/priority", desk.href(), one.exception.id),
            action: "Decide",
            tone: Tone::Danger,
            words: "P1 without a plan",
        })
        .collect();
    waiting.extend(review_of(desk, today));
    for exception in &desk.exceptions {
        let content = &exception.content;
        let href = format!("{}/exceptions/{}", desk.href(), exception.id);
        let standing = standing(content.response.as_ref(), &desk.updates_of(exception), today);
        match desk.version.state {
            State::Draft if content.response.is_none() => waiting.push(Waiting {
                text: format!("{}: {} ({title})", content.reference, content.title),
                href,
                action: "Write the response",
                tone: Tone::Warn,
                words: "Response missing",
            }),
            State::Finalized(_) if standing.overdue => waiting.push(Waiting {
                text: format!("{}: {} ({title})", content.reference, content.title),
                href: format!("{href}/remediation"),
                action: "Tell where it stands",
                tone: Tone::Danger,
                words: "Remediation overdue",
            }),
            State::Draft
            | State::Finalized(_)
            | State::Superseded(_)
            | State::Withdrawn(_)
            | State::Recalled(_) => {}
        }
    }
    waiting
}

/// The review of a draft, when a correction waits for an answer.
fn review_of(desk: &OnDesk, today: Day) -> Option<Waiting> {
    let review = desk.review.as_ref().filter(|_| desk.version.state == State::Draft)?;
    let open = u32::try_from(review.open()).unwrap_or(u32::MAX);
    let late = review.is_overdue(today);
    (open > 0).then(|| Waiting {
        text: format!(
            "{} of {} {} an answer. The review ends on {}.",
            counted(open, "correction"),
            desk.version.card.title,
            if open == 1 { "waits for" } else { "wait for" },
            review.due.words()
        ),
        href: format!("{}/review", desk.href()),
        action: "Answer",
        tone: if late { Tone::Danger } else { Tone::Warn },
        words: if late { "Review overdue" } else { "Review" },
    })
}

/// GET: the overview.
pub async fn show(staff: Staff<Compliance>) -> Answer {
    let keyring = Arc::clone(&staff.app.keyring);
    let today = Day::of(staff.app.clock.now());
    let overview = staff.app.read::<_, Fault, _>(move |db| Overview::read(db, &keyring, today)).await?;
    let exceptions: usize = overview.desks.iter().map(|desk| desk.exceptions.len()).sum();
    let figure = |number: usize, words, href| Figure { number: number.to_string(), words, href };
    let page = OverviewPage {
        shell: staff.shell(Desk::Compliance, "Compliance"),
        steps: overview.steps(),
        figures: vec![
            figure(
                overview.count(|state| matches!(state, State::Finalized(_))),
                "reports finalized and offered",
                Some("/compliance/reports"),
            ),
            figure(
                overview.count(|state| state == State::Draft),
                "drafts on the desk",
                Some("/compliance/reports"),
            ),
            figure(exceptions, "exceptions entered", None),
        ],
        waiting: overview.waiting(today),
    };
    show_page(&staff, &page)
}
