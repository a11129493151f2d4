//! Countries by a file that the operator brings: beside addresses, and in two rules.

use super::{Desk, RECIPIENT};
use crate::support::countries::country_file;
use crate::support::databases::on_both;
use crate::support::folder::TestFolder;
use crate::support::house::{House, MORNING};
use candor::identity::Role;
use candor::unusual::countries::{Countries, Country, CountryFileError};
use std::fs;

/// 3 November 2026, 00:00 UTC.
const BUILT: u64 = 1_793_664_000;

/// Sweden and Norway, each with a network.
fn nordic() -> Vec<u8> {
    let networks = [("198.51.100.0", 24, "SE", "Sweden"), ("203.0.113.64", 26, "NO", "Norway")];
    country_file("Test-Country", BUILT, &networks)
}

/// What is read from a file with these bytes.
fn read(bytes: &[u8]) -> Result<Countries, CountryFileError> {
    let folder = TestFolder::new();
    let path = folder.join("country.mmdb");
    fs::write(&path, bytes).unwrap();
    Countries::load(Some(&path))
}

#[test]
fn an_address_has_the_country_that_the_file_gives_its_network() {
    let countries = read(&nordic()).unwrap();
    let find = |address: &str| countries.find(address.parse().unwrap());
    let sweden = Country::Named("SE".to_owned(), Some("Sweden".to_owned()));
    assert_eq!(find("198.51.100.0"), Some(sweden.clone()));
    assert_eq!(find("198.51.100.255"), Some(sweden.clone()));
    assert_eq!(find("::ffff:198.51.100.7"), Some(sweden));
    assert_eq!(find("198.51.101.0"), Some(Country::Unknown));
    assert_eq!(countries.words("203.0.113.64").unwrap(), "Norway (NO)");
    assert_eq!(countries.words("203.0.113.63").unwrap(), "country unknown");
    assert_eq!(countries.words("2001:db8::1").unwrap(), "country unknown");
    for local in ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.1.1", "::1", "fd00::1", "fe80::1"] {
        assert_eq!(find(local), Some(Country::Local), "{local}");
    }
    assert_eq!(countries.words("erased"), None);
    assert_eq!(countries.source().unwrap().dated, "3 November 2026");
    assert!(!countries.is_old(MORNING) && countries.is_old(MORNING.plus_days(90)));
    let none = Countries::load(None).unwrap();
    assert!(none.find("198.51.100.1".parse().unwrap()).is_none() && none.source().is_none());
}

#[test]
fn a_file_that_is_damaged_anywhere_or_of_another_kind_is_refused_in_words() {
    let whole = nordic();
    for length in 0..whole.len() {
        let refused = read(&whole[..length]).unwrap_err();
        let words = refused.to_string();
        assert!(matches!(refused, CountryFileError::Damaged(..)), "cut at {length}: {words}");
        assert!(words.contains("country.mmdb") && words.contains("Fetch it anew"), "{words}");
    }
    // A record that leads past the data, and one that names no type.
    let mut astray = whole.clone();
    astray[..3].copy_from_slice(&[0xff, 0xff, 0xff]);
    assert!(matches!(read(&astray).unwrap_err(), CountryFileError::Damaged(..)));
    let other = country_file("Test-ASN", BUILT, &[]);
    let words = read(&other).unwrap_err().to_string();
    assert!(words.contains("of the kind Test-ASN, which knows no countries"), "{words}");
    let words = Countries::load(Some("/nowhere/country.mmdb".as_ref())).unwrap_err().to_string();
    assert!(words.contains("cannot read the country file /nowhere/country.mmdb"), "{words}");
}

#[test]
fn a_new_country_and_an_unknown_one_are_unusual_and_stand_beside_every_address() {
    on_both(|database| {
        let folder = TestFolder::new();
        let path = folder.join("country.mmdb");
        fs::write(&path, nordic()).unwrap();
        let house = House::on(database, &format!("[log]\ncountry_file = \"{}\"", path.display()));
        let security = house.staff("Sentinel", Role::Security);
        let mut desk = Desk { house, security };
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads_from(&grant, "198.51.100.23");
        // On the second Wednesday after; what they did before the seven days in question still counts.
        desk.house.advance_secs(11 * 86_400);
        desk.security = desk.house.staff("Relief", Role::Security);
        let quiet = desk.security.get("/security/overview").words();
        assert!(quiet.contains("Nothing unusual was found."), "{quiet}");
        desk.downloads_from(&grant, "203.0.113.77");
        let overview = desk.security.get("/security/overview");
        let words = overview.words();
        assert!(words.contains("A new country The download before came from other countries."), "{words}");
        assert!(!words.contains("Norway") && !words.contains("Country unknown"), "{words}");
        desk.downloads_from(&grant, "192.0.2.200");
        let words = desk.security.get("/security/overview").words();
        let unknown = "Country unknown A download from where the country file knows none.";
        assert!(words.contains(unknown), "{words}");

        let by_file = "Countries by the operator’s file Test-Country, dated 3 November 2026";
        let link = overview.links().into_iter().find(|link| link.starts_with("/security/entries/")).unwrap();
        let entry = desk.security.get(&link).words();
        assert!(
            entry.contains("203.0.113.77 Norway (NO), by the operator’s file of 3 November 2026"),
            "{entry}"
        );
        let log = desk.security.get("/security?kind=download.started").words();
        for shown in
            ["203.0.113.77 Norway (NO)", "198.51.100.23 Sweden (SE)", "192.0.2.200 country unknown", by_file]
        {
            assert!(log.contains(shown), "{shown}: {log}");
        }
        let copy = desk.security.get(&format!("/security/copy?id={}", grant.copy)).words();
        assert!(copy.contains("198.51.100.23 Sweden (SE)") && copy.contains(by_file), "{copy}");
        let person = desk.security.get(&format!("/security/people/{}", grant.person)).words();
        assert!(person.contains(RECIPIENT) && person.contains("Where they came from"), "{person}");
        assert!(person.contains("203.0.113.77 Norway (NO) 1 2 December 2026"), "{person}");
        let rules = desk.security.get("/security/rules").words();
        assert!(rules.contains(by_file) && !rules.contains("Off:"), "{rules}");
    });
}

#[test]
fn without_a_file_the_rules_say_that_they_are_off_and_no_country_stands_anywhere() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        let rules = desk.security.get("/security/rules").words();
        let off = "Off: no country is known, since country_file in [log] of candor.toml names no file.";
        assert_eq!(rules.matches(off).count(), 2, "{rules}");
        let person = desk.security.get(&format!("/security/people/{}", grant.person)).words();
        assert!(person.contains("198.51.100.23") && !person.contains("country"), "{person}");
    });
}
