//! Entries as they leave in an export: CSV that no spreadsheet runs, JSON lines, and OCSF events.

use super::names::Names;
use crate::db::Db;
use crate::fault::Fault;
use crate::ledger::store::{self, Disclosed, Entry, Stored};
use crate::ledger::{EventKind, Fact, PersonalField};
use crate::seal::Keyring;
use crate::text::csv;
use serde::Serialize;
use serde_json::Value;
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
const COLUMNS: [&str; 12] = [
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
];

/// An entry with the personal data beside it.
#[derive(Serialize)]
pub(super) struct Told {
    index: u64,
    at: String,
    kind: &'static str,
    what: &'static str,
    actor: String,
    about: Option<String>,
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
        about: None,
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
    };
    let Ok(leaf) = leaf else { return Ok(told) };
    told.kind = leaf.kind.as_str();
    told.what = leaf.kind.words();
    told.event = Some(leaf.kind);
    told.actor = names.actor(db, leaf.by)?;
    told.about = names.subject(db, &leaf)?;
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
                ];
                Ok(csv::row(&cells.map(Option::unwrap_or_default)))
            }
            Format::Jsonl => Ok(format!("{}\n", json(self)?)),
            Format::Ocsf => Ok(format!("{}\n", self.ocsf())),
        }
    }

    /// Whether it says that something did not succeed.
    const fn failed(&self) -> bool {
        use EventKind as E;
        matches!(
            self.event,
            Some(
                E::AccessRefused
                    | E::CodeFailed
                    | E::StaffSignInRefused
                    | E::DeskRefused
                    | E::DownloadAborted
            )
        )
    }

    /// How much it matters, by OCSF: 1 informational, 2 low, 4 high.
    const fn severity(&self) -> u8 {
        use EventKind as E;
        match self.event {
            Some(
                E::IntegrityFailed
                | E::AnchorDisputed
                | E::AnchorOverdue
                | E::LogEpochOpened
                | E::ReportRecalled
                | E::UnusualNoticed,
            )
            | None => 4,
            _ if self.failed() => 2,
            _ => 1,
        }
    }

    /// Index, time, kind and severity: what stands around an event that is shipped.
    pub(super) fn heading(&self) -> (u64, String, &'static str, u8) {
        (self.index, self.at.clone(), self.kind, self.severity())
    }

    /// The entry as an OCSF event: file hosting activity for reports, authentication for sign-ins, API activity else.
    fn ocsf(&self) -> Value {
        use EventKind as E;
        let (class, activity) = match self.event {
            Some(
                E::CompanionStarted
                | E::DownloadStarted
                | E::DownloadCompleted
                | E::DownloadAborted
                | E::DownloadOutcomeUnknown,
            ) => (6006, 2),
            Some(
                E::ReportViewed
                | E::ReportPageViewed
                | E::ReportReadByToken
                | E::BridgeLetterTaken
                | E::AccessRefused,
            ) => (6006, 14),
            Some(E::StaffSignedIn | E::StaffSignInRefused | E::CodeConfirmed | E::CodeFailed) => (3002, 1),
            Some(E::SessionEnded) => (3002, 2),
            _ => (6003, 99),
        };
        let (failed, severity) = (self.failed(), self.severity());
        serde_json::json!({
            "metadata": {
                "version": "1.3.0",
                "uid": self.index.to_string(),
                "product": { "name": "Candor", "vendor_name": "Candor", "version": env!("CARGO_PKG_VERSION") },
            },
            "category_uid": class / 1000,
            "class_uid": class,
            "activity_id": activity,
            "type_uid": class * 100 + activity,
            "severity_id": severity,
            "status_id": if failed { 2 } else { 1 },
            "time": self.at_millis,
            "message": self.what,
            "actor": { "user": { "name": self.actor } },
            "src_endpoint": { "ip": self.personal.get(PersonalField::NetworkAddress.as_str()) },
            "http_request": { "user_agent": self.personal.get(PersonalField::UserAgent.as_str()) },
            "file": { "name": self.report, "type_id": 1, "uid": self.copy },
            "unmapped": { "kind": self.kind, "about": self.about, "facts": self.facts, "grant": self.grant, "closes": self.closes },
        })
    }
}

/// A value as JSON.
fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new("entry as JSON", error))
}
