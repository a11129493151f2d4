//! Giving grants, by answering a request or by invitation, and taking them back.

mod approve;
mod invite;
mod revoke;
mod supersede;
mod withdraw;

pub use approve::approve;
pub use invite::{Invitation, invite};
pub use revoke::{RevokeError, revoke};
pub use supersede::finalize;
pub use withdraw::{WithdrawError, withdraw_nda};

use super::store;
use super::{Grant, MarkWords, Terms};
use crate::accounts::{Standing, standing, store as accounts};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{Person, store as people};
use crate::ids::{GrantId, PersonId, ReportId, RequestId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField};
use crate::nda::store as ndas;
use crate::notices::House;
use crate::remediation::store::tally;
use crate::reports::store as reports;
use crate::seal::KeyOwner;
use crate::text::{CompanyName, Day, EmailAddress, PersonName, Reason};
use crate::watermark::CopyId;

/// Why a grant could not be given.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Somebody was faster.
    #[error("This request has been decided already. Reload the page to see how.")]
    AlreadyDecided,
    /// A free-mail address without a reason.
    #[error(
        "This is a free-mail address: anybody can have one. Write the reason why you grant it all the same."
    )]
    FreeMailNeedsReason,
    /// The invited person holds a grant to the report already.
    #[error(
        "They can read {title} already, until {until}. Revoke that grant first if the terms are to change."
    )]
    Holds {
        /// The report.
        title: String,
        /// The end of the grant they hold.
        until: String,
    },
    /// No NDA text is in force.
    #[error("Nothing can be granted yet: no NDA text is in force. Compliance has to publish one first.")]
    NoNda,
    /// The report was withdrawn, or was never finalized.
    #[error("This report is not offered any more. Compliance can say why.")]
    NotOffered,
    /// An exception of the first priority has no plan.
    #[error(
        "{title} cannot be given on request: {count} of its exceptions press most and have no response with a dated \
         plan. Compliance can add one, or a named executive can accept the risk in writing; until then invite the \
         person by name."
    )]
    Pressing {
        /// The report.
        title: String,
        /// How many exceptions.
        count: usize,
    },
    /// The approver's own address.
    #[error("You cannot approve your own request. Ask a colleague.")]
    OwnAddress,
    /// The hosting company's own domain.
    #[error("This address belongs to your own company. Reports are not granted to colleagues here.")]
    OwnDomain,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for GrantError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyDecided | Self::Holds { .. } | Self::NoNda | Self::Pressing { .. } => Kind::Conflict,
            Self::FreeMailNeedsReason => Kind::Invalid,
            Self::NotOffered => Kind::Gone,
            Self::OwnAddress | Self::OwnDomain => Kind::Forbidden,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Whether this person may be granted something by that one: the rules that need no request.
pub fn check(
    db: &mut Db,
    house: &House,
    by: PersonId,
    email: &EmailAddress,
    reason: Option<&Reason>,
) -> Result<(), GrantError> {
    if ndas::find_in_force(db)?.is_none() {
        return Err(GrantError::NoNda);
    }
    let approver = people::require_person(db, &house.keyring, by)?;
    if approver.email.lookup() == email.lookup() {
        return Err(GrantError::OwnAddress);
    }
    let own = accounts::find_company(db)?.map(|company| company.domain);
    match standing(&email.domain(), own.as_ref(), &[]) {
        Standing::Own => Err(GrantError::OwnDomain),
        Standing::FreeMail if reason.is_none() => Err(GrantError::FreeMailNeedsReason),
        Standing::Company | Standing::FreeMail | Standing::LooksLike(_) => Ok(()),
    }
}

/// Whom a grant is for, in the words of the mark.
struct Recipient<'a> {
    person: &'a Person,
    company: &'a CompanyName,
    request: Option<RequestId>,
    pressing: Pressing,
}

/// What happens when an exception of the first priority has no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressing {
    /// The person was invited by name, and whoever invited them said that they know of it.
    Acknowledged,
    /// The report is not given.
    Refused,
}

/// Adds one grant and gives its entry.
fn give(
    act: &mut Act<'_>,
    house: &House,
    by: PersonId,
    to: &Recipient<'_>,
    (version, terms): (VersionId, Terms),
) -> Result<(Grant, Event), GrantError> {
    let offered = reports::find_offered(act.db(), version)?.ok_or(GrantError::NotOffered)?;
    let at = act.at();
    let count = tally(act.db(), &house.keyring, &offered, Day::of(at))?.blocking;
    if count > 0 && to.pressing == Pressing::Refused {
        return Err(GrantError::Pressing { title: offered.card.title.to_string(), count });
    }
    let name = to.person.name.clone();
    let name = name.map_or_else(|| PersonName::parse(to.person.email.as_str()), Ok);
    let grant = Grant {
        id: GrantId::new(&house.clock),
        person: to.person.id,
        version,
        request: to.request,
        copy: CopyId::new(&house.clock),
        mark: Some(MarkWords {
            name: name.map_err(|error| Fault::new("name of a recipient", error))?,
            email: to.person.email.clone(),
            company: to.company.clone(),
        }),
        granted_at: at,
        granted_by: by,
        expires_at: at.plus_days(terms.days()),
        downloads_allowed: terms.downloads(),
        revoked_at: None,
        downloads_started: 0,
    };
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(to.person.id))?;
    store::insert(act.db(), &house.clock, &key, &grant)?;
    let event = granted_event(&grant, offered.report.id);
    let event = if count > 0 { event.fact("pressing_acknowledged", true) } else { event };
    Ok((grant, event))
}

/// The entry of a grant.
fn granted_event(grant: &Grant, report: ReportId) -> Event {
    let recipient = grant.recipient();
    let mut event = Event::new(EventKind::GrantCreated)
        .by(Actor::Staff(grant.granted_by))
        .about(grant.person)
        .report(report)
        .version(grant.version)
        .grant(grant.id)
        .copy(grant.copy.as_str())
        .fact("expires_at", grant.expires_at.0)
        .fact("downloads_allowed", i64::from(grant.downloads_allowed))
        .personal(grant.person, PersonalField::Email, recipient.email)
        .personal(grant.person, PersonalField::Name, recipient.name)
        .personal(grant.person, PersonalField::Company, recipient.company);
    if let Some(request) = grant.request {
        event = event.request(request);
    }
    event
}
