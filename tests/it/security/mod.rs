//! The security desk: what is read, proven, verified and found, by whom, and that all of it is recorded.

mod afterwards;
mod board;
mod copy;
mod countries;
mod damaged;
mod entry;
mod erased;
mod export;
mod filters;
mod holds;
mod integrity;
mod log;
mod networks;
mod nodes;
mod overview;
pub mod people;
mod recall;
mod register;
mod retention;
mod roles;
mod rules;
mod sweeps;

use crate::reports::desk::{card, facts};
use crate::support::databases::TestDatabase;
use crate::support::house::House;
use crate::support::visitor::Visitor;
use candor::accounts::{self, Company};
use candor::db::Db;
use candor::fault::Fault;
use candor::grants::{Grant, Terms, acts::Invitation};
use candor::identity::{Origin, Role};
use candor::ids::{PersonId, VersionId};
use candor::ledger::store::{self, Entry, Filter};
use candor::ledger::{Event, EventKind};
use candor::nda::{self, Evidence};
use candor::release::copy::Copy;
use candor::release::{Asker, Refused};
use candor::reports::upload::{Shelf, take_in};
use candor::text::{CompanyName, Domain, EmailAddress, JobTitle, LongText, PersonName, Slug};

/// The recipient of every story.
const RECIPIENT: &str = "mara.lindqvist@customer.example";

/// A house on a test's database, with somebody at the security desk.
struct Desk {
    house: House,
    security: Visitor,
}

impl Desk {
    /// Opens a house and sits down.
    fn open(database: &TestDatabase) -> Self {
        let house = House::with(&format!("mail = \"files\"\ndatabase = \"{}\"", database.url()));
        let security = house.staff("Sentinel", Role::Security);
        Self { house, security }
    }

    /// A connection for looking.
    fn read<T>(&self, f: impl FnOnce(&mut Db) -> Result<T, Fault>) -> T {
        f(&mut self.house.app().database.read().unwrap()).unwrap()
    }

    /// A connection past every rule of the program.
    fn intruder(&self) -> Db {
        self.house.app().database.connect().unwrap()
    }

    /// The newest entries of a kind.
    fn entries(&self, kind: EventKind) -> Vec<Entry> {
        let filter = Filter { kind: Some(kind), ..Filter::default() };
        self.read(|db| store::list(db, &filter, 100))
    }

    /// Appends entries that say nothing in particular.
    fn says(&self, count: usize) {
        for _ in 0..count {
            let event = Event::new(EventKind::ServerStarted);
            let said =
                self.house.app().writer.act_blocking("say", move |act| Ok::<_, Fault>(act.record(event, ())));
            said.unwrap();
        }
    }

    /// A company, an NDA in force, and a finalized report. Gives who published it, too.
    fn publishes(&self) -> (VersionId, PersonId) {
        let app = self.house.app();
        let by = self.house.add_staff("Tobias", Role::Compliance);
        let company = Company {
            name: CompanyName::parse("Halvorsen").unwrap(),
            contact: EmailAddress::parse("trust@house.example").unwrap(),
            domain: Domain::parse("house.example").unwrap(),
            statement: LongText::parse("We keep what we promise.").unwrap(),
        };
        let done =
            app.writer.act_blocking("company", move |act| accounts::acts::change_company(act, by, &company));
        done.unwrap();
        let (house, text) = (app.house.clone(), LongText::parse("Keep it to yourself.").unwrap());
        app.writer.act_blocking("nda", move |act| nda::acts::publish(act, &house, by, text)).unwrap();
        let new = candor::reports::acts::NewReport {
            slug: Slug::parse("soc2").unwrap(),
            card: card(),
            facts: facts(),
        };
        let house = app.house.clone();
        let made =
            app.writer.act_blocking("create", move |act| candor::reports::acts::create(act, &house, by, new));
        let version = made.unwrap().value;
        let key = candor::db::data_keys::open_for(
            &mut app.database.read().unwrap(),
            &app.keyring,
            version.key_owner(),
        );
        let key = key.unwrap();
        let shelf = Shelf { vault: &app.vault, clock: &app.clock, key: &key, version: &version };
        let pdf = crate::support::report_pdf("short-report");
        let file = take_in(&shelf, &app.config.program, &pdf).unwrap();
        let id = version.id;
        app.writer
            .act_blocking("upload", move |act| candor::reports::acts::attach_upload(act, by, id, &file))
            .unwrap();
        let house = app.house.clone();
        app.writer
            .act_blocking("finalize", move |act| candor::exceptions::acts::finalize(act, &house, by, id))
            .unwrap();
        (id, by)
    }

    /// A grant of the version to [`RECIPIENT`], given by sales; the NDA is accepted.
    fn grants(&self, version: VersionId) -> Grant {
        let app = self.house.app();
        let by = self.house.add_staff("Vera", Role::Sales);
        let invitation = Invitation {
            email: EmailAddress::parse(RECIPIENT).unwrap(),
            name: PersonName::parse("Mara Lindqvist").unwrap(),
            company: CompanyName::parse("Customer AG").unwrap(),
            items: vec![version],
            terms: Terms::new(30, 3),
            reason: None,
            pressing: candor::grants::acts::Pressing::Refused,
        };
        let house = app.house.clone();
        let invited = app
            .writer
            .act_blocking("invite", move |act| candor::grants::acts::invite(act, &house, by, &invitation));
        let grant = invited.unwrap().value.remove(0);
        let text = self.read(nda::store::find_in_force).unwrap();
        let shown =
            nda::acts::Shown { nda: text.id, shown_at: app.clock.now(), page: "<p>page</p>".to_owned() };
        let evidence = Evidence {
            name: PersonName::parse("Mara Lindqvist").unwrap(),
            title: JobTitle::parse("Head of Risk").unwrap(),
            company: CompanyName::parse("Customer AG").unwrap(),
            verified_by: "a mailed code".to_owned(),
            address: "198.51.100.23".to_owned(),
            user_agent: "Browser".to_owned(),
            boxes: vec!["I agree".to_owned()],
            button: "I agree to the NDA".to_owned(),
        };
        let (house, person) = (app.house.clone(), grant.person);
        app.writer
            .act_blocking("accept", move |act| nda::acts::accept(act, &house, person, &shown, evidence))
            .unwrap();
        grant
    }

    /// The recipient's copy, as a browser receives it.
    fn downloads(&self, grant: &Grant) -> Vec<u8> {
        self.downloads_from(grant, "198.51.100.23")
    }

    /// The same, from this address.
    fn downloads_from(&self, grant: &Grant, address: &str) -> Vec<u8> {
        let mut copy = self.asks_for_copy(grant, address).unwrap();
        let mut bytes = Vec::new();
        while let Some(chunk) = copy.next_chunk() {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        bytes
    }

    /// The same, which may be refused; what was sent is left.
    fn tries_to_download(&self, grant: &Grant) -> Result<(), Refused> {
        self.asks_for_copy(grant, "198.51.100.23").map(drop)
    }

    /// Opens the report room, as its page does.
    fn opens_room(&self, grant: &Grant) {
        let app = self.house.app();
        let origin = Origin { address: "198.51.100.23".parse().unwrap(), user_agent: "Browser".to_owned() };
        let asker = Asker { person: grant.person, confirmed_at: app.clock.now(), origin };
        let (gate, id) = (app.gate.clone(), grant.id);
        actix_web::rt::System::new().block_on(async { gate.admit_room(asker, id).await }).unwrap();
    }

    /// Asks the gate for the recipient's copy.
    fn asks_for_copy(&self, grant: &Grant, address: &str) -> Result<Copy, Refused> {
        let app = self.house.app();
        let asker = Asker {
            person: grant.person,
            confirmed_at: app.clock.now(),
            origin: Origin { address: address.parse().unwrap(), user_agent: "Browser".to_owned() },
        };
        let gate = app.gate.clone();
        actix_web::rt::System::new().block_on(async { gate.admit_copy(asker, grant.id).await })
    }
}
