//! Criteria that exceptions are filed under: Trust Services Criteria and ISO/IEC 27001 Annex A, and where they touch.
//!
//! Promises: titles are our own words unless the operator names a file of licensed ones; a number that is unknown is
//! shown as it was typed and never refused, because reports are made under other frameworks too. Not promised: that
//! the mapping is anybody's but ours.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Our own titles and the mapping.
const OWN: &str = include_str!("../../config/criteria.toml");

/// The file as it stands.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Trust Services Criteria.
    #[serde(default)]
    tsc: BTreeMap<String, String>,
    /// Annex A controls.
    #[serde(default)]
    iso27001: BTreeMap<String, String>,
    /// Which controls a criterion touches.
    #[serde(default)]
    touches: BTreeMap<String, Vec<String>>,
}

/// Why a file of titles cannot be used. Every text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CriteriaError {
    /// No such file, or not readable.
    #[error(
        "cannot read the criteria titles {0}: {1}. Mend the path or take criteria_titles out of candor.toml"
    )]
    Unreadable(PathBuf, std::io::Error),
    /// Not of the documented shape.
    #[error("the criteria titles {0} cannot be used: {1}")]
    Malformed(PathBuf, Box<toml::de::Error>),
    /// A number that neither framework has.
    #[error(
        "the criteria titles {0} name {1}, which is neither a Trust Services Criterion nor an Annex A control"
    )]
    Unknown(PathBuf, String),
}

/// A criterion with its title.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Criterion {
    /// Its number: `CC6.2`, `A.5.18`.
    pub code: String,
    /// Its title.
    pub title: String,
}

impl Criterion {
    /// Both, as a field holds them: `CC6.2 Users are registered, authorised and removed`.
    pub fn words(&self) -> String {
        format!("{} {}", self.code, self.title)
    }
}

/// All criteria that are known.
#[derive(Clone, Debug)]
pub struct Criteria {
    /// Titles in the order of the frameworks.
    titles: Vec<Criterion>,
    /// Which criteria touch which, in both directions.
    touches: BTreeMap<String, Vec<String>>,
}

impl Criteria {
    /// Our own; with the titles of the operator's file where there is one.
    ///
    /// # Errors
    /// When the file cannot be read, is not of the shape, or names an unknown number.
    pub fn load(licensed: Option<&Path>) -> Result<Self, CriteriaError> {
        let own = read(OWN, Path::new("config/criteria.toml"))?;
        let mut criteria = Self::of(own);
        if let Some(path) = licensed {
            let text = std::fs::read_to_string(path)
                .map_err(|error| CriteriaError::Unreadable(path.to_owned(), error))?;
            let file = read(&text, path)?;
            for (code, title) in file.tsc.into_iter().chain(file.iso27001) {
                let known = criteria.titles.iter_mut().find(|known| known.code == code);
                known.ok_or(CriteriaError::Unknown(path.to_owned(), code))?.title = title;
            }
        }
        Ok(criteria)
    }

    /// Orders a file's content.
    fn of(file: File) -> Self {
        let ordered = |titles: BTreeMap<String, String>| {
            let mut titles: Vec<_> =
                titles.into_iter().map(|(code, title)| Criterion { code, title }).collect();
            titles.sort_by_key(|criterion| order(&criterion.code));
            titles
        };
        let titles = [ordered(file.tsc), ordered(file.iso27001)].concat();
        let mut touches = file.touches.clone();
        for (criterion, controls) in &file.touches {
            for control in controls {
                touches.entry(control.clone()).or_default().push(criterion.clone());
            }
        }
        for others in touches.values_mut() {
            others.sort_by_key(|code| order(code));
        }
        Self { titles, touches }
    }

    /// All of them, in the order of the frameworks: to pick from.
    pub fn all(&self) -> &[Criterion] {
        &self.titles
    }

    /// The criterion with this number.
    pub fn find(&self, code: &str) -> Option<&Criterion> {
        self.titles.iter().find(|known| known.code.eq_ignore_ascii_case(code))
    }

    /// The criteria that a text names, in its order: `CC6.2 and CC6.3`.
    pub fn named_in(&self, text: &str) -> Vec<&Criterion> {
        let mut found: Vec<&Criterion> = Vec::new();
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.') {
            if let Some(known) = self.find(word.trim_matches('.')).filter(|known| !found.contains(known)) {
                found.push(known);
            }
        }
        found
    }

    /// Where the criteria that a text names touch the other framework.
    pub fn touched_by(&self, text: &str) -> Vec<&Criterion> {
        let mut touched: Vec<&Criterion> = Vec::new();
        for criterion in self.named_in(text) {
            let codes = self.touches.get(&criterion.code).into_iter().flatten();
            for other in codes.filter_map(|code| self.find(code)) {
                if !touched.contains(&other) {
                    touched.push(other);
                }
            }
        }
        touched
    }
}

/// Reads a file's text.
fn read(text: &str, path: &Path) -> Result<File, CriteriaError> {
    toml::from_str(text).map_err(|error| CriteriaError::Malformed(path.to_owned(), Box::new(error)))
}

/// Sorts `A.5.2` before `A.5.10` and the frameworks' parts in the order people know.
fn order(code: &str) -> (usize, String, Vec<u32>) {
    let letters: String = code.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let parts = ["CC", "A", "PI", "C", "P", "A."];
    let part = parts.iter().position(|part| *part == letters).unwrap_or(parts.len());
    let rest = code.trim_start_matches(letters.as_str());
    (part, letters, rest.split('.').filter_map(|number| number.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_frameworks_are_whole_and_their_numbers_in_order() {
        let criteria = Criteria::load(None).unwrap();
        let count = |start: &str| {
            let digit_follows = |code: &str| code[start.len()..].starts_with(|c: char| c.is_ascii_digit());
            criteria
                .all()
                .iter()
                .filter(|one| one.code.starts_with(start) && digit_follows(&one.code))
                .count()
        };
        assert_eq!([count("CC"), count("A"), count("PI"), count("C"), count("P")], [33, 3, 5, 2, 18]);
        assert_eq!([count("A.5."), count("A.6."), count("A.7."), count("A.8.")], [37, 8, 14, 34]);
        let codes: Vec<&str> = criteria.all().iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes.first().zip(codes.last()), Some((&"CC1.1", &"A.8.34")));
        let at = |code: &str| codes.iter().position(|one| *one == code).unwrap();
        assert!(at("CC9.2") < at("A1.1") && at("A.5.2") < at("A.5.10") && at("P8.1") < at("A.5.1"));
    }

    #[test]
    fn the_mapping_names_nothing_unknown_and_reads_both_ways() {
        let criteria = Criteria::load(None).unwrap();
        for (code, others) in &criteria.touches {
            assert!(criteria.find(code).is_some(), "{code}");
            assert!(others.iter().all(|other| criteria.find(other).is_some()), "{code}: {others:?}");
        }
        for criterion in criteria.all().iter().filter(|one| !one.code.starts_with("A.")) {
            assert!(!criteria.touched_by(&criterion.code).is_empty(), "{} touches nothing", criterion.code);
        }
        let codes =
            |text: &str| criteria.touched_by(text).iter().map(|one| one.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes("CC6.2 Logical access is removed"), ["A.5.16", "A.5.18", "A.6.5"]);
        assert_eq!(codes("a.6.5, and Annex A.8.6."), ["CC6.2", "A1.1"]);
        assert!(codes("NIST SP 800-53 Rev. 4, AC-2").is_empty());
    }

    #[test]
    fn licensed_titles_take_the_place_of_ours_and_unknown_numbers_are_named() {
        let folder = std::env::temp_dir().join(format!("candor-criteria-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("titles.toml");
        std::fs::write(&path, "[tsc]\n\"CC6.2\" = \"The licensed words\"\n").unwrap();
        let criteria = Criteria::load(Some(&path)).unwrap();
        assert_eq!(criteria.find("CC6.2").unwrap().words(), "CC6.2 The licensed words");
        assert_eq!(criteria.find("CC6.3").unwrap(), Criteria::load(None).unwrap().find("CC6.3").unwrap());
        for (text, said) in
            [("[tsc]\n\"CC6.99\" = \"x\"\n", "CC6.99"), ("[tcs]\n", "tcs"), ("x", "cannot be used")]
        {
            std::fs::write(&path, text).unwrap();
            let error = Criteria::load(Some(&path)).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(Criteria::load(Some(&path)).unwrap_err().to_string().contains("criteria_titles"));
    }
}
