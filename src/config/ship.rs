//! Where the log is shipped to: `[log.ship]`.

use super::log::Webhook;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The table `[log.ship]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ship {
    /// A collector of syslog messages over TLS.
    pub syslog: Option<Syslog>,
    /// Where batches are posted to.
    pub webhook: Option<Webhook>,
    /// The most entries of a batch.
    pub batch: u16,
    /// How often it is looked whether there is something to ship, in seconds.
    pub every_secs: u32,
}

/// A collector of syslog messages (RFC 5424) over TLS (RFC 5425).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Syslog {
    /// Its name; the certificate must be for it.
    pub host: String,
    /// Its port.
    #[serde(default = "syslog_port")]
    pub port: u16,
    /// Certificates of whoever signed the collector's, PEM.
    pub ca: PathBuf,
    /// Whether a connection that breaks off without an end of TLS counts as one that the collector has ended.
    #[serde(default)]
    pub ends_without_notice: bool,
}

/// The port of RFC 5425.
const fn syslog_port() -> u16 {
    6514
}

impl Default for Ship {
    fn default() -> Self {
        Self { syslog: None, webhook: None, batch: 200, every_secs: 5 }
    }
}

impl Ship {
    /// The settings with paths meant from `folder`; what makes no sense is refused in words.
    pub(super) fn checked(mut self, folder: &Path) -> Result<Self, String> {
        if !(1..=1_000).contains(&self.batch) {
            return Err("log.ship.batch must be from 1 to 1000".to_owned());
        }
        if self.every_secs == 0 {
            return Err("log.ship.every_secs must be 1 at least".to_owned());
        }
        if let Some(webhook) = &mut self.webhook {
            webhook.check("ship.webhook", folder)?;
        }
        if let Some(syslog) = &mut self.syslog {
            syslog.ca = folder.join(&syslog.ca);
        }
        Ok(self)
    }
}
