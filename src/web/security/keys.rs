//! `/security/keys`: which keys there are, what they wrap, how far a rotation is, and what was shredded.
//!
//! The page shows and never writes the keyring: that file is changed by a command on the host alone, so that the server
//! can run without the right to write it. A rotation's progress is counted from the rows, so it survives a
//! reload and whatever becomes of the command.

use super::shred;
use crate::app::Template;
use crate::db::shreds;
use crate::fault::{Fault, Kind};
use crate::keys::{Kek, QUARTER_DAYS, Rotation, State, store};
use crate::ledger::EventKind;
use crate::ledger::handover::{self, Reign};
use crate::reports::store as reports;
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::{Staff, desk::KeyKeeper};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show as show_page};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct KeysPage {
    shell: Shell,
    state: Status,
    rotation: Option<Progress>,
    todo: Vec<String>,
    keks: Vec<KekRow>,
    signers: Vec<SignerRow>,
    shredded: Vec<ShreddedRow>,
    versions: Vec<VersionRow>,
}

impl Page for KeysPage {
    const TEMPLATE: Template = Template::SecurityKeys;
}

/// How far a rotation is.
#[derive(Serialize)]
struct Progress {
    words: String,
    done: i64,
    total: i64,
}

/// A key-encryption key.
#[derive(Serialize)]
struct KekRow {
    name: String,
    state: Status,
    data_keys: i64,
    since: Option<When>,
    retired: Option<When>,
}

/// A key of the log.
#[derive(Serialize)]
struct SignerRow {
    key: String,
    words: String,
    href: Option<String>,
}

/// A version that was shredded.
#[derive(Serialize)]
struct ShreddedRow {
    title: String,
    at: When,
    entry: i64,
    href: String,
    backups: String,
}

/// A version that can be shredded.
#[derive(Serialize)]
struct VersionRow {
    title: String,
    state: &'static str,
    href: String,
}

/// What the page is made from.
struct Known {
    keks: Vec<Kek>,
    rotation: Rotation,
    reigns: Vec<Reign>,
    shredded: Vec<ShreddedRow>,
    versions: Vec<VersionRow>,
}

/// GET: everything about keys.
pub async fn show(staff: Staff<KeyKeeper>) -> Answer {
    let keyring = Arc::clone(&staff.app.keyring);
    let read = staff.app.read(move |db| {
        // A command may have written a newer key into the file since this process read it.
        let keyring = keyring.read_again();
        let keks = store::list(db, &keyring)?;
        let versions = reports::list(db)?;
        let retired: BTreeMap<String, _> =
            keks.iter().filter_map(|kek| Some((kek.name.clone(), kek.retired_at?))).collect();
        let mut shredded = Vec::new();
        for shred in shreds::list(db)? {
            let version = versions.iter().find(|version| version.id == shred.version);
            let Some(version) = version else { continue };
            shredded.push(ShreddedRow {
                title: shred::name_of(version),
                at: shred.at.into(),
                entry: shred.entry,
                href: format!("/security/entries/{}", shred.entry),
                backups: match retired.get(&shred.kek) {
                    Some(at) => format!("no more: {} was retired on {}", shred.kek, at.date_words()),
                    None => format!(
                        "until {}, or until {} is retired",
                        shred.backups_until.date_words(),
                        shred.kek
                    ),
                },
            });
        }
        let rows = versions.iter().filter(|version| version.shredded_at.is_none());
        let rows = rows.map(|version| VersionRow {
            title: shred::name_of(version),
            state: shred::words_of(version.state),
            href: shred::href(version.id),
        });
        Ok::<_, Fault>(Known {
            rotation: store::rotation(db, &keyring)?,
            reigns: handover::reigns(db, &keyring)?,
            shredded,
            versions: rows.collect(),
            keks,
        })
    });
    let known = read.await?;
    show_page(&staff, &page(&staff, known))
}

/// GET: the proof of a hand-over, for whoever holds the key before.
pub async fn handover(staff: Staff<KeyKeeper>, index: web::Path<u64>) -> Answer {
    let index = *index;
    let found = staff.app.read(move |db| handover::find(db, index)).await?;
    let receipt =
        found.ok_or_else(|| Problem::new(Kind::NotFound, "No key was handed over by this entry."))?;
    Ok(text_file(&format!("handover-{index}.tlog-proof"), receipt))
}

/// The page.
fn page(staff: &Staff<KeyKeeper>, known: Known) -> KeysPage {
    let Known { keks, rotation, reigns, shredded, versions } = known;
    let current = keks.iter().find(|kek| kek.state == State::Current);
    let age_days =
        current.and_then(|kek| kek.current_from).map(|from| staff.app.clock.now().secs_since(from) / 86_400);
    let is_old = age_days.is_some_and(|days| days > QUARTER_DAYS);
    let is_missing = keks.iter().any(|kek| kek.state == State::Missing && kek.data_keys > 0);
    let state = match &rotation {
        _ if is_missing => Status::new(Tone::Danger, "A key is missing: some reports cannot be read"),
        Rotation::Prepared { .. } => Status::new(Tone::Warn, "A new key waits to be put in force"),
        Rotation::UnderWay { .. } => Status::new(Tone::Warn, "A rotation is under way"),
        Rotation::Settled if is_old => Status::new(Tone::Warn, "Older than a quarter"),
        Rotation::Settled => Status::new(Tone::Ok, "In order"),
    };
    let earlier = keks.iter().any(|kek| kek.is_held && kek.state == State::Earlier);
    let mut todo = Vec::new();
    if is_old || rotation != Rotation::Settled {
        todo.push("candor keys rotate".to_owned());
    } else if earlier {
        todo.push("candor keys retire".to_owned());
    }
    KeysPage {
        shell: staff.shell(Desk::Security, "Keys"),
        state,
        rotation: progress(&rotation, &keks),
        todo,
        keks: keks.iter().map(kek_row).collect(),
        signers: reigns.iter().map(signer_row).collect(),
        shredded,
        versions,
    }
}

/// How far a rotation is; none when none is under way.
fn progress(rotation: &Rotation, keks: &[Kek]) -> Option<Progress> {
    let Rotation::UnderWay { kek, left } = rotation else { return None };
    let total: i64 = keks.iter().map(|kek| kek.data_keys).sum();
    let done = total.saturating_sub(*left);
    Some(Progress { words: format!("{done} of {total} data keys are wrapped under {kek}"), done, total })
}

/// A key-encryption key in words.
fn kek_row(kek: &Kek) -> KekRow {
    let state = match kek.state {
        State::Waiting => Status::new(Tone::Warn, "Not in force yet"),
        State::Current => Status::new(Tone::Ok, "Current"),
        State::Earlier if kek.data_keys > 0 => Status::new(Tone::Warn, "Earlier, still needed"),
        State::Earlier => Status::new(Tone::Quiet, "Earlier, needed by backups alone"),
        State::Retired if kek.is_held => Status::new(Tone::Warn, "Retired, and still in the keyring"),
        State::Retired => Status::new(Tone::Quiet, "Retired"),
        State::Missing => Status::new(Tone::Danger, "Not in the keyring"),
    };
    KekRow {
        name: kek.name.clone(),
        state,
        data_keys: kek.data_keys,
        since: kek.current_from.map(Into::into),
        retired: kek.retired_at.map(Into::into),
    }
}

/// A key of the log in words.
fn signer_row(reign: &Reign) -> SignerRow {
    let handed = reign.ended_by == Some(EventKind::LogKeyRotated);
    SignerRow {
        key: reign.key.to_string(),
        words: match reign.until {
            None => format!("signs from entry {} on", reign.from),
            Some(until) => format!("signed entries {} to {until}", reign.from),
        },
        href: reign.until.filter(|_| handed).map(|until| format!("/security/keys/handovers/{until}")),
    }
}
