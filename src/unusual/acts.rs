//! What security does about unusual access: sets rules, keeps them quiet, and is told when one fires.

use super::hours::WorkingHours;
use super::rules::Finding;
use super::{Mute, Rule, Setting, store};
use crate::accounts::store as accounts;
use crate::clock::Micros;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{Role, store as people};
use crate::ids::{MuteId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::text::Reason;
use serde::Serialize;

/// Why a rule, mute or notice was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum UnusualError {
    /// Somebody was told of this already; nothing is done.
    #[error("This was told already.")]
    AlreadyTold,
    /// It has ended, or was never there.
    #[error("This is not muted any more.")]
    NotMuted,
    /// Nothing is different.
    #[error("Nothing was changed.")]
    Unchanged,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for UnusualError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyTold | Self::NotMuted | Self::Unchanged => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Sets rules anew; those that stay as they are leave no entry. Gives how many were changed.
pub fn change_rules<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    wanted: &[(Rule, Setting)],
) -> Result<Recorded<'a, usize>, UnusualError> {
    let (at, known) = (act.at(), store::settings(act.db())?);
    let mut events = Vec::new();
    for (rule, setting) in wanted.iter().filter(|(rule, setting)| known.get(rule) != Some(setting)) {
        store::insert_setting(act.db(), &house.clock, (*rule, *setting), (at, by))?;
        events.push(
            Event::new(EventKind::UnusualRuleChanged)
                .by(Actor::Staff(by))
                .fact("rule", rule.as_str())
                .fact("threshold", setting.threshold)
                .fact("watched", setting.watched)
                .fact("told", setting.told),
        );
    }
    let count = events.len();
    let last = events.pop().ok_or(UnusualError::Unchanged)?;
    for event in events {
        act.also(event);
    }
    Ok(act.record(last, count))
}

/// Sets when the company works, for the rule about downloads outside of that.
pub fn change_hours<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    hours: &WorkingHours,
) -> Result<Recorded<'a, ()>, UnusualError> {
    let at = act.at();
    if store::hours(act.db())? == *hours {
        return Err(UnusualError::Unchanged);
    }
    store::insert_hours(act.db(), &house.clock, hours, (at, by))?;
    let event = Event::new(EventKind::UnusualRuleChanged)
        .by(Actor::Staff(by))
        .fact("rule", Rule::OutsideHours.as_str())
        .fact("zone", hours.zone.as_str())
        .fact("begins", hours.begins.to_string())
        .fact("ends", hours.ends.to_string())
        .fact("days", hours.days.names().join(", "));
    Ok(act.record(event, ()))
}

/// What is to be kept quiet.
#[derive(Clone, Debug)]
pub struct NewMute {
    /// Which rule; every rule when none is named.
    pub rule: Option<Rule>,
    /// About whom; everybody when nobody is named.
    pub person: Option<PersonId>,
    /// For how many days.
    pub days: i64,
    /// Why.
    pub reason: Reason,
}

/// Keeps a rule quiet for some days.
pub fn mute<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    new: &NewMute,
) -> Result<Recorded<'a, Micros>, UnusualError> {
    let at = act.at();
    let until = at.plus_days(new.days);
    let (rule, person) = (new.rule, new.person);
    let mute = Mute { id: MuteId::new(&house.clock), rule, person, at, until, by, reason: None };
    store::insert_mute(act.db(), (&house.keyring, &house.clock), &mute, &new.reason)?;
    let mut event = Event::new(EventKind::UnusualMuted)
        .by(Actor::Staff(by))
        .fact("rule", rule.map_or("every", Rule::as_str))
        .fact("until_at", until.0);
    if let Some(person) = person {
        event = event.about(person);
    }
    Ok(act.record(event, until))
}

/// Lets a rule speak again.
pub fn unmute(mut act: Act<'_>, by: PersonId, id: MuteId) -> Result<Recorded<'_, ()>, UnusualError> {
    let at = act.at();
    if !store::update_mute_ended(act.db(), id, at)? {
        return Err(UnusualError::NotMuted);
    }
    let event = Event::new(EventKind::UnusualUnmuted).by(Actor::Staff(by)).fact("mute", id.to_string());
    Ok(act.record(event, ()))
}

/// To the security desk: a rule has fired. It names nobody; the page it leads to does.
#[derive(Serialize)]
struct UnusualLetter {
    company: String,
    person: String,
    rule: &'static str,
    text: String,
    at: String,
    index: String,
    link: String,
}

/// Notes that a rule has fired and writes to everybody at the security desk, once for each occurrence.
pub fn notice<'a>(
    mut act: Act<'a>,
    house: &House,
    finding: &Finding,
) -> Result<Recorded<'a, ()>, UnusualError> {
    let now = act.at();
    if store::is_noticed(act.db(), finding)? {
        return Err(UnusualError::AlreadyTold);
    }
    store::insert_noticed(act.db(), finding, now)?;
    let company = accounts::find_company(act.db())?;
    let company = company.map(|company| company.name.to_string()).unwrap_or_default();
    let watch = people::list_by_role(act.db(), &house.keyring, Role::Security)?;
    for person in &watch {
        let letter = UnusualLetter {
            company: company.clone(),
            person: person.shown_as().to_owned(),
            rule: finding.rule.words(),
            text: finding.text.clone(),
            at: finding.at.words(),
            index: finding.index.to_string(),
            link: house.link(&format!("/security/entries/{}", finding.index)),
        };
        let letter = house.letters.render(LetterKind::Unusual, &person.email, &letter)?;
        outbox::enqueue(act.db(), house, person.id, &letter)?;
    }
    let event = Event::new(EventKind::UnusualNoticed)
        .about(finding.person)
        .fact("rule", finding.rule.as_str())
        .fact("entry", finding.index)
        .fact("letters", u64::try_from(watch.len()).unwrap_or(u64::MAX));
    Ok(act.record(event, ()))
}
