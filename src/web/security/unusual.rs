//! What is unusual about accesses: rules that anybody can read, over what the log holds. They accuse nobody: each names the
//! entry to look at.

use crate::clock::Micros;
use crate::ids::{PersonId, ReportId};
use crate::ledger::EventKind;

/// So many reports within an hour are many.
const REPORTS: usize = 4;
/// So many downloads outside working hours are many.
const AT_NIGHT: usize = 3;
/// A copy fetched from so many networks is in several hands.
const NETWORKS: usize = 3;
/// So many wrong codes within an hour are guessing.
const CODES: usize = 5;

/// An access, as the rules see it.
#[derive(Clone, Debug)]
pub(super) struct Access {
    /// Its entry.
    pub(super) index: u64,
    /// When.
    pub(super) at: Micros,
    /// What.
    pub(super) kind: EventKind,
    /// By whom.
    pub(super) person: Option<PersonId>,
    /// Of which report.
    pub(super) report: Option<ReportId>,
    /// Which copy.
    pub(super) copy: Option<String>,
    /// From where.
    pub(super) network: Option<String>,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The rule.
    pub(super) rule: &'static str,
    /// About whom.
    pub(super) person: PersonId,
    /// The entry to look at.
    pub(super) index: u64,
    /// When.
    pub(super) at: Micros,
    /// What it is, a sentence.
    pub(super) text: String,
}

/// Every finding, newest first; of each rule one per person.
pub(super) fn find(accesses: &[Access]) -> Vec<Finding> {
    let mut people: Vec<PersonId> = accesses.iter().filter_map(|access| access.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut findings = Vec::new();
    for person in people {
        let of = |kind| -> Vec<&Access> {
            accesses.iter().filter(|access| access.person == Some(person) && access.kind == kind).collect()
        };
        let (downloads, codes) = (of(EventKind::DownloadStarted), of(EventKind::CodeFailed));
        let finding =
            |rule, access: &Access, text| Finding { rule, person, index: access.index, at: access.at, text };
        findings.extend(
            many_reports(&downloads).map(|(access, text)| finding("Many reports in an hour", access, text)),
        );
        findings.extend(
            at_night(&downloads).map(|(access, text)| finding("Outside working hours", access, text)),
        );
        findings.extend(new_network(&downloads).map(|(access, text)| finding("A new network", access, text)));
        findings.extend(
            many_networks(&downloads).map(|(access, text)| finding("One copy, many networks", access, text)),
        );
        findings.extend(guessing(&codes).map(|(access, text)| finding("Wrong codes", access, text)));
    }
    findings.sort_by_key(|finding| u64::MAX - finding.index);
    findings
}

/// The accesses of the hour that ends with each access.
fn hours<'a>(accesses: &'a [&'a Access]) -> impl Iterator<Item = Vec<&'a Access>> {
    accesses.iter().rev().map(move |last| {
        let within = |access: &&&Access| access.index <= last.index && last.at.secs_since(access.at) < 3_600;
        accesses.iter().filter(within).copied().collect()
    })
}

/// Different reports in one hour.
fn many_reports<'a>(downloads: &'a [&'a Access]) -> Option<(&'a Access, String)> {
    hours(downloads).find_map(|hour| {
        let mut reports: Vec<_> = hour.iter().filter_map(|access| access.report).collect();
        reports.sort_unstable();
        reports.dedup();
        let last = hour.last()?;
        (reports.len() >= REPORTS)
            .then(|| (*last, format!("{} different reports within an hour.", reports.len())))
    })
}

/// Downloads between 22 and 5 o'clock, or on a Saturday or Sunday, UTC.
fn at_night<'a>(downloads: &'a [&'a Access]) -> Option<(&'a Access, String)> {
    let outside = |access: &&&Access| {
        let at = access.at.utc();
        !(5..22).contains(&at.hour()) || at.weekday().number_from_monday() > 5
    };
    let found: Vec<_> = downloads.iter().filter(outside).collect();
    let last = found.last()?;
    (found.len() >= AT_NIGHT)
        .then(|| (**last, format!("{} downloads at night or on a weekend (UTC).", found.len())))
}

/// The network that an address belongs to, roughly: what one household or company has.
fn network(access: &Access) -> Option<String> {
    let address = access.network.as_deref()?.parse::<std::net::IpAddr>().ok()?;
    Some(match address {
        std::net::IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        std::net::IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    })
}

/// A download from another network than those before.
fn new_network<'a>(downloads: &'a [&'a Access]) -> Option<(&'a Access, String)> {
    let (last, before) = downloads.split_last()?;
    let here = network(last)?;
    let known: Vec<_> = before.iter().filter_map(|access| network(access)).collect();
    let is_new = !known.is_empty() && !known.contains(&here);
    is_new.then(|| (*last, format!("From {here}; before always from elsewhere.")))
}

/// One copy from many networks.
fn many_networks<'a>(downloads: &'a [&'a Access]) -> Option<(&'a Access, String)> {
    downloads.iter().rev().find_map(|last| {
        let same = downloads.iter().filter(|access| access.copy.is_some() && access.copy == last.copy);
        let mut networks: Vec<_> = same.filter_map(|access| network(access)).collect();
        networks.sort_unstable();
        networks.dedup();
        let copy = last.copy.as_deref()?;
        (networks.len() >= NETWORKS)
            .then(|| (*last, format!("Copy {copy} was fetched from {} networks.", networks.len())))
    })
}

/// Wrong codes in one hour.
fn guessing<'a>(codes: &'a [&'a Access]) -> Option<(&'a Access, String)> {
    hours(codes).find_map(|hour| {
        let last = hour.last()?;
        (hour.len() >= CODES).then(|| (*last, format!("{} wrong codes within an hour.", hour.len())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    /// Monday, 23 November 2026, 10:00 UTC.
    const MONDAY: Micros = Micros(1_795_428_000_000_000);

    /// Accesses by one person: minutes after [`MONDAY`], report, network.
    fn story(kind: EventKind, told: &[(i64, u8, &str)]) -> Vec<Access> {
        let person = PersonId::new(&Clock::system());
        let access = |(number, (minutes, report, network)): (usize, &(i64, u8, &str))| Access {
            index: u64::try_from(number).unwrap(),
            at: MONDAY.plus_secs(minutes * 60),
            kind,
            person: Some(person),
            report: Some(ReportId::from_bytes([*report; 16])),
            copy: Some("COPY".to_owned()),
            network: Some((*network).to_owned()),
        };
        told.iter().enumerate().map(access).collect()
    }

    /// The rules that a story breaks.
    fn broken(accesses: &[Access]) -> Vec<&'static str> {
        find(accesses).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn each_rule_finds_its_story_and_an_ordinary_day_breaks_none() {
        use EventKind::{CodeFailed, DownloadStarted};
        let (home, away, far) = ("203.0.113.7", "198.51.100.1", "192.0.2.1");
        let ordinary = [(0, 1, home), (90, 2, home), (200, 1, "203.0.113.99")];
        assert_eq!(broken(&story(DownloadStarted, &ordinary)), [""; 0]);
        let many = [(0, 1, home), (10, 2, home), (20, 3, home), (59, 4, home)];
        assert_eq!(broken(&story(DownloadStarted, &many)), ["Many reports in an hour"]);
        let slow = [(0, 1, home), (30, 2, home), (59, 3, home), (61, 4, home)];
        assert_eq!(broken(&story(DownloadStarted, &slow)), [""; 0]);
        let night = [(13 * 60, 1, home), (14 * 60, 1, home), (15 * 60, 1, home)];
        assert_eq!(broken(&story(DownloadStarted, &night)), ["Outside working hours"]);
        assert_eq!(broken(&story(DownloadStarted, &[(0, 1, home), (99, 1, away)])), ["A new network"]);
        let hands = [(0, 1, home), (99, 1, away), (199, 1, far), (299, 1, home)];
        assert_eq!(broken(&story(DownloadStarted, &hands)), ["One copy, many networks"]);
        let guesses = [(0, 1, home), (1, 1, home), (2, 1, home), (3, 1, home), (4, 1, home)];
        assert_eq!(broken(&story(CodeFailed, &guesses)), ["Wrong codes"]);
        assert_eq!(broken(&story(CodeFailed, &guesses[1..])), [""; 0]);
    }
}
