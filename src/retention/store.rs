//! What the rules find: read by the page that shows it and by the worker that does it, with the same words.

use super::held::Held;
use super::{AT_ONCE, Candidate, Plan, Rule};
use crate::clock::Micros;
use crate::config::Retention;
use crate::db::Db;
use crate::db::schema::{
    access_request, erasure, held_acceptance, legal_hold, letter, mail_code, nda_acceptance, person,
    report_grant, request_item, retention_switch, sealed_object, session, staff_link, staff_role,
};
use crate::fault::Fault;
use crate::holds::{Purpose, store as holds};
use crate::ids::{HoldId, LetterId, ObjectId, PersonId, RequestId};
use crate::notices::outbox::LetterState;
use crate::remediation::evidence;
use crate::requests::State;
use crate::seal::Keyring;
use crate::vault::Vault;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::HashSet;

/// This many rows are looked at at a time.
const LOOKED_AT: i64 = 1_000;
/// Of so many things that are kept the hold is named.
const NAMED: usize = 20;

/// From after which id on, and before when.
type From = ([u8; 16], Micros);

/// Whether the rules act, since when, and who said so.
pub fn find_switch(db: &mut Db) -> Result<Option<(Micros, bool, PersonId)>, Fault> {
    Ok(retention_switch::table.order(retention_switch::at.desc()).first(db).optional()?)
}

/// Whether the rules act.
pub fn is_on(db: &mut Db) -> Result<bool, Fault> {
    Ok(find_switch(db)?.is_some_and(|(_, is_on, _)| is_on))
}

/// Notes that the rules act, or do not any more.
pub fn insert_switch(db: &mut Db, (at, is_on, by): (Micros, bool, PersonId)) -> Result<(), Fault> {
    // Two decisions of one batch have one time: the later one counts.
    diesel::delete(retention_switch::table.find(at)).execute(db)?;
    let values =
        (retention_switch::at.eq(at), retention_switch::is_on.eq(is_on), retention_switch::by_person.eq(by));
    diesel::insert_into(retention_switch::table).values(values).execute(db)?;
    Ok(())
}

/// What a rule would do now. Objects without a row are found in the vault.
pub fn plan(
    db: &mut Db,
    means: (&Keyring, &Vault),
    settings: &Retention,
    rule: Rule,
    now: Micros,
) -> Result<Plan, Fault> {
    plan_after(db, means, settings, (rule, None), now)
}

/// The same of what comes after something that was looked at. What holds keep is passed over, however much that is.
pub fn plan_after(
    db: &mut Db,
    (keyring, vault): (&Keyring, &Vault),
    settings: &Retention,
    (rule, mut after): (Rule, Option<[u8; 16]>),
    now: Micros,
) -> Result<Plan, Fault> {
    let mut held = Held::read(db, keyring)?;
    let mut plan = Plan { rule, goes: Vec::new(), kept: 0, held: Vec::new(), more: false };
    loop {
        let due = due(db, vault, rule, (after, rule.before(settings, now)))?;
        after = due.last().map(|last| last.id);
        let ends = rule == Rule::Orphans || i64::try_from(due.len()).unwrap_or(0) < LOOKED_AT;
        for candidate in due {
            match held.keeps(db, rule, &candidate)? {
                Some(person) => {
                    plan.kept += 1;
                    if plan.held.len() < NAMED {
                        let holds = holds::list_keeping(db, keyring, person)?;
                        let name = holds.first().map(|hold| hold.name().to_owned()).unwrap_or_default();
                        plan.held.push((candidate, name));
                    }
                }
                None if plan.goes.len() < AT_ONCE => plan.goes.push(candidate),
                None => {
                    plan.more = true;
                    return Ok(plan);
                }
            }
        }
        if ends {
            return Ok(plan);
        }
    }
}

/// What a rule looks at, in the order of ids, from after one of them on; at most `LOOKED_AT`.
fn due(
    db: &mut Db,
    vault: &Vault,
    rule: Rule,
    (after, before): (Option<[u8; 16]>, Micros),
) -> Result<Vec<Candidate>, Fault> {
    // Ids are random in part, so there is one before all others.
    let from = (after.unwrap_or_default(), before);
    match rule {
        Rule::Unconfirmed => unconfirmed(db, from),
        Rule::Denied => decided(db, State::Denied, from),
        Rule::Approved => decided(db, State::Approved, from),
        Rule::Letters => letters(db, from),
        Rule::People => people(db, from),
        Rule::Evidence => ended_evidence(db, from),
        Rule::Orphans => orphans(db, vault, before),
    }
}

/// Requests that were never confirmed.
fn unconfirmed(db: &mut Db, (after, before): From) -> Result<Vec<Candidate>, Fault> {
    let rows: Vec<(RequestId, PersonId, Micros)> = access_request::table
        .filter(access_request::state.eq(State::Unconfirmed))
        .filter(access_request::created_at.lt(before))
        .filter(access_request::id.gt(RequestId::from_bytes(after)))
        .order(access_request::id)
        .limit(LOOKED_AT)
        .select((access_request::id, access_request::person_id, access_request::created_at))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(id, person, at)| Candidate { id: *id.as_bytes(), person: Some(person), at })
        .collect())
}

/// Requests that were decided so, and nothing that came of them has run since: of those that were denied nothing came.
fn decided(db: &mut Db, state: State, (after, before): From) -> Result<Vec<Candidate>, Fault> {
    let runs = report_grant::table.filter(report_grant::request_id.eq(access_request::id.nullable())).filter(
        report_grant::revoked_at.is_null().and(report_grant::expires_at.ge(before)).or(
            report_grant::revoked_at.is_not_null().and(report_grant::revoked_at.assume_not_null().ge(before)),
        ),
    );
    let rows: Vec<(RequestId, PersonId, Option<Micros>)> = access_request::table
        .filter(access_request::state.eq(state))
        .filter(access_request::decided_at.lt(before))
        .filter(not(exists(runs)))
        .filter(access_request::id.gt(RequestId::from_bytes(after)))
        .order(access_request::id)
        .limit(LOOKED_AT)
        .select((access_request::id, access_request::person_id, access_request::decided_at))
        .load(db)?;
    let candidate = |(id, person, at): (RequestId, PersonId, Option<Micros>)| Candidate {
        id: *id.as_bytes(),
        person: Some(person),
        at: at.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(candidate).collect())
}

/// Letters that left or were given up.
fn letters(db: &mut Db, (after, before): From) -> Result<Vec<Candidate>, Fault> {
    let rows: Vec<(LetterId, PersonId, Micros)> = letter::table
        .filter(letter::state.eq_any([LetterState::Sent, LetterState::Failed]))
        .filter(letter::created_at.lt(before))
        .filter(letter::id.gt(LetterId::from_bytes(after)))
        .order(letter::id)
        .limit(LOOKED_AT)
        .select((letter::id, letter::person_id, letter::created_at))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(id, person, at)| Candidate { id: *id.as_bytes(), person: Some(person), at })
        .collect())
}

/// People who asked for a code once and of whom nothing else is known: no desk ever, no request, grant or acceptance, no
/// code and no session since.
fn people(db: &mut Db, (after, before): From) -> Result<Vec<Candidate>, Fault> {
    let rows: Vec<(PersonId, Micros)> = person::table
        .filter(person::created_at.lt(before))
        .filter(exists(mail_code::table.filter(mail_code::person_id.eq(person::id))))
        .filter(not(exists(
            mail_code::table
                .filter(mail_code::person_id.eq(person::id))
                .filter(mail_code::created_at.ge(before)),
        )))
        .filter(not(exists(
            session::table.filter(session::person_id.eq(person::id)).filter(session::created_at.ge(before)),
        )))
        .filter(not(exists(staff_role::table.filter(staff_role::person_id.eq(person::id)))))
        .filter(not(exists(staff_link::table.filter(staff_link::person_id.eq(person::id)))))
        .filter(not(exists(access_request::table.filter(access_request::person_id.eq(person::id)))))
        .filter(not(exists(report_grant::table.filter(report_grant::person_id.eq(person::id)))))
        .filter(not(exists(nda_acceptance::table.filter(nda_acceptance::person_id.eq(person::id)))))
        .filter(not(exists(erasure::table.filter(erasure::person_id.eq(person::id)))))
        .filter(person::id.gt(PersonId::from_bytes(after)))
        .order(person::id)
        .limit(LOOKED_AT)
        .select((person::id, person::created_at))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, at)| Candidate { id: *id.as_bytes(), person: Some(id), at }).collect())
}

/// Evidence whose hold has come to its end.
fn ended_evidence(db: &mut Db, (after, before): From) -> Result<Vec<Candidate>, Fault> {
    let rows: Vec<(HoldId, Option<PersonId>, Option<Micros>)> = legal_hold::table
        .filter(legal_hold::purpose.eq(Purpose::NdaEvidence))
        .filter(legal_hold::released_at.is_null())
        .filter(legal_hold::ends_at.lt(before))
        .filter(legal_hold::id.gt(HoldId::from_bytes(after)))
        .order(legal_hold::id)
        .limit(LOOKED_AT)
        .select((legal_hold::id, legal_hold::person_id, legal_hold::ends_at))
        .load(db)?;
    let candidate = |(id, person, at): (HoldId, Option<PersonId>, Option<Micros>)| Candidate {
        id: *id.as_bytes(),
        person,
        at: at.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(candidate).collect())
}

/// Objects in the vault that no row knows and that are old enough not to be on their way to one.
pub fn orphans(db: &mut Db, vault: &Vault, before: Micros) -> Result<Vec<Candidate>, Fault> {
    let old: Vec<(ObjectId, Micros)> = vault.list()?.into_iter().filter(|(_, at)| *at < before).collect();
    let mut known: HashSet<ObjectId> =
        sealed_object::table.select(sealed_object::id).load::<ObjectId>(db)?.into_iter().collect();
    known.extend(evidence::list_objects(db)?);
    let orphan = old.into_iter().filter(|(id, _)| !known.contains(id));
    Ok(orphan.map(|(id, at)| Candidate { id: *id.as_bytes(), person: None, at }).collect())
}

/// Deletes requests that are still in this state. Grants that came of them stay, and say no more where they came from.
pub fn delete_requests(db: &mut Db, state: State, ids: &[RequestId]) -> Result<usize, Fault> {
    let still: Vec<RequestId> = access_request::table
        .filter(access_request::id.eq_any(ids))
        .filter(access_request::state.eq(state))
        .select(access_request::id)
        .load(db)?;
    diesel::delete(request_item::table.filter(request_item::request_id.eq_any(&still))).execute(db)?;
    let came: Vec<Option<RequestId>> = still.iter().copied().map(Some).collect();
    diesel::update(report_grant::table.filter(report_grant::request_id.eq_any(came)))
        .set(report_grant::request_id.eq(None::<RequestId>))
        .execute(db)?;
    Ok(diesel::delete(access_request::table.filter(access_request::id.eq_any(&still))).execute(db)?)
}

/// Deletes what a hold kept of acceptances.
pub fn delete_evidence(db: &mut Db, hold: HoldId) -> Result<usize, Fault> {
    Ok(diesel::delete(held_acceptance::table.filter(held_acceptance::hold_id.eq(hold))).execute(db)?)
}
