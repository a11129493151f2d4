//! Which version of a report a person sees under its address.

use crate::clock::Micros;
use crate::db::{Db, shreds};
use crate::fault::{Fault, Kind};
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::ids::{PersonId, VersionId};
use crate::release::recall::store as notices;
use crate::reports::{State, Version, store as reports};
use crate::seal::Keyring;
use crate::text::Slug;

/// What a person finds under a report's address.
pub(super) enum Found {
    /// A version, and their grant to it if they have one.
    Open(Box<(Version, Option<Grant>)>),
    /// Nothing is offered, and what they held was recalled.
    Recalled(VersionId),
}

/// The newest version of a report that this person holds an active grant to; without one, the version that is offered;
/// without that, the recalled one that they were written to about.
pub(super) fn find(
    db: &mut Db,
    keyring: &Keyring,
    (person, now): (PersonId, Micros),
    slug: &Slug,
) -> Result<Found, Fault> {
    let (mut offered, mut recalled, mut shredded) = (None, None, None);
    for version in reports::list_by_slug(db, slug)? {
        let is_offered = matches!(version.state, State::Finalized(_));
        if matches!(version.state, State::Recalled(_)) && recalled.is_none() {
            recalled = notices::find_told(db, version.id, person)?.map(|_| version.id);
        }
        if version.shredded_at.is_some() && grants::find_for(db, keyring, person, version.id, now)?.is_some()
        {
            shredded = shredded.or(shreds::find(db, version.id)?);
        }
        if !version.state.opens() || version.shredded_at.is_some() {
            continue;
        }
        let grant = grants::find_for(db, keyring, person, version.id, now)?;
        if grant.as_ref().is_some_and(|grant| grant.state(now) == GrantState::Active) {
            return Ok(Found::Open(Box::new((version, grant))));
        }
        if is_offered {
            offered = Some(Found::Open(Box::new((version, grant))));
        }
    }
    let found = offered.or_else(|| recalled.map(Found::Recalled));
    // Whoever held it is told what became of it; to everybody else it is not there.
    let missing = || Fault::bare("no such report").with_kind(Kind::NotFound);
    found.ok_or_else(|| shredded.map_or_else(missing, |shred| shreds::gone(&shred)))
}
