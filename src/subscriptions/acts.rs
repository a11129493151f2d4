//! Asking for letters, confirming it, ending it; and the acts that cause letters.

use super::{Purpose, Subscription, store};
use crate::accounts::store as accounts;
use crate::exceptions::priority::Priority;
use crate::exceptions::store as exceptions;
use crate::fault::{Fault, Kind, Refusal};
use crate::grants::{Grant, State, store as grants};
use crate::ids::{ExceptionId, GrantId, PersonId, RemediationId, SubscriptionId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::remediation::acts::UpdateError;
use crate::remediation::weighed::weigh;
use crate::remediation::{self, Note, Status};
use crate::reports::acts::{WithdrawError, Withdrawal};
use crate::reports::{self, Version, store as versions};
use crate::text::Day;
use serde::Serialize;

/// Why nothing was subscribed to.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The access has ended, or is somebody else's.
    #[error("This access has ended, and letters about it with it.")]
    NotActive,
    /// Asked for already.
    #[error(
        "You have asked for these letters already. If the first one did not arrive, stop them and ask again."
    )]
    Already,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for SubscribeError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotActive => Kind::Gone,
            Self::Already => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Why a link of a letter does nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Used, or ended meanwhile.
    #[error("This link was used already, or the letters were stopped meanwhile.")]
    Used,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for LinkError {
    fn kind(&self) -> Kind {
        match self {
            Self::Used => Kind::Gone,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// What letters about a subscription say.
#[derive(Serialize)]
struct SubscriptionLetter {
    company: String,
    person: String,
    title: String,
    link: String,
    stop: String,
}

/// Queues a letter about a subscription of this grant.
fn write(
    act: &mut Act<'_>,
    house: &House,
    kind: LetterKind,
    (subscription, grant, link): (SubscriptionId, &Grant, String),
) -> Result<(), Fault> {
    // Somebody who was erased is written to no more.
    let Some(mark) = &grant.mark else { return Ok(()) };
    let company = accounts::find_company(act.db())?;
    let version = versions::require(act.db(), grant.version)?;
    let stop = house.link(&Purpose::Stop.path(&house.keyring, subscription));
    let letter = SubscriptionLetter {
        company: company.map(|company| company.name.to_string()).unwrap_or_default(),
        person: mark.name.to_string(),
        title: version.card.title.to_string(),
        link,
        stop: stop.clone(),
    };
    let letter = house.letters.render(kind, &mark.email, &letter)?.with_stop(stop);
    outbox::enqueue(act.db(), house, grant.person, &letter)?;
    Ok(())
}

/// Asks for letters about a report the person holds: a letter with a link to confirm it, nothing more.
pub fn subscribe<'a>(
    mut act: Act<'a>,
    house: &House,
    person: PersonId,
    grant: GrantId,
) -> Result<Recorded<'a, ()>, SubscribeError> {
    let at = act.at();
    let grant = grants::require(act.db(), &house.keyring, grant)?;
    if grant.person != person || grant.state(at) != State::Active {
        return Err(SubscribeError::NotActive);
    }
    if store::find_by_grant(act.db(), grant.id)?.is_some() {
        return Err(SubscribeError::Already);
    }
    let id = SubscriptionId::new(&house.clock);
    let new = Subscription { id, grant: grant.id, person, asked_at: at, confirmed_at: None, ended_at: None };
    store::insert(act.db(), &new)?;
    let link = house.link(&Purpose::Confirm.path(&house.keyring, id));
    write(&mut act, house, LetterKind::Subscribe, (id, &grant, link))?;
    Ok(act.record(event(EventKind::SubscriptionAsked, &new), ()))
}

/// Begins the letters: the link in the first one was used.
pub fn confirm(mut act: Act<'_>, id: SubscriptionId) -> Result<Recorded<'_, ()>, LinkError> {
    let at = act.at();
    let subscription = store::find(act.db(), id)?.ok_or(LinkError::Used)?;
    if !store::update_confirmed(act.db(), id, at)? {
        return Err(LinkError::Used);
    }
    Ok(act.record(event(EventKind::SubscriptionConfirmed, &subscription), ()))
}

/// Ends the letters.
pub fn stop(mut act: Act<'_>, id: SubscriptionId) -> Result<Recorded<'_, ()>, LinkError> {
    let at = act.at();
    let subscription = store::find(act.db(), id)?.ok_or(LinkError::Used)?;
    if !store::update_ended(act.db(), id, at)? {
        return Err(LinkError::Used);
    }
    Ok(act.record(event(EventKind::SubscriptionEnded, &subscription), ()))
}

/// Writes to everybody who asked for it and still holds the version that something changed; not what.
fn tell(act: &mut Act<'_>, house: &House, version: VersionId, link: &str) -> Result<(), Fault> {
    let at = act.at();
    for subscription in store::list_live(act.db(), version)? {
        let grant = grants::require(act.db(), &house.keyring, subscription.grant)?;
        if grant.state(at) == State::Active {
            write(act, house, LetterKind::ReportChanged, (subscription.id, &grant, house.link(link)))?;
        }
    }
    Ok(())
}

/// Adds an update as [`remediation::acts::update`] does; when it closes an exception of the first or second priority,
/// whoever asked for it is written to. A letter leaves only if the update is kept.
pub fn update<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    (status, note): (Status, &Note),
) -> Result<Recorded<'a, RemediationId>, UpdateError> {
    if status == Status::Verified {
        let version = exceptions::require_sealed(act.db(), exception)?.version;
        let version: Version = versions::require(act.db(), version)?;
        let today = Day::of(act.at());
        let weighed = weigh(act.db(), &house.keyring, &version, today)?;
        let closes = weighed.iter().any(|one| {
            let was = one.updates.last().map(|update| update.status);
            let presses = matches!(one.priority(), Priority::P1 | Priority::P2);
            one.exception.id == exception && presses && was != Some(Status::Verified)
        });
        if closes {
            tell(&mut act, house, version.id, &format!("/reports/{}", version.report.slug))?;
        }
    }
    remediation::acts::update(act, house, by, exception, (status, note))
}

/// Withdraws as [`reports::acts::withdraw`] does, and writes to whoever asked for it.
pub fn withdraw<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    reason: &Withdrawal,
) -> Result<Recorded<'a, ()>, WithdrawError> {
    tell(&mut act, house, version, "/access")?;
    reports::acts::withdraw(act, house, by, version, reason)
}

/// An event about a subscription, by whom it belongs to.
fn event(kind: EventKind, subscription: &Subscription) -> Event {
    Event::new(kind)
        .by(Actor::Person(subscription.person))
        .about(subscription.person)
        .grant(subscription.grant)
        .fact("subscription", subscription.id.to_string())
}
