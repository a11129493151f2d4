//! Which version of a report a person sees under its address, and the way to get it for whoever may not.

use crate::clock::Micros;
use crate::db::Db;
use crate::db::shreds::{self, Shred};
use crate::fault::{Fault, Kind};
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::ids::{GrantId, PersonId, RequestId, VersionId};
use crate::release::recall::store as notices;
use crate::release::{Asker, Deny, NoGrant, Refused};
use crate::reports::{State, Version, store as reports};
use crate::requests::store as requests;
use crate::seal::Keyring;
use crate::text::Slug;
use crate::web::guard::Prospect;
use crate::web::problem::Problem;
use std::sync::Arc;

/// What a person finds under a report's address.
enum Found {
    /// A version, and their grant to it if they have one.
    Open(Box<(Version, Option<Grant>)>),
    /// Nothing is offered, and what they held was recalled: their grant to it opens nothing.
    Recalled(VersionId, GrantId),
    /// Nothing is offered, and the key of what they held was destroyed.
    Shredded(Box<Version>, Shred),
}

/// The newest version of a report that this person holds an active grant to; without one, the version that is offered;
/// without that, the recalled one that they were written to about.
fn find(
    db: &mut Db,
    keyring: &Keyring,
    (person, now): (PersonId, Micros),
    slug: &Slug,
) -> Result<Found, Fault> {
    let (mut offered, mut recalled, mut shredded) = (None, None, None);
    for version in reports::list_by_slug(db, slug)? {
        let is_offered = matches!(version.state, State::Finalized(_));
        let grant = grants::find_for(db, keyring, person, version.id, now)?;
        if matches!(version.state, State::Recalled(_)) && recalled.is_none() {
            let told = notices::find_told(db, version.id, person)?;
            recalled = told.and(grant.as_ref()).map(|grant| (version.id, grant.id));
        }
        if version.shredded_at.is_some() {
            if grant.is_some() && shredded.is_none() {
                shredded = shreds::find(db, version.id)?.map(|shred| (version, shred));
            }
            continue;
        }
        if !version.state.opens() {
            continue;
        }
        if grant.as_ref().is_some_and(|grant| grant.state(now) == GrantState::Active) {
            return Ok(Found::Open(Box::new((version, grant))));
        }
        if is_offered {
            offered = Some(Found::Open(Box::new((version, grant))));
        }
    }
    let recalled = recalled.map(|(version, grant)| Found::Recalled(version, grant));
    // Whoever held it is told what became of it; to everybody else it is not there.
    let found = offered.or(recalled);
    let found = found.or_else(|| shredded.map(|(version, shred)| Found::Shredded(Box::new(version), shred)));
    found.ok_or(Fault::bare("no such report").with_kind(Kind::NotFound))
}

/// The person's grant to a report; without one, the way to get it, once the refusal is recorded.
pub(in crate::web::portal) async fn require_grant(
    prospect: &Prospect,
    slug: Slug,
) -> Result<(Version, Grant), Problem> {
    let (keyring, person, now) =
        (Arc::clone(&prospect.app.keyring), prospect.person.id, prospect.app.clock.now());
    let found = prospect.app.read(move |db| {
        let found = find(db, &keyring, (person, now), &slug)?;
        let waiting = match &found {
            Found::Open(open) if open.1.is_none() => requests::find_waiting_like(db, person, open.0.id)?,
            Found::Open(_) | Found::Recalled(..) | Found::Shredded(..) => None,
        };
        Ok::<_, Fault>((found, waiting))
    });
    let (found, waiting) = found.await?;
    let gate = prospect.app.gate();
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    match found {
        Found::Open(open) => match *open {
            (version, Some(grant)) => Ok((version, grant)),
            (version, None) => {
                let why = if waiting.is_some() { NoGrant::Waiting } else { NoGrant::NotShared };
                gate.turn_away(asker, &version, why).await?;
                Err(not_shared(&version, waiting))
            }
        },
        Found::Recalled(version, grant) => {
            // Their grant opens nothing, which is the gate's to say and to record.
            if let Err(Refused::Fault(fault)) = gate.admit_room(asker, grant).await {
                return Err(fault.into());
            }
            Err(Problem::new(Kind::Gone, Deny::Recalled.to_string())
                .todo("Please destroy every copy you have, and confirm it.")
                .action(format!("/recalls/{version}"), "See why, and confirm"))
        }
        Found::Shredded(version, shred) => {
            gate.turn_away(asker, &version, NoGrant::Shredded).await?;
            Err(shreds::gone(&shred).into())
        }
    }
}

/// No grant, and perhaps a request that waits.
fn not_shared(version: &Version, waiting: Option<RequestId>) -> Problem {
    match waiting {
        Some(request) => Problem::forbidden("Your request for this report waits for a decision.")
            .todo("You are mailed when it is decided.")
            .action(format!("/requests/{request}"), "See where it stands"),
        None => Problem::forbidden("This report has not been shared with you yet.")
            .todo("Ask for it; a person decides.")
            .action(format!("/request?item={}", version.report.slug), "Request this report"),
    }
}
