//! A compliance officer at work: a house with a writer and a vault, and words to enter.

use crate::support::databases::TestDatabase;
use crate::support::folder::TestFolder;
use candor::clock::Clock;
use candor::db::{Db, Reader, data_keys};
use candor::exceptions::{self, Answer, Class, Content, Response, Sample, SampleParts, Test};
use candor::identity::store as people;
use candor::ids::{ExceptionId, ObjectId, PersonId, VersionId};
use candor::ledger::Writer;
use candor::notices::House;
use candor::notices::letter::Letters;
use candor::reports::{
    self, Assertion, Card, Facts, File, Framework, Method, Opinion, Period, Subservice, Tier, UserControl,
    Version,
};
use candor::seal::{DataKey, Keyring};
use candor::text::{Day, EmailAddress, Line, Paragraphs, PersonName, Reason, Slug};
use candor::vault::{ObjectRef, Vault};
use std::sync::Arc;

/// A house with one compliance officer.
pub struct Desk {
    pub database: candor::db::Database,
    pub house: House,
    pub writer: Writer,
    pub vault: Vault,
    pub officer: PersonId,
    pub folder: TestFolder,
}

impl Desk {
    /// A house on this database.
    pub fn new(database: &TestDatabase) -> Self {
        let clock = Clock::held(day("2026-11-21").start().plus_secs(9 * 3600));
        let house = House {
            keyring: Arc::new(Keyring::generate(&clock)),
            clock,
            letters: Arc::new(Letters::load().unwrap()),
            base_url: "https://trust.halvorsen.example".into(),
        };
        let database = (**database).clone();
        let officer = people::insert_person(
            &mut database.connect().unwrap(),
            &house.keyring,
            &house.clock,
            &EmailAddress::parse("tobias.reinholt@halvorsen.example").unwrap(),
            Some(&PersonName::parse("Tobias Reinholt").unwrap()),
        )
        .unwrap()
        .id;
        let writer =
            Writer::start(database.clone(), Arc::clone(&house.keyring), house.clock.clone()).unwrap();
        let folder = TestFolder::new();
        let vault = Vault::open(folder.path()).unwrap();
        Self { database, house, writer, vault, officer, folder }
    }
    /// A connection for looking.
    pub fn read(&self) -> Reader {
        self.database.read().unwrap()
    }
    /// A connection past every rule of the program.
    pub fn intruder(&self) -> Db {
        self.database.connect().unwrap()
    }
    /// A second person at the desk.
    pub fn colleague(&self, address: &str, name: &str) -> PersonId {
        let db = &mut self.intruder();
        let (email, name) = (EmailAddress::parse(address).unwrap(), PersonName::parse(name).unwrap());
        people::insert_person(db, &self.house.keyring, &self.house.clock, &email, Some(&name)).unwrap().id
    }
    /// Creates a report.
    pub fn creates(&self, slug: &str) -> Result<Version, reports::acts::CreateError> {
        let (house, by) = (self.house.clone(), self.officer);
        let new = reports::acts::NewReport { slug: Slug::parse(slug).unwrap(), card: card(), facts: facts() };
        self.writer
            .act_blocking("report.create", move |act| reports::acts::create(act, &house, by, new))
            .map(|done| done.value)
    }
    /// Changes what is said about it.
    pub fn changes_facts(
        &self,
        id: VersionId,
        card: Card,
        facts: Facts,
    ) -> Result<(), reports::acts::ChangeError> {
        let (house, by) = (self.house.clone(), self.officer);
        self.writer
            .act_blocking("report.facts", move |act| {
                reports::acts::change_facts(act, &house, by, id, (&card, &facts))
            })
            .map(|done| done.value)
    }
    /// Gives it a file.
    pub fn attaches(&self, id: VersionId, file: File) -> Result<Vec<ObjectId>, reports::acts::ChangeError> {
        let by = self.officer;
        self.writer
            .act_blocking("report.upload", move |act| reports::acts::attach_upload(act, by, id, &file))
            .map(|done| done.value)
    }
    /// Records an exception.
    pub fn records(
        &self,
        id: VersionId,
        content: Content,
    ) -> Result<ExceptionId, exceptions::acts::RecordError> {
        let (house, by) = (self.house.clone(), self.officer);
        self.writer
            .act_blocking("exception.record", move |act| {
                exceptions::acts::record(act, &house, by, id, &content)
            })
            .map(|done| done.value)
    }
    /// Changes one.
    pub fn changes(&self, id: ExceptionId, content: Content) -> Result<(), exceptions::acts::RecordError> {
        let (house, by) = (self.house.clone(), self.officer);
        self.writer
            .act_blocking("exception.change", move |act| {
                exceptions::acts::change(act, &house, by, id, &content)
            })
            .map(|done| done.value)
    }
    /// Removes one.
    pub fn removes(&self, id: ExceptionId) -> Result<(), exceptions::acts::RecordError> {
        let (house, by) = (self.house.clone(), self.officer);
        self.writer
            .act_blocking("exception.remove", move |act| exceptions::acts::remove(act, &house, by, id))
            .map(|done| done.value)
    }
    /// Finalizes a version.
    pub fn finalizes(&self, id: VersionId) -> Result<Version, reports::acts::FinalizeError> {
        let (house, by) = (self.house.clone(), self.officer);
        self.writer
            .act_blocking("report.finalize", move |act| exceptions::acts::finalize(act, &house, by, id))
            .map(|done| done.value)
    }
    /// Withdraws it.
    pub fn withdraws(&self, id: VersionId) -> Result<(), reports::acts::WithdrawError> {
        let (house, by) = (self.house.clone(), self.officer);
        let reason =
            reports::acts::Withdrawal { reason: Reason::parse("The auditor asked for it.").unwrap() };
        self.writer
            .act_blocking("report.withdraw", move |act| reports::acts::withdraw(act, &house, by, id, &reason))
            .map(|done| done.value)
    }
    /// The version's key.
    pub fn key(&self, version: &Version) -> DataKey {
        data_keys::open_for(&mut self.read(), &self.house.keyring, version.key_owner()).unwrap()
    }
    /// The version as it is stored.
    pub fn version(&self, id: VersionId) -> Version {
        reports::store::require(&mut self.read(), id).unwrap()
    }
    /// Its exceptions, opened.
    pub fn exceptions(&self, version: &Version) -> Vec<exceptions::Exception> {
        let rows = exceptions::store::list_sealed(&mut self.read(), version.id).unwrap();
        exceptions::store::open_all(&self.key(version), rows).unwrap()
    }
    /// A finalized report with one exception.
    pub fn publishes(&self, slug: &str) -> (Version, ExceptionId) {
        let version = self.creates(slug).unwrap();
        let exception = self.records(version.id, content("E-1")).unwrap();
        self.attaches(version.id, self.file()).unwrap();
        (self.finalizes(version.id).unwrap(), exception)
    }
    /// Rows of a file whose objects no test reads.
    pub fn file(&self) -> File {
        let object = |size_bytes| ObjectRef {
            id: ObjectId::new(&self.house.clock),
            size_bytes,
            sha256: [7; 32],
            sealed_sha256: [8; 32],
        };
        File {
            original: object(4_000),
            body: object(5_000),
            manifest: object(600),
            pages: 49,
            tier: Tier::T2,
            warnings: vec!["A form was flattened.".to_owned()],
            source_sha256: [7; 32],
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.writer.finish();
    }
}

/// A day.
pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A line.
pub fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

/// Paragraphs.
pub fn words(text: &str) -> Paragraphs {
    Paragraphs::parse(text).unwrap()
}

/// A complete card.
pub fn card() -> Card {
    Card {
        title: line("SOC 2 Type II, 2026"),
        reference: None,
        framework: Framework::Soc2Type2,
        report_type: line("Type II examination"),
        criteria: vec![line("Security"), line("Availability")],
        period: Period::between(day("2025-10-01"), day("2026-09-30")).unwrap(),
        period_note: None,
        report_date: Some(day("2026-11-12")),
        auditor: line("Fennimore Quill LLP"),
        audited: None,
        opinion: Opinion::Unqualified,
        explanation: None,
        summary: Some(words("Security and availability of the payables service.")),
        predecessor: None,
        next_expected: Some(day("2027-11-15")),
        note: None,
    }
}

/// Facts with words that must not be found in the clear.
pub fn facts() -> Facts {
    Facts {
        scope: Some(words("SECRETSCOPE of the payables service")),
        in_scope: vec![line("SECRETSERVICE invoices")],
        not_in_scope: vec![line("SECRETOUTSIDE mobile app")],
        subservices: vec![Subservice {
            name: line("SECRETHOST Inc."),
            service: line("Hosting"),
            method: Method::CarveOut,
        }],
        user_controls: vec![UserControl {
            reference: line("CUEC-1"),
            criteria: None,
            text: words("SECRETCUEC: user entities remove their own leavers."),
        }],
        restricted_use: Some(words("SECRETUSE only for specified parties.")),
        specified_parties: Some(words("SECRETPARTIES user entities and their auditors")),
        assertion: Some(Assertion {
            signer: line("SECRETSIGNER, chief executive"),
            date: Some(day("2026-11-10")),
        }),
        except_for: None,
    }
}

/// An exception with words that must not be found in the clear.
pub fn content(reference: &str) -> Content {
    Content {
        reference: line(reference),
        title: line("SECRETTITLE access of leavers"),
        criterion: line("CC6.2"),
        control: words("SECRETCONTROL access is removed within one business day."),
        tests: vec![Test::Inspection],
        test_words: Some(words("SECRETTEST compared dates.")),
        sample: Some(
            Sample::try_from(SampleParts { size: 25, population: Some(41), deviations: Some(3), unit: None })
                .unwrap(),
        ),
        finding: words("SECRETFINDING for 3 of 25 persons access was removed late."),
        pages: Some(line("21")),
        nature: None,
        impact: Some(words("SECRETIMPACT none was used.")),
        compensating: None,
        class: Class::SystemicOperating,
        weight: exceptions::Weight::default(),
        repeats: None,
        recommendation: None,
        evaluation: None,
        response: Some(Response::Answered(Answer {
            acknowledgement: words("SECRETRESPONSE we agree."),
            root_cause: Some(words("SECRETCAUSE the mail was late.")),
            completed: None,
            in_progress: None,
            planned_date: Some(day("2026-12-18")),
        })),
    }
}
