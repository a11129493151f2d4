//! Every setting, read from one TOML file. Unknown names are refused, secrets are never printed.
//!
//! `candor init` writes the file into the data directory with every setting commented; relative paths in it are meant
//! from the file's own folder.

pub mod demo;
mod free_mail;
mod log;
mod mail;
mod remote;
mod retention;
mod ship;

pub use free_mail::is_free_mail;
pub use log::{LogSettings, Webhook};
pub use mail::{Mail, Smtp, SmtpSecurity};
pub use retention::Retention;
pub use ship::{Ship, Syslog};

use crate::files::beside;
use mail::{MailSetting, resolve_mail};
use remote::is_remote_postgres;
use serde::Deserialize;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The commented file that `init` writes.
const TEMPLATE: &str = include_str!("../config/candor.toml");

/// Why a configuration cannot be used. Every text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such file, or not readable.
    #[error("cannot read {path}: {cause}. Give the file with --config, or make one with `candor init`")]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Not TOML, or a name or value that is not known.
    #[error("{path}: {cause}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line and what is wrong in it.
        cause: Box<toml::de::Error>,
    },
    /// A value that makes no sense together with the others.
    #[error("{path}: {what}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to write instead.
        what: String,
    },
}

/// The file as it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Where the server listens.
    listen: SocketAddr,
    /// How people reach it.
    base_url: String,
    /// Where everything lies; the folder of the file when missing.
    data: Option<PathBuf>,
    /// The keyring; `DATA.keyring` beside the data directory when missing.
    keyring: Option<PathBuf>,
    /// The database; `sqlite:` in the data directory when missing.
    database: Option<Secret>,
    /// Accept PostgreSQL on another host without TLS.
    #[serde(default)]
    allow_plain_database: bool,
    /// Addresses of proxies that end TLS for us.
    #[serde(default)]
    trusted_proxies: Vec<IpAddr>,
    /// Certificate and key, when the server ends TLS itself.
    tls: Option<Tls>,
    /// How letters leave the house.
    mail: Option<MailSetting>,
    /// Largest upload in mebibytes.
    #[serde(default = "default_upload_mib")]
    upload_limit_mib: u64,
    /// How the log is anchored outside and checked.
    #[serde(default)]
    log: LogSettings,
    /// How long what is kept.
    #[serde(default)]
    retention: Retention,
    /// Titles of criteria that take the place of ours.
    criteria_titles: Option<PathBuf>,
    /// Fonts for names in scripts that the bundled font does not draw.
    #[serde(default)]
    mark_fonts: Vec<PathBuf>,
}

/// The default of `upload_limit_mib`.
const fn default_upload_mib() -> u64 {
    100
}

/// Certificate chain and private key in PEM files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// The private key (PKCS#8, PKCS#1 or SEC1).
    pub key: PathBuf,
}

/// A setting that is never printed.
#[derive(Clone, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whether this is a house for people or a demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `candor demo`: loopback only, plain http, letters on a page.
    Demo,
    /// `candor serve`.
    Serve,
}

/// Every setting, resolved: paths absolute or relative to the working directory, defaults filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// How people reach it, without a slash at the end: `https://trust.company.example`.
    pub base_url: String,
    /// Where everything lies.
    pub data: PathBuf,
    /// The keyring, outside the data directory.
    pub keyring: PathBuf,
    /// The database's URL.
    pub database: Secret,
    /// Addresses of proxies that end TLS for us.
    pub trusted_proxies: Vec<IpAddr>,
    /// Certificate and key, when the server ends TLS itself.
    pub tls: Option<Tls>,
    /// How letters leave the house.
    pub mail: Mail,
    /// Largest upload in bytes.
    pub upload_limit_bytes: u64,
    /// How the log is anchored outside and checked.
    pub log: LogSettings,
    /// How long what is kept.
    pub retention: Retention,
    /// Titles of criteria that take the place of ours.
    pub criteria_titles: Option<PathBuf>,
    /// Fonts for names in scripts that the bundled font does not draw.
    pub mark_fonts: Vec<PathBuf>,
    /// Serve or demo.
    pub mode: Mode,
    /// The program that reads foreign files in a process of its own: this one. No setting.
    pub program: PathBuf,
    /// The file of these settings; none of a demonstration.
    pub file: Option<PathBuf>,
}

impl Config {
    /// The settings of a data directory: its `candor.toml`, or those of the demonstration that lies there.
    pub fn of_data(data: &Path) -> Result<Self, ConfigError> {
        let settings = data.join("candor.toml");
        match demo::listens_in(data).filter(|_| !settings.exists()) {
            Some(listen) => Ok(Self::demo(data, listen)),
            None => Self::load(&settings),
        }
    }

    /// Reads a configuration file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?;
        Self::parse(&text, path)
    }

    /// Reads a configuration from its text; `path` is where it stands, for messages and relative paths.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text)
            .map_err(|cause| ConfigError::Malformed { path: path.to_owned(), cause: Box::new(cause) })?;
        let refuse = |what: String| ConfigError::Refused { path: path.to_owned(), what };
        let folder = path.parent().unwrap_or(Path::new("."));
        let data = file.data.map_or_else(|| folder.to_owned(), |data| folder.join(data));
        let base_url = file.base_url.trim_end_matches('/').to_owned();
        if !base_url.starts_with("https://") {
            return Err(refuse("base_url must begin with https://, since people sign in over it".to_owned()));
        }
        let mail = resolve_mail(file.mail, &data).map_err(refuse)?;
        let database = file
            .database
            .unwrap_or_else(|| Secret(format!("sqlite:{}", data.join("candor.sqlite").display())));
        if !file.allow_plain_database && is_remote_postgres(database.expose()) {
            return Err(refuse(
                "PostgreSQL on another host is reached without TLS by this build; use a unix socket or a TLS proxy on \
                 this machine, or accept it with allow_plain_database = true"
                    .to_owned(),
            ));
        }
        Ok(Self {
            listen: file.listen,
            base_url,
            keyring: file.keyring.map_or_else(|| default_keyring(&data), |keyring| folder.join(keyring)),
            database,
            trusted_proxies: file.trusted_proxies,
            tls: file
                .tls
                .map(|tls| Tls { certificate: folder.join(tls.certificate), key: folder.join(tls.key) }),
            mail,
            upload_limit_bytes: file.upload_limit_mib.saturating_mul(1024 * 1024),
            log: file.log.checked(folder).map_err(refuse)?,
            retention: file.retention.checked().map_err(refuse)?,
            criteria_titles: file.criteria_titles.map(|titles| folder.join(titles)),
            mark_fonts: file.mark_fonts.iter().map(|font| folder.join(font)).collect(),
            mode: Mode::Serve,
            program: this_program(),
            file: Some(path.to_owned()),
            data,
        })
    }

    /// The settings of a demonstration in `data`, listening on a loopback address.
    pub fn demo(data: &Path, listen: SocketAddr) -> Self {
        Self {
            listen,
            base_url: format!("http://{listen}"),
            data: data.to_owned(),
            keyring: default_keyring(data),
            database: Secret(format!("sqlite:{}", data.join("candor.sqlite").display())),
            trusted_proxies: Vec::new(),
            tls: None,
            mail: Mail::Shown,
            upload_limit_bytes: default_upload_mib() * 1024 * 1024,
            log: LogSettings::default(),
            retention: Retention::default(),
            criteria_titles: None,
            mark_fonts: Vec::new(),
            mode: Mode::Demo,
            program: this_program(),
            file: None,
        }
    }

    /// Where the vault keeps its objects.
    pub fn vault_folder(&self) -> PathBuf {
        self.data.join("vault")
    }

    /// Where the last checkpoint is kept, beside the data directory and outside its backups.
    pub fn anchor_file(&self) -> PathBuf {
        beside(&self.data, ".anchor")
    }
}

/// The text of a new configuration file.
pub const fn template() -> &'static str {
    TEMPLATE
}

/// The path of the running program; a bare name, which then cannot be started, when the system does not tell.
fn this_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("candor"))
}

/// `DATA.keyring`, beside the data directory.
pub fn default_keyring(data: &Path) -> PathBuf {
    beside(data, ".keyring")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses a text as if it stood in `/srv/candor/candor.toml`.
    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("/srv/candor/candor.toml"))
    }

    #[test]
    fn the_template_is_valid_and_asks_for_mail() {
        let config = parse(template()).unwrap();
        assert!(matches!(config.mail, Mail::Missing));
        assert_eq!(config.keyring, Path::new("/srv/candor.keyring"));
    }

    #[test]
    fn unknown_names_are_refused_with_their_line() {
        let error = parse("listen = \"127.0.0.1:1\"\nbase_url = \"https://t.example\"\nlisten_port = 3\n")
            .unwrap_err();
        assert!(error.to_string().contains("listen_port"), "{error}");
    }

    #[test]
    fn plain_connections_to_other_hosts_are_refused() {
        let base = "listen = \"127.0.0.1:1\"\nbase_url = \"https://t.example\"\n";
        assert!(parse(&format!("{base}database = \"postgres://u:p@db.example/candor\"\n")).is_err());
        for near in [
            "postgres:///candor?host=/run/postgresql",
            "postgres://u@127.0.0.1:5432/c",
            "postgres://u@[::1]/c",
            "postgres://localhost/c",
        ] {
            assert!(parse(&format!("{base}database = \"{near}\"\n")).is_ok(), "{near}");
        }
        let mail = "[mail]\nhost = \"mail.example\"\nsecurity = \"none\"\nfrom = \"trust@t.example\"\n";
        assert!(parse(&format!("{base}{mail}")).is_err());
    }

    #[test]
    fn secrets_are_not_printed() {
        let text = "listen = \"127.0.0.1:1\"\nbase_url = \"https://t.example\"\n[mail]\nhost = \"m.example\"\nfrom = \"a@t.example\"\npassword = \"hunter2\"\n";
        assert!(!format!("{:?}", parse(text).unwrap()).contains("hunter2"));
    }

    #[test]
    fn free_mail_is_no_company() {
        assert!(is_free_mail(&crate::text::Domain::parse("gmail.com").unwrap()));
        assert!(!is_free_mail(&crate::text::Domain::parse("nasa.gov").unwrap()));
    }
}
