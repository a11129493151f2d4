//! How often something may be asked from one network: counted in memory, per minute, for pages that keep nothing.

use crate::clock::Micros;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Microseconds in a minute.
const MINUTE: i64 = 60_000_000;

/// Counts of the present minute, by network.
#[derive(Debug)]
pub struct Rate {
    /// How often a network may ask in a minute.
    most: u32,
    /// The minute that is counted, and its counts.
    counts: Mutex<(i64, BTreeMap<Vec<u8>, u32>)>,
}

impl Rate {
    /// A count that lets a network ask `most` times a minute.
    pub fn per_minute(most: u32) -> Self {
        Self { most, counts: Mutex::default() }
    }
    /// Counts one question; `false` when it is one too many.
    pub fn take(&self, address: IpAddr, now: Micros) -> bool {
        let minute = now.0.div_euclid(MINUTE);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.0 != minute {
            *counts = (minute, BTreeMap::new());
        }
        let count = counts.1.entry(network(address)).or_insert(0);
        *count = count.saturating_add(1);
        *count <= self.most
    }
}

/// What counts as one network: 24 bits of an IPv4 address, 48 of an IPv6 address.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().into_iter().take(3).collect(),
        IpAddr::V6(v6) => v6.octets().into_iter().take(6).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_counted_as_one_and_begins_anew_each_minute() {
        let rate = Rate::per_minute(2);
        let take = |address: &str, at: i64| rate.take(address.parse().unwrap(), Micros(at));
        assert!(take("203.0.113.7", 1) && take("203.0.113.9", 2));
        assert!(!take("203.0.113.11", 3) && !take("::ffff:203.0.113.7", 3));
        assert!(take("198.51.100.1", 4) && take("2001:db8::1", 4) && take("2001:db8:0:9::1", 4));
        assert!(!take("2001:db8:0:7::1", 5));
        assert!(take("203.0.113.7", MINUTE));
    }
}
