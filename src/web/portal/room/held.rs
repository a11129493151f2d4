//! Which version of a report a person sees under its address.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::{Fault, Kind};
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::ids::PersonId;
use crate::reports::{State, Version, store as reports};
use crate::seal::Keyring;
use crate::text::Slug;

/// The newest version of a report that this person holds an active grant to; without one, the version that is offered.
pub(super) fn held_or_offered(
    db: &mut Db,
    keyring: &Keyring,
    (person, now): (PersonId, Micros),
    slug: &Slug,
) -> Result<(Version, Option<Grant>), Fault> {
    let mut offered = None;
    for version in reports::list_by_slug(db, slug)? {
        let is_offered = matches!(version.state, State::Finalized(_));
        if !is_offered && !matches!(version.state, State::Superseded(_)) {
            continue;
        }
        let grant = grants::find_for(db, keyring, person, version.id, now)?;
        if grant.as_ref().is_some_and(|grant| grant.state(now) == GrantState::Active) {
            return Ok((version, grant));
        }
        if is_offered {
            offered = Some((version, grant));
        }
    }
    offered.ok_or_else(|| Fault::bare("no such report").with_kind(Kind::NotFound))
}
