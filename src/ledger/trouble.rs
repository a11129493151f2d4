//! What the writer answers when an act was not saved. Opaque faults: the constants are for logs and tests.

use super::anchor::DAMAGED;
use crate::fault::Fault;

/// Too many acts are waiting.
pub const BUSY: &str = "the writer has too many acts waiting";
/// The writer has stopped.
pub const CLOSED: &str = "the writer has stopped";
/// Certainly nothing of the batch was saved.
pub const NOT_SAVED: &str = "the commit was lost and nothing was saved";
/// Whether the batch was saved cannot be found out.
pub const UNKNOWN: &str = "the commit's outcome is unknown";
/// The log's key is not the one that this process signs with.
pub const MOVED_ON: &str =
    "the log goes on in a new epoch or under another signing key; this process has to start again";
/// The database shows less than this process has seen committed.
pub const TAKEN_BACK: &str = "the database shows an older log than the one this process has seen: an earlier state was put in its place, or a standby that lagged behind took over";
/// The database shows other entries than those this process has seen committed.
pub const REWRITTEN: &str =
    "the database shows another log than the one this process has seen: its entries were changed";
/// The last entry is dated far after this clock.
pub const CLOCK_BEHIND: &str = "the log's last entry is dated more than five minutes after this server's clock, so nothing is appended: set the clock right. If it is right, an entry was written under a clock that ran ahead: go back to a backup from before it, then `candor ledger new-epoch`";
/// The act panicked and was rolled back.
pub const PANICKED: &str = "an act panicked";
/// The act hid an error of the database and was rolled back.
pub const SWALLOWED: &str = "an act swallowed a database error";
/// The housekeeping's name is not on the list.
pub const UNLISTED: &str = "this housekeeping is not on the list";

/// See [`BUSY`].
pub(super) const fn busy() -> Fault {
    Fault::unavailable(BUSY)
}
/// See [`CLOSED`].
pub(super) const fn closed() -> Fault {
    Fault::unavailable(CLOSED)
}
/// See [`NOT_SAVED`].
pub(super) const fn not_saved() -> Fault {
    Fault::unavailable(NOT_SAVED)
}
/// See [`UNKNOWN`].
pub(super) const fn unknown() -> Fault {
    Fault::uncertain(UNKNOWN)
}
/// See [`MOVED_ON`].
pub(super) const fn moved_on() -> Fault {
    Fault::unavailable(MOVED_ON)
}
/// See [`TAKEN_BACK`].
pub(super) const fn taken_back() -> Fault {
    Fault::unavailable(TAKEN_BACK)
}
/// See [`REWRITTEN`].
pub(super) const fn rewritten() -> Fault {
    Fault::unavailable(REWRITTEN)
}
/// See [`CLOCK_BEHIND`].
pub(super) const fn clock_behind() -> Fault {
    Fault::unavailable(CLOCK_BEHIND)
}
/// Whether the writer can go on after this.
pub(super) fn unless_final(fault: &Fault) -> Result<(), &'static str> {
    match fault.what() {
        // A head that is none was changed too.
        what @ (DAMAGED | MOVED_ON | REWRITTEN | TAKEN_BACK) => Err(what),
        _ => Ok(()),
    }
}
/// See [`PANICKED`].
pub(super) fn panicked(act: &'static str) -> Fault {
    Fault::new(PANICKED, act)
}
/// See [`SWALLOWED`].
pub(super) fn swallowed(act: &'static str) -> Fault {
    Fault::new(SWALLOWED, act)
}
