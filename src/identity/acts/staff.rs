//! Adding and removing staff, their one-time links, signing in and out.

use crate::clock::Micros;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::secrets::Token;
use crate::identity::staff::{self, LinkState, Member};
use crate::identity::{Face, Origin, Role, Session, sessions, store};
use crate::ids::PersonId;
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::text::{EmailAddress, PersonName};
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;

/// Somebody who is given a desk.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// Their address.
    pub email: EmailAddress,
    /// Their name.
    pub name: PersonName,
    /// The desk.
    pub role: Role,
}

/// Why staff cannot be changed so.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// Already sits there.
    #[error("{0} has the role {1} already. Nothing was changed.")]
    HasRole(EmailAddress, Role),
    /// Has no desk.
    #[error("Nobody on the staff has this address. `candor staff list` shows everybody who has.")]
    NotStaff,
    /// Somebody must be able to add staff.
    #[error("This is the only administrator. Add another one first.")]
    LastAdmin,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for StaffError {
    fn kind(&self) -> Kind {
        match self {
            Self::HasRole(..) | Self::LastAdmin => Kind::Conflict,
            Self::NotStaff => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Gives somebody a desk; who is not known yet is added as a person.
pub fn add_staff<'a>(
    mut act: Act<'a>,
    house: &House,
    by: Actor,
    new: &NewStaff,
) -> Result<Recorded<'a, PersonId>, StaffError> {
    let at = act.at();
    let person =
        store::find_or_insert_person(act.db(), &house.keyring, &house.clock, &new.email, Some(&new.name))?;
    act.attempt(|db| staff::insert_role(db, person.id, new.role, at))?.map_err(|error| match error {
        DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            StaffError::HasRole(new.email.clone(), new.role)
        }
        error => Fault::from(error).into(),
    })?;
    let event = Event::new(EventKind::StaffAdded)
        .by(by)
        .about(person.id)
        .fact("role", new.role.as_str())
        .personal(person.id, PersonalField::Email, person.email.as_str())
        .personal(person.id, PersonalField::Name, person.shown_as());
    Ok(act.record(event, person.id))
}

/// Issues a one-time sign-in link; earlier links of the person end. The value is the link's secret.
pub fn issue_link<'a>(
    mut act: Act<'a>,
    house: &House,
    by: Actor,
    person: PersonId,
) -> Result<Recorded<'a, Token>, StaffError> {
    let at = act.at();
    if sessions::list_roles(act.db(), person)?.is_empty() {
        return Err(StaffError::NotStaff);
    }
    let replaced = staff::expire_links(act.db(), person, at)?;
    let token = staff::insert_link(act.db(), &house.keyring, &house.clock, person, at)?;
    let event = Event::new(EventKind::StaffLinkIssued)
        .by(by)
        .about(person)
        .fact("replaced_links", u64::try_from(replaced).unwrap_or(u64::MAX));
    Ok(act.record(event, token))
}

/// Takes every desk from somebody; their sessions and links end at once. The value is the number of sessions ended.
pub fn remove_staff(
    mut act: Act<'_>,
    by: Actor,
    person: PersonId,
) -> Result<Recorded<'_, usize>, StaffError> {
    let at = act.at();
    let roles = sessions::list_roles(act.db(), person)?;
    if roles.is_empty() {
        return Err(StaffError::NotStaff);
    }
    if roles.contains(&Role::Admin) && staff::count_other_admins(act.db(), person)? == 0 {
        return Err(StaffError::LastAdmin);
    }
    staff::remove_roles(act.db(), person)?;
    staff::expire_links(act.db(), person, at)?;
    let ended = sessions::end_all(act.db(), person, Face::Staff, at)?;
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let event = Event::new(EventKind::StaffRemoved)
        .by(by)
        .about(person)
        .fact("roles", words.join(" "))
        .fact("ended_sessions", u64::try_from(ended).unwrap_or(u64::MAX));
    Ok(act.record(event, ended))
}

/// What a sign-in link led to.
#[derive(Debug)]
pub enum SignIn {
    /// Signed in; the session's cookie.
    Welcome(Token, Member),
    /// Refused and recorded: a known link that does not open any more.
    Refused(Spent),
}

/// Why a known link does not open any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// Used, at this instant.
    #[error("This link was used already, on {}. Each link works once. If that was not you, tell your administrator.", .0.words())]
    Used(Micros),
    /// Its time is over.
    #[error("This link has ended: it was valid for 24 hours, or a newer one was made for you.")]
    Expired,
    /// The person has no desk any more.
    #[error("This link belongs to somebody who is not on the staff any more.")]
    NotStaff,
}

impl Spent {
    /// The word for the log.
    const fn word(self) -> &'static str {
        match self {
            Self::Used(_) => "used",
            Self::Expired => "expired",
            Self::NotStaff => "not_staff",
        }
    }
}

/// Why a sign-in could not even be refused in the log.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such link was ever issued: about nobody, so that there is nobody to record it for.
    #[error("This link is not one of ours. Copy the whole link, or ask your administrator for a new one.")]
    Unknown,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for SignInError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Whether a link would sign in at `now`, without using it: for the page that shows the button.
pub fn judge(link: &staff::Link, member: &Member, now: Micros) -> Result<(), Spent> {
    match link.state(now) {
        LinkState::Used(at) => Err(Spent::Used(at)),
        LinkState::Expired => Err(Spent::Expired),
        LinkState::Live if member.roles.is_empty() => Err(Spent::NotStaff),
        LinkState::Live => Ok(()),
    }
}

/// Uses a one-time link up and begins a staff session. Refusals of a known link are recorded.
pub fn sign_in<'a>(
    mut act: Act<'a>,
    house: &House,
    token: &Token,
    origin: &Origin,
) -> Result<Recorded<'a, SignIn>, SignInError> {
    let at = act.at();
    let link = staff::find_link(act.db(), &house.keyring, token)?.ok_or(SignInError::Unknown)?;
    let member = staff::require(act.db(), &house.keyring, link.person)?;
    let judged = match judge(&link, &member, at) {
        Ok(()) if !staff::update_link_used(act.db(), link.id, at)? => Err(Spent::Used(at)),
        judged => judged,
    };
    let event = |kind| {
        Event::new(kind)
            .about(link.person)
            .fact("link", link.id.to_string())
            .personal(link.person, PersonalField::NetworkAddress, &origin.address.to_string())
            .personal(link.person, PersonalField::UserAgent, &origin.user_agent)
    };
    if let Err(spent) = judged {
        let event = event(EventKind::StaffSignInRefused).by(Actor::Stranger).fact("reason", spent.word());
        return Ok(act.record(event, SignIn::Refused(spent)));
    }
    let session = sessions::insert(act.db(), &house.keyring, &house.clock, link.person, Face::Staff)?;
    let event = event(EventKind::StaffSignedIn).by(Actor::Staff(link.person));
    Ok(act.record(event, SignIn::Welcome(session, member)))
}

/// Records that somebody signed in was refused at a desk that is not theirs.
pub fn refuse_desk<'a>(
    act: Act<'a>,
    session: &Session,
    desk: &'static str,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, Fault> {
    let by = match session.face {
        Face::Prospect => Actor::Person(session.person),
        Face::Staff => Actor::Staff(session.person),
    };
    let event = Event::new(EventKind::DeskRefused).by(by).fact("desk", desk).personal(
        session.person,
        PersonalField::NetworkAddress,
        &origin.address.to_string(),
    );
    Ok(act.record(event, ()))
}

/// Ends a session because its person says so.
pub fn sign_out<'a>(mut act: Act<'a>, session: &Session) -> Result<Recorded<'a, ()>, Fault> {
    let at = act.at();
    sessions::end(act.db(), session.id, at)?;
    let by = match session.face {
        Face::Prospect => Actor::Person(session.person),
        Face::Staff => Actor::Staff(session.person),
    };
    let event =
        Event::new(EventKind::SessionEnded).by(by).about(session.person).fact("face", session.face.as_str());
    Ok(act.record(event, ()))
}
