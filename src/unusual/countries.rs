//! Countries of network addresses, by a file in the `MaxMind` DB format that the operator brings.
//!
//! Promises: no service is ever asked, the file is read once, whole, and checked to its last record before anything is
//! told from it. Not promised: that it is right. A country is what the file says of a network, no evidence of where
//! somebody was, and stands in no entry of the log.

use crate::clock::Micros;
use maxminddb::Reader;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file older than so many days is worth a word: networks change hands.
const OLD_DAYS: i64 = 90;
/// What the type of a file that knows countries names.
const KINDS: [&str; 3] = ["City", "Country", "Enterprise"];

/// Why a file of countries cannot be used. Every text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CountryFileError {
    /// Not of the format, or cut off, or changed.
    #[error(
        "the country file {0} is damaged ({1}). Fetch it anew, or take log.country_file out of candor.toml"
    )]
    Damaged(PathBuf, String),
    /// Of the format, and knows no countries.
    #[error(
        "the country file {0} is of the kind {1}, which knows no countries. Name one of a kind like GeoLite2-Country or DBIP-Country-Lite"
    )]
    OtherKind(PathBuf, String),
    /// No such file, or not readable.
    #[error(
        "cannot read the country file {0}: {1}. Mend the path or take log.country_file out of candor.toml"
    )]
    Unreadable(PathBuf, std::io::Error),
}

/// What is known of an address's country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Country {
    /// An address of this machine or of a network that is not public: it has no country.
    Local,
    /// A country by its two letters, with the name that the file gives it.
    Named(String, Option<String>),
    /// The file does not know it.
    Unknown,
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("a local network"),
            Self::Named(code, Some(name)) => write!(f, "{name} ({code})"),
            Self::Named(code, None) => f.write_str(code),
            Self::Unknown => f.write_str("country unknown"),
        }
    }
}

/// What the file says of a network, as far as it is read here.
#[derive(Deserialize)]
struct Record {
    country: Option<Land>,
}

/// A country in it.
#[derive(Deserialize)]
struct Land {
    iso_code: Option<String>,
    #[serde(default)]
    names: Names,
}

/// Its names; the English one is shown.
#[derive(Default, Deserialize)]
struct Names {
    en: Option<String>,
}

/// A file that was read and checked.
struct Book {
    reader: Reader<Vec<u8>>,
    built: Micros,
}

/// The operator's file of countries, or none. Cheap to clone.
#[derive(Clone, Default)]
pub struct Countries(Option<Arc<Book>>);

impl fmt::Debug for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Countries").field(&self.source()).finish()
    }
}

/// Which file a country is told from, for the pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// What the file calls itself.
    pub kind: String,
    /// When it was made.
    pub dated: String,
}

impl Countries {
    /// Reads and checks the file that is set; without one nothing is known of countries.
    ///
    /// # Errors
    /// When it cannot be read, is damaged anywhere, or knows no countries.
    pub fn load(path: Option<&Path>) -> Result<Self, CountryFileError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let damaged =
            |error: maxminddb::MaxMindDbError| CountryFileError::Damaged(path.to_owned(), error.to_string());
        let bytes =
            std::fs::read(path).map_err(|error| CountryFileError::Unreadable(path.to_owned(), error))?;
        let reader = Reader::from_source(bytes).map_err(damaged)?;
        reader.verify().map_err(damaged)?;
        let metadata = reader.metadata();
        if !KINDS.iter().any(|kind| metadata.database_type.contains(kind)) {
            return Err(CountryFileError::OtherKind(path.to_owned(), metadata.database_type.clone()));
        }
        let built = i64::try_from(metadata.build_epoch).unwrap_or_default();
        Ok(Self(Some(Arc::new(Book { reader, built: Micros(0).plus_secs(built) }))))
    }

    /// Whether there is a file.
    pub const fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// Which file it is.
    pub fn source(&self) -> Option<Source> {
        let book = self.0.as_deref()?;
        Some(Source { kind: book.reader.metadata().database_type.clone(), dated: book.built.date_words() })
    }

    /// Whether the file is so old that it should be fetched anew.
    pub fn is_old(&self, now: Micros) -> bool {
        self.0.as_deref().is_some_and(|book| now.secs_since(book.built) > OLD_DAYS * 86_400)
    }

    /// The country of an address; none without a file.
    pub fn find(&self, address: IpAddr) -> Option<Country> {
        let book = self.0.as_deref()?;
        if is_local(address) {
            return Some(Country::Local);
        }
        // A file of IPv4 networks knows an address in the clothes of IPv6 by its own name.
        let record = book.reader.lookup(address.to_canonical()).and_then(|found| found.decode::<Record>());
        // The whole file was checked when it was read: a record that does not decode names no country.
        let land = record.ok().flatten().and_then(|record| record.country);
        Some(match land {
            Some(Land { iso_code: Some(code), names }) => Country::Named(code, names.en),
            Some(_) | None => Country::Unknown,
        })
    }

    /// The country of an address as it stands in the log, in words; none without a file, or where no address stands.
    pub fn words(&self, address: &str) -> Option<String> {
        self.find(address.parse().ok()?).map(|country| country.to_string())
    }
}

/// Whether an address belongs to no public network.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
