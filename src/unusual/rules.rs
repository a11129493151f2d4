//! The rules: pure, over accesses that were read before.

use super::{Rule, Settings};
use crate::clock::Micros;
use crate::ids::{PersonId, ReportId};
use crate::ledger::EventKind;

/// An access, as the rules see it.
#[derive(Clone, Debug)]
pub struct Access {
    /// Its entry.
    pub index: u64,
    /// When.
    pub at: Micros,
    /// What.
    pub kind: EventKind,
    /// By whom.
    pub person: Option<PersonId>,
    /// Of which report.
    pub report: Option<ReportId>,
    /// Which copy.
    pub copy: Option<String>,
    /// From where.
    pub network: Option<String>,
    /// When the grant it was under ends.
    pub ends: Option<Micros>,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// About whom.
    pub person: PersonId,
    /// The entry to look at.
    pub index: u64,
    /// When.
    pub at: Micros,
    /// What it is, a sentence that names nobody and no place.
    pub text: String,
}

/// An access that breaks a rule, and why, a sentence.
type Broken<'a> = Option<(&'a Access, String)>;

/// Every finding, newest first; of each rule one per person.
pub fn find(accesses: &[Access], settings: &Settings) -> Vec<Finding> {
    let mut people: Vec<PersonId> = accesses.iter().filter_map(|access| access.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut findings = Vec::new();
    for person in people {
        let of = |kind| -> Vec<&Access> {
            accesses.iter().filter(|access| access.person == Some(person) && access.kind == kind).collect()
        };
        let (downloads, codes) = (of(EventKind::DownloadStarted), of(EventKind::CodeFailed));
        for (rule, setting) in settings.iter().filter(|(_, setting)| setting.watched) {
            let number = usize::try_from(setting.threshold).unwrap_or(usize::MAX);
            let broken: Broken<'_> = match rule {
                Rule::BeforeExpiry => before_expiry(&downloads, setting.threshold),
                Rule::ManyNetworks => many_networks(&downloads, number),
                Rule::ManyReports => many_reports(&downloads, number),
                Rule::NewNetwork => new_network(&downloads, number),
                Rule::OutsideHours => at_night(&downloads, number),
                Rule::WrongCodes => guessing(&codes, number),
            };
            findings.extend(broken.map(|(access, text)| Finding {
                rule: *rule,
                person,
                index: access.index,
                at: access.at,
                text,
            }));
        }
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
fn many_reports<'a>(downloads: &'a [&'a Access], number: usize) -> Broken<'a> {
    hours(downloads).find_map(|hour| {
        let mut reports: Vec<_> = hour.iter().filter_map(|access| access.report).collect();
        reports.sort_unstable();
        reports.dedup();
        let last = hour.last()?;
        (reports.len() >= number)
            .then(|| (*last, format!("{} different reports within an hour.", reports.len())))
    })
}

/// Downloads between 22 and 5 o'clock, or on a Saturday or Sunday, UTC.
fn at_night<'a>(downloads: &'a [&'a Access], number: usize) -> Broken<'a> {
    let outside = |access: &&&Access| {
        let at = access.at.utc();
        !(5..22).contains(&at.hour()) || at.weekday().number_from_monday() > 5
    };
    let found: Vec<_> = downloads.iter().filter(outside).collect();
    let last = found.last()?;
    (found.len() >= number)
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
fn new_network<'a>(downloads: &'a [&'a Access], number: usize) -> Broken<'a> {
    let (last, before) = downloads.split_last()?;
    let here = network(last)?;
    let known: Vec<_> = before.iter().filter_map(|access| network(access)).collect();
    let is_new = known.len() >= number && !known.contains(&here);
    is_new.then(|| (*last, "Before, the downloads always came from elsewhere.".to_owned()))
}

/// One copy from many networks.
fn many_networks<'a>(downloads: &'a [&'a Access], number: usize) -> Broken<'a> {
    downloads.iter().rev().find_map(|last| {
        let same = downloads.iter().filter(|access| access.copy.is_some() && access.copy == last.copy);
        let mut networks: Vec<_> = same.filter_map(|access| network(access)).collect();
        networks.sort_unstable();
        networks.dedup();
        let copy = last.copy.as_deref()?;
        (networks.len() >= number)
            .then(|| (*last, format!("Copy {copy} was fetched from {} networks.", networks.len())))
    })
}

/// Wrong codes in one hour.
fn guessing<'a>(codes: &'a [&'a Access], number: usize) -> Broken<'a> {
    hours(codes).find_map(|hour| {
        let last = hour.last()?;
        (hour.len() >= number).then(|| (*last, format!("{} wrong codes within an hour.", hour.len())))
    })
}

/// A download within the last hours of its grant.
fn before_expiry<'a>(downloads: &'a [&'a Access], hours: i64) -> Broken<'a> {
    downloads.iter().rev().find_map(|access| {
        let left = access.ends?.secs_since(access.at);
        (0..=hours.saturating_mul(3_600)).contains(&left).then(|| {
            let words = match left / 3_600 {
                0 => "less than an hour".to_owned(),
                1 => "an hour".to_owned(),
                hours => format!("{hours} hours"),
            };
            (*access, format!("A download {words} before the grant ended."))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::unusual::Setting;

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
            ends: None,
        };
        told.iter().enumerate().map(access).collect()
    }

    /// The rules that a story breaks.
    fn broken(accesses: &[Access]) -> Vec<&'static str> {
        broken_by(accesses, &usual())
    }

    /// The rules that a story breaks with these settings.
    fn broken_by(accesses: &[Access], settings: &Settings) -> Vec<&'static str> {
        find(accesses, settings).into_iter().map(|finding| finding.rule.words()).collect()
    }

    /// Every rule as it usually is.
    fn usual() -> Settings {
        Rule::ALL.iter().map(|rule| (*rule, Setting::usual(*rule))).collect()
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

    #[test]
    fn a_download_in_the_last_hours_of_its_grant_is_found_and_none_before() {
        let late = |minutes: i64| {
            let mut told = story(EventKind::DownloadStarted, &[(0, 1, "203.0.113.7")]);
            for access in &mut told {
                access.ends = Some(MONDAY.plus_secs(minutes * 60));
            }
            told
        };
        assert_eq!(broken(&late(24 * 60)), ["Right before the end"]);
        assert_eq!(broken(&late(24 * 60 + 1)), [""; 0]);
        assert_eq!(find(&late(30), &usual())[0].text, "A download less than an hour before the grant ended.");
    }

    #[test]
    fn a_rule_fires_at_its_threshold_and_not_at_all_when_nobody_watches_it() {
        let told = story(EventKind::CodeFailed, &[(0, 1, "203.0.113.7"), (1, 1, "203.0.113.7")]);
        assert_eq!(broken(&told), [""; 0]);
        let with = |setting| [(Rule::WrongCodes, setting)].into_iter().collect::<Settings>();
        let strict = Setting { threshold: 2, watched: true, told: false };
        assert_eq!(broken_by(&told, &with(strict)), ["Wrong codes"]);
        assert_eq!(broken_by(&told, &with(Setting { watched: false, ..strict })), [""; 0]);
    }
}
