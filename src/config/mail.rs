//! How letters leave the house: `mail = "files"` or a table `[mail]`.

use super::Secret;
use crate::files::beside;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// `mail = "files"` or a table `[mail]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MailSetting {
    /// A word; only `files` is known.
    Word(String),
    /// An SMTP server.
    Smtp(Smtp),
}

/// An SMTP server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Name or address of the server.
    pub host: String,
    /// Port; 465 for `tls`, 587 for `starttls`, 25 for `none` when missing.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub security: SmtpSecurity,
    /// User name, if the server asks for one.
    pub user: Option<String>,
    /// Password of the user.
    pub password: Option<Secret>,
    /// The address letters come from.
    pub from: crate::text::EmailAddress,
}

/// How a connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// In the clear; only to a loopback address.
    None,
    /// STARTTLS, required.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
}

/// How letters leave the house.
#[derive(Clone, Debug)]
pub enum Mail {
    /// By SMTP.
    Smtp(Smtp),
    /// Into a folder, as `.eml` files: nobody receives them, and staff are told so on every page.
    Files(PathBuf),
    /// Shown on a page of the demo.
    Shown,
    /// Not set: `serve` refuses to start.
    Missing,
}

/// Turns the mail setting into what it means.
pub(super) fn resolve_mail(setting: Option<MailSetting>, data: &Path) -> Result<Mail, String> {
    match setting {
        None => Ok(Mail::Missing),
        Some(MailSetting::Word(word)) if word == "files" => Ok(Mail::Files(beside(data, ".letters"))),
        Some(MailSetting::Word(word)) => Err(format!(
            "mail = \"{word}\" is not known; write mail = \"files\" or a table [mail] with host and from"
        )),
        Some(MailSetting::Smtp(smtp)) => {
            let loopback =
                smtp.host == "localhost" || smtp.host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
            if smtp.security == SmtpSecurity::None && !loopback {
                return Err(
                    "mail.security = \"none\" is accepted for a mail server on this machine only".to_owned()
                );
            }
            Ok(Mail::Smtp(smtp))
        }
    }
}
