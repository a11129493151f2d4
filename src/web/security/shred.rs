//! `/security/keys/shred/<version>`: what becomes unreadable when, and the answer.

use crate::app::Template;
use crate::config::Retention;
use crate::ids::VersionId;
use crate::keys::acts::shred::{LiveGrants, Plan, ShredError, Target, plan};
use crate::reports::{State, Version, store as reports};
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::KeyKeeper};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page that asks.
#[derive(Serialize)]
struct ShredPage {
    shell: Shell,
    title: String,
    effects: Vec<String>,
    action: String,
    hint: String,
    typed: String,
    error: Option<String>,
}

impl Page for ShredPage {
    const TEMPLATE: Template = Template::SecurityShred;
}

/// Where a version's shredding is asked about.
pub(super) fn href(id: VersionId) -> String {
    format!("/security/keys/shred/{id}")
}

/// A version in words.
pub(super) fn name_of(version: &Version) -> String {
    format!("{}, version {}", version.card.title, version.number)
}

/// Where a version stands, in a word.
pub(super) const fn words_of(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::Finalized(_) => "Finalized",
        State::Superseded(_) => "Superseded",
        State::Withdrawn(_) => "Withdrawn",
        State::Recalled(_) => "Recalled",
    }
}

/// The version, and what shredding it would do.
async fn planned(staff: &Staff<KeyKeeper>, id: VersionId) -> Result<(Version, Plan), Problem> {
    let (house, now) = (staff.app.house.clone(), staff.app.clock.now());
    let read = staff.app.read(move |db| {
        let version = reports::require(db, id)?;
        let plan = plan(db, &house, &target(&version), now)?;
        Ok::<_, ShredError>((version, plan))
    });
    read.await.map_err(refused)
}

/// A refusal with the way back.
fn refused(error: ShredError) -> Problem {
    Problem::from(error)
        .todo("Nothing was changed. A hold is released at the security desk, under Holds.")
        .action("/security/keys", "To the keys")
}

/// The version as what is to be shredded.
fn target(version: &Version) -> Target {
    Target { slug: version.report.slug.clone(), number: Some(version.number) }
}

/// GET: asks.
pub async fn show(staff: Staff<KeyKeeper>, version: web::Path<VersionId>) -> Answer {
    let (version, plan) = planned(&staff, *version).await?;
    show_page(&staff, &page(&staff, &version, &plan, &Form::default()))
}

/// POST: shreds, once the report's name was typed.
pub async fn shred(staff: Staff<KeyKeeper>, version: web::Path<VersionId>, mut form: Form) -> Answer {
    let (version, plan) = planned(&staff, *version).await?;
    let slug = version.report.slug.as_str();
    if form.text("report").trim() != slug {
        form.refuse("report", "The name is not that of this report; nothing was shredded.");
        return show_again(&staff, &page(&staff, &version, &plan, &form));
    }
    let done = staff.app.shred(staff.person.id, target(&version), LiveGrants::End).await.map_err(refused)?;
    let said = format!(
        "Shredded: {}. Entry {} of the log says so; grants that ended: {}.",
        name_of(&version),
        done.index,
        done.value.grants_ended
    );
    Ok(see_other(&staff, "/security/keys", &said))
}

/// The page.
fn page(staff: &Staff<KeyKeeper>, version: &Version, plan: &Plan, form: &Form) -> ShredPage {
    let until = staff.app.clock.now().plus_days(backups_days(staff.app.config.retention)).date_words();
    ShredPage {
        shell: staff.shell(Desk::Security, "Shred"),
        title: name_of(version),
        effects: vec![
            "At once: its key is destroyed here. The file, exceptions, responses, updates, evidence and letters beside it \
             cannot be read by anybody any more, you included. This cannot be taken back."
                .to_owned(),
            match plan.live.len() {
                0 => "Nobody can read it now, so no grant ends.".to_owned(),
                count => format!(
                    "{} can read it now. What was granted ends with it, and the next click is refused.",
                    people(count)
                ),
            },
            match plan.told.len() {
                0 => "Nobody has used it, so nobody is written to.".to_owned(),
                count => format!(
                    "Told by letter: {}, whoever can read it now or ever did, that it is gone here and that a copy which \
                     nothing obliges them to keep is best destroyed.",
                    people(count)
                ),
            },
            match plan.holders {
                0 => "Nobody was ever granted it, so nobody holds a copy from here.".to_owned(),
                count => format!(
                    "Copies that were saved stay where they are; it was granted to {}. To ask for their destruction, recall it first.",
                    people(count)
                ),
            },
            format!(
                "Backups: until {until} by your settings, or until the key-encryption key of today is retired and gone from \
                 every copy of the keyring (candor keys rotate, then candor keys retire)."
            ),
            "What stays: its title and dates, who held it under which NDA, every entry of the log with its proof, and digests \
             by which a copy is recognised."
                .to_owned(),
        ],
        action: href(version.id),
        hint: format!("To be sure that it is this one, type {}", version.report.slug),
        typed: form.text("report").to_owned(),
        error: form.errors(&["report"]).remove("report").flatten(),
    }
}

/// For how many days backups are kept.
fn backups_days(retention: Retention) -> i64 {
    i64::from(retention.backups_days)
}

/// `1 person`, `3 people`.
fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}
