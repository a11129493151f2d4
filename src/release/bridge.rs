//! The bridge letter of a report as a page to read, opened for one recipient by an admission to it and by nothing else.

use super::admit::{Admission, Asker, Gate};
use super::refused::Refused;
use super::wish::Wish;
use crate::db::data_keys;
use crate::fault::{Fault, Kind};
use crate::ids::GrantId;
use crate::reports::bridge_letter::{self, BridgeLetter};
use crate::reports::{Version, store as reports};

/// A letter on its way to the recipient of an admission.
#[derive(Debug)]
pub struct LetterCopy {
    /// The version it stands beside.
    pub version: Version,
    /// The letter.
    pub letter: BridgeLetter,
    /// The entry that says who took it.
    pub entry: u64,
}

impl Gate {
    /// Admits to the newest bridge letter and opens it.
    pub async fn take_bridge_letter(&self, asker: Asker, grant: GrantId) -> Result<LetterCopy, Refused> {
        let admission = self.admit(asker, grant, Wish::BridgeLetter).await?;
        let gate = self.clone();
        let opened = tokio::task::spawn_blocking(move || open(&admission, &gate));
        Ok(opened.await.map_err(|error| Fault::new("opening a bridge letter", error))??)
    }
}

/// Opens the newest letter of the admitted version. Blocking.
fn open(admission: &Admission, gate: &Gate) -> Result<LetterCopy, Fault> {
    let db = &mut *gate.database.read()?;
    let version = reports::require(db, admission.terms().version)?;
    let key = data_keys::open_for(db, &gate.house.keyring, version.key_owner())?;
    let letter = bridge_letter::list(db, &key, version.id)?.pop();
    let letter = letter.ok_or(Fault::bare("no bridge letter").with_kind(Kind::NotFound))?;
    Ok(LetterCopy { version, letter, entry: admission.entry() })
}
