//! After an erasure: what is left of somebody anywhere, and what the log says of them.

use super::people::{ADDRESS, erases, person, story, wait_for_letters};
use crate::sales::desk::Office;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use crate::support::sealed::{Opened, files, open_all};
use candor::identity::Role;
use candor::ids::PersonId;
use candor::ledger::EventKind;
use candor::ledger::export::{self, Disclose, Signer};
use candor::ledger::store;
use candor::ledger::verify::{Outside, Verdict};
use diesel::sql_types::Binary;
use diesel::{QueryableByName, RunQueryDsl as _};
use std::fs;
use std::path::PathBuf;

/// What names them, wherever it might lie.
const SECRETS: [&str; 6] =
    [ADDRESS, "Ada First", "meridian-bank.example", "Meridian Bank", "198.51.100.9", "Head of vendor risk"];

/// The cells that hold one of these texts.
fn holding<'a>(opened: &'a [Opened], secrets: &[&str]) -> Vec<&'a Opened> {
    let holds = |one: &&Opened| {
        let text = one.text.to_lowercase();
        secrets.iter().any(|secret| text.contains(&secret.to_lowercase()))
    };
    opened.iter().filter(holds).collect()
}

/// Where these bytes lie among the files of a house and of its database, letters for people left out.
fn lying(office: &Office, database: &TestDatabase, bytes: &[u8]) -> Vec<PathBuf> {
    let letters = office.house.folder().join("data.letters");
    let mut all = office.house.folder().files();
    all.retain(|file| !file.starts_with(&letters) && file.extension().is_none_or(|ending| ending != "eml"));
    all.extend(files(database));
    let holds = |file: &PathBuf| {
        fs::read(file).is_ok_and(|whole| whole.windows(bytes.len()).any(|window| window == bytes))
    };
    all.retain(holds);
    all
}

/// A person's wrapped key.
#[derive(QueryableByName)]
struct Wrapped {
    #[diesel(sql_type = Binary)]
    wrapped: Vec<u8>,
}

/// The wrapped key of a person, as the database has it.
fn wrapped(office: &Office, id: PersonId) -> Vec<u8> {
    let mut db = office.house.app().database.connect().unwrap();
    let sql = "SELECT wrapped FROM data_key WHERE owner_kind = 'person' AND owner_id = $1";
    let row: Wrapped =
        diesel::sql_query(sql).bind::<Binary, _>(id.as_bytes().to_vec()).get_result(&mut db).unwrap();
    row.wrapped
}

#[test]
fn nothing_of_an_erased_person_is_left_but_what_a_hold_keeps() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let _seller = office.seller("Sara");
        let (mut browser, _) = story(&office);
        wait_for_letters(&office);
        let app = office.house.app();
        let id = person(&office, ADDRESS).unwrap();
        let key = wrapped(&office, id);
        let before = open_all(&app.database, &app.keyring);
        for place in [
            "person.email",
            "person.name",
            "access_request.details",
            "access_request.decision",
            "report_grant.mark",
            "nda_acceptance.evidence",
            "mail_code.asked_from",
            "letter.content",
            "ledger_personal.sealed:email",
        ] {
            assert!(
                holding(&before, &SECRETS).iter().any(|one| one.place == place),
                "{place} holds nothing of hers, so that nothing is shown by its absence"
            );
        }
        if database.file().is_some() {
            assert!(!lying(&office, database, &key).is_empty(), "her wrapped key lies somewhere");
        }

        let words = erases(&mut sentinel, id);
        assert!(words.contains("Erased. Entry") && words.contains("an erased person"), "{words}");
        wait_for_letters(&office);

        // With the keyring of old: only what lies under the hold opens and names her.
        let after = open_all(&app.database, &app.keyring);
        let left: Vec<&str> = holding(&after, &SECRETS).iter().map(|one| one.place.as_str()).collect();
        assert!(left.contains(&"held_acceptance.kept"), "the evidence of her NDA stays: {left:?}");
        assert!(left.iter().all(|place| *place == "held_acceptance.kept"), "{left:?}");
        assert!(!holding(&after, &["sara@house.example"]).is_empty(), "nobody else is forgotten");
        // In the clear, and as the key that opens her: nowhere.
        for secret in SECRETS {
            assert!(lying(&office, database, secret.as_bytes()).is_empty(), "{secret} lies in a file");
        }
        let lie = lying(&office, database, &key);
        assert!(lie.is_empty(), "her key still lies in {lie:?}");
        assert_eq!(person(&office, ADDRESS), None, "nobody finds her by her address");
        // Her session has ended, and she is told by the only letter that still names her.
        assert_eq!(browser.get("/access").status, 303);
        let letters: Vec<String> = office
            .house
            .folder()
            .files()
            .into_iter()
            .filter(|file| file.extension().is_some_and(|ending| ending == "eml"))
            .map(|file| fs::read_to_string(file).unwrap())
            .filter(|letter| letter.contains(ADDRESS) || letter.contains("Ada First"))
            .collect();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(
            letters[0].contains("You were erased") && letters[0].contains("NDA evidence"),
            "{}",
            letters[0]
        );
    });
}

#[test]
fn whoever_has_withdrawn_from_the_nda_is_erased_and_the_evidence_says_when_they_withdrew() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let (mut browser, _) = story(&office);
        let access = browser.get("/access");
        let link = access.links().into_iter().find(|link| link.ends_with("/withdraw")).unwrap();
        let page = browser.get(&link);
        assert_eq!(browser.submit(&page, &page.form(&link)).status, 303);
        // Again, under the same text: she may have withdrawn from one and stand by another.
        office.house.advance_secs(60);
        office.accepts_nda(ADDRESS);

        let words = erases(&mut sentinel, person(&office, ADDRESS).unwrap());
        assert!(words.contains("Erased. Entry"), "{words}");
        assert_eq!(person(&office, ADDRESS), None);
        let holds = sentinel.get("/security/holds");
        let link = holds.links().into_iter().find(|link| link.starts_with("/security/holds/")).unwrap();
        let hold = sentinel.get(&link);
        let evidence = sentinel.submit(&hold, &hold.form(&format!("{link}/evidence")));
        assert_eq!(evidence.status, 200, "{}", evidence.words());
        assert_eq!(evidence.words().matches("Withdrawn").count(), 1, "{}", evidence.words());
        assert!(matches!(verdict(&office).erased, 1..), "the log stays whole");
    });
}

#[test]
fn the_log_of_an_erased_person_is_whole_and_both_verifiers_say_erased() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let app = office.house.app();
        let id = person(&office, ADDRESS).unwrap();
        let (erased, disclosed) = {
            let db = &mut *app.database.read().unwrap();
            (u64::try_from(store::count_personal(db, id).unwrap()).unwrap(), verdict(&office).disclosed)
        };
        assert!(erased > 10, "{erased} pieces beside the log");
        assert!(disclosed >= erased);
        assert_eq!(verdict(&office).erased, 0);
        erases(&mut sentinel, id);
        assert_eq!(verdict(&office).erased, erased);
        let entry = erased_entry(&office);
        assert_eq!(entry.facts["commitments_erased"].to_string(), erased.to_string());
        // And where it lies, with a page that says so.
        let page = sentinel.get("/security/integrity");
        let sent = sentinel.submit(&page, &page.form("/security/integrity"));
        assert!([200, 303].contains(&sent.status), "{}", sent.words());
        let words = sentinel.get("/security?kind=nda.accepted").words();
        assert!(words.contains("an erased person") && words.contains("erased"), "{words}");
    });
}

/// The entry of the erasure.
fn erased_entry(office: &Office) -> candor::ledger::Leaf {
    let filter = store::Filter { kind: Some(EventKind::PersonErased), ..Default::default() };
    store::list(&mut office.house.app().database.read().unwrap(), &filter, 1).unwrap().remove(0).leaf
}

/// What both verifiers say of the log as it is exported now.
fn verdict(office: &Office) -> candor::ledger::verify::Whole {
    let (app, folder) = (office.house.app(), TestFolder::new());
    let mut db = app.database.connect().unwrap();
    let key = store::log_key(&mut db, &app.keyring).unwrap();
    let head = store::checked_head(&mut db, &key, None).unwrap();
    let signer = Signer { keyring: &app.keyring, key: &key, witnesses: &app.witnesses };
    let to = folder.join("export");
    export::write(&mut db, signer, head, Disclose::PersonalData, &to).unwrap();
    match crate::ledger::independent::agreed("after an erasure", &to, &Outside::default()) {
        Verdict::Whole(whole) => whole,
        other => panic!("{other:?}"),
    }
}
