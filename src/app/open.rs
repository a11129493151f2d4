//! Opening a house that is there, and making a new one.

use super::{App, Pages, Parts, Rate};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, installation};
use crate::exceptions::checker::Checker;
use crate::exceptions::criteria::{Criteria, CriteriaError};
use crate::fault::Fault;
use crate::identity::directory::Directory;
use crate::ids::NodeId;
use crate::ledger::check::Checks;
use crate::ledger::witness::{Policy, PolicyError};
use crate::ledger::{Writer, anchor};
use crate::notices::House;
use crate::notices::letter::Letters;
use crate::release::Gate;
use crate::release::pages::Reading;
use crate::seal::{Keyring, KeyringError};
use crate::tokens::jwt::Mint;
use crate::unusual::countries::{Countries, CountryFileError};
use crate::vault::Vault;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many files can be looked up from one network in a minute.
const VERIFY_PER_MINUTE: u32 = 10;
/// How many requests of programs are answered to one network in a minute.
const API_PER_MINUTE: u32 = 60;

/// Why a house cannot be opened. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keyring cannot be read.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A font that the configuration names cannot be used.
    #[error(transparent)]
    MarkFont(#[from] crate::watermark::MarkFontError),
    /// The keyring lies where backups take it along.
    #[error(
        "the keyring {0} lies inside the data directory: whoever steals one has both. Move it out and set `keyring` in the configuration"
    )]
    KeyringInside(PathBuf),
    /// Nothing was ever made here.
    #[error("there is no Candor in {0} yet: make one with `candor init --data {0}`")]
    NotInstalled(PathBuf),
    /// The operator's file of countries cannot be used.
    #[error(transparent)]
    Countries(#[from] CountryFileError),
    /// The operator's titles of criteria cannot be used.
    #[error(transparent)]
    Criteria(#[from] CriteriaError),
    /// Another installation's keyring.
    #[error(
        "the keyring belongs to another installation than the database: set `keyring` to the one that `candor init` made with it"
    )]
    OtherKeyring,
    /// A copy of the keyring from before the log's signing key was followed by another.
    #[error(
        "the log is signed by a key that the keyring lacks: this is an older copy of it. Put the newest one in its place"
    )]
    OlderKeyring,
    /// Made by an older program.
    #[error(
        "the database is of another version of this program: start `candor serve` of this version once, it brings the database up to date"
    )]
    OldSchema,
    /// The log is not the one that was signed last.
    #[error(
        "the log refuses to sign: {0}. If you have restored a backup, go on with `candor ledger new-epoch`; if not, somebody changed the database: keep everything as it is and find out first"
    )]
    LogBehind(&'static str),
    /// There was an anchor file once.
    #[error(
        "the anchor file {0} is missing: nothing here tells whether the log is as old as a backup, so nothing is signed. Put the newest checkpoint of this log there that somebody keeps (a letter's, a witness's, an auditor's; for a further node, a copy of another node's file) and start again. If nobody keeps one: `candor ledger new-epoch --none-known`"
    )]
    NoAnchor(PathBuf),
    /// The policy that names witnesses.
    #[error(transparent)]
    Witnesses(#[from] PolicyError),
    /// Unexpected.
    #[error("{0:?}")]
    Fault(#[from] Fault),
}

impl OpenError {
    /// Why the log cannot be signed, for whoever has to mend it.
    pub(crate) fn of_log(fault: Fault, config: &Config) -> Self {
        match fault.what() {
            what @ (anchor::BEFORE_HANDOVER | anchor::DAMAGED | anchor::FORKED | anchor::ROLLED_BACK) => {
                Self::LogBehind(what)
            }
            anchor::MISSING => Self::NoAnchor(config.anchor_file()),
            anchor::OTHER_SIGNER => Self::OlderKeyring,
            _ => Self::Fault(fault),
        }
    }
}

/// What to do with a database of an earlier version.
#[derive(Clone, Copy)]
enum Outdated {
    /// Leave it alone.
    Refuse,
    /// Bring it up to date.
    Upgrade,
}

impl App {
    /// Opens the house that `config` describes: its keyring, database, writer and vault.
    ///
    /// # Errors
    /// When a part is missing, belongs to another installation, or is of another version.
    pub fn open(config: Config, clock: Clock) -> Result<Self, OpenError> {
        Self::open_as(config, clock, Outdated::Refuse)
    }

    /// As [`App::open`]; a database of an earlier version is brought up to date first: for `serve`.
    pub fn open_and_upgrade(config: Config, clock: Clock) -> Result<Self, OpenError> {
        Self::open_as(config, clock, Outdated::Upgrade)
    }

    /// Opens every part in the order in which they depend on each other.
    fn open_as(config: Config, clock: Clock, outdated: Outdated) -> Result<Self, OpenError> {
        let keyring = Arc::new(open_keyring(&config)?);
        let criteria = Criteria::load(config.criteria_titles.as_deref())?;
        let countries = Countries::load(config.log.country_file.as_deref())?;
        let database = open_database(&config, &keyring, outdated)?;
        let house = House {
            keyring: Arc::clone(&keyring),
            clock: clock.clone(),
            letters: Arc::new(Letters::load()?),
            base_url: Arc::from(config.base_url.as_str()),
        };
        let writer = Writer::start_anchored(
            database.clone(),
            Arc::clone(&keyring),
            clock.clone(),
            Some(&config.anchor_file()),
        )
        .map_err(|fault| OpenError::of_log(fault, &config))?;
        let vault = Arc::new(Vault::open(&config.vault_folder())?);
        let gate = Gate {
            house: house.clone(),
            database: database.clone(),
            writer: writer.clone(),
            vault: Arc::clone(&vault),
            node: NodeId::new(&clock),
            live: Arc::default(),
            reading: Arc::new(Reading::new(config.program.clone())),
            mark_fonts: Arc::new(crate::watermark::MarkFonts::load(&config.mark_fonts)?),
        };
        let witnesses = config.log.witnesses.as_deref().map(Policy::load).transpose()?.unwrap_or_default();
        let checks = Checks::default();
        let mint = Mint::new(&keyring, &config.base_url)?;
        Ok(Self(Arc::new(Parts {
            config,
            clock,
            keyring,
            database,
            writer,
            vault,
            gate,
            house,
            witnesses,
            checks,
            verify_rate: Rate::per_minute(VERIFY_PER_MINUTE),
            preparing: Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)),
            api_rate: Rate::per_minute(API_PER_MINUTE),
            mint,
            directory: Directory::default(),
            checker: Checker::load()?,
            criteria,
            countries,
            pages: Pages::load()?,
        })))
    }
}

/// Reads the keyring; refuses one inside the data directory.
pub fn open_keyring(config: &Config) -> Result<Keyring, OpenError> {
    if lies_inside(&config.keyring, &config.data) {
        return Err(OpenError::KeyringInside(config.keyring.clone()));
    }
    Ok(Keyring::load(&config.keyring)?)
}

/// Opens the database; refuses one that is missing, of another version, or of another installation.
fn open_database(config: &Config, keyring: &Keyring, outdated: Outdated) -> Result<Database, OpenError> {
    let database = Database::open(config.database.expose())?;
    if database.file().is_some_and(|file| !file.exists()) {
        return Err(OpenError::NotInstalled(config.data.clone()));
    }
    match (database.is_current()?, outdated) {
        (true, _) => {}
        (false, Outdated::Upgrade) => database.migrate()?,
        (false, Outdated::Refuse) => return Err(OpenError::OldSchema),
    }
    match installation::find(&mut *database.read()?)? {
        None => return Err(OpenError::NotInstalled(config.data.clone())),
        Some(instance) if instance != keyring.instance() => return Err(OpenError::OtherKeyring),
        Some(_) => {}
    }
    Ok(database)
}

/// Whether `path` lies inside `folder`, links resolved.
fn lies_inside(path: &Path, folder: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(path).starts_with(real(folder))
}

/// Brings the database to this program's version and ties it to the keyring if it is new. Idempotent.
///
/// # Errors
/// When the database belongs to another installation.
pub fn install(database: &Database, keyring: &Keyring, clock: &Clock) -> Result<(), OpenError> {
    database.migrate()?;
    let owner = installation::claim(database, clock, keyring.instance())?;
    if owner == keyring.instance() { Ok(()) } else { Err(OpenError::OtherKeyring) }
}
