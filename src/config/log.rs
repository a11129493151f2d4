//! Settings of the log: who outside is told of its checkpoints, how often, and when silence is an alarm.

use super::Secret;
use super::ship::Ship;
use crate::text::EmailAddress;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The table `[log]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// How often webhook and witnesses are brought up to date, in seconds, if the log has grown.
    pub anchor_every_secs: u32,
    /// After so many seconds without an anchor that has grown entries to learn of, it is an alarm.
    pub anchor_alert_secs: u32,
    /// Who gets the checkpoint by mail, once in `mail_every_hours` if the log has grown.
    pub auditors: Vec<EmailAddress>,
    /// How often auditors get a letter.
    pub mail_every_hours: u32,
    /// Where checkpoints are posted to.
    pub webhook: Option<Webhook>,
    /// Where it is posted that a rule of unusual access has fired.
    pub alert_webhook: Option<Webhook>,
    /// Where the log is shipped to.
    pub ship: Ship,
    /// What tells the country of an address, a file in the `MaxMind` DB format.
    pub country_file: Option<PathBuf>,
    /// The policy that names witnesses, C2SP tlog-policy.
    pub witnesses: Option<PathBuf>,
    /// How often the server reads its whole log again by itself; 0 never.
    pub self_check_hours: u32,
}

/// Where checkpoints are posted to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// The key of the signature that each message bears.
    pub secret: Secret,
    /// Certificates of whoever signed the machine's, PEM: these are trusted and no others. Without it, whom this machine trusts.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            anchor_every_secs: 60,
            anchor_alert_secs: 600,
            auditors: Vec::new(),
            mail_every_hours: 24,
            webhook: None,
            alert_webhook: None,
            ship: Ship::default(),
            country_file: None,
            witnesses: None,
            self_check_hours: 24,
        }
    }
}

impl LogSettings {
    /// The settings with paths meant from `folder`; what makes no sense is refused in words.
    pub(super) fn checked(mut self, folder: &Path) -> Result<Self, String> {
        self.witnesses = self.witnesses.map(|path| folder.join(path));
        self.country_file = self.country_file.map(|path| folder.join(path));
        if self.anchor_every_secs == 0 || self.anchor_alert_secs < self.anchor_every_secs {
            return Err(
                "log.anchor_alert_secs must not be less than log.anchor_every_secs, and neither 0".to_owned()
            );
        }
        if self.mail_every_hours == 0 {
            return Err(
                "log.mail_every_hours must be 1 at least: each letter is an entry of its own".to_owned()
            );
        }
        for (name, webhook) in [("webhook", &mut self.webhook), ("alert_webhook", &mut self.alert_webhook)] {
            webhook.as_mut().map_or(Ok(()), |webhook| webhook.check(name, folder))?;
        }
        self.ship = self.ship.checked(folder)?;
        Ok(self)
    }
}

impl Webhook {
    /// Refuses what anybody on the way could read or forge; `name` is the setting's. Paths are meant from `folder`.
    pub(super) fn check(&mut self, name: &str, folder: &Path) -> Result<(), String> {
        self.ca = self.ca.as_ref().map(|path| folder.join(path));
        if !is_safe(&self.url) {
            return Err(format!("log.{name}.url must begin with https://; http:// only for this machine"));
        }
        if self.secret.expose().len() < 16 {
            return Err(format!("log.{name}.secret must have 16 characters at least"));
        }
        Ok(())
    }
}

/// Whether nobody on the way can read or change what is sent there.
pub fn is_safe(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    !authority.contains('@') && host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_leave_over_tls_or_stay_on_this_machine() {
        for good in ["https://siem.example/x", "http://127.0.0.1:9/x", "http://[::1]:9"] {
            assert!(is_safe(good), "{good}");
        }
        for bad in
            ["http://siem.example", "http://127.0.0.1@siem.example", "ftp://x", "http://127.0.0.1.example"]
        {
            assert!(!is_safe(bad), "{bad}");
        }
    }
}
