//! What staff do with the log itself: they read it, check it, and look copies up. Each leaves an entry of its own, so
//! that whoever watches is watched.
//!
//! What was searched for stands in the facts, in words of the house. The person searched for is the one the entry is
//! about: their address stands nowhere.

use super::act::{Act, Recorded};
use super::event::{Actor, Event};
use super::kind::{EventKind, PersonalField};
use super::store::Filter;
use super::verify::Verdict;
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId, ReportId, VersionId};
use crate::text::hex;
use std::net::IpAddr;

/// The fact of a `log.verified` entry: what was found, as [`outcome`] names it.
pub const VERDICT: &str = "verdict";
/// The fact of a `log.verified` entry: the first entry that is wrong.
pub const FIRST_BAD: &str = "first_bad";
/// The fact of a `log.verified` entry: what is wrong, for people.
pub const WHY: &str = "why";
/// The fact of a `log.verified` entry: how many entries were checked.
pub const ENTRIES: &str = "entries";
/// The fact of a `log.verified` entry: how many stored checkpoints were checked.
pub const CHECKPOINTS: &str = "checkpoints";
/// The fact of a `log.verified` entry: how many pieces of personal data fit their commitments.
pub const DISCLOSED: &str = "disclosed";
/// The fact of a `log.verified` entry: how long it took.
pub const TOOK_MILLIS: &str = "took_millis";

/// A member of staff who reads, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// Who.
    pub by: PersonId,
    /// The network address the server saw.
    pub address: IpAddr,
}

impl Reader {
    /// An event of this reader.
    pub fn event(&self, kind: EventKind) -> Event {
        Event::new(kind).by(Actor::Staff(self.by)).personal(
            self.by,
            PersonalField::NetworkAddress,
            &self.address.to_string(),
        )
    }
}

/// What of the log is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// One entry with what is disclosed of it.
    Entry(u64),
    /// Entries of somebody whose address nobody here has.
    Nobody(Filter),
    /// A page of entries.
    Page(Filter),
}

/// Records that the log is read. To be done before anything of it is shown.
pub fn search<'a>(act: Act<'a>, reader: Reader, sought: &Sought) -> Result<Recorded<'a, ()>, Fault> {
    let event = reader.event(EventKind::LogSearched);
    let event = match sought {
        Sought::Entry(index) => event.fact("entry", *index),
        Sought::Nobody(filter) => filtered(event, filter).fact("person", "an address that nobody here has"),
        Sought::Page(filter) => filtered(event, filter),
    };
    Ok(act.record(event, ()))
}

/// Records that entries leave with the personal data beside them, and answers `value`. To be done before the first byte.
pub fn export<'a, T>(
    act: Act<'a>,
    reader: Reader,
    filter: &Filter,
    format: &'static str,
    value: T,
) -> Result<Recorded<'a, T>, Fault> {
    let event = filtered(reader.event(EventKind::LogExported), filter);
    Ok(act.record(event.fact("personal_data", true).fact("format", format), value))
}

/// Adds what a filter asks for.
fn filtered(mut event: Event, filter: &Filter) -> Event {
    let Filter { kind, person, people, network, report, grant, copy, from, until, before, after } = filter;
    if let Some(kind) = kind {
        event = event.fact("kind", kind.as_str());
    }
    if let Some(person) = person {
        event = event.about(*person);
    }
    if !people.is_empty() {
        event = event.fact("people", u64::try_from(people.len()).unwrap_or(u64::MAX));
    }
    if network.is_some() {
        // Which one it was stands nowhere: an address is personal data, and of nobody whom this entry is about.
        event = event.fact("network_given", true);
    }
    if let Some(report) = report {
        event = event.report(*report);
    }
    if let Some(grant) = grant {
        event = event.grant(*grant);
    }
    if let Some(copy) = copy {
        event = event.copy(copy);
    }
    if let Some(from) = from {
        event = event.fact("from", from.rfc3339());
    }
    if let Some(until) = until {
        event = event.fact("until", until.rfc3339());
    }
    if let Some(before) = before {
        event = event.fact("before", *before);
    }
    if let Some(after) = after {
        event = event.fact("after", *after);
    }
    event
}

/// What of the distribution register is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looked {
    /// Only of this report.
    pub report: Option<ReportId>,
    /// Only of this version, when its recall is looked at.
    pub version: Option<VersionId>,
    /// Only what stands so, by its stable name.
    pub standing: Option<&'static str>,
    /// Whether it was narrowed to a company or person; whose name that was stands nowhere.
    pub company_given: bool,
}

/// Records that the distribution register is read. To be done before anything of it is shown.
pub fn read_register(act: Act<'_>, reader: Reader, looked: Looked) -> Result<Recorded<'_, ()>, Fault> {
    Ok(act.record(registered(reader.event(EventKind::RegisterRead), looked), ()))
}

/// Records that the distribution register leaves as a file. To be done before the first byte.
pub fn export_register(act: Act<'_>, reader: Reader, looked: Looked) -> Result<Recorded<'_, ()>, Fault> {
    let event = reader.event(EventKind::RegisterExported).fact("format", "csv");
    Ok(act.record(registered(event, looked), ()))
}

/// Adds what of the register was asked for.
fn registered(mut event: Event, looked: Looked) -> Event {
    let Looked { report, version, standing, company_given } = looked;
    if let Some(report) = report {
        event = event.report(report);
    }
    if let Some(version) = version {
        event = event.version(version);
    }
    if let Some(standing) = standing {
        event = event.fact("standing", standing);
    }
    event.fact("company_given", company_given)
}

/// The stable name of a verdict.
pub const fn outcome(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Tampered { .. } => "tampered",
        Verdict::Unusable { .. } => "unusable",
        Verdict::Whole(_) => "whole",
    }
}

/// Records what a check of the whole log has found, whatever it was.
pub fn verify<'a>(
    act: Act<'a>,
    reader: Reader,
    verdict: &Verdict,
    took_millis: u64,
) -> Result<Recorded<'a, ()>, Fault> {
    let event = verified(reader.event(EventKind::LogVerified), verdict, took_millis);
    Ok(act.record(event, ()))
}

/// Records what the server's own check of the whole log has found.
pub fn self_check<'a>(act: Act<'a>, verdict: &Verdict, took_millis: u64) -> Result<Recorded<'a, ()>, Fault> {
    let event = verified(Event::new(EventKind::LogVerified), verdict, took_millis);
    Ok(act.record(event, ()))
}

/// Adds what a check has found.
fn verified(event: Event, verdict: &Verdict, took_millis: u64) -> Event {
    let event = event.fact(VERDICT, outcome(verdict)).fact(TOOK_MILLIS, took_millis);
    match verdict {
        Verdict::Whole(whole) => event
            .fact(ENTRIES, whole.entries)
            .fact("root", whole.root.as_str())
            .fact(CHECKPOINTS, whole.checkpoints)
            .fact(DISCLOSED, whole.disclosed)
            .fact("erased", whole.erased)
            .fact("undisclosed", whole.undisclosed)
            .fact("open_downloads", whole.open_downloads),
        Verdict::Tampered { index: Some(index), why } => {
            event.fact(FIRST_BAD, *index).fact(WHY, why.as_str())
        }
        Verdict::Tampered { index: None, why } | Verdict::Unusable { why } => event.fact(WHY, why.as_str()),
    }
}

/// Records that an anchor contradicts the log: `why` says how, in words of the house.
pub fn anchor_disputed(
    act: Act<'_>,
    anchor: String,
    size: u64,
    why: String,
) -> Result<Recorded<'_, ()>, Fault> {
    let event =
        Event::new(EventKind::AnchorDisputed).fact("anchor", anchor).fact("size", size).fact("why", why);
    Ok(act.record(event, ()))
}

/// Records that an anchor has not taken a checkpoint for too long.
pub fn anchor_overdue(
    act: Act<'_>,
    anchor: String,
    size: u64,
    waits_secs: i64,
) -> Result<Recorded<'_, ()>, Fault> {
    let event = Event::new(EventKind::AnchorOverdue)
        .fact("anchor", anchor)
        .fact("known_size", size)
        .fact("waits_secs", waits_secs);
    Ok(act.record(event, ()))
}

/// A copy that was looked up.
#[derive(Clone, Debug, Default)]
pub struct LookUp {
    /// Its number, when one was typed or read.
    pub copy: Option<String>,
    /// Whose it is, when it is one of ours.
    pub issued: Option<Issued>,
    /// SHA-256 of the file that was dropped.
    pub sha256: Option<[u8; 32]>,
    /// Whether that file is the copy as it was sent, to the last byte.
    pub identical: Option<bool>,
}

/// To whom a copy was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Under which grant.
    pub grant: GrantId,
    /// To whom.
    pub person: PersonId,
    /// Of which report.
    pub report: ReportId,
    /// Of which version.
    pub version: VersionId,
}

/// Records that a copy was looked up.
pub fn look_up<'a>(act: Act<'a>, reader: Reader, looked: &LookUp) -> Result<Recorded<'a, ()>, Fault> {
    let LookUp { copy, issued, sha256, identical } = looked;
    let mut event = reader.event(EventKind::CopyLookedUp).fact("found", issued.is_some());
    if let Some(copy) = copy {
        event = event.copy(copy);
    }
    if let Some(Issued { grant, person, report, version }) = issued {
        event = event.about(*person).grant(*grant).report(*report).version(*version);
    }
    if let Some(sha256) = sha256 {
        event = event.fact("file_sha256", hex(sha256));
    }
    if let Some(identical) = identical {
        event = event.fact("identical", *identical);
    }
    Ok(act.record(event, ()))
}
