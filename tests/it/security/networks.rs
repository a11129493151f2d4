//! The log by network address: what came from there, with everything else that can be asked, and gone with the person.

use super::people::{ADDRESS, erases, person, story};
use super::{Desk, RECIPIENT};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use crate::support::sealed::files;
use crate::support::visitor::Page;
use candor::db::Db;
use candor::fault::Fault;
use candor::identity::Role;
use candor::ids::{PersonId, ReportId};
use candor::ledger::networks::{NetworkIndex, found_from};
use candor::ledger::store::{self, Filter};
use candor::ledger::{Actor, Event, EventKind, PersonalField, Writer};
use diesel::QueryableByName;
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;

/// Where they came from.
const SEEN: &str = "203.0.113.77";

/// The indexes that a page lists, in its order.
fn listed(page: &Page) -> Vec<u64> {
    let entry = |href: &String| href.strip_prefix("/security/entries/")?.parse().ok();
    page.links().iter().filter_map(entry).collect()
}

/// Appends an entry of somebody who was seen at this address.
fn came(writer: &Writer, kind: EventKind, who: PersonId, from: &str, report: Option<ReportId>) {
    let event = Event::new(kind).by(Actor::Person(who)).personal(who, PersonalField::NetworkAddress, from);
    let event = report.into_iter().fold(event, Event::report);
    writer.act_blocking("came", move |act| Ok::<_, Fault>(act.record(event, ()))).unwrap();
}

/// What this address has, and whatever else is asked.
fn found(db: &mut Db, index: NetworkIndex, filter: Filter) -> Vec<u64> {
    let filter = Filter { network: Some(index), ..filter };
    store::list(db, &filter, 1000).unwrap().iter().map(|entry| entry.index).collect()
}

/// A number.
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many rows this asks for.
fn count(db: &mut Db, sql: &str) -> i64 {
    diesel::sql_query(sql).get_result::<Count>(db).unwrap().n
}

/// Lets rows beside the log be changed.
fn disarm(db: &mut Db) {
    let sql = match db {
        Db::Sqlite(_) => "DROP TRIGGER ledger_personal_no_update",
        Db::Pg(_) => "ALTER TABLE ledger_personal DISABLE TRIGGER ALL",
    };
    db.batch_execute(sql).unwrap();
}

#[test]
fn an_address_finds_what_came_from_it_page_by_page_in_both_directions() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let ada = desk.house.add_staff("Ada", Role::Sales);
        let start = desk.house.app().writer.head().size;
        let writer = desk.house.app().writer.clone();
        for number in 0..260 {
            let from = if number % 2 == 0 { SEEN } else { "203.0.113.78" };
            came(&writer, EventKind::CertificateRead, ada, from, None);
        }
        let wanted: Vec<u64> = (0..130).rev().map(|number| start + 2 * number).collect();
        let (mut seen, mut at) = (Vec::new(), format!("/security?address={SEEN}"));
        loop {
            let page = desk.security.get(&at);
            assert_eq!(page.status, 200, "{}", page.words());
            assert!(listed(&page).len() <= 50);
            seen.extend(listed(&page));
            let Some(older) = page.links().into_iter().find(|href| href.contains("before=")) else { break };
            assert!(older.contains(&format!("address={SEEN}")), "the filter went lost: {older}");
            at = older;
        }
        assert_eq!(seen, wanted);
        let (mut back, mut page) = (Vec::new(), desk.security.get(&at));
        loop {
            back = [listed(&page), back].concat();
            let Some(newer) = page.links().into_iter().find(|href| href.contains("after=")) else { break };
            page = desk.security.get(&newer);
        }
        assert_eq!(back, wanted, "and back again");
        // In any spelling, and where somebody just types what they have.
        for asked in ["address=%3A%3Affff%3A203.0.113.77", "person=203.0.113.77", "address=+203.0.113.77+"] {
            assert_eq!(listed(&desk.security.get(&format!("/security?{asked}"))), wanted[..50], "{asked}");
        }
        let words = desk.security.get("/security?address=192.0.2.1").words();
        assert!(words.contains("No entry matches"), "{words}");
    });
}

#[test]
fn an_address_goes_together_with_every_other_filter() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads_from(&grant, SEEN);
        let (ada, ben) = (desk.house.add_staff("Ada", Role::Sales), desk.house.add_staff("Ben", Role::Sales));
        let app = desk.house.app().clone();
        let report = desk.entries(EventKind::DownloadStarted)[0].leaf.report;
        came(&app.writer, EventKind::CertificateRead, ada, SEEN, None);
        came(&app.writer, EventKind::CertificateRead, ben, SEEN, report);
        came(&app.writer, EventKind::NdaDeclined, ada, "2001:db8::7", report);
        let last = app.writer.head().size - 1;
        let index = NetworkIndex::of(&app.keyring, SEEN.parse().unwrap());
        let asked = |filter: Filter| desk.read(|db| Ok(found(db, index, filter)));
        let started = desk.entries(EventKind::DownloadStarted)[0].index;
        assert_eq!(asked(Filter::default()), [last - 1, last - 2, started]);
        let kind = Some(EventKind::CertificateRead);
        assert_eq!(asked(Filter { kind, ..Filter::default() }), [last - 1, last - 2]);
        assert_eq!(asked(Filter { report, ..Filter::default() }), [last - 1, started]);
        assert_eq!(asked(Filter { report, kind, ..Filter::default() }), [last - 1]);
        assert_eq!(asked(Filter { grant: Some(grant.id), ..Filter::default() }), [started]);
        assert_eq!(asked(Filter { person: Some(ada), ..Filter::default() }), [last - 2]);
        assert_eq!(asked(Filter { person: Some(grant.person), ..Filter::default() }), [started]);
        assert_eq!(
            asked(Filter { people: vec![ada, grant.person], ..Filter::default() }),
            [last - 2, started]
        );
        assert_eq!(asked(Filter { before: Some(last - 1), ..Filter::default() }), [last - 2, started]);
        assert_eq!(asked(Filter { after: Some(started), ..Filter::default() }), [last - 1, last - 2]);
        assert!(asked(Filter { until: Some(candor::clock::Micros(0)), ..Filter::default() }).is_empty());
        let copy = Some(grant.copy.to_string());
        assert_eq!(asked(Filter { copy, ..Filter::default() }), [started]);

        // The same by the page, where the shown address leads to what came from there.
        let mail = RECIPIENT.replace('@', "%40");
        let page =
            desk.security.get(&format!("/security?address={SEEN}&person={mail}&kind=download.started"));
        assert_eq!(listed(&page), [started], "{}", page.words());
        let page = desk.security.get(&format!("/security?address={SEEN}&person=Ada"));
        assert_eq!(listed(&page), [last - 2], "{}", page.words());
        for (at, link) in [(started, "203.0.113.77"), (last, "2001%3Adb8%3A%3A7")] {
            let page = desk.security.get(&format!("/security/entries/{at}"));
            let link = format!("/security?address={link}");
            assert!(page.links().contains(&link), "{:?}", page.links());
            assert!(listed(&desk.security.get(&link)).contains(&at));
        }
    });
}

#[test]
fn what_is_no_address_is_refused_in_words_and_a_search_is_recorded_without_the_address() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let before = desk.house.app().writer.head().size;
        for typed in ["203.0.113.0%2F24", "203.0.113", "203.0.113.7%3A443", "fe80%3A%3A1%25eth0", "nowhere"] {
            let page = desk.security.get(&format!("/security?address={typed}"));
            assert_eq!(page.status, 422, "{typed}");
            assert!(page.words().contains("type a whole one"), "{}", page.words());
            assert!(page.links().contains(&"#f-address".to_owned()) && listed(&page).is_empty());
        }
        assert_eq!(desk.house.app().writer.head().size, before, "nothing was searched");
        desk.security.get(&format!("/security?address={SEEN}&kind=certificate.read"));
        let searched = desk.entries(EventKind::LogSearched).remove(0);
        assert_eq!(searched.leaf.facts["network_given"].to_string(), "true");
        assert!(!format!("{:?}", searched.leaf).contains(SEEN), "{:?}", searched.leaf);
        assert_eq!(searched.leaf.about, None);

        // Neither does a saved filter tell it to whoever has the disk.
        let page = desk.security.get(&format!("/security?address={SEEN}"));
        let sent =
            desk.security.submit(&page, &page.form("/security/filters").fill("name", "From the office"));
        assert_eq!(sent.status, 303, "{}", sent.words());
        let link = format!("/security?address={SEEN}");
        assert!(desk.security.get("/security").links().contains(&link));
        let lies = |file: &std::path::PathBuf| {
            std::fs::read(file).unwrap().windows(SEEN.len()).any(|window| window == SEEN.as_bytes())
        };
        assert!(!files(database).iter().any(lies), "the address lies in the clear");
    });
}

#[test]
fn an_export_by_address_holds_what_came_from_there_and_nothing_else() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let ada = desk.house.add_staff("Ada", Role::Sales);
        let writer = desk.house.app().writer.clone();
        came(&writer, EventKind::CertificateRead, ada, SEEN, None);
        came(&writer, EventKind::NdaDeclined, ada, "203.0.113.78", None);
        let page = desk.security.get(&format!("/security?address={SEEN}"));
        let sent = desk.security.submit(&page, &page.form("/security/export"));
        assert_eq!(sent.status, 200, "{}", sent.words());
        let text = String::from_utf8_lossy(&sent.body).into_owned();
        assert!(text.contains(SEEN) && text.contains("certificate.read"), "{text}");
        assert!(!text.contains("203.0.113.78") && !text.contains("nda.declined"), "{text}");
        let exported = desk.entries(EventKind::LogExported).remove(0);
        assert_eq!(exported.leaf.facts["network_given"].to_string(), "true");
    });
}

#[test]
fn the_page_says_from_which_entry_on_addresses_are_found_when_older_ones_are_not() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let ada = desk.house.add_staff("Ada", Role::Sales);
        let writer = desk.house.app().writer.clone();
        came(&writer, EventKind::CertificateRead, ada, SEEN, None);
        assert_eq!(desk.read(found_from), None);
        assert!(!desk.security.get("/security").words().contains("Addresses can be searched from"));
        // As an earlier version left it.
        let mut db = desk.intruder();
        disarm(&mut db);
        db.batch_execute("UPDATE ledger_personal SET network_index = NULL").unwrap();
        let old = writer.head().size;
        let last =
            count(&mut db, "SELECT max(entry_idx) AS n FROM ledger_personal WHERE field = 'network_address'");
        came(&writer, EventKind::CertificateRead, ada, SEEN, None);
        assert_eq!(desk.read(found_from), Some(u64::try_from(last).unwrap() + 1));
        let page = desk.security.get(&format!("/security?address={SEEN}"));
        assert_eq!(listed(&page), [old]);
        let said = format!("Addresses can be searched from entry {} on", last + 1);
        assert!(page.words().contains(&said), "{}", page.words());
    });
}

#[test]
fn an_index_that_leads_elsewhere_is_found_by_the_check() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let ada = desk.house.add_staff("Ada", Role::Sales);
        let writer = desk.house.app().writer.clone();
        came(&writer, EventKind::CertificateRead, ada, SEEN, None);
        let victim = writer.head().size - 1;
        let mut db = desk.intruder();
        disarm(&mut db);
        let zeros = match db {
            Db::Sqlite(_) => "zeroblob(16)",
            Db::Pg(_) => "decode(repeat('00', 16), 'hex')",
        };
        db.batch_execute(&format!(
            "UPDATE ledger_personal SET network_index = {zeros} WHERE entry_idx = {victim}"
        ))
        .unwrap();
        let page = desk.security.get("/security/integrity");
        let sent = desk.security.submit(&page, &page.form("/security/integrity"));
        let words = desk.security.follow(&sent).words();
        assert!(words.contains(&format!("First bad entry: {victim}")), "{words}");
        assert!(words.contains("is not of that address"), "{words}");
    });
}

#[test]
fn what_an_address_is_found_by_goes_with_the_person_and_leaves_others_alone() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let ben = office.house.add_staff("Ben", Role::Sales);
        story(&office);
        let app = office.house.app();
        let id = person(&office, ADDRESS).unwrap();
        // Hers, and of somebody who sits beside her.
        came(&app.writer, EventKind::CertificateRead, id, SEEN, None);
        came(&app.writer, EventKind::CertificateRead, ben, SEEN, None);
        let bens = app.writer.head().size - 1;
        let index = NetworkIndex::of(&app.keyring, SEEN.parse().unwrap());
        let db = &mut app.database.connect().unwrap();
        assert_eq!(found(db, index, Filter::default()), [bens, bens - 1]);
        let indexed = "SELECT count(*) AS n FROM ledger_personal WHERE network_index IS NOT NULL";
        let before = count(db, indexed);
        let hers = candor::text::hex(id.as_bytes());
        let literal = match db {
            Db::Sqlite(_) => format!("x'{hers}'"),
            Db::Pg(_) => format!("decode('{hers}', 'hex')"),
        };
        let of_hers = format!("{indexed} AND person_id = {literal}");
        assert!(count(db, &of_hers) > 1 && count(db, &of_hers) < before);

        erases(&mut sentinel, id);
        assert_eq!(count(db, &of_hers), 0, "the index went with the row");
        assert_eq!(found(db, index, Filter::default()), [bens]);
        let page = sentinel.get(&format!("/security?address={SEEN}"));
        assert_eq!(listed(&page), [bens]);
        // And the entry that stays leads nowhere by her address.
        let page = sentinel.get(&format!("/security/entries/{}", bens - 1));
        assert!(!page.links().iter().any(|link| link.contains("address=")), "{:?}", page.links());
    });
}
