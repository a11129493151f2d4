//! `/security/recall/<version>`: asks, recalls, and then shows who has said that their copies are destroyed.

use super::reader;
use super::register::frame;
use crate::app::Template;
use crate::clock::Micros;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind};
use crate::identity::UNREADABLE;
use crate::identity::store::{self as people, Known as Somebody};
use crate::ids::VersionId;
use crate::ledger::acts::{self, Looked};
use crate::release::recall::store::{self as notices, Told};
use crate::release::recall::{RecallError, acts as recalling};
use crate::release::register::{self, Holders};
use crate::reports::recalls::{self, Recall};
use crate::reports::{State, Version, store as reports};
use crate::seal::Keyring;
use crate::text::Reason;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Staff;
use crate::web::guard::desk::{LogReader, Recaller, RegisterReader, Sits as _};
use crate::web::page::{Page, Shell, When, see_other, show as show_page, show_again};
use crate::web::partials::{Fact, Question, ReasonField};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// Stands for a reason that nobody can read any more.
const NO_REASON: &str = "Destroyed with the report's key";

/// The page.
#[derive(Serialize)]
struct RecallPage {
    shell: Shell,
    title: String,
    question: Option<Question>,
    facts: Vec<Fact>,
    told: Vec<Row>,
    silent: usize,
    may_remind: bool,
    remind_action: String,
}

impl Page for RecallPage {
    const TEMPLATE: Template = Template::SecurityRecall;
}

/// Somebody who was written to.
#[derive(Serialize)]
struct Row {
    name: String,
    email: String,
    written: When,
    reminded: Option<When>,
    confirmed: Option<When>,
    entry_href: Option<String>,
}

/// What the page is made from.
struct Known {
    version: Version,
    recall: Option<(Recall, String)>,
    told: Vec<(Told, (String, String))>,
    holders: Holders,
    /// Holders who were forgotten meanwhile.
    forgotten: usize,
}

/// Reads the version, its recall, and everybody concerned.
fn read(db: &mut Db, keyring: &Keyring, id: VersionId, now: Micros) -> Result<Known, Fault> {
    let version = reports::require(db, id)?;
    let recall = match version.state {
        State::Recalled(_) => {
            let key = data_keys::find_for(db, keyring, version.key_owner())?;
            recalls::find(db, key.as_ref(), id)?
        }
        State::Draft | State::Finalized(_) | State::Superseded(_) | State::Withdrawn(_) => None,
    };
    let recall = match recall {
        Some(recall) => {
            let by = people::name_of(db, keyring, recall.by)?;
            Some((recall, by))
        }
        None => None,
    };
    let mut told = Vec::new();
    for one in notices::list_told(db, id)? {
        let who = match people::look_up(db, keyring, one.person)? {
            Somebody::Person(person) => (person.shown_as().to_owned(), person.email.to_string()),
            Somebody::Erased | Somebody::Missing => ("Somebody who was forgotten".to_owned(), String::new()),
            Somebody::Unreadable => (UNREADABLE.to_owned(), String::new()),
        };
        told.push((one, who));
    }
    // Whoever is silent comes first: they are what the page is for.
    told.sort_by_key(|(one, _)| (one.confirmed, one.first));
    let mut holders = register::holders(db, keyring, id, now)?;
    let (all, mut reached) = (holders.people.len(), Vec::new());
    for person in holders.people {
        // Nobody can write to whoever was forgotten.
        reached.extend(people::look_up(db, keyring, person)?.person().map(|person| person.id));
    }
    holders.people = reached;
    let forgotten = all.saturating_sub(holders.people.len());
    Ok(Known { version, recall, told, holders, forgotten })
}

/// Records that the register is read, and reads.
async fn look<D>(staff: &Staff<D>, id: VersionId) -> Result<Known, Problem> {
    let by = reader(staff, staff.person.id);
    let looked = Looked { version: Some(id), ..Looked::default() };
    staff.app.act("register.read", move |act| acts::read_register(act, by, looked)).await?;
    let (keyring, now) = (Arc::clone(&staff.app.keyring), staff.app.clock.now());
    Ok(staff.app.read(move |db| read(db, &keyring, id, now)).await?)
}

/// GET: the question, or who has confirmed.
pub async fn show(staff: Staff<RegisterReader>, version: web::Path<VersionId>) -> Answer {
    let known = look(&staff, *version).await?;
    show_page(&staff, &page(&staff, &known, &Form::default())?)
}

/// POST: recalls, ahead of whatever else waits.
pub async fn recall(staff: Staff<Recaller>, version: web::Path<VersionId>, mut form: Form) -> Answer {
    let id = *version;
    let Some(reason) = form.parse("reason", "The reason", Reason::parse) else {
        let known = look(&staff, id).await?;
        return show_again(&staff, &page(&staff, &known, &form)?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done = staff
        .app
        .act_urgent("report.recall", move |act| recalling::recall(act, &house, by, id, &reason))
        .await;
    let said = match done {
        Ok(done) => format!(
            "Recalled. {} ended, and {} written to.",
            counted(done.value.grants_ended, "grant was", "grants were"),
            counted(done.value.holders, "holder is", "holders are")
        ),
        Err(refusal @ RecallError::AlreadyRecalled) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&staff, &href(id), &said))
}

/// POST: writes again to whoever has not confirmed.
pub async fn remind(staff: Staff<Recaller>, version: web::Path<VersionId>) -> Answer {
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, *version);
    let done = staff.app.act("recall.remind", move |act| recalling::remind(act, &house, by, id)).await;
    let said = match done {
        Ok(done) => format!("{} reminded by letter.", counted(done.value, "holder is", "holders are")),
        Err(refusal @ RecallError::NobodyToRemind) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&staff, &href(id), &said))
}

/// Where a version's recall lies.
fn href(id: VersionId) -> String {
    format!("/security/recall/{id}")
}

/// `1 grant was`, `3 grants were`.
fn counted(number: usize, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}

/// The page: before the recall its question, after it who was told.
fn page<D>(staff: &Staff<D>, known: &Known, form: &Form) -> Result<RecallPage, Problem> {
    let may_recall = Recaller::admits(&staff.session.roles);
    let question = match (&known.recall, known.version.state) {
        (Some(_), _) => None,
        (None, State::Draft) => return Err(RecallError::NotIssued.into()),
        (None, _) if !may_recall => {
            return Err(Problem::new(Kind::Conflict, "This version has not been recalled.")
                .todo("The security or compliance desk recalls a version.")
                .action("/security/register", "To the register"));
        }
        (None, _) => Some(ask(known, form)),
    };
    let reads_log = LogReader::admits(&staff.session.roles);
    // Whoever was forgotten has no address and will never answer.
    let unanswered = known.told.iter().filter(|(told, _)| told.confirmed.is_none());
    let (silent, lost): (Vec<_>, Vec<_>) = unanswered.partition(|(_, (_, email))| !email.is_empty());
    let (silent, lost) = (silent.len(), lost.len());
    Ok(RecallPage {
        shell: staff.shell(frame(&staff.session), "Recall"),
        title: format!("{}, version {}", known.version.card.title, known.version.number),
        question,
        facts: facts(known, silent, lost),
        told: known.told.iter().map(|one| row(one, reads_log)).collect(),
        silent,
        may_remind: may_recall && silent > 0,
        remind_action: format!("{}/remind", href(known.version.id)),
    })
}

/// What is said of a recall.
fn facts(known: &Known, silent: usize, lost: usize) -> Vec<Fact> {
    let Some((recall, by)) = &known.recall else { return Vec::new() };
    let all = known.told.len();
    let reason = recall.reason.as_ref().map_or(NO_REASON, Reason::as_str);
    let mut facts = vec![
        Fact::new("Recalled by", by).at(recall.at),
        Fact::new("Reason", reason),
        Fact::new("Confirmed", format!("{} of {all}", all.saturating_sub(silent).saturating_sub(lost))),
    ];
    facts.extend((lost > 0).then(|| {
        let who = counted(lost, "holder was", "holders were");
        Fact::new("Cannot answer", format!("{who} forgotten: nothing names them any more"))
    }));
    facts.extend(known.version.shredded_at.map(|at| Fact::new("Shredded here", "").at(at)));
    facts
}

/// Somebody who was written to, in words.
fn row((told, (name, email)): &(Told, (String, String)), reads_log: bool) -> Row {
    let (name, email) = (name.clone(), email.clone());
    Row {
        name,
        email,
        written: told.first.into(),
        reminded: (told.last > told.first).then(|| told.last.into()),
        confirmed: told.confirmed.map(|(at, _)| at.into()),
        entry_href: told
            .confirmed
            .filter(|_| reads_log)
            .map(|(_, entry)| format!("/security/entries/{entry}")),
    }
}

/// What is asked before a recall.
fn ask(known: &Known, form: &Form) -> Question {
    let (holders, live) = (known.holders.people.len(), known.holders.live.len());
    let title = &known.version.card.title;
    let forgotten = counted(known.forgotten, "holder was", "holders were");
    let unreached = (known.forgotten > 0)
        .then(|| format!("{forgotten} forgotten and cannot be written to: nothing names them any more."));
    Question {
        title: format!("Recall version {} of {title}?", known.version.number),
        effects: [
            "It is taken off the trust page, opens to nobody from the next click on, and can never be granted again."
                .to_owned(),
            format!("{} ended; downloads that are running are cut within five seconds.", counted(live, "live grant is", "live grants are")),
            format!(
                "{} written to with the reason below, and asked to confirm that their copies are destroyed, those of bridge letters and evidence beside it too.",
                counted(holders, "holder is", "holders are")
            ),
            "The trust page and /verify say that it was recalled, without the reason.".to_owned(),
            "Copies that were saved stay where they are until somebody destroys them. This cannot be taken back.".to_owned(),
        ]
        .into_iter()
        .chain(unreached)
        .collect(),
        action: href(known.version.id),
        verb: "Recall this version",
        danger: true,
        reason: Some(ReasonField {
            name: "reason",
            label: "Reason, for the holders",
            value: form.text("reason").to_owned(),
            hint: Some("Stands in the letter to every holder. The log commits to it and does not tell it."),
            error: form.errors(&["reason"]).remove("reason").flatten(),
        }),
        hidden: Vec::new(),
        back: "/security/register".to_owned(),
    }
}
