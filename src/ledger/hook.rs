//! The watch over an act's statements: an error that the act swallows must not pass for success.
//!
//! SQLite would go on after a failed statement, and after some errors has ended the whole transaction: the next update
//! would be durable without an entry. So the first failing statement *sours* the act, and any further statement but
//! a rollback panics before it reaches the database; the writer catches that as the act's panic.

use crate::db::Db;
use diesel::connection::{Connection as _, InstrumentationEvent};
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the connection's instrumentation and the writer share.
#[derive(Debug, Default)]
struct State {
    /// An act is running. Otherwise the writer's own statements run, and it looks after their errors itself.
    armed: AtomicBool,
    /// A statement of the act has failed.
    soured: AtomicBool,
    /// The next statement is one that diesel sends to begin or end a transaction.
    expected: AtomicBool,
}

/// The watch over one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Hook(Arc<State>);

impl Hook {
    /// Installs a new watch on a connection.
    pub(super) fn install(db: &mut Db) -> Self {
        let hook = Self::default();
        let state = Arc::clone(&hook.0);
        db.set_instrumentation(move |event: InstrumentationEvent<'_>| state.see(&event));
        hook
    }

    /// Watches from here on.
    pub(super) fn arm(&self) {
        self.0.soured.store(false, Ordering::Relaxed);
        self.0.armed.store(true, Ordering::Relaxed);
    }

    /// Ends the watch and says whether a statement failed meanwhile.
    pub(super) fn disarm(&self) -> bool {
        self.0.armed.store(false, Ordering::Relaxed);
        self.0.soured.swap(false, Ordering::Relaxed)
    }

    /// Whether a statement has failed.
    pub(super) fn is_soured(&self) -> bool {
        self.0.soured.load(Ordering::Relaxed)
    }

    /// Forgets the failure, which is being rolled back.
    pub(super) fn sweeten(&self) {
        self.0.soured.store(false, Ordering::Relaxed);
    }
}

impl State {
    /// Sees one event of the connection.
    ///
    /// # Panics
    /// When the act goes on after a failed statement: the one way to keep it from the database. The writer catches it.
    fn see(&self, event: &InstrumentationEvent<'_>) {
        if !self.armed.load(Ordering::Relaxed) {
            return;
        }
        match event {
            InstrumentationEvent::BeginTransaction { .. }
            | InstrumentationEvent::CommitTransaction { .. }
            | InstrumentationEvent::RollbackTransaction { .. } => {
                self.expected.store(true, Ordering::Relaxed);
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                let expected = self.expected.swap(false, Ordering::Relaxed);
                let soured = self.soured.load(Ordering::Relaxed);
                assert!(!soured || first_word(query) == "ROLLBACK", "a statement after one that failed");
                // Costs a formatting per statement, so only where programs are tested.
                debug_assert!(
                    expected || !is_transaction_word(&first_word(query)),
                    "an act may not begin or end transactions by hand"
                );
            }
            InstrumentationEvent::FinishQuery { error: Some(_), .. } => {
                self.soured.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

/// Whether a statement that begins so would begin or end a transaction.
fn is_transaction_word(word: &str) -> bool {
    matches!(word, "BEGIN" | "COMMIT" | "END" | "RELEASE" | "ROLLBACK" | "SAVEPOINT" | "ABORT" | "START")
}

/// The first word of a statement, in capitals. Stops formatting after it: what follows may hold personal data.
fn first_word(query: &dyn fmt::Display) -> String {
    /// Takes letters until something else comes.
    struct Word(String);
    impl fmt::Write for Word {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for c in text.chars() {
                match c {
                    c if c.is_ascii_alphabetic() && self.0.len() < 16 => self.0.push(c.to_ascii_uppercase()),
                    c if self.0.is_empty() && c.is_whitespace() => {}
                    _ => return Err(fmt::Error),
                }
            }
            Ok(())
        }
    }
    let mut word = Word(String::new());
    // An error means that the word has ended.
    let _ = write!(word, "{query}");
    word.0
}
