//! When the company works, in its own time zone: for the rule about downloads outside of that.
//!
//! Promises: the clock on the wall there decides, with its daylight saving time, by the tables of the IANA that are compiled in;
//! no file of the machine and no service is asked. Hours may reach over midnight: they belong to the day on which they
//! begin. Until security says otherwise they are Monday to Friday from 5 to 22 o'clock UTC.

use crate::clock::Micros;
use crate::fault::Fault;
use crate::text::TextError;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use std::fmt;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A time zone by its name in the tables of the IANA: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Reads a name, in any case.
    ///
    /// # Errors
    /// When no zone is called so.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let zone = TimeZone::get(text.trim()).map_err(|_| TextError::NotAChoice)?;
        let name = zone.iana_name().ok_or(TextError::NotAChoice)?.to_owned();
        Ok(Self { name, zone })
    }
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.name
    }
    /// Coordinated Universal Time.
    fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
    /// The names to choose from: those of places, and UTC before them.
    pub fn names() -> Vec<String> {
        let of_a_place = |name: &String| {
            let area = name.split_once('/').map(|(area, _)| area);
            area.is_some_and(|area| AREAS.contains(&area))
        };
        let all = jiff::tz::db().available().map(|name| name.as_str().to_owned());
        let mut names: Vec<String> = all.filter(of_a_place).collect();
        names.sort();
        names.insert(0, Self::utc().name);
        names
    }
}

/// Where places are; other names of the tables are for machines, or older ones of the same.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// A time of day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(u16);

impl Minute {
    /// Reads `08:30`.
    ///
    /// # Errors
    /// When it is no time of day.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let (hour, minute) = text.trim().split_once(':').ok_or(TextError::NotATime)?;
        let number = |text: &str, below: u16| match text.parse::<u16>() {
            Ok(number) if number < below && text.len() == 2 && !text.starts_with('+') => Ok(number),
            _ => Err(TextError::NotATime),
        };
        Ok(Self(number(hour, 24)? * 60 + number(minute, 60)?))
    }
    /// From how it is stored.
    pub fn from_stored(minute: i32) -> Result<Self, Fault> {
        let minute = u16::try_from(minute).ok().filter(|minute| *minute < DAY);
        minute.map(Self).ok_or(Fault::bare("a minute of the day"))
    }
    /// As it is stored.
    pub fn stored(self) -> i32 {
        self.0.into()
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// The days of a week with their names, Monday first.
pub const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "Monday"),
    (Weekday::Tuesday, "Tuesday"),
    (Weekday::Wednesday, "Wednesday"),
    (Weekday::Thursday, "Thursday"),
    (Weekday::Friday, "Friday"),
    (Weekday::Saturday, "Saturday"),
    (Weekday::Sunday, "Sunday"),
];

/// Some days of the week, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days([bool; 7]);

impl Days {
    /// Those with one of these names.
    ///
    /// # Errors
    /// When none is named.
    pub fn parse(names: &[&str]) -> Result<Self, TextError> {
        let days = Self(WEEKDAYS.map(|(_, name)| names.contains(&name)));
        if days.0.contains(&true) { Ok(days) } else { Err(TextError::Empty) }
    }
    /// The names of those days.
    pub fn names(self) -> Vec<&'static str> {
        let all = WEEKDAYS.iter().zip(self.0);
        all.filter(|(_, works)| *works).map(|((_, name), _)| *name).collect()
    }
    /// From how they are stored: a bit each, Monday's the lowest.
    pub fn from_stored(bits: i32) -> Result<Self, Fault> {
        let mut days = [false; 7];
        for (place, day) in days.iter_mut().enumerate() {
            *day = bits >> place & 1 == 1;
        }
        if (1..1 << 7).contains(&bits) { Ok(Self(days)) } else { Err(Fault::bare("days of a week")) }
    }
    /// As they are stored.
    pub fn stored(self) -> i32 {
        self.0.iter().rev().fold(0, |bits, works| bits << 1 | i32::from(*works))
    }
    /// Whether it is one of them.
    fn contains(self, day: Weekday) -> bool {
        let all = WEEKDAYS.iter().zip(self.0);
        all.filter(|(_, works)| *works).any(|((other, _), _)| *other == day)
    }
    /// `Monday to Friday`, `every day`, or the days one by one.
    fn words(self) -> String {
        let names = self.names();
        let first = self.0.iter().position(|works| *works).unwrap_or(0);
        let run = self.0.iter().skip(first).take_while(|works| **works).count();
        match names.as_slice() {
            [_, _, _, _, _, _, _] => "every day".to_owned(),
            [first, _, .., last] if run == names.len() && run > 2 => format!("{first} to {last}"),
            _ => names.join(", "),
        }
    }
}

/// When the company works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// By which clock.
    pub zone: Zone,
    /// From when on.
    pub begins: Minute,
    /// Until when; on the next day when that is not later. The same time twice is the whole day.
    pub ends: Minute,
    /// On which days they begin.
    pub days: Days,
}

impl Default for WorkingHours {
    fn default() -> Self {
        let days = Days([true, true, true, true, true, false, false]);
        Self { zone: Zone::utc(), begins: Minute(5 * 60), ends: Minute(22 * 60), days }
    }
}

impl WorkingHours {
    /// Whether somebody works at this instant. An instant outside every calendar is no working time.
    pub fn contains(&self, at: Micros) -> bool {
        let Ok(instant) = Timestamp::from_microsecond(at.0) else { return false };
        let there = instant.to_zoned(self.zone.zone.clone());
        let minute = u16::try_from(i32::from(there.hour()) * 60 + i32::from(there.minute())).unwrap_or(DAY);
        let (minute, today) = (Minute(minute), there.weekday());
        if self.begins < self.ends {
            return self.days.contains(today) && (self.begins..self.ends).contains(&minute);
        }
        let since_today = minute >= self.begins && self.days.contains(today);
        let since_yesterday = minute < self.ends && self.days.contains(today.previous());
        since_today || since_yesterday
    }
    /// `Monday to Friday, 08:00 to 18:00, Europe/Berlin`.
    pub fn words(&self) -> String {
        format!("{}, {} to {}, {}", self.days.words(), self.begins, self.ends, self.zone.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours as a form would have them.
    fn hours(zone: &str, begins: &str, ends: &str, days: &[&str]) -> WorkingHours {
        WorkingHours {
            zone: Zone::parse(zone).unwrap(),
            begins: Minute::parse(begins).unwrap(),
            ends: Minute::parse(ends).unwrap(),
            days: Days::parse(days).unwrap(),
        }
    }

    /// An instant by its name in UTC.
    fn at(text: &str) -> Micros {
        Micros(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    const WEEK: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

    #[test]
    fn the_clock_on_the_wall_decides_in_winter_and_in_summer() {
        let berlin = hours("europe/berlin", "08:00", "18:00", &WEEK);
        assert_eq!(berlin.words(), "Monday to Friday, 08:00 to 18:00, Europe/Berlin");
        for (instant, works) in [
            // In winter 8 o'clock there is 7 o'clock UTC, in summer 6.
            ("2026-01-15T06:59:59Z", false),
            ("2026-01-15T07:00:00Z", true),
            ("2026-07-15T06:00:00Z", true),
            ("2026-07-15T16:00:00Z", false),
            ("2026-01-15T16:00:00Z", true),
            // Friday before and Monday after the clocks are put back, 25 October 2026.
            ("2026-10-23T15:59:00Z", true),
            ("2026-10-26T16:30:00Z", true),
            // A Saturday.
            ("2026-01-17T10:00:00Z", false),
        ] {
            assert_eq!(berlin.contains(at(instant)), works, "{instant}");
        }
        // It is Monday in Auckland while it is still Sunday in UTC.
        assert!(hours("Pacific/Auckland", "08:00", "18:00", &WEEK).contains(at("2026-11-22T20:00:00Z")));
    }

    #[test]
    fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
        let night = hours("UTC", "22:00", "06:00", &["Friday"]);
        for (instant, works) in [
            ("2026-11-20T21:59:00Z", false),
            ("2026-11-20T22:00:00Z", true),
            ("2026-11-21T05:59:00Z", true),
            ("2026-11-21T06:00:00Z", false),
            ("2026-11-21T22:00:00Z", false),
            ("2026-11-20T03:00:00Z", false),
        ] {
            assert_eq!(night.contains(at(instant)), works, "{instant}");
        }
        let whole = hours("UTC", "00:00", "00:00", &["Friday"]);
        assert!(whole.contains(at("2026-11-20T00:00:00Z")) && whole.contains(at("2026-11-20T23:59:00Z")));
        assert!(!whole.contains(at("2026-11-21T00:00:00Z")));
    }

    #[test]
    fn what_is_stored_comes_back_and_what_is_none_of_it_is_refused() {
        for names in [&WEEK[..], &["Sunday"], &["Monday", "Wednesday"]] {
            let days = Days::parse(names).unwrap();
            assert_eq!(Days::from_stored(days.stored()).unwrap(), days);
            assert_eq!(days.names(), names);
        }
        assert_eq!(Days::parse(&WEEKDAYS.map(|(_, name)| name)).unwrap().words(), "every day");
        assert_eq!(Days::parse(&["Sunday", "Monday"]).unwrap().words(), "Monday, Sunday");
        assert!(Days::parse(&["Someday"]).is_err() && Days::from_stored(0).is_err());
        for text in ["24:00", "8:00", "08:60", "0800", "", "08:00:00", "+8:00"] {
            assert_eq!(Minute::parse(text), Err(TextError::NotATime), "{text}");
        }
        assert_eq!(Minute::parse(" 23:59 ").unwrap().to_string(), "23:59");
        assert!(Minute::from_stored(1_440).is_err() && Minute::from_stored(-1).is_err());
        assert!(Zone::parse("Europe/Atlantis").is_err());
    }

    #[test]
    fn every_zone_to_choose_from_is_one() {
        let names = Zone::names();
        assert!(names.len() > 300 && names[0] == "UTC", "{}", names.len());
        for name in &names {
            assert_eq!(Zone::parse(name).unwrap().as_str(), name);
        }
    }
}
