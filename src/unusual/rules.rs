//! The rules: pure, over accesses that were read before.

use super::countries::Country;
use super::hours::WorkingHours;
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
    /// In which country that is, by the operator's file.
    pub country: Option<Country>,
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

/// What the rules look at, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Accesses {
    /// The accesses in question.
    pub recent: Vec<Access>,
    /// Downloads by the same people before them: what they usually do.
    pub earlier: Vec<Access>,
}

/// Every finding, newest first; of each rule one per person.
pub fn find(
    Accesses { recent: accesses, earlier }: &Accesses,
    (settings, hours): (&Settings, &WorkingHours),
) -> Vec<Finding> {
    let mut people: Vec<PersonId> = accesses.iter().filter_map(|access| access.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut findings = Vec::new();
    for person in people {
        let of = |fits: fn(EventKind) -> bool| -> Vec<&Access> {
            accesses.iter().filter(|access| access.person == Some(person) && fits(access.kind)).collect()
        };
        let reads = of(is_reading);
        let downloads = of(EventKind::starts_download);
        let codes = of(|kind| kind == EventKind::CodeFailed);
        let earlier: Vec<&Access> = earlier.iter().filter(|access| access.person == Some(person)).collect();
        for (rule, setting) in settings.iter().filter(|(_, setting)| setting.watched) {
            let number = usize::try_from(setting.threshold).unwrap_or(usize::MAX);
            let broken: Broken<'_> = match rule {
                Rule::BeforeExpiry => before_expiry(&downloads, setting.threshold),
                Rule::ManyNetworks => many_networks(&reads, number),
                Rule::ManyReports => many_reports(&reads, number),
                Rule::NewCountry => new_country((&earlier, &reads), number),
                Rule::NewNetwork => new_network((&earlier, &reads), number),
                Rule::OutsideHours => outside(&reads, hours, number),
                Rule::UnknownCountry => unknown_country(&reads, number),
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

/// Whether something of a report was read by it: as a copy, in the browser, by a program, or as a letter beside it.
pub fn is_reading(kind: EventKind) -> bool {
    kind.starts_download() || VIEWS.contains(&kind)
}

/// What is read without a copy: a room that was opened, and not each of its pages.
pub const VIEWS: [EventKind; 3] =
    [EventKind::BridgeLetterTaken, EventKind::ReportReadByToken, EventKind::ReportViewed];

/// So many accesses in words: downloads where they are nothing else.
fn readings<'a>(accesses: impl IntoIterator<Item = &'a Access>) -> String {
    let (mut number, mut only_downloads) = (0, true);
    for access in accesses {
        number += 1;
        only_downloads &= access.kind.starts_download();
    }
    if only_downloads {
        counted(number, "A download", "downloads")
    } else {
        counted(number, "An access", "accesses")
    }
}

/// A number in words: `A download`, `3 downloads`.
fn counted(number: usize, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { format!("{number} {many}") }
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
        (reports.len() >= number).then(|| {
            (*last, format!("{} within an hour.", counted(reports.len(), "A report", "different reports")))
        })
    })
}

/// Downloads while nobody works.
fn outside<'a>(downloads: &'a [&'a Access], hours: &WorkingHours, number: usize) -> Broken<'a> {
    let found: Vec<_> = downloads.iter().filter(|access| !hours.contains(access.at)).collect();
    let last = found.last()?;
    (found.len() >= number).then(|| {
        let words = readings(found.iter().copied().copied());
        (**last, format!("{words} outside working hours ({}).", hours.words()))
    })
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

/// What somebody did before, and what they did of late.
type Story<'a> = (&'a [&'a Access], &'a [&'a Access]);

/// The country that an access came from, where the file names one.
fn named(access: &Access) -> Option<&Country> {
    access.country.as_ref().filter(|country| matches!(country, Country::Named(..)))
}

/// A download from another country than all those before; the newest such one.
fn new_country((earlier, downloads): Story<'_>, number: usize) -> Broken<'_> {
    let (at, access) = downloads.iter().enumerate().rev().find(|(at, access)| {
        let before = earlier.iter().chain(downloads.iter().take(*at));
        let known: Vec<_> = before.filter_map(|access| named(access)).collect();
        named(access).is_some_and(|here| known.len() >= number && !known.contains(&here))
    })?;
    let before = || earlier.iter().chain(downloads.iter().take(at)).copied();
    let words = if before().all(|access| access.kind.starts_download()) { "download" } else { "access" };
    let times = match (before().count(), words) {
        (1, words) => format!("The {words} before"),
        (number, "access") => format!("The {number} accesses before"),
        (number, words) => format!("The {number} {words}s before"),
    };
    Some((access, format!("{times} came from other countries.")))
}

/// Downloads from addresses whose country the file does not know.
fn unknown_country<'a>(downloads: &'a [&'a Access], number: usize) -> Broken<'a> {
    let found: Vec<_> = downloads.iter().filter(|access| access.country == Some(Country::Unknown)).collect();
    let last = found.last()?;
    let words = readings(found.iter().copied().copied());
    (found.len() >= number).then(|| (**last, format!("{words} from where the country file knows none.")))
}

/// A download from another network than those before.
fn new_network((earlier, downloads): Story<'_>, number: usize) -> Broken<'_> {
    let (last, before) = downloads.split_last()?;
    let here = network(last)?;
    let known: Vec<_> = earlier.iter().chain(before).filter_map(|access| network(access)).collect();
    let is_new = known.len() >= number && !known.contains(&here);
    is_new.then(|| (*last, "Before, they always came from elsewhere.".to_owned()))
}

/// One copy from many networks.
fn many_networks<'a>(downloads: &'a [&'a Access], number: usize) -> Broken<'a> {
    downloads.iter().rev().find_map(|last| {
        let same = downloads.iter().filter(|access| access.copy.is_some() && access.copy == last.copy);
        let same: Vec<&Access> = same.copied().collect();
        let mut networks: Vec<_> = same.iter().filter_map(|access| network(access)).collect();
        networks.sort_unstable();
        networks.dedup();
        let copy = last.copy.as_deref()?;
        (networks.len() >= number)
            .then(|| (*last, format!("Copy {copy} was {} from {} networks.", opened(&same), networks.len())))
    })
}

/// What was done with a copy.
fn opened(accesses: &[&Access]) -> &'static str {
    if accesses.iter().all(|access| access.kind.starts_download()) { "fetched" } else { "opened" }
}

/// Wrong codes in one hour.
fn guessing<'a>(codes: &'a [&'a Access], number: usize) -> Broken<'a> {
    hours(codes).find_map(|hour| {
        let last = hour.last()?;
        (hour.len() >= number).then(|| {
            (*last, format!("{} within an hour.", counted(hour.len(), "A wrong code", "wrong codes")))
        })
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
            country: None,
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
        let by = (settings, &WorkingHours::default());
        find(&recent(accesses), by).into_iter().map(|finding| finding.rule.words()).collect()
    }

    /// Accesses with nothing before them.
    fn recent(accesses: &[Access]) -> Accesses {
        Accesses { recent: accesses.to_vec(), earlier: Vec::new() }
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
        assert_eq!(
            find(&recent(&late(30)), (&usual(), &WorkingHours::default()))[0].text,
            "A download less than an hour before the grant ended."
        );
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

    /// Downloads of one report, a day apart, from these countries; nothing without a file.
    fn travels(countries: &[Option<Country>]) -> Vec<Access> {
        let days: Vec<_> =
            (0..countries.len()).map(|day| (i64::try_from(day).unwrap() * 1_440, 1, "203.0.113.7")).collect();
        let mut told = story(EventKind::DownloadStarted, &days);
        for (access, country) in told.iter_mut().zip(countries) {
            access.country.clone_from(country);
        }
        told
    }

    #[test]
    fn a_country_is_new_when_none_of_the_downloads_before_came_from_it() {
        let named = |code: &str| Some(Country::Named(code.to_owned(), None));
        let (se, no) = (named("SE"), named("NO"));
        let quiet = [
            vec![se.clone(), se.clone()],
            vec![se.clone()],
            // Without a file, from within the house, or from where the file knows none: nothing to compare with.
            vec![None, None],
            vec![Some(Country::Local), se.clone()],
            vec![se.clone(), Some(Country::Local)],
        ];
        for countries in quiet {
            assert_eq!(broken(&travels(&countries)), [""; 0], "{countries:?}");
        }
        // It stays to be looked at after they have come home again.
        let abroad = travels(&[se.clone(), no.clone(), se.clone()]);
        let found = find(&recent(&abroad), (&usual(), &WorkingHours::default()));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].rule, found[0].index), (Rule::NewCountry, 1));
        assert_eq!(found[0].text, "The download before came from other countries.");
        assert_eq!(broken(&travels(&[se.clone(), Some(Country::Unknown)])), ["Country unknown"]);
    }

    #[test]
    fn what_somebody_did_before_the_days_in_question_counts_for_what_is_new() {
        let named = |code: &str| Some(Country::Named(code.to_owned(), None));
        let mut told = travels(&[named("SE"), named("NO")]);
        told[1].network = Some("198.51.100.1".to_owned());
        let (earlier, recent) = (vec![told[0].clone()], vec![told[1].clone()]);
        assert_eq!(broken(&recent), [""; 0]);
        let found = find(&Accesses { recent, earlier }, (&usual(), &WorkingHours::default()));
        let rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [Rule::NewCountry, Rule::NewNetwork]);
    }
}
