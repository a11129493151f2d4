//! An entry as an event of the Open Cybersecurity Schema Framework 1.3: File Hosting Activity for reports, Authentication for
//! sign-ins, API Activity for everything else.
//!
//! Invariant: every kind of entry gives each attribute that its class requires, none that its class does not have, and no null;
//! held by `every_kind_gives_what_its_class_requires`. What the schema has no place for stands under `unmapped`.

use super::Told;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::store::Known;
use crate::ids::PersonId;
use crate::ledger::acts::{VERDICT, WHOLE};
use crate::ledger::{Actor, EventKind as E, Fact, Leaf, PersonalField};
use crate::web::security::names::Names;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// File Hosting Activity.
const FILES: u32 = 6006;
/// Authentication.
const SIGN_INS: u32 = 3002;
/// API Activity.
const ACTS: u32 = 6003;

/// Whoever did something or is concerned: what the schema calls a user. Their number stands in the entry itself.
#[derive(Clone, Default)]
pub(super) struct User {
    name: Option<String>,
    email: Option<String>,
    /// By the schema: 0 unknown, 1 user, 3 system.
    kind: u8,
}

impl User {
    /// Who did it; `words` are said where there is no person.
    pub(super) fn of_actor(
        db: &mut Db,
        names: &mut Names<'_>,
        actor: Actor,
        words: &str,
    ) -> Result<Self, Fault> {
        if let Some(id) = actor.person() {
            return Self::of_person(db, names, id, words);
        }
        let kind = if matches!(actor, Actor::System | Actor::Operator) { 3 } else { 0 };
        Ok(Self { name: Some(words.to_owned()), kind, ..Self::default() })
    }

    /// Whom an entry is about.
    pub(super) fn of_subject(db: &mut Db, names: &mut Names<'_>, leaf: &Leaf) -> Result<Option<Self>, Fault> {
        leaf.about.map(|id| Self::of_person(db, names, id, "not on file")).transpose()
    }

    /// A person. Of one who was erased, or who cannot be read, only the number is left, and what is said of that.
    fn of_person(db: &mut Db, names: &mut Names<'_>, id: PersonId, words: &str) -> Result<Self, Fault> {
        Ok(match names.known(db, id)? {
            Known::Person(person) => Self {
                name: person.name.as_ref().map(ToString::to_string),
                email: Some(person.email.to_string()),
                kind: 1,
            },
            Known::Erased | Known::Missing | Known::Unreadable => {
                Self { name: Some(words.to_owned()), ..Self::default() }
            }
        })
    }

    /// As the schema has it, with the person's number.
    fn json(&self, uid: Option<&String>) -> Value {
        let uid = uid.cloned();
        let mut user = object([("uid", &uid), ("name", &self.name), ("email_addr", &self.email)]);
        user.insert("type_id".to_owned(), self.kind.into());
        user.into()
    }
}

/// An object of those texts that are there.
fn object<const N: usize>(texts: [(&str, &Option<String>); N]) -> Map<String, Value> {
    let there = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
    there.collect()
}

impl Told {
    /// Whether it says that something did not succeed.
    fn failed(&self) -> bool {
        match self.event {
            Some(
                E::AccessRefused
                | E::AnchorDisputed
                | E::AnchorOverdue
                | E::CodeFailed
                | E::DeskRefused
                | E::DownloadAborted
                | E::IntegrityFailed
                | E::ReportUploadRefused
                | E::StaffSignInRefused,
            ) => true,
            Some(E::LogVerified) => self.facts.get(VERDICT) != Some(&Fact::from(WHOLE)),
            Some(_) | None => false,
        }
    }

    /// How it ended, by OCSF: 0 not known, 1 success, 2 failure.
    fn status(&self) -> u8 {
        match self.event {
            Some(E::DownloadOutcomeUnknown) | None => 0,
            Some(_) if self.failed() => 2,
            Some(_) => 1,
        }
    }

    /// How much it matters, by OCSF: 1 informational, 2 low, 4 high.
    pub(super) fn severity(&self) -> u8 {
        match self.event {
            Some(
                E::AnchorDisputed
                | E::AnchorOverdue
                | E::IntegrityFailed
                | E::LogEpochOpened
                | E::ReportRecalled
                | E::UnusualNoticed,
            )
            | None => 4,
            Some(E::LogVerified) if self.failed() => 4,
            Some(_) if self.failed() => 2,
            Some(_) => 1,
        }
    }

    /// Class and activity.
    const fn class(&self) -> (u32, u32) {
        match self.event {
            Some(
                E::CompanionStarted
                | E::DownloadStarted
                | E::DownloadCompleted
                | E::DownloadAborted
                | E::DownloadOutcomeUnknown,
            ) => (FILES, 2),
            Some(
                E::ReportViewed
                | E::ReportPageViewed
                | E::ReportReadByToken
                | E::BridgeLetterTaken
                | E::AccessRefused,
            ) => (FILES, 14),
            Some(E::StaffSignedIn | E::StaffSignInRefused | E::CodeConfirmed | E::CodeFailed) => {
                (SIGN_INS, 1)
            }
            Some(E::SessionEnded) => (SIGN_INS, 2),
            _ => (ACTS, 99),
        }
    }

    /// Where it came from. The schema wants to be told something: what is no address is told as a name.
    fn source(&self) -> Value {
        match self.personal.get(PersonalField::NetworkAddress.as_str()) {
            Some(ip) if ip.parse::<IpAddr>().is_ok() => json!({ "ip": ip }),
            Some(words) => json!({ "name": words }),
            None => json!({ "name": "not recorded" }),
        }
    }

    /// What the schema has no place for.
    fn unmapped(&self, class: u32) -> Value {
        let browser = self.browser().filter(|_| class == FILES);
        let report = self.report.clone().filter(|_| class == SIGN_INS);
        let closes = self.closes.map(|closes| closes.to_string());
        let mut rest = object([
            ("about", &self.about),
            ("about_uid", &self.about_id),
            ("closes", &closes),
            ("grant", &self.grant),
            ("report", &report),
            ("user_agent", &browser),
        ]);
        rest.insert("kind".to_owned(), self.kind.into());
        rest.insert("facts".to_owned(), json!(self.facts));
        rest.into()
    }

    /// The browser, as it says of itself.
    fn browser(&self) -> Option<String> {
        self.personal.get(PersonalField::UserAgent.as_str()).cloned()
    }

    /// The event.
    pub(super) fn ocsf(&self) -> Value {
        let (class, activity) = self.class();
        let mut event = json!({
            "metadata": {
                "version": "1.3.0",
                "uid": self.index.to_string(),
                "product": { "name": "Candor", "vendor_name": "Candor", "version": env!("CARGO_PKG_VERSION") },
            },
            "category_uid": class / 1000,
            "class_uid": class,
            "activity_id": activity,
            "type_uid": class * 100 + activity,
            "severity_id": self.severity(),
            "status_id": self.status(),
            "time": self.at_millis,
            "message": self.what,
            "actor": { "user": self.by.json(self.actor_id.as_ref()) },
            "src_endpoint": self.source(),
            "unmapped": self.unmapped(class),
        });
        let Some(event_of_class) = event.as_object_mut() else { return event };
        let mut add = |name: &str, value: Value| event_of_class.insert(name.to_owned(), value);
        match class {
            FILES => {
                let name = self.report.as_deref().unwrap_or("a report that is not named");
                let mut file = object([("uid", &self.copy)]);
                file.insert("name".to_owned(), name.into());
                file.insert("type_id".to_owned(), 1.into());
                add("file", file.into());
            }
            SIGN_INS => {
                add(
                    "user",
                    match &self.whom {
                        Some(whom) => whom.json(self.about_id.as_ref()),
                        None => self.by.json(self.actor_id.as_ref()),
                    },
                );
                add("service", json!({ "name": "Candor" }));
            }
            _ => {
                add("activity_name", self.kind.into());
                add("api", json!({ "operation": self.kind, "service": { "name": "Candor" } }));
                let resource = object([("name", &self.report), ("uid", &self.copy)]);
                if !resource.is_empty() {
                    add("resources", json!([resource]));
                }
            }
        }
        if let Some(browser) = self.browser().filter(|_| class != FILES) {
            add("http_request", json!({ "user_agent": browser }));
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of every class: what it requires, from the published schema 1.3.0 (`schema.ocsf.io/1.3.0/base_event`).
    const BASE: &[&str] = &[
        "/activity_id",
        "/category_uid",
        "/class_uid",
        "/metadata/product/vendor_name",
        "/metadata/version",
        "/severity_id",
        "/time",
        "/type_uid",
    ];
    /// What each class requires besides, objects down to what they require themselves; from
    /// `schema.ocsf.io/1.3.0/classes/file_hosting`, authentication and `api_activity`, and the objects they name.
    const REQUIRED: &[(u32, &[&str])] = &[
        (FILES, &["/actor", "/file/name", "/file/type_id", "/src_endpoint"]),
        (SIGN_INS, &["/user"]),
        (ACTS, &["/actor", "/api/operation", "/src_endpoint"]),
    ];
    /// Of these at least one must be there, where the object is (the schema's constraints).
    const AT_LEAST_ONE: &[(&str, &[&str])] = &[
        ("/actor", &["user", "process", "session", "app_name"]),
        ("/actor/user", &["account", "name", "uid"]),
        ("/api/service", &["name", "uid"]),
        ("/service", &["name", "uid"]),
        ("/src_endpoint", &["ip", "uid", "name", "hostname"]),
        ("/user", &["account", "name", "uid"]),
    ];
    /// What each class has of what we tell.
    const KNOWN: &[(u32, &[&str])] = &[
        (FILES, &["actor", "file", "src_endpoint"]),
        (SIGN_INS, &["actor", "http_request", "service", "src_endpoint", "user"]),
        (ACTS, &["activity_name", "actor", "api", "http_request", "resources", "src_endpoint"]),
    ];
    const KNOWN_BASE: &[&str] = &[
        "activity_id",
        "category_uid",
        "class_uid",
        "message",
        "metadata",
        "severity_id",
        "status_id",
        "time",
        "type_uid",
        "unmapped",
    ];

    /// An entry with nothing beside it.
    fn bare(kind: E) -> Told {
        Told {
            index: 7,
            at: "2026-11-21T09:30:00Z".to_owned(),
            kind: kind.as_str(),
            what: kind.words(),
            actor: "somebody unknown".to_owned(),
            actor_id: None,
            about: None,
            about_id: None,
            report: None,
            copy: None,
            grant: None,
            download: None,
            acceptance: None,
            closes: None,
            facts: std::collections::BTreeMap::new(),
            personal: std::collections::BTreeMap::new(),
            at_millis: 1_795_253_400_000,
            event: Some(kind),
            by: User { name: Some("somebody unknown".to_owned()), ..User::default() },
            whom: None,
        }
    }

    /// An entry with everything.
    fn full(kind: E) -> Told {
        let ada = User { name: Some("Ada".to_owned()), email: Some("ada@firm.example".to_owned()), kind: 1 };
        let mut told = Told { by: ada.clone(), whom: Some(ada), ..bare(kind) };
        (told.actor_id, told.about_id) = (Some("0192".to_owned()), Some("0192".to_owned()));
        told.about = Some("Ada, ada@firm.example".to_owned());
        told.report = Some("SOC 2, version 1".to_owned());
        told.copy = Some("C0PY".to_owned());
        told.grant = Some("0193".to_owned());
        told.closes = Some(3);
        told.personal.insert(PersonalField::NetworkAddress.as_str(), "203.0.113.7".to_owned());
        told.personal.insert(PersonalField::UserAgent.as_str(), "Browser/1".to_owned());
        told
    }

    /// Whether there is a null anywhere.
    fn has_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(values) => values.iter().any(has_null),
            Value::Object(values) => values.values().any(has_null),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    /// The list of a class.
    fn of<'a>(lists: &[(u32, &'a [&'a str])], class: u32) -> &'a [&'a str] {
        lists.iter().find(|(other, _)| *other == class).unwrap().1
    }

    #[test]
    fn every_kind_gives_what_its_class_requires() {
        for kind in E::ALL {
            for told in [bare(*kind), full(*kind)] {
                let event = told.ocsf();
                let (class, activity) = told.class();
                for path in BASE.iter().chain(of(REQUIRED, class)) {
                    assert!(event.pointer(path).is_some(), "{kind}: {path} in {event}");
                }
                for (path, names) in AT_LEAST_ONE {
                    let Some(object) = event.pointer(path) else { continue };
                    assert!(names.iter().any(|name| object.get(name).is_some()), "{kind}: {path} in {event}");
                }
                assert!(class != SIGN_INS || event.get("service").is_some());
                assert!(activity != 99 || event.get("activity_name").is_some());
                assert!(!has_null(&event), "{kind}: {event}");
                for name in event.as_object().unwrap().keys() {
                    let known =
                        KNOWN_BASE.contains(&name.as_str()) || of(KNOWN, class).contains(&name.as_str());
                    assert!(known, "{kind}: the class has no {name}");
                }
            }
        }
    }

    #[test]
    fn people_are_told_part_by_part_and_failures_as_failures() {
        let event = full(E::DownloadStarted).ocsf();
        let user = json!({ "uid": "0192", "name": "Ada", "email_addr": "ada@firm.example", "type_id": 1 });
        assert_eq!(event["actor"]["user"], user);
        assert_eq!(event["src_endpoint"], json!({ "ip": "203.0.113.7" }));
        for (kind, status) in [
            (E::DownloadStarted, 1),
            (E::DownloadOutcomeUnknown, 0),
            (E::ReportUploadRefused, 2),
            (E::IntegrityFailed, 2),
            (E::AccessRefused, 2),
        ] {
            assert_eq!(bare(kind).ocsf()["status_id"], status, "{kind}");
        }
        let mut verified = bare(E::LogVerified);
        assert_eq!((verified.status(), verified.severity()), (2, 4));
        verified.facts.insert(VERDICT.to_owned(), Fact::from("whole"));
        assert_eq!((verified.status(), verified.severity()), (1, 1));
        // What is left of an address that was erased is no address.
        let mut erased = full(E::ReportViewed);
        erased.personal.insert(PersonalField::NetworkAddress.as_str(), "erased".to_owned());
        assert_eq!(erased.ocsf()["src_endpoint"], json!({ "name": "erased" }));
    }
}
