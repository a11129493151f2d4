//! A house with one report on offer, somebody at its sales desk, and people who ask through the portal.

use super::report::publish;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::house::House;
use crate::support::visitor::{Page, Visitor};
use candor::accounts::{self, Company};
use candor::db::data_keys;
use candor::fault::Fault;
use candor::grants::acts::{Invitation, invite};
use candor::grants::{Grant, Terms, store as grants};
use candor::identity::{Origin, Role, store as people};
use candor::ids::{GrantId, PersonId, RequestId, VersionId};
use candor::ledger::{Act, EventKind, Recorded};
use candor::nda::{self, Evidence, Nda, acts::Shown};
use candor::notices::letter::{Letter, LetterKind};
use candor::notices::outbox;
use candor::release::{Admission, Asker, Refused};
use candor::reports::{self, acts::Withdrawal};
use candor::requests::{Details, Relation, Request, State, store as requests};
use candor::seal::KeyOwner;
use candor::text::{CompanyName, Domain, EmailAddress, JobTitle, LongText, PersonName, Reason};

/// The house with its report.
pub struct Office {
    pub house: House,
    pub officer: PersonId,
    pub report: VersionId,
}

impl Office {
    /// A house on this database: company `house.example`, a finalized report with two exceptions, no NDA text.
    pub fn new(database: &TestDatabase) -> Self {
        Self::with(database, "")
    }
    /// The same with these lines in its configuration besides.
    pub fn with(database: &TestDatabase, lines: &str) -> Self {
        let house = House::on(database, lines);
        let officer = house.add_staff("Officer", Role::Compliance);
        let company = Company {
            name: CompanyName::parse("House Ltd").unwrap(),
            contact: email("trust@house.example"),
            domain: Domain::parse("house.example").unwrap(),
            statement: LongText::parse("We share what our auditors found.").unwrap(),
        };
        act(&house, "company.change", move |act| accounts::acts::change_company(act, officer, &company));
        let report = publish(&house, officer);
        Self { house, officer, report }
    }
    /// The same with an NDA text in force.
    pub fn furnished(database: &TestDatabase) -> Self {
        let office = Self::new(database);
        office.publishes_nda();
        office
    }
    /// Puts an NDA text in force.
    pub fn publishes_nda(&self) -> Nda {
        let (house, by) = (self.house.app().house.clone(), self.officer);
        let body = LongText::parse("What you read here stays with you.").unwrap();
        act(&self.house, "nda.publish", move |act| nda::acts::publish(act, &house, by, body))
    }
    /// Withdraws the report.
    pub fn withdraws(&self) {
        let (by, report, house) = (self.officer, self.report, self.house.app().house.clone());
        let reason = Withdrawal { reason: Reason::parse("The auditor asked for it.").unwrap() };
        act(&self.house, "report.withdraw", move |act| {
            reports::acts::withdraw(act, &house, by, report, &reason)
        });
    }
    /// Somebody at the sales desk.
    pub fn seller(&self, name: &str) -> Visitor {
        self.house.staff(name, Role::Sales)
    }

    /// Fills in the portal's form. The address is not confirmed by that.
    pub fn asks(&self, name: &str, address: &str) -> Visitor {
        let mut asking = self.house.visitor_from("198.51.100.9");
        let page = asking.get("/request");
        let form = page.form("/request").tick("items", &self.report.to_string());
        let form = form.fill("name", name).fill("email", address).fill("organisation", "Meridian Bank");
        let form = form.choose("relation", "customer").fill("reason", "Vendor review before signing.");
        let sent = asking.submit(&page, &form);
        assert_eq!(sent.status, 303, "{}", sent.words());
        asking
    }
    /// Fills in the form and types the mailed code.
    pub fn asks_and_confirms(&self, name: &str, address: &str) -> Visitor {
        let mut asking = self.asks(name, address);
        let text = self.letters(LetterKind::Code, address).remove(0).text;
        let code = text.lines().map(str::trim).find(|line| line.len() == 9 && line.contains('-')).unwrap();
        let sent = asking.post_form("/confirm", &[("csrf", ""), ("code", code)]);
        assert_eq!(sent.status, 303, "{}", sent.words());
        asking
    }
    /// Invites a reader of Meridian Bank: the act behind the page, where many are needed.
    pub fn invites(&self, name: &str) {
        self.invites_on(name, Terms::new(30, 3));
    }
    /// The same, for reading in the browser only.
    pub fn invites_to_read(&self, name: &str) {
        self.invites_on(name, Terms::new(30, 0));
    }
    /// Invites on these terms.
    fn invites_on(&self, name: &str, terms: Terms) {
        let address = format!("{}@meridian-bank.example", name.to_lowercase().replace(' ', "."));
        self.invites_at(name, &address, terms);
    }
    /// Invites somebody at this address.
    pub fn invites_at(&self, name: &str, address: &str, terms: Terms) {
        let invitation = Invitation {
            email: email(address),
            name: PersonName::parse(name).unwrap(),
            company: CompanyName::parse("Meridian Bank").unwrap(),
            items: vec![self.report],
            terms,
            reason: None,
            pressing: candor::grants::acts::Pressing::Refused,
        };
        let (house, by) = (self.house.app().house.clone(), self.officer);
        act(&self.house, "grant.invite", move |act| invite(act, &house, by, &invitation));
    }
    /// A request that waits although no NDA text is in force: past the portal, which would not take it.
    pub fn has_waiting(&self, name: &str, address: &str) {
        let app = self.house.app();
        let (keyring, clock) = (&app.keyring, &app.clock);
        let db = &mut app.database.connect().unwrap();
        let name = PersonName::parse(name).unwrap();
        let person = people::find_or_insert_person(db, keyring, clock, &email(address), Some(&name)).unwrap();
        let key = data_keys::open_for(db, keyring, KeyOwner::Person(person.id)).unwrap();
        let details = Details {
            company: CompanyName::parse("Meridian Bank").unwrap(),
            reason: None,
            address: "198.51.100.9".to_owned(),
        };
        let request = Request {
            id: RequestId::new(clock),
            person: person.id,
            relation: Relation::Customer,
            state: State::Unconfirmed,
            details: Some(details),
            items: vec![self.report],
            created_at: clock.now(),
            confirmed_at: None,
            decided_at: None,
            decided_by: None,
            decision: None,
        };
        requests::insert(db, clock, &key, &request).unwrap();
        assert!(requests::update_confirmed(db, request.id, clock.now()).unwrap());
    }
    /// The letters of this kind to this address, the newest first.
    pub fn letters(&self, kind: LetterKind, address: &str) -> Vec<Letter> {
        let app = self.house.app();
        let db = &mut *app.database.read().unwrap();
        let queued = outbox::list_newest(db, 100).unwrap();
        let opened = queued.iter().map(|one| one.open(db, &app.keyring).unwrap());
        opened.filter(|letter| letter.kind == kind && letter.to.as_str() == address).collect()
    }
    /// The grants of the person with this address, the newest first.
    pub fn grants_of(&self, address: &str) -> Vec<Grant> {
        let app = self.house.app();
        let db = &mut *app.database.read().unwrap();
        let person = people::find_person_by_email(db, &app.keyring, &email(address)).unwrap();
        person.map_or_else(Vec::new, |person| grants::list_by_person(db, &app.keyring, person.id).unwrap())
    }
    /// Accepts the text in force for the person with this address.
    pub fn accepts_nda(&self, address: &str) {
        let app = self.house.app();
        let db = &mut *app.database.read().unwrap();
        let person = people::find_person_by_email(db, &app.keyring, &email(address)).unwrap().unwrap();
        let text = nda::store::find_in_force(db).unwrap().unwrap();
        let evidence = Evidence {
            name: PersonName::parse(person.shown_as()).unwrap(),
            title: JobTitle::parse("Head of vendor risk").unwrap(),
            company: CompanyName::parse("Meridian Bank").unwrap(),
            verified_by: "by mailed code".to_owned(),
            address: "198.51.100.9".to_owned(),
            user_agent: "Candor test".to_owned(),
            boxes: Vec::new(),
            button: "I agree to the NDA".to_owned(),
        };
        let shown = Shown { nda: text.id, shown_at: app.clock.now(), page: "the page".to_owned() };
        let house = app.house.clone();
        act(&self.house, "nda.accept", move |act| {
            nda::acts::accept(act, &house, person.id, &shown, evidence)
        });
    }
    /// Opens the report room at the gate, as its page does.
    pub fn opens_room(&self, grant: &Grant) -> Result<Admission, Refused> {
        let app = self.house.app();
        let origin =
            Origin { address: "198.51.100.9".parse().unwrap(), user_agent: "Candor test".to_owned() };
        let asker = Asker { person: grant.person, confirmed_at: app.clock.now(), origin };
        let (gate, id): (_, GrantId) = (app.gate.clone(), grant.id);
        actix_web::rt::System::new().block_on(async move { gate.admit_room(asker, id).await })
    }
    /// How many entries of this kind the log holds.
    pub fn entries(&self, kind: EventKind) -> usize {
        let filter = candor::ledger::store::Filter { kind: Some(kind), ..Default::default() };
        candor::ledger::store::list(&mut self.house.app().database.read().unwrap(), &filter, 1_000)
            .unwrap()
            .len()
    }
}

/// Runs `test` in a furnished house on both databases.
pub fn in_offices(test: impl Fn(&Office)) {
    on_both(|database| test(&Office::furnished(database)));
}

/// The link of the only request, grant or the like on a page.
pub fn only_link(page: &Page, begins: &str) -> String {
    let links: Vec<String> = page.links().into_iter().filter(|link| link.starts_with(begins)).collect();
    assert_eq!(links.len(), 1, "{links:?} on {}", page.words());
    links[0].clone()
}

/// An address.
pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Runs an act of the house, which must be accepted.
pub fn act<T, E>(
    house: &House,
    name: &'static str,
    act: impl for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
) -> T
where
    T: Send + 'static,
    E: From<Fault> + std::fmt::Debug + Send + 'static,
{
    house.app().writer.act_blocking(name, act).unwrap().value
}
