//! Withdrawing from an NDA: whoever accepted it ends what rests on it.

use crate::accounts::store as accounts;
use crate::db::Db;
use crate::fault::{Fault, Kind, Refusal};
use crate::grants::{Grant, State, store};
use crate::identity::{Origin, Person, Role, store as people};
use crate::ids::{AcceptanceId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::nda::{Nda, store as ndas};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::store as reports;
use serde::Serialize;

/// Why nothing was withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// Not theirs, not the newest, or withdrawn already.
    #[error("There is nothing to withdraw from: only the newest acceptance that stands can be withdrawn.")]
    NotStanding,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for WithdrawError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotStanding => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// To the person: what they withdrew from, and what that means.
#[derive(Serialize)]
struct WithdrawnLetter {
    company: String,
    person: String,
    title: String,
    version: String,
    ended: String,
    link: String,
}

/// To sales: who withdrew, and what ended.
#[derive(Serialize)]
struct SalesLetter {
    company: String,
    person: String,
    who: String,
    title: String,
    version: String,
    ended: Vec<String>,
    link: String,
}

/// Withdraws from the acceptance that the person's grants rest on: they end, and nothing opens before another acceptance. The
/// evidence of the acceptance stays. Gives how many grants were ended.
pub fn withdraw_nda<'a>(
    mut act: Act<'a>,
    house: &House,
    person: PersonId,
    id: AcceptanceId,
    origin: &Origin,
) -> Result<Recorded<'a, usize>, WithdrawError> {
    let (at, entry) = (act.at(), act.index());
    let standing = ndas::find_standing(act.db(), &house.keyring, person)?;
    let standing = standing.filter(|standing| standing.id == id).ok_or(WithdrawError::NotStanding)?;
    let text = ndas::require(act.db(), standing.nda)?;
    let held = store::list_by_person(act.db(), &house.keyring, person)?;
    let open: Vec<Grant> = held.into_iter().filter(|grant| grant.state(at) == State::Active).collect();
    let ended = open.len();
    let mut events = Vec::new();
    for grant in &open {
        store::update_revoked(act.db(), grant.id, person, at)?;
        events.push(
            Event::new(EventKind::GrantRevoked)
                .by(Actor::Person(person))
                .about(person)
                .version(grant.version)
                .grant(grant.id)
                .copy(grant.copy.as_str())
                .fact("why", "nda_withdrawn"),
        );
    }
    let known = people::require_person(act.db(), &house.keyring, person)?;
    write_to_both(act.db(), house, (&known, &text), &open)?;
    // The withdrawal is the first entry of the act; the ends of its grants follow from it.
    let event = Event::new(EventKind::NdaWithdrawn)
        .by(Actor::Person(person))
        .about(person)
        .acceptance(id)
        .fact("nda", text.id.to_string())
        .fact("grants_ended", u64::try_from(ended).unwrap_or(u64::MAX))
        .personal(person, PersonalField::NetworkAddress, &origin.address.to_string())
        .personal(person, PersonalField::UserAgent, &origin.user_agent);
    ndas::insert_withdrawal(act.db(), (id, person), at, entry)?;
    let Some(last) = events.pop() else { return Ok(act.record(event, ended)) };
    act.also(event);
    for event in events {
        act.also(event);
    }
    Ok(act.record(last, ended))
}

/// Writes to the person, and to everybody at the sales desk.
fn write_to_both(
    db: &mut Db,
    house: &House,
    (known, text): (&Person, &Nda),
    ended: &[Grant],
) -> Result<(), Fault> {
    let company = accounts::find_company(db)?;
    let company = company.map(|company| company.name.to_string()).unwrap_or_default();
    let letter = WithdrawnLetter {
        company: company.clone(),
        person: known.shown_as().to_owned(),
        title: text.title(&company),
        version: text.number.to_string(),
        ended: match ended.len() {
            0 => "You held no access that was open.".to_owned(),
            1 => "Your access to 1 report has ended.".to_owned(),
            count => format!("Your access to {count} reports has ended."),
        },
        link: house.link("/access"),
    };
    let letter = house.letters.render(LetterKind::NdaWithdrawn, &known.email, &letter)?;
    outbox::enqueue(db, house, known.id, &letter)?;
    let mut lines = Vec::new();
    for grant in ended {
        let version = reports::require(db, grant.version)?;
        lines.push(format!("{}, version {}, copy {}", version.card.title, version.number, grant.copy));
    }
    let named = ended.first().and_then(|grant| grant.mark.as_ref());
    let who = match named {
        Some(mark) => format!("{}, {}", mark.name, mark.company),
        None => known.shown_as().to_owned(),
    };
    for seller in people::list_by_role(db, &house.keyring, Role::Sales)? {
        let letter = SalesLetter {
            company: company.clone(),
            person: seller.shown_as().to_owned(),
            who: who.clone(),
            title: text.title(&company),
            version: text.number.to_string(),
            ended: lines.clone(),
            link: house.link("/sales/grants?view=revoked"),
        };
        let letter = house.letters.render(LetterKind::NdaWithdrawnSales, &seller.email, &letter)?;
        outbox::enqueue(db, house, seller.id, &letter)?;
    }
    Ok(())
}
