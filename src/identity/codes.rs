//! Mailed codes: rows, limits and the rules of redeeming them.
//!
//! Promises (NIST SP 800-63B-4 section 3.1.3.1 for what a mailed code may mean; ASVS 5.0 V6.5, V6.6 for its limits):
//! ten minutes, one use, five tries, the newest only, three an hour per address and twenty per network, all counted in
//! the database. Nothing is consumed by reading.

use super::secrets::{Purpose, Token, TypedCode};
use crate::clock::{Clock, Micros};
use crate::db::schema::mail_code;
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{CodeId, PersonId, RequestId};
use crate::seal::{KeyOwner, Keyring, Place, Sealed, same_bytes};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// How long a code lives.
pub const VALID_SECS: i64 = 600;
/// Wrong tries after which a code is dead.
pub const MOST_TRIES: i32 = 5;
/// Codes an hour for one address.
pub const MOST_PER_ADDRESS: i64 = 3;
/// Codes an hour for one network.
pub const MOST_PER_NETWORK: i64 = 20;
/// The span limits are counted over.
pub const LIMIT_SECS: i64 = 3_600;

/// From where and with what a code was asked for; sealed, shown to whoever opens the link elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The network address the server saw.
    pub address: String,
    /// What was asked for, in words.
    pub purpose: String,
    /// The company named in the request.
    pub organisation: String,
}

/// A code's row.
#[derive(Clone, Debug, Queryable)]
pub struct CodeRow {
    /// Which code.
    pub id: CodeId,
    /// Whose address it confirms.
    pub person: PersonId,
    /// The request that waits for it.
    pub request: Option<RequestId>,
    code_hash: Vec<u8>,
    _link_hash: Vec<u8>,
    browser_hash: Vec<u8>,
    _network_index: Vec<u8>,
    asked_from: Sealed<Asked>,
    /// When it was asked for.
    pub created_at: Micros,
    /// When it ends.
    pub expires_at: Micros,
    /// Wrong tries so far.
    pub tries: i32,
    /// When it was used.
    pub used_at: Option<Micros>,
    /// When it was killed: by a newer one, or by "this was not me".
    pub killed_at: Option<Micros>,
}

impl CodeRow {
    /// Whether it can still be redeemed.
    pub fn is_live(&self, now: Micros) -> bool {
        self.used_at.is_none() && self.killed_at.is_none() && self.tries < MOST_TRIES && now < self.expires_at
    }
    /// Whether `code` is this one.
    pub fn matches(&self, keyring: &Keyring, code: &TypedCode) -> bool {
        same_bytes(&code.hash(keyring, self.id), &self.code_hash)
    }
    /// Whether the browser with this cookie asked for it.
    pub fn asked_by(&self, keyring: &Keyring, browser: &Token) -> bool {
        same_bytes(&browser.hash(keyring, Purpose::Browser), &self.browser_hash)
    }
    /// From where it was asked for.
    pub fn open_asked(&self, db: &mut Db, keyring: &Keyring) -> Result<Asked, Fault> {
        let key = data_keys::open_for(db, keyring, KeyOwner::Person(self.person))?;
        Ok(key.open(&place(self.id), &self.asked_from)?)
    }
}

/// Where the sealed column lies.
fn place(id: CodeId) -> Place {
    Place { table: "mail_code", row: *id.as_bytes(), column: "asked_from" }
}

/// What a new code is for.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// Whose address it confirms.
    pub person: PersonId,
    /// The request that waits for it.
    pub request: Option<RequestId>,
    /// The cookie of the browser that asked.
    pub browser: Token,
    /// The network, in words; kept as a blind index.
    pub network: String,
    /// What the letter and the other browser are told.
    pub asked: Asked,
}

/// The secrets of a new code, for its letter.
#[derive(Debug)]
pub struct Secrets {
    /// Which code.
    pub id: CodeId,
    /// What is typed.
    pub code: TypedCode,
    /// What the link carries.
    pub link: Token,
}

/// How many codes this address and this network had in the last hour.
pub fn count_recent(
    db: &mut Db,
    keyring: &Keyring,
    person: PersonId,
    network: &str,
    now: Micros,
) -> Result<(i64, i64), Fault> {
    let since = now.plus_secs(-LIMIT_SECS);
    let recent = mail_code::table.filter(mail_code::created_at.gt(since));
    let by_person = recent.filter(mail_code::person_id.eq(person)).count().get_result(db)?;
    let by_network =
        recent.filter(mail_code::network_index.eq(network_index(keyring, network))).count().get_result(db)?;
    Ok((by_person, by_network))
}

/// The blind index of a network.
fn network_index(keyring: &Keyring, network: &str) -> Vec<u8> {
    keyring.blind_index("mail_code.network", network).to_vec()
}

/// Adds a code and kills the older ones of the same browser and person.
pub fn insert(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    new: &NewCode,
    now: Micros,
) -> Result<Secrets, Fault> {
    let secrets = {
        let link = Token::new(clock);
        Secrets { id: CodeId::new(clock), code: TypedCode::of_link(keyring, &link), link }
    };
    let key = data_keys::open_for(db, keyring, KeyOwner::Person(new.person))?;
    let unused =
        mail_code::table.filter(mail_code::person_id.eq(new.person)).filter(mail_code::used_at.is_null());
    diesel::update(unused.filter(mail_code::killed_at.is_null()))
        .set(mail_code::killed_at.eq(now))
        .execute(db)?;
    diesel::insert_into(mail_code::table)
        .values((
            mail_code::id.eq(secrets.id),
            mail_code::person_id.eq(new.person),
            mail_code::request_id.eq(new.request),
            mail_code::code_hash.eq(secrets.code.hash(keyring, secrets.id)),
            mail_code::link_hash.eq(secrets.link.hash(keyring, Purpose::CodeLink)),
            mail_code::browser_hash.eq(new.browser.hash(keyring, Purpose::Browser)),
            mail_code::network_index.eq(network_index(keyring, &new.network)),
            mail_code::asked_from.eq(key.seal(clock, &place(secrets.id), &new.asked)?),
            mail_code::created_at.eq(now),
            mail_code::expires_at.eq(now.plus_secs(VALID_SECS)),
            mail_code::tries.eq(0),
        ))
        .execute(db)?;
    Ok(secrets)
}

/// The newest code that this browser asked for.
pub fn find_by_browser(db: &mut Db, keyring: &Keyring, browser: &Token) -> Result<Option<CodeRow>, Fault> {
    Ok(mail_code::table
        .filter(mail_code::browser_hash.eq(browser.hash(keyring, Purpose::Browser)))
        .order(mail_code::id.desc())
        .first(db)
        .optional()?)
}

/// The code whose link this is.
pub fn find_by_link(db: &mut Db, keyring: &Keyring, link: &Token) -> Result<Option<CodeRow>, Fault> {
    Ok(mail_code::table
        .filter(mail_code::link_hash.eq(link.hash(keyring, Purpose::CodeLink)))
        .first(db)
        .optional()?)
}

/// Counts a wrong try.
pub fn update_tries(db: &mut Db, id: CodeId, tries: i32) -> Result<(), Fault> {
    diesel::update(mail_code::table.find(id)).set(mail_code::tries.eq(tries)).execute(db)?;
    Ok(())
}

/// Marks a code as used. True when it was not used before.
pub fn update_used(db: &mut Db, id: CodeId, now: Micros) -> Result<bool, Fault> {
    let unused = mail_code::table.find(id).filter(mail_code::used_at.is_null());
    Ok(diesel::update(unused).set(mail_code::used_at.eq(now)).execute(db)? == 1)
}

/// Whether a person has ever typed in a code, so that their address is known to be theirs.
pub fn any_used(db: &mut Db, person: PersonId) -> Result<bool, Fault> {
    let used =
        mail_code::table.filter(mail_code::person_id.eq(person)).filter(mail_code::used_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(used)).get_result(db)?)
}

/// Deletes every code of a person: with the network they were asked for from.
pub fn delete_by_person(db: &mut Db, person: PersonId) -> Result<usize, Fault> {
    Ok(diesel::delete(mail_code::table.filter(mail_code::person_id.eq(person))).execute(db)?)
}

/// Kills a code.
pub fn update_killed(db: &mut Db, id: CodeId, now: Micros) -> Result<(), Fault> {
    diesel::update(mail_code::table.find(id)).set(mail_code::killed_at.eq(now)).execute(db)?;
    Ok(())
}
