//! `/staff/entries`: what the log holds of the acts of whoever asks, with a receipt for each.

use crate::app::Template;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::ledger::Actor;
use crate::ledger::store::{self, Filter};
use crate::seal::Keyring;
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::{Staff, desk::AnyStaff};
use crate::web::lists::Pager;
use crate::web::page::{Desk, Page, Shell, When, show as show_page};
use crate::web::problem::Problem;
use crate::web::security::names::Names;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Entries on one page.
const PAGE: u16 = 50;

/// Where the page begins.
#[derive(Deserialize)]
pub struct Place {
    before: Option<u64>,
}

/// The page.
#[derive(Serialize)]
struct EntriesPage {
    shell: Shell,
    entries: Vec<Row>,
    pager: Pager,
}

impl Page for EntriesPage {
    const TEMPLATE: Template = Template::StaffEntries;
}

/// An entry.
#[derive(Serialize)]
struct Row {
    index: u64,
    at: When,
    kind: &'static str,
    what: &'static str,
    /// Whom it concerned, when that was somebody else.
    whom: Option<String>,
    report: Option<String>,
    receipt_href: String,
}

/// GET: the entries.
pub async fn list(staff: Staff<AnyStaff>, place: Query<Place>) -> Answer {
    // Beyond its end a log has nothing.
    let before = place.before.map(|before| before.min(staff.app.writer.head().size));
    let filter = Filter { person: Some(staff.person.id), before, ..Filter::default() };
    let (keyring, person) = (Arc::clone(&staff.app.keyring), staff.person.id);
    let (rows, older) = staff.app.read(move |db| read(db, &keyring, person, &filter)).await?;
    let pager = Pager {
        newer: place.before.map(|_| "/staff/entries".to_owned()),
        older: older.map(|index| format!("/staff/entries?before={index}")),
        words: format!("{} entries, newest first", rows.len()),
    };
    show_page(&staff, &EntriesPage { shell: staff.shell(Desk::SignIn, "What I did"), entries: rows, pager })
}

/// Reads a page of entries, and where the next one begins when there is one.
fn read(
    db: &mut Db,
    keyring: &Keyring,
    person: PersonId,
    filter: &Filter,
) -> Result<(Vec<Row>, Option<u64>), Fault> {
    let found = store::list_stored(db, filter, PAGE + 1)?;
    let older = found.get(usize::from(PAGE).saturating_sub(1)).map(|entry| entry.index);
    let older = older.filter(|_| found.len() > usize::from(PAGE));
    let (mut names, mut rows) = (Names::read(db, keyring)?, Vec::new());
    for entry in found.into_iter().take(usize::from(PAGE)) {
        let index = entry.index;
        let Ok(leaf) = entry.leaf else { continue };
        if !is_of(person, leaf.by, leaf.about) {
            continue;
        }
        rows.push(Row {
            index,
            at: leaf.at.into(),
            kind: leaf.kind.as_str(),
            what: leaf.kind.words(),
            whom: names.subject(db, &leaf)?,
            report: names.report_of(&leaf),
            receipt_href: format!("/staff/entries/{index}/receipt"),
        });
    }
    Ok((rows, older))
}

/// GET: the receipt of one of them; others' are not there.
pub async fn receipt(staff: Staff<AnyStaff>, index: Path<u64>) -> Answer {
    let (person, index) = (staff.person.id, index.into_inner());
    let entry = staff.app.read(move |db| store::find(db, index)).await?;
    let mine = entry.is_some_and(|entry| is_of(person, entry.leaf.by, entry.leaf.about));
    let receipt = if mine { staff.app.receipt(index).await? } else { None };
    let receipt = receipt.ok_or_else(Problem::not_found)?;
    Ok(text_file(&format!("receipt-{index}.tlog-proof"), receipt.to_string()))
}

/// Whether an entry is by or about this member of staff. Who searched for them in the log is not theirs to know.
fn is_of(person: PersonId, by: Actor, about: Option<PersonId>) -> bool {
    by == Actor::Staff(person) || (about == Some(person) && matches!(by, Actor::Operator | Actor::System))
}
