//! What stands on My access: grants, requests, certificates and entries in words.

use crate::clock::Micros;
use crate::grants::{Grant, State as GrantState};
use crate::ids::AcceptanceId;
use crate::ledger::store::Entry;
use crate::nda::{Acceptance, Nda};
use crate::reports::{State as VersionState, Version};
use crate::requests::{Request, State};
use crate::web::page::{Status, Tone, When};
use serde::Serialize;

/// A grant.
#[derive(Serialize)]
pub(super) struct GrantWords {
    report: String,
    href: Option<String>,
    state: Status,
    since: When,
    until: When,
    downloads: String,
    copy_id: Option<String>,
    make_token: Option<String>,
}

/// A request under way.
#[derive(Serialize)]
pub(super) struct RequestWords {
    reference: String,
    href: String,
    items: String,
    state: Status,
    at: When,
}

/// An acceptance.
#[derive(Serialize)]
pub(super) struct CertificateWords {
    title: String,
    version: i32,
    at: When,
    href: String,
    index: u64,
    withdrawn: Option<When>,
    withdraw_href: Option<String>,
}

/// An entry about this person.
#[derive(Serialize)]
pub(super) struct EntryWords {
    index: u64,
    at: When,
    what: &'static str,
    detail: Option<String>,
    receipt_href: Option<String>,
}

/// A grant in words: what became of the version comes first.
pub(super) fn grant_words(grant: &Grant, version: &Version, now: Micros) -> GrantWords {
    if matches!(version.state, VersionState::Recalled(_)) {
        let href = Some(format!("/recalls/{}", version.id));
        let state = Status::new(Tone::Danger, "Recalled");
        return GrantWords { href, state, make_token: None, ..of_grant(grant, version, now) };
    }
    of_grant(grant, version, now)
}

/// A grant in words, as if its version were on offer.
fn of_grant(grant: &Grant, version: &Version, now: Micros) -> GrantWords {
    let (state, open) = match grant.state(now) {
        GrantState::Active => (Status::new(Tone::Ok, "Active"), true),
        GrantState::Expired => (Status::new(Tone::Quiet, "Expired"), false),
        GrantState::Revoked => (Status::new(Tone::Danger, "Revoked"), false),
    };
    GrantWords {
        report: version.card.title.to_string(),
        href: open.then(|| format!("/reports/{}", version.report.slug)),
        state,
        since: grant.granted_at.into(),
        until: grant.revoked_at.unwrap_or(grant.expires_at).into(),
        downloads: match grant.downloads_allowed {
            0 => "reading only".to_owned(),
            allowed => format!("{} of {allowed}", grant.downloads_started),
        },
        copy_id: Some(grant.copy.to_string()),
        make_token: open.then(|| format!("/reports/{}/tokens", version.report.slug)),
    }
}

/// A request in words.
pub(super) fn request_words((request, items): &(Request, String)) -> RequestWords {
    let state = match request.state {
        State::Approved => Status::new(Tone::Ok, "Approved"),
        State::Denied => Status::new(Tone::Danger, "Not approved"),
        State::Unconfirmed => Status::new(Tone::Quiet, "Not confirmed"),
        State::Waiting => Status::new(Tone::Warn, "Waiting"),
    };
    RequestWords {
        reference: request.reference(),
        href: format!("/requests/{}", request.id),
        items: items.clone(),
        state,
        at: request.created_at.into(),
    }
}

/// An acceptance in words; the newest one can be withdrawn from.
pub(super) fn certificate_words(
    (acceptance, text): &(Acceptance, Nda),
    company: &str,
    newest: Option<AcceptanceId>,
) -> CertificateWords {
    let is_newest = newest == Some(acceptance.id) && acceptance.withdrawn_at.is_none();
    CertificateWords {
        title: text.title(company),
        version: text.number,
        at: acceptance.accepted_at.into(),
        href: format!("/certificates/{}", acceptance.id),
        index: acceptance.entry,
        withdrawn: acceptance.withdrawn_at.map(Into::into),
        withdraw_href: is_newest.then(|| format!("/certificates/{}/withdraw", acceptance.id)),
    }
}

/// An entry in words.
pub(super) fn entry_words(entry: &Entry) -> EntryWords {
    EntryWords {
        index: entry.index,
        at: entry.leaf.at.into(),
        what: entry.leaf.kind.words(),
        detail: detail(entry),
        receipt_href: Some(format!("/access/receipts/{}", entry.index)),
    }
}

/// Which copy, and which page of it, or which document beside the report.
fn detail(entry: &Entry) -> Option<String> {
    let copy = entry.leaf.copy.as_ref().map(|copy| format!("copy {copy}"))?;
    let fact = |name: &str| entry.leaf.facts.get(name);
    Some(match (fact("page"), fact("of")) {
        (Some(page), _) => format!("page {page} of {copy}"),
        (None, Some(of)) => format!("{}, {copy}", of.to_string().replace('_', " ")),
        (None, None) => copy,
    })
}
