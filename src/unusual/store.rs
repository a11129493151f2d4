//! Rows of rules, mutes and what was noticed.

use super::hours::{Days, Minute, WorkingHours, Zone};
use super::rules::Finding;
use super::{Mute, Rule, Setting, Settings};
use crate::clock::{Clock, Micros};
use crate::db::unusual_schema::{unusual_hours, unusual_mute, unusual_noticed, unusual_rule};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{MuteId, PersonId, RuleChangeId};
use crate::seal::{KeyOwner, Keyring, Place, Sealed};
use crate::text::Reason;
use diesel::prelude::*;

/// After so many hours what goes on is a new occurrence.
const OCCURRENCE_HOURS: i64 = 24;

/// Every rule as it is set now.
pub fn settings(db: &mut Db) -> Result<Settings, Fault> {
    let rows: Vec<(Rule, i64, bool, bool)> = unusual_rule::table
        .order((unusual_rule::at, unusual_rule::id))
        .select((unusual_rule::rule, unusual_rule::threshold, unusual_rule::watched, unusual_rule::told))
        .load(db)?;
    let mut settings: Settings = Rule::ALL.iter().map(|rule| (*rule, Setting::usual(*rule))).collect();
    for (rule, threshold, watched, told) in rows {
        settings.insert(rule, Setting { threshold, watched, told });
    }
    Ok(settings)
}

/// Adds how a rule is set from now on.
pub fn insert_setting(
    db: &mut Db,
    clock: &Clock,
    (rule, setting): (Rule, Setting),
    (at, by): (Micros, PersonId),
) -> Result<(), Fault> {
    diesel::insert_into(unusual_rule::table)
        .values((
            unusual_rule::id.eq(RuleChangeId::new(clock)),
            unusual_rule::rule.eq(rule),
            unusual_rule::threshold.eq(setting.threshold),
            unusual_rule::watched.eq(setting.watched),
            unusual_rule::told.eq(setting.told),
            unusual_rule::at.eq(at),
            unusual_rule::by_person.eq(by),
        ))
        .execute(db)?;
    Ok(())
}

/// When the company works, as it is set now.
pub fn hours(db: &mut Db) -> Result<WorkingHours, Fault> {
    let row: Option<(String, i32, i32, i32)> = unusual_hours::table
        .order((unusual_hours::at.desc(), unusual_hours::id.desc()))
        .select((
            unusual_hours::zone,
            unusual_hours::begins_minute,
            unusual_hours::ends_minute,
            unusual_hours::days,
        ))
        .first(db)
        .optional()?;
    let Some((zone, begins, ends, days)) = row else { return Ok(WorkingHours::default()) };
    Ok(WorkingHours {
        // A name never leaves the tables of the IANA.
        zone: Zone::parse(&zone).map_err(|error| Fault::new("the time zone of the working hours", error))?,
        begins: Minute::from_stored(begins)?,
        ends: Minute::from_stored(ends)?,
        days: Days::from_stored(days)?,
    })
}

/// Adds when the company works from now on.
pub fn insert_hours(
    db: &mut Db,
    clock: &Clock,
    hours: &WorkingHours,
    (at, by): (Micros, PersonId),
) -> Result<(), Fault> {
    diesel::insert_into(unusual_hours::table)
        .values((
            unusual_hours::id.eq(RuleChangeId::new(clock)),
            unusual_hours::zone.eq(hours.zone.as_str()),
            unusual_hours::begins_minute.eq(hours.begins.stored()),
            unusual_hours::ends_minute.eq(hours.ends.stored()),
            unusual_hours::days.eq(hours.days.stored()),
            unusual_hours::at.eq(at),
            unusual_hours::by_person.eq(by),
        ))
        .execute(db)?;
    Ok(())
}

/// Where the reason of a mute lies.
const fn place(id: MuteId) -> Place {
    Place { table: "unusual_mute", row: *id.as_bytes(), column: "reason" }
}

/// A row of `unusual_mute`.
type MuteRow =
    (MuteId, Option<Rule>, Option<PersonId>, Micros, Micros, PersonId, Sealed<Reason>, Option<Micros>);

/// The mutes that hold now, the newest first.
pub fn list_mutes(db: &mut Db, keyring: &Keyring, now: Micros) -> Result<Vec<Mute>, Fault> {
    let rows: Vec<MuteRow> = unusual_mute::table
        .filter(unusual_mute::ended_at.is_null())
        .filter(unusual_mute::until.gt(now))
        .order(unusual_mute::id.desc())
        .load(db)?;
    let mut mutes = Vec::new();
    for (id, rule, person, at, until, by, reason, _ended_at) in rows {
        // Sealed under the key of whom it is about, else of whoever wrote it.
        let key = data_keys::find_for(db, keyring, KeyOwner::Person(person.unwrap_or(by)))?;
        let reason = key.map(|key| key.open(&place(id), &reason)).transpose()?;
        mutes.push(Mute { id, rule, person, at, until, by, reason });
    }
    Ok(mutes)
}

/// Adds a mute.
pub fn insert_mute(
    db: &mut Db,
    (keyring, clock): (&Keyring, &Clock),
    mute: &Mute,
    reason: &Reason,
) -> Result<(), Fault> {
    let key = data_keys::open_for(db, keyring, KeyOwner::Person(mute.person.unwrap_or(mute.by)))?;
    diesel::insert_into(unusual_mute::table)
        .values((
            unusual_mute::id.eq(mute.id),
            unusual_mute::rule.eq(mute.rule),
            unusual_mute::person_id.eq(mute.person),
            unusual_mute::at.eq(mute.at),
            unusual_mute::until.eq(mute.until),
            unusual_mute::by_person.eq(mute.by),
            unusual_mute::reason.eq(key.seal(clock, &place(mute.id), reason)?),
        ))
        .execute(db)?;
    Ok(())
}

/// Ends a mute before its time. True when it held.
pub fn update_mute_ended(db: &mut Db, id: MuteId, now: Micros) -> Result<bool, Fault> {
    let holding = unusual_mute::table
        .find(id)
        .filter(unusual_mute::ended_at.is_null())
        .filter(unusual_mute::until.gt(now));
    Ok(diesel::update(holding).set(unusual_mute::ended_at.eq(now)).execute(db)? == 1)
}

/// An entry's index as a column holds it.
fn column(index: u64) -> Result<i64, Fault> {
    i64::try_from(index).map_err(|error| Fault::new("index of an entry", error))
}

/// Whether somebody was told of this occurrence: the very entry, or the same rule about the same person shortly before.
pub fn is_noticed(db: &mut Db, finding: &Finding) -> Result<bool, Fault> {
    let since = finding.at.plus_secs(-OCCURRENCE_HOURS * 3_600);
    let known: i64 = unusual_noticed::table
        .filter(unusual_noticed::person_id.eq(finding.person))
        .filter(unusual_noticed::rule.eq(finding.rule))
        .filter(unusual_noticed::at.gt(since))
        .count()
        .get_result(db)?;
    Ok(known > 0)
}

/// Notes that somebody is told of a finding.
pub fn insert_noticed(db: &mut Db, finding: &Finding, now: Micros) -> Result<(), Fault> {
    diesel::insert_into(unusual_noticed::table)
        .values((
            unusual_noticed::rule.eq(finding.rule),
            unusual_noticed::entry_idx.eq(column(finding.index)?),
            unusual_noticed::person_id.eq(finding.person),
            unusual_noticed::at.eq(finding.at),
            unusual_noticed::noticed_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// What the webhook has not taken yet, oldest first.
pub fn list_unposted(db: &mut Db, most: i64) -> Result<Vec<(Rule, u64, Micros)>, Fault> {
    let rows: Vec<(Rule, i64, Micros)> = unusual_noticed::table
        .filter(unusual_noticed::posted_at.is_null())
        .order(unusual_noticed::entry_idx)
        .limit(most)
        .select((unusual_noticed::rule, unusual_noticed::entry_idx, unusual_noticed::at))
        .load(db)?;
    Ok(rows.into_iter().map(|(rule, index, at)| (rule, u64::try_from(index).unwrap_or(0), at)).collect())
}

/// Notes that the webhook has taken it. Idempotent.
pub fn update_posted(db: &mut Db, rule: Rule, index: u64, now: Micros) -> Result<(), Fault> {
    diesel::update(unusual_noticed::table.find((rule, column(index)?)))
        .set(unusual_noticed::posted_at.eq(now))
        .execute(db)?;
    Ok(())
}
