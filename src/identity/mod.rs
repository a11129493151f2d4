//! People: prospects and staff, their addresses, codes, links and sessions.
//!
//! Promises: nobody has a password; what names a person is sealed under that person's own key and found by blind
//! index; codes, links and session tokens are kept as keyed hashes only; a mailed code confirms an address for one
//! session and never gives staff rights.

pub mod acts;
pub mod check;
pub mod codes;
pub mod companies;
pub mod directory;
pub mod erased;
pub mod filters;
pub mod secrets;
pub mod sessions;
pub mod staff;
pub mod store;

use crate::clock::Micros;
use crate::ids::{PersonId, SessionId};
use crate::text::{EmailAddress, PersonName};
use crate::text_enum;
use std::net::IpAddr;

text_enum! {
    /// A desk that staff may sit at.
    Role {
        /// Adds and removes staff.
        Admin = "admin",
        /// Reads the log and the reports' board.
        Auditor = "auditor",
        /// Publishes reports and keeps exceptions true.
        Compliance = "compliance",
        /// Decides requests.
        Sales = "sales",
        /// Audits the log.
        Security = "security",
    }
}

text_enum! {
    /// Which face of the house a session opens.
    Face {
        /// The portal.
        Prospect = "prospect",
        /// The desks.
        Staff = "staff",
    }
}

/// What stands for somebody who was forgotten.
pub const ERASED: &str = "an erased person";
/// What stands for somebody whose row was damaged or exchanged: one bad cell must not hide what they did.
pub const UNREADABLE: &str = "a name that does not open: damaged or exchanged";

/// A person, opened from the sealed row.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The address they are written to.
    pub email: EmailAddress,
    /// Their name as they gave it.
    pub name: Option<PersonName>,
}

impl Person {
    /// The name, or the address when no name is known.
    pub fn shown_as(&self) -> &str {
        self.name.as_ref().map_or(self.email.as_str(), PersonName::as_str)
    }
}

/// A live session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// Prospect or staff.
    pub face: Face,
    /// The desks of a staff session, as of now; empty for prospects.
    pub roles: Vec<Role>,
    /// When it began: for prospects, when the address was confirmed.
    pub created_at: Micros,
    /// When it was last used.
    pub seen_at: Micros,
    /// When it ends, used or not.
    pub expires_at: Micros,
}

/// Where a request comes from, as the server saw it, and what the client says of itself.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address of the connection, or the last untrusted hop before our own proxies.
    pub address: IpAddr,
    /// The user agent: a claim.
    pub user_agent: String,
}

impl Origin {
    /// The network that limits are counted for: the address's /24 (IPv4) or /48 (IPv6), in words.
    pub fn network(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        }
    }
}
