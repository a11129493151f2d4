//! How letters leave the house: by SMTP, into a folder, or not at all (the demo shows them on a page).

use super::letter::{Letter, LetterKind};
use crate::clock::Clock;
use crate::config::{Mail, Smtp, SmtpSecurity};
use crate::fault::Fault;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::path::PathBuf;
use std::time::Duration;

/// How long a mail server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a letter could not be handed over; the text holds no address and no content.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// The letter could not be written as a message.
    #[error("the letter could not be written as a mail message")]
    Unwritable,
    /// The mail server refused for good (5xx).
    #[error("the mail server refused the letter ({0})")]
    Refused(String),
    /// The mail server could not be reached or asked to try later.
    #[error("the mail server could not be reached or asked to try later")]
    Later,
    /// The folder could not be written.
    #[error("the folder for letters could not be written: {0}")]
    Folder(std::io::Error),
}

/// A way for letters to leave.
pub enum Carrier {
    /// By SMTP.
    Smtp {
        /// The pooled connection.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// The address they come from.
        from: Mailbox,
    },
    /// Into a folder, one `.eml` file each.
    Files {
        /// The folder, made with mode 0700.
        folder: PathBuf,
        /// The address they come from.
        from: Mailbox,
    },
    /// Nowhere: the demo shows the queue.
    Shown,
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp { .. } => "Carrier::Smtp",
            Self::Files { .. } => "Carrier::Files",
            Self::Shown => "Carrier::Shown",
        })
    }
}

impl Carrier {
    /// The carrier that the settings ask for; `company` names the sender.
    pub fn new(mail: &Mail, company: &str) -> Result<Self, Fault> {
        match mail {
            Mail::Smtp(smtp) => {
                Ok(Self::Smtp { transport: transport(smtp)?, from: mailbox(company, smtp.from.as_str())? })
            }
            Mail::Files(folder) => Ok(Self::Files {
                folder: folder.clone(),
                from: mailbox(company, "nobody@localhost.localdomain")?,
            }),
            Mail::Shown => Ok(Self::Shown),
            Mail::Missing => Err(Fault::bare("no mail is configured")),
        }
    }

    /// Whether letters reach anybody.
    pub const fn reaches_people(&self) -> bool {
        matches!(self, Self::Smtp { .. })
    }

    /// Hands one letter over, with the log's current checkpoint in it.
    pub async fn carry(&self, letter: &Letter, checkpoint: &str, clock: &Clock) -> Result<(), CarryError> {
        match self {
            Self::Smtp { transport, from } => {
                let message = write(letter, checkpoint, from, clock).ok_or(CarryError::Unwritable)?;
                match transport.send(message).await {
                    Ok(_) => Ok(()),
                    Err(error) if error.is_permanent() => Err(CarryError::Refused(
                        error.status().map_or_else(String::new, |code| code.to_string()),
                    )),
                    Err(_) => Err(CarryError::Later),
                }
            }
            Self::Files { folder, from } => {
                let message = write(letter, checkpoint, from, clock).ok_or(CarryError::Unwritable)?;
                drop_into(folder, &message.formatted(), clock).map_err(CarryError::Folder)
            }
            Self::Shown => Ok(()),
        }
    }
}

/// The sender's mailbox.
fn mailbox(company: &str, address: &str) -> Result<Mailbox, Fault> {
    let address =
        address.parse().map_err(|error: lettre::address::AddressError| Fault::new("mail.from", error))?;
    Ok(Mailbox::new(Some(company.to_owned()).filter(|name| !name.is_empty()), address))
}

/// A pooled connection to the mail server.
fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, Fault> {
    let parameters =
        || TlsParameters::new(smtp.host.clone()).map_err(|error| Fault::new("TLS to the mail server", error));
    let (tls, port) = match smtp.security {
        SmtpSecurity::None => (Tls::None, 25),
        SmtpSecurity::Starttls => (Tls::Required(parameters()?), 587),
        SmtpSecurity::Tls => (Tls::Wrapper(parameters()?), 465),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port.unwrap_or(port))
        .tls(tls)
        .timeout(Some(TIMEOUT))
        // The machine's own name is nobody's business.
        .hello_name(ClientId::Domain(smtp.from.domain().to_string()));
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}

/// A letter as a mail message: text and HTML alternatives, our own message id, marked as sent by a program (RFC 3834).
fn write(letter: &Letter, checkpoint: &str, from: &Mailbox, clock: &Clock) -> Option<Message> {
    let id = format!("<{}@{}>", clock.uuid(), from.email.domain());
    let to: Mailbox = letter.to.as_str().parse().ok()?;
    let letter = letter.with_checkpoint(checkpoint);
    let mut builder = Message::builder();
    if let Some(stop) = &letter.stop {
        builder = builder
            .raw_header(header("List-Unsubscribe", format!("<{stop}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    builder
        .from(from.clone())
        .to(to)
        .subject(&letter.subject)
        .message_id(Some(id))
        .date(std::time::UNIX_EPOCH + Duration::from_micros(u64::try_from(clock.now().0).unwrap_or(0)))
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .multipart(body(letter, checkpoint))
        .ok()
}

/// Text and HTML; a letter about the checkpoint also has it as a file, which is what its reader keeps.
fn body(letter: Letter, checkpoint: &str) -> MultiPart {
    let texts = MultiPart::alternative()
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(letter.text))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(letter.html));
    if letter.kind != LetterKind::Checkpoint {
        return texts;
    }
    // As bytes: a mail program must not change its line ends.
    let file = Attachment::new("checkpoint.txt".to_owned());
    let file = file.body(checkpoint.as_bytes().to_vec(), ContentType::TEXT_PLAIN);
    MultiPart::mixed().multipart(texts).singlepart(file)
}

/// A header that no type of the mail library stands for.
fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// Deletes letters written as files that name this address: those to its owner, and those to others about them.
pub fn forget_files(folder: &std::path::Path, address: &str) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let address = address.to_lowercase();
    for entry in entries {
        let path = entry?.path();
        let is_letter = path.extension().is_some_and(|ending| ending == "eml");
        if is_letter && plain(&std::fs::read(&path)?).to_lowercase().contains(&address) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// A message with its quoted-printable lines joined and its base64 parts read, to be searched.
fn plain(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n").replace("=\n", "").replace("=40", "@");
    let decoded = text.split("\n\n").filter_map(|part| {
        let packed: String = part.split_whitespace().collect();
        STANDARD.decode(packed).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    });
    let decoded: String = decoded.collect();
    text + &decoded
}

/// Writes one `.eml` file that only the owner may read.
fn drop_into(folder: &std::path::Path, message: &[u8], clock: &Clock) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(format!("{}.eml", clock.uuid()));
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(message)
}

#[cfg(test)]
mod tests {
    use super::super::letter::Letters;
    use super::*;
    use crate::clock::Micros;
    use crate::text::EmailAddress;

    #[test]
    fn what_can_be_ended_says_so_to_mail_programs() {
        let clock = Clock::held(Micros(1_795_000_000_000_000));
        let to = EmailAddress::parse("ada@meridian-bank.example").unwrap();
        let context = serde_json::json!({ "company": "House", "person": "Ada", "title": "SOC 2", "link": "https://t.example/a",
            "stop": "https://t.example/subscriptions/stop/x" });
        let letter = Letters::load().unwrap().render(LetterKind::ReportChanged, &to, &context).unwrap();
        let from = mailbox("House", "trust@house.example").unwrap();
        let written = |letter: &Letter| {
            String::from_utf8(write(letter, "note", &from, &clock).unwrap().formatted()).unwrap()
        };
        assert!(!written(&letter).contains("List-Unsubscribe"));
        let message = written(&letter.with_stop("https://t.example/subscriptions/stop/x".to_owned()));
        assert!(
            message.contains("List-Unsubscribe: <https://t.example/subscriptions/stop/x>\r\n"),
            "{message}"
        );
        assert!(message.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{message}");
    }
}
