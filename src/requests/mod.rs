//! Access requests: who asks for which reports, and how it was decided.
//!
//! Promises: a request reaches sales only once its address is confirmed; it is decided once; nobody from the hosting
//! company's own domain is granted anything; a free-mail address needs a written reason.

pub mod acts;
pub mod store;

use crate::clock::Micros;
use crate::ids::{PersonId, RequestId, VersionId};
use crate::text::{CompanyName, Reason};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How the requester stands to the hosting company.
    Relation {
        /// The requester's or a customer's auditor.
        Auditor = "auditor",
        /// A customer.
        Customer = "customer",
        /// Somebody who may become a customer.
        Prospect = "prospect",
        /// A regulator.
        Regulator = "regulator",
    }
}

impl Relation {
    /// In words, for pages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Auditor => "Auditor of a customer",
            Self::Customer => "Customer",
            Self::Prospect => "Prospective customer",
            Self::Regulator => "Regulator",
        }
    }
}

text_enum! {
    /// Where a request stands, in the order of its life.
    State {
        /// Its address is not confirmed; sales does not see it.
        Unconfirmed = "unconfirmed",
        /// Waits for a person's decision.
        Waiting = "waiting",
        /// Approved: grants exist.
        Approved = "approved",
        /// Denied, with a reason.
        Denied = "denied",
    }
}

/// What was typed with the request; sealed under the person's key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Details {
    /// The company, as claimed.
    pub company: CompanyName,
    /// Why, if said.
    pub reason: Option<Reason>,
    /// The network address the request came from.
    pub address: String,
}

/// A request, opened.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which.
    pub id: RequestId,
    /// Who asks.
    pub person: PersonId,
    /// As what.
    pub relation: Relation,
    /// Where it stands.
    pub state: State,
    /// What was typed; none once the person was erased.
    pub details: Option<Details>,
    /// For which report versions.
    pub items: Vec<VersionId>,
    /// When it was made.
    pub created_at: Micros,
    /// When its address was confirmed.
    pub confirmed_at: Option<Micros>,
    /// When it was decided.
    pub decided_at: Option<Micros>,
    /// By whom.
    pub decided_by: Option<PersonId>,
    /// The written reason of the decision.
    pub decision: Option<Reason>,
}

impl Request {
    /// The company, as claimed; says so when the person was erased.
    pub fn organisation(&self) -> &str {
        self.details.as_ref().map_or("company erased", |details| details.company.as_str())
    }
    /// A short reference for people: the last eight digits of the id.
    pub fn reference(&self) -> String {
        let id = self.id.to_string();
        id.get(id.len().saturating_sub(8)..).unwrap_or_default().to_ascii_uppercase()
    }
}
