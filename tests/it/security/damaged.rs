//! One bad byte in one person's row: everything else is read as before, and the check says what it found.

use super::people::{ADDRESS, person, story};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use crate::support::visitor::Visitor;
use candor::identity::{Role, UNREADABLE};
use diesel::sql_types::Binary;
use diesel::{QueryableByName, RunQueryDsl as _};

/// A cell as it is stored.
#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Binary)]
    cell: Vec<u8>,
}

/// Flips a bit of a byte in Ada's address, which may be counted from the end; gives the cell as it was.
fn flip(office: &Office, at: isize) -> Vec<u8> {
    let id = person(office, ADDRESS).unwrap().as_bytes().to_vec();
    let db = &mut office.house.app().database.connect().unwrap();
    let select = diesel::sql_query("SELECT email AS cell FROM person WHERE id = $1");
    let Cell { cell } = select.bind::<Binary, _>(id.clone()).get_result(db).unwrap();
    let mut flipped = cell.clone();
    let at = if at < 0 { cell.len() - at.unsigned_abs() } else { at.unsigned_abs() };
    flipped[at] ^= 1;
    write(office, &id, &flipped);
    cell
}

/// Writes the cell.
fn write(office: &Office, id: &[u8], cell: &[u8]) {
    let db = &mut office.house.app().database.connect().unwrap();
    let update = diesel::sql_query("UPDATE person SET email = $1 WHERE id = $2");
    let update = update.bind::<Binary, _>(cell.to_vec()).bind::<Binary, _>(id.to_vec());
    assert_eq!(update.execute(db).unwrap(), 1);
}

/// Has the whole log checked, and gives what the page says then.
fn verifies(sentinel: &mut Visitor) -> String {
    let page = sentinel.get("/security/integrity");
    let sent = sentinel.submit(&page, &page.form("/security/integrity"));
    let mut words = sentinel.follow(&sent).words();
    while words.contains("The log is being checked") {
        std::thread::sleep(std::time::Duration::from_millis(20));
        words = sentinel.get("/security/integrity").words();
    }
    words
}

#[test]
fn one_bad_byte_in_a_name_hides_nothing_else_and_the_check_finds_it() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let mut sara = office.seller("Sara");
        let (mut browser, _) = story(&office);
        let access = browser.get("/access");
        browser.submit(&access, &access.form("/access/forget"));
        let id = person(&office, ADDRESS).unwrap();
        // The format, the key's name, the ciphertext.
        for at in [0, 1, -1] {
            let whole = flip(&office, at);
            for path in [
                "/security",
                "/security/overview",
                "/security/people?q=meridian-bank.example",
                "/security/people",
            ] {
                let page = sentinel.get(path);
                assert_eq!(page.status, 200, "{path}: {}", page.words());
            }
            assert!(sentinel.get("/security").words().contains(UNREADABLE));
            assert!(sentinel.get("/security/people").words().contains(UNREADABLE), "the wish is shown");
            for path in [
                format!("/security?person={ADDRESS}"),
                format!("/security/people?q={ADDRESS}"),
                format!("/security/people/{id}"),
                "/security/people?q=ada".to_owned(),
                "/security/register".to_owned(),
                "/security?kind=grant.created".to_owned(),
                "/security/holds".to_owned(),
            ] {
                assert_eq!(sentinel.get(&path).status, 200, "{path}");
            }
            for path in ["/sales", "/sales?view=decided", "/sales/grants"] {
                assert_eq!(sara.get(path).status, 200, "{path}");
            }
            let page = sentinel.get("/security");
            let sent = sentinel.submit(&page, &page.form("/security/export"));
            assert_eq!(sent.status, 200);
            let words = verifies(&mut sentinel);
            assert!(words.contains(&format!("names person {id} does not open")), "{words}");
            assert!(words.contains("tampered"), "{words}");
            write(&office, id.as_bytes(), &whole);
        }
        assert!(verifies(&mut sentinel).contains("The log is whole"));
        // The row of one person put in place of another's.
        let staff = office.house.add_staff("Boss", Role::Admin);
        let db = &mut office.house.app().database.connect().unwrap();
        let swap = diesel::sql_query(
            "UPDATE person SET email = (SELECT email FROM person WHERE id = $1) WHERE id = $2",
        );
        let swap = swap.bind::<Binary, _>(staff.as_bytes().to_vec());
        swap.bind::<Binary, _>(id.as_bytes().to_vec()).execute(db).unwrap();
        let words = verifies(&mut sentinel);
        assert!(words.contains("damaged or exchanged"), "{words}");
    });
}
