//! The page `docs/events.md`, read as what it promises: which facts and personal data an entry may hold.

use candor::db::Database;
use candor::ledger::Leaf;
use candor::ledger::store::{self, Filter};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Entries read at a time.
const PAGE: u16 = 1000;

/// What the page tells of a kind.
pub struct Told {
    /// The kind's stable name.
    pub kind: String,
    /// When it happens.
    pub when: String,
    /// The names of facts: whatever stands between backquotes.
    pub facts: Vec<String>,
    /// The personal fields.
    pub personal: Vec<String>,
}

/// The rows of the page's table.
pub fn told(page: &str) -> Vec<Told> {
    let quoted =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "a row of docs/events.md has four cells: {line}");
        Told {
            kind: cells[0].trim_matches('`').to_owned(),
            when: cells[1].to_owned(),
            facts: quoted(cells[2]),
            personal: quoted(cells[3]),
        }
    })
    .collect()
}

/// The page's rows by kind.
fn page() -> &'static BTreeMap<String, Told> {
    static PAGE: OnceLock<BTreeMap<String, Told>> = OnceLock::new();
    PAGE.get_or_init(|| {
        let rows = told(include_str!("../../../docs/events.md"));
        rows.into_iter().map(|row| (row.kind.clone(), row)).collect()
    })
}

/// What an entry holds that the page does not tell of.
pub fn untold(leaf: &Leaf) -> Vec<String> {
    let Some(row) = page().get(leaf.kind.as_str()) else { return vec![format!("all of {}", leaf.kind)] };
    let facts = leaf.facts.keys().filter(|fact| !row.facts.contains(fact)).map(String::as_str);
    let fields = leaf.personal.keys().map(|field| field.as_str());
    // The page says above its table that whatever somebody signed in does may say from where.
    let from_where = if leaf.by.person().is_some() { "network_address" } else { "" };
    let fields =
        fields.filter(|field| *field != from_where && !row.personal.iter().any(|told| told == field));
    facts.chain(fields).map(|name| format!("{name} of {}", leaf.kind)).collect()
}

/// Fails when an entry of this log holds what the page does not tell of. Entries that a test made unreadable are left out.
pub fn all_are_told_of(database: &Database) {
    let mut db = database.read().unwrap();
    let mut filter = Filter::default();
    loop {
        let entries = store::list_stored(&mut db, &filter, PAGE).unwrap();
        let Some(last) = entries.last() else { return };
        filter.before = Some(last.index);
        for leaf in entries.into_iter().filter_map(|entry| entry.leaf.ok()) {
            assert_eq!(untold(&leaf), Vec::<String>::new(), "docs/events.md does not tell of these");
        }
    }
}
