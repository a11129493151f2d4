//! Grants as the distribution register lists them: also those of people who were forgotten meanwhile, whose words on the
//! copy nobody can read any more.

use super::store::place;
use super::{MarkWords, State};
use crate::clock::Micros;
use crate::db::schema::report_grant;
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId, VersionId};
use crate::seal::{KeyOwner, Keyring, Sealed};
use crate::watermark::CopyId;
use diesel::prelude::*;

/// A grant of the register.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Which.
    pub grant: GrantId,
    /// Whose.
    pub person: PersonId,
    /// To what.
    pub version: VersionId,
    /// The number on every page.
    pub copy: CopyId,
    /// The words on every page; none once the person was forgotten.
    pub mark: Option<MarkWords>,
    /// Since when.
    pub granted_at: Micros,
    /// Until when.
    pub expires_at: Micros,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
}

impl Holding {
    /// Where the grant stands now.
    pub fn state(&self, now: Micros) -> State {
        match self.revoked_at {
            Some(_) => State::Revoked,
            None if now >= self.expires_at => State::Expired,
            None => State::Active,
        }
    }
}

/// The columns of a holding.
type Row = (GrantId, PersonId, VersionId, CopyId, Sealed<MarkWords>, Micros, Micros, Option<Micros>);

/// The grants to these versions, the newest first; at most `most`, older than `before`.
pub fn list(
    db: &mut Db,
    keyring: &Keyring,
    versions: &[VersionId],
    before: Option<GrantId>,
    most: i64,
) -> Result<Vec<Holding>, Fault> {
    let mut query = report_grant::table
        .filter(report_grant::version_id.eq_any(versions.to_vec()))
        .order(report_grant::id.desc())
        .limit(most)
        .select((
            report_grant::id,
            report_grant::person_id,
            report_grant::version_id,
            report_grant::copy_id,
            report_grant::mark,
            report_grant::granted_at,
            report_grant::expires_at,
            report_grant::revoked_at,
        ))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(report_grant::id.lt(before));
    }
    let rows: Vec<Row> = query.load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// Opens the words of the mark, if the person's key is still there.
fn open(db: &mut Db, keyring: &Keyring, row: Row) -> Result<Holding, Fault> {
    let (grant, person, version, copy, mark, granted_at, expires_at, revoked_at) = row;
    let mark = match data_keys::find_for(db, keyring, KeyOwner::Person(person))? {
        Some(key) => Some(key.open(&place(grant), &mark)?),
        None => None,
    };
    Ok(Holding { grant, person, version, copy, mark, granted_at, expires_at, revoked_at })
}
