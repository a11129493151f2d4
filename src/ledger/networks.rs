//! Network addresses as the log is searched for them: by a blind index that lies beside the sealed address.
//!
//! Promises: one address has one index, however it is written; the index lies in the row of the sealed address and goes with
//! it when the person is erased. Without the keyring it says nothing of the address, but that two rows have the same one.
//!
//! Not promised: ranges. Whether two addresses are neighbours does not show in their indexes, and an index for every size of
//! network would tell more of people than the question is worth.

use super::kind::PersonalField;
use crate::db::Db;
use crate::db::schema::ledger_personal;
use crate::fault::Fault;
use crate::seal::Keyring;
use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::net::IpAddr;

/// The label of the index.
const LABEL: &str = "ledger_personal.network";
/// Bytes of the index that are kept: nobody can choose what meets by chance, and every entry pays for each byte twice.
const KEPT_BYTES: usize = 16;

/// The blind index of a network address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkIndex([u8; KEPT_BYTES]);

impl NetworkIndex {
    /// The index of an address; an IPv4 address written as IPv6 is the same one.
    pub fn of(keyring: &Keyring, address: IpAddr) -> Self {
        let whole = keyring.blind_index(LABEL, &address.to_canonical().to_string());
        Self(whole.first_chunk().copied().unwrap_or_default())
    }
    /// The index that lies beside a piece of personal data: none unless it is an address.
    pub(super) fn beside(keyring: &Keyring, field: PersonalField, value: &str) -> Option<Self> {
        (field == PersonalField::NetworkAddress)
            .then(|| parse(value))
            .flatten()
            .map(|at| Self::of(keyring, at))
    }
    /// The index as it is stored.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The address that is written here, in its one form.
pub fn parse(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// The first entry from which on every address is found; none when that is every entry. Those before were written by a program
/// that kept no index.
pub fn found_from(db: &mut Db) -> Result<Option<u64>, Fault> {
    // Literally the condition of the partial index: SQLite does not recognise it with a parameter in it.
    let last: Option<i64> = ledger_personal::table
        .filter(sql::<Bool>("field = 'network_address'"))
        .filter(ledger_personal::network_index.is_null())
        .select(max(ledger_personal::entry_idx))
        .first(db)?;
    Ok(last.and_then(|last| u64::try_from(last).ok()).map(|last| last.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn an_address_has_one_index_however_it_is_written_and_other_data_has_none() {
        let keyring = Keyring::generate(&Clock::system());
        let index = |text: &str| NetworkIndex::beside(&keyring, PersonalField::NetworkAddress, text);
        assert!(index("203.0.113.7").is_some());
        assert_eq!(index("203.0.113.7"), index("::ffff:203.0.113.7"));
        assert_eq!(index("2001:db8::7"), index(" 2001:0DB8:0:0:0:0:0:7 "));
        assert_ne!(index("203.0.113.7"), index("203.0.113.8"));
        for no_address in ["", "203.0.113", "203.0.113.0/24", "203.0.113.7:443", "fe80::1%eth0", "not known"]
        {
            assert_eq!(index(no_address), None, "{no_address}");
        }
        assert_eq!(NetworkIndex::beside(&keyring, PersonalField::UserAgent, "203.0.113.7"), None);
        let other = Keyring::generate(&Clock::system());
        assert_ne!(
            index("203.0.113.7"),
            NetworkIndex::beside(&other, PersonalField::NetworkAddress, "203.0.113.7")
        );
    }
}
