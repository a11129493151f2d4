//! What whoever decides must know about an address: whose domain it is, as far as can be told.

use crate::accounts::{self, Standing};
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::store as grants;
use crate::identity::Person;
use crate::seal::Keyring;
use crate::text::{CompanyName, Domain};
use crate::web::page::{Status, Tone};
use serde::Serialize;

/// So many recipients' domains are compared with, the newest ones.
const KNOWN: i64 = 500;

/// Domains that others could be taken for.
pub(super) struct Known {
    own: Option<Domain>,
    recipients: Vec<Domain>,
}

impl Known {
    /// Our own domain and those of people who were granted something.
    pub(super) fn read(db: &mut Db, keyring: &Keyring) -> Result<Self, Fault> {
        Ok(Self {
            own: accounts::store::find_company(db)?.map(|company| company.domain),
            recipients: grants::list_domains(db, keyring, KNOWN)?,
        })
    }
    /// How the domain of a person's address stands to them.
    pub(super) fn standing(&self, person: &Person) -> Standing {
        accounts::standing(&person.email.domain(), self.own.as_ref(), &self.recipients)
    }
}

/// The standing in a word or two; nothing when it is an ordinary company's.
pub(super) fn pill(standing: &Standing) -> Option<Status> {
    match standing {
        Standing::Company => None,
        Standing::FreeMail => Some(Status::new(Tone::Warn, "Free mail")),
        Standing::LooksLike(twin) => Some(Status::new(Tone::Danger, format!("Looks like {twin}"))),
        Standing::Own => Some(Status::new(Tone::Danger, "Own company")),
    }
}

/// One check and what came of it.
#[derive(Serialize)]
pub(super) struct Check {
    tone: Tone,
    title: String,
    text: String,
}

/// The checks of a requester's address, for the person `by` who decides.
pub(super) fn checks(asking: &Person, standing: &Standing, claimed: &CompanyName, by: &Person) -> Vec<Check> {
    let domain = asking.email.domain();
    let (tone, title) = match standing {
        Standing::Company => (Tone::Ok, format!("{domain} is nothing unusual")),
        Standing::FreeMail => (Tone::Warn, format!("{domain} is a free-mail provider")),
        Standing::LooksLike(twin) => (Tone::Danger, format!("{domain} looks like {twin}")),
        Standing::Own => (Tone::Danger, format!("{domain} is your own company's")),
    };
    let usual = || {
        format!(
            "It is no free-mail provider, is not your own company's, and cannot be taken for the domain of another \
             recipient. Whether it belongs to {claimed} is for you to judge."
        )
    };
    let mut checks = vec![Check { tone, title, text: standing.warning().unwrap_or_else(usual) }];
    if asking.email.lookup() == by.email.lookup() {
        checks.push(Check {
            tone: Tone::Danger,
            title: "This is your own address".to_owned(),
            text: "Nobody decides about themselves: ask a colleague.".to_owned(),
        });
    }
    checks
}
