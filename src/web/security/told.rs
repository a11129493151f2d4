//! Entries as they leave in an export: CSV that no spreadsheet runs, JSON lines, and OCSF events.

mod ocsf;

use super::names::Names;
use crate::db::Db;
use crate::fault::Fault;
use crate::ledger::store::{self, Disclosed, Entry, Stored};
use crate::ledger::{EventKind, Fact, PersonalField};
use crate::seal::Keyring;
use crate::text::csv;
use ocsf::User;
use serde::Serialize;
use std::collections::BTreeMap;

/// How entries leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Jsonl,
    /// For security systems, by the Open Cybersecurity Schema Framework.
    Ocsf,
}

impl Format {
    /// The format of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Csv, Self::Jsonl, Self::Ocsf].into_iter().find(|format| format.name() == name)
    }
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Ocsf => "ocsf",
        }
    }
    /// What it is called on pages.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Jsonl => "JSON lines",
            Self::Ocsf => "OCSF",
        }
    }
    /// The file in the export.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Csv => "entries.csv",
            Self::Jsonl => "entries.jsonl",
            Self::Ocsf => "entries.ocsf.jsonl",
        }
    }
}

/// The first line of a CSV file.
const COLUMNS: [&str; 14] = [
    "index",
    "at",
    "kind",
    "what",
    "actor",
    "about",
    "report",
    "copy",
    "network_address",
    "user_agent",
    "facts",
    "personal",
    "actor_id",
    "about_id",
];

/// An entry with the personal data beside it.
#[derive(Serialize)]
pub(super) struct Told {
    index: u64,
    at: String,
    kind: &'static str,
    what: &'static str,
    actor: String,
    /// The number of whoever did it: by it their earlier entries are found elsewhere, once nothing names them here.
    actor_id: Option<String>,
    about: Option<String>,
    /// The number of whom it concerns, whoever did it.
    about_id: Option<String>,
    report: Option<String>,
    copy: Option<String>,
    grant: Option<String>,
    download: Option<String>,
    acceptance: Option<String>,
    closes: Option<u64>,
    facts: BTreeMap<String, Fact>,
    personal: BTreeMap<&'static str, String>,
    #[serde(skip)]
    at_millis: i64,
    #[serde(skip)]
    event: Option<EventKind>,
    #[serde(skip)]
    by: User,
    #[serde(skip)]
    whom: Option<User>,
}

/// Everything about an entry that may leave.
pub(super) fn tell(
    db: &mut Db,
    keyring: &Keyring,
    names: &mut Names<'_>,
    stored: Stored,
) -> Result<Told, Fault> {
    let Stored { index, at, leaf } = stored;
    let mut told = Told {
        index,
        at: at.rfc3339(),
        kind: "unreadable",
        what: "This entry cannot be read.",
        actor: "not known".to_owned(),
        actor_id: None,
        about: None,
        about_id: None,
        report: None,
        copy: None,
        grant: None,
        download: None,
        acceptance: None,
        closes: None,
        facts: BTreeMap::new(),
        personal: BTreeMap::new(),
        at_millis: at.0 / 1000,
        event: None,
        by: User::default(),
        whom: None,
    };
    let Ok(leaf) = leaf else { return Ok(told) };
    told.kind = leaf.kind.as_str();
    told.what = leaf.kind.words();
    told.event = Some(leaf.kind);
    told.actor = names.actor(db, leaf.by)?;
    told.actor_id = leaf.by.person().map(|id| id.to_string());
    told.about = names.subject(db, &leaf)?;
    told.about_id = leaf.about.map(|id| id.to_string());
    told.by = User::of_actor(db, names, leaf.by, &told.actor)?;
    told.whom = User::of_subject(db, names, &leaf)?;
    told.report = names.report_of(&leaf);
    told.copy.clone_from(&leaf.copy);
    told.grant = leaf.grant.map(|id| id.to_string());
    told.download = leaf.download.map(|id| id.to_string());
    told.acceptance = leaf.acceptance.map(|id| id.to_string());
    told.closes = leaf.closes;
    told.facts.clone_from(&leaf.facts);
    for (field, disclosed) in store::disclosures(db, keyring, &Entry { index, leaf })? {
        let value = match disclosed {
            Disclosed::Erased => "erased".to_owned(),
            Disclosed::Mismatch => "does not fit its commitment".to_owned(),
            Disclosed::Value(value) => value,
        };
        told.personal.insert(field.as_str(), value);
    }
    Ok(told)
}

/// What stands before the entries.
pub(super) fn head(format: Format) -> String {
    match format {
        Format::Csv => csv::row(&COLUMNS.map(str::to_owned)),
        Format::Jsonl | Format::Ocsf => String::new(),
    }
}

impl Told {
    /// The entry's line.
    pub(super) fn line(&self, format: Format) -> Result<String, Fault> {
        match format {
            Format::Csv => {
                let personal = |field: PersonalField| self.personal.get(field.as_str()).cloned();
                let cells = [
                    Some(self.index.to_string()),
                    Some(self.at.clone()),
                    Some(self.kind.to_owned()),
                    Some(self.what.to_owned()),
                    Some(self.actor.clone()),
                    self.about.clone(),
                    self.report.clone(),
                    self.copy.clone(),
                    personal(PersonalField::NetworkAddress),
                    personal(PersonalField::UserAgent),
                    Some(json(&self.facts)?),
                    Some(json(&self.personal)?),
                    self.actor_id.clone(),
                    self.about_id.clone(),
                ];
                Ok(csv::row(&cells.map(Option::unwrap_or_default)))
            }
            Format::Jsonl => Ok(format!("{}\n", json(self)?)),
            Format::Ocsf => Ok(format!("{}\n", self.ocsf())),
        }
    }

    /// Index, time, kind and severity: what stands around an event that is shipped.
    pub(super) fn heading(&self) -> (u64, String, &'static str, u8) {
        (self.index, self.at.clone(), self.kind, self.severity())
    }
}

/// A value as JSON.
fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new("entry as JSON", error))
}
