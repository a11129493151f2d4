//! The security desk: the log, every entry with its proof, the check of the whole, and whose copy a file is.
//!
//! Whoever reads the log is recorded in it, before anything is shown. Auditors read everything here; only the security
//! desk acts: it verifies the log and reads files that were found.

mod anchored;
mod archive;
mod auditor;
mod board;
mod chart;
mod copy;
mod decline;
mod dropped;
mod entry;
mod erase;
mod evidence;
mod export;
mod exports;
mod filter;
mod found;
mod holds;
mod hours;
mod integrity;
mod keys;
mod log;
pub(in crate::web) mod names;
mod networks;
mod overview;
mod people;
mod person;
mod recall;
mod register;
mod register_csv;
mod retention;
mod rules;
mod saved;
pub mod shipped;
mod shred;
mod told;
mod verdict;
mod words;

use super::guard::Caller;
use super::problem::Problem;
use crate::fault::Fault;
use crate::identity::{Role, Session};
use crate::ids::PersonId;
use crate::ledger::acts::Reader;
use actix_web::web;

/// The routes of this face.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/security", web::get().to(log::list))
        .route("/security/entries/{index}", web::get().to(entry::show))
        .route("/security/entries/{index}/receipt", web::get().to(entry::receipt))
        .route("/security/integrity", web::get().to(integrity::show))
        .route("/security/integrity", web::post().to(integrity::verify))
        .route("/security/integrity/checkpoint", web::get().to(integrity::checkpoint))
        .route("/security/integrity/key", web::get().to(integrity::key))
        .route("/security/reports", web::get().to(auditor::list))
        .route("/security/reports/{id}", web::get().to(auditor::show))
        .route("/security/reports/{id}", web::post().to(auditor::confirm))
        .route("/security/reports/{id}/evidence/{file}/copy", web::post().to(auditor::taken::take))
        .route("/security/board", web::get().to(board::show))
        .route("/security/overview", web::get().to(overview::show))
        .route("/security/rules", web::get().to(rules::show))
        .route("/security/rules", web::post().to(rules::change))
        .route("/security/rules/hours", web::post().to(hours::change))
        .route("/security/rules/mute", web::post().to(rules::mute))
        .route("/security/rules/unmute", web::post().to(rules::unmute))
        .route("/security/register", web::get().to(register::list))
        .route("/security/register/export", web::post().to(register_csv::download))
        .route("/security/recall/{version}", web::get().to(recall::show))
        .route("/security/recall/{version}", web::post().to(recall::recall))
        .route("/security/recall/{version}/remind", web::post().to(recall::remind))
        .route("/security/filters", web::post().to(saved::save))
        .route("/security/filters/remove", web::post().to(saved::remove))
        .route("/security/export", web::post().to(export::download))
        .route("/security/exports", web::get().to(exports::show))
        .route("/security/people", web::get().to(people::list))
        .route("/security/people/{id}", web::get().to(person::show))
        .route("/security/people/{id}/erase", web::post().to(erase::erase))
        .route("/security/people/{id}/decline", web::post().to(decline::decline))
        .route("/security/holds", web::get().to(holds::list))
        .route("/security/holds", web::post().to(holds::place))
        .route("/security/holds/{id}", web::get().to(holds::show_hold))
        .route("/security/holds/{id}/release", web::post().to(holds::release))
        .route("/security/holds/{id}/evidence", web::post().to(evidence::read))
        .route("/security/keys", web::get().to(keys::show))
        .route("/security/keys/handovers/{index}", web::get().to(keys::handover))
        .route("/security/keys/shred/{version}", web::get().to(shred::show))
        .route("/security/keys/shred/{version}", web::post().to(shred::shred))
        .route("/security/retention", web::get().to(retention::show))
        .route("/security/retention", web::post().to(retention::switch))
        .route("/security/copy", web::get().to(copy::find))
        .route("/security/copy", web::post().to(copy::read));
}

/// Who reads, and from where, for the log.
fn reader(caller: &Caller, by: PersonId) -> Reader {
    Reader { by, address: caller.origin.address }
}

/// Whether this session may act at the security desk, not only read.
fn may_act(session: &Session) -> bool {
    session.roles.contains(&Role::Security)
}

/// What is answered when entries cannot be read: that this may be no accident, and where to look.
fn unreadable(fault: Fault) -> Problem {
    Problem::from(fault)
        .todo("If entries of the log were damaged, they cannot be shown. Verify the whole log: that says which one it is.")
        .action("/security/integrity", "To the integrity of the log")
}
