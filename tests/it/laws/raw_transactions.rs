//! Transactions belong to the database's module and the writer: nobody else begins, ends or nests one, and nobody
//! else opens a connection that may write.

use super::must_hold;
use super::source::{Source, closing, rust_files};

/// Where transactions are made: the database's module and the parts of the writer.
const HOMES: &[&str] =
    &["src/db/", "src/ledger/act.rs", "src/ledger/batch.rs", "src/ledger/link.rs", "src/ledger/writer"];
/// Where a connection that may write is opened besides: the commands, before or without a running writer.
const OPENERS: &[&str] = &["src/db/", "src/ledger/", "src/cli/"];
/// Words that begin, end or nest a transaction.
const WORDS: &[&str] = &["BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "START TRANSACTION"];
/// Diesel's own ways to do it.
const CALLS: &[&str] =
    &["TransactionManager", "begin_transaction", "immediate_transaction", "build_transaction"];

/// Every breach in every file.
fn check(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let lives_in = |homes: &[&str]| homes.iter().any(|home| source.path.starts_with(home));
        if !lives_in(HOMES) {
            complaints.extend(transactions(source));
        }
        if !lives_in(OPENERS) {
            let opened = source.find(".connect()");
            complaints
                .extend(opened.iter().map(|at| source.complain(*at, "only the writer may change state")));
        }
    }
    complaints
}

/// Statements and calls of one file that make a transaction. The writer's test hook may read their words.
fn transactions(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for call in ["batch_execute(", "sql_query("] {
        for at in source.find(call) {
            let open = at + call.len() - 1;
            let end = closing(&source.bare, open).unwrap();
            let raw = source.texts(open..end).iter().any(|text| is_transaction(text));
            if raw {
                complaints.push(source.complain(at, "transactions are the writer's"));
            }
        }
    }
    for call in CALLS {
        complaints
            .extend(source.find(call).iter().map(|at| source.complain(*at, "transactions are the writer's")));
    }
    complaints
}

/// Whether one of the statements in `sql` begins with a word of transactions.
fn is_transaction(sql: &str) -> bool {
    sql.split(';').any(|statement| {
        let statement =
            statement.trim_start_matches(|c: char| c.is_whitespace() || c == '\\').to_ascii_uppercase();
        WORDS.iter().any(|word| {
            statement
                .strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    })
}

#[test]
fn transactions_are_made_in_one_place() {
    must_hold(&check(&rust_files("src")));
}

#[test]
fn a_transaction_elsewhere_is_found() {
    for text in [
        "db.batch_execute(\"BEGIN IMMEDIATE\")?;",
        "db.batch_execute(\n  \"INSERT INTO a VALUES (1); commit\")?;",
        "sql_query(\"ROLLBACK TO SAVEPOINT act\").execute(db)",
        "db.immediate_transaction(|db| Ok(()))",
        "AnsiTransactionManager::begin_transaction_sql(db, sql)",
        "let mut db = database.connect()?;",
    ] {
        assert!(!check(&[Source::new("src/grants/acts.rs", text)]).is_empty(), "{text}");
        must_hold(&check(&[Source::new("src/ledger/writer.rs", text)]));
    }
    for text in [
        "// batch_execute(\"BEGIN\")",
        "sql_query(\"SELECT 1 AS ending\")",
        "show(\"COMMIT is a word\")",
        "TcpStream::connect(address)",
    ] {
        must_hold(&check(&[Source::new("src/grants/acts.rs", text)]));
    }
}
