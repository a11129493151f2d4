//! Messages to a collector of syslog: RFC 5424 in the framing of RFC 5425, over TLS.
//!
//! Syslog knows no receipts. A batch counts as taken when the collector has ended the connection in answer to our end of it,
//! in TLS's own words (RFC 5425, section 4.4): TLS hands records over in order, so it has read everything before, and nobody
//! on the way can forge that end. A connection that just breaks off may have been cut by anyone: it counts only where the
//! settings say so, for collectors that never say it. One that is refused, reset or silent counts as not taken, and the
//! batch is sent again. Not promised: that a collector which dies right after reading has kept what it read; it has no way to
//! say so.

use super::tls;
use crate::config::Syslog;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long each address of the collector may take to answer.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The facility: log audit.
const FACILITY: u8 = 13;
/// The longest MSGID of RFC 5424.
const MSGID_CHARS: usize = 32;

/// How much a message matters, by the numbers of RFC 5424.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something is wrong.
    Error,
    /// Nothing special.
    Informational,
    /// To be looked at.
    Warning,
}

impl Severity {
    /// The number.
    const fn number(self) -> u8 {
        match self {
            Self::Error => 3,
            Self::Warning => 4,
            Self::Informational => 6,
        }
    }
}

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    /// How much it matters.
    pub severity: Severity,
    /// When it happened, RFC 3339.
    pub at: String,
    /// What kind it is.
    pub kind: &'static str,
    /// What it says, one line of JSON.
    pub text: String,
}

/// Why a batch was not taken; the text names no secret.
#[derive(Debug, thiserror::Error)]
pub enum SyslogError {
    /// The file of certificates.
    #[error("the certificates of log.ship.syslog.ca cannot be read")]
    Ca,
    /// The connection.
    #[error("the collector {0}")]
    Connection(&'static str),
    /// Its end was not that of TLS.
    #[error(
        "the collector, or somebody on the way, broke off the connection without ending TLS: nothing says that it has read everything. \
         If it never ends TLS, set ends_without_notice = true in log.ship.syslog"
    )]
    NoNotice,
    /// The name.
    #[error("log.ship.syslog.host is no name")]
    Name,
    /// TLS.
    #[error("no TLS with the collector: it {}", tls::words(.0))]
    Tls(#[from] rustls::Error),
}

/// It took too long.
const LATE: SyslogError = SyslogError::Connection("did not answer in time");

/// A message framed for the wire: its length in bytes, a space, and itself. `host` says who sends.
pub fn frame(message: &Message, host: &str) -> Vec<u8> {
    let priority = FACILITY * 8 + message.severity.number();
    let kind: String = message.kind.chars().filter(char::is_ascii_graphic).take(MSGID_CHARS).collect();
    let text = format!("<{priority}>1 {} {host} candor - {kind} - {}", message.at, message.text);
    let mut framed = format!("{} ", text.len()).into_bytes();
    framed.extend_from_slice(text.as_bytes());
    framed
}

/// Sends frames over one connection and waits until the collector has ended it: `within` so long, all in all.
pub async fn send(to: &Syslog, frames: &[u8], within: Duration) -> Result<(), SyslogError> {
    timeout(within, deliver(to, frames)).await.unwrap_or(Err(LATE))
}

/// Sends frames and waits for the end, however long it takes.
async fn deliver(to: &Syslog, frames: &[u8]) -> Result<(), SyslogError> {
    let name = ServerName::try_from(to.host.clone()).map_err(|_| SyslogError::Name)?;
    let tls = TlsConnector::from(Arc::new(trust(to)?));
    let stream = tls.connect(name, connect(to).await?).await;
    let mut stream = stream.map_err(|error| failed(&error))?;
    stream.write_all(frames).await.map_err(|error| failed(&error))?;
    stream.flush().await.map_err(|error| failed(&error))?;
    let mut rest = [0; 1024];
    // Whoever ends the connection before we do says nothing about what we have sent.
    tokio::select! {
        biased;
        Ok(0) | Err(_) = stream.read(&mut rest) => return Err(SyslogError::Connection("ended before it had everything")),
        () = std::future::ready(()) => {}
    }
    stream.get_mut().1.send_close_notify();
    stream.flush().await.map_err(|error| failed(&error))?;
    loop {
        match stream.read(&mut rest).await {
            Ok(0) => return Ok(()),
            // Whatever a collector says is no syslog.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return if to.ends_without_notice { Ok(()) } else { Err(SyslogError::NoNotice) };
            }
            Err(error) => return Err(failed(&error)),
        }
    }
}

/// Whether its certificates can be read.
pub fn check(to: &Syslog) -> Result<(), SyslogError> {
    trust(to).map(drop)
}

/// Trusts who is named in the file and nobody else.
fn trust(to: &Syslog) -> Result<ClientConfig, SyslogError> {
    let mut roots = RootCertStore::empty();
    for certificate in tls::certificates(&to.ca).map_err(|_| SyslogError::Ca)? {
        roots.add(certificate).map_err(|_| SyslogError::Ca)?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// Connects to the first of its addresses that answers.
async fn connect(to: &Syslog) -> Result<TcpStream, SyslogError> {
    let unknown = SyslogError::Connection("has no address: its name cannot be resolved");
    let addresses = lookup_host((to.host.as_str(), to.port)).await.map_err(|_| unknown)?;
    for address in addresses {
        if let Ok(Ok(stream)) = timeout(CONNECT_WITHIN, TcpStream::connect(address)).await {
            return Ok(stream);
        }
    }
    Err(SyslogError::Connection("cannot be reached"))
}

/// What became of a connection, in words.
fn failed(error: &std::io::Error) -> SyslogError {
    let refused = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match (refused, error.kind()) {
        (Some(refused), _) => SyslogError::Tls(refused.clone()),
        (None, ErrorKind::TimedOut) => LATE,
        (None, _) => SyslogError::Connection("broke off the connection"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_by_its_bytes_and_headed_as_the_standard_says() {
        let message = Message {
            severity: Severity::Warning,
            at: "2026-11-21T09:30:00Z".to_owned(),
            kind: "download.started",
            text: "{\"who\":\"Ä\"}".to_owned(),
        };
        let wanted = "<108>1 2026-11-21T09:30:00Z trust.example candor - download.started - {\"who\":\"Ä\"}";
        assert_eq!(frame(&message, "trust.example"), format!("{} {wanted}", wanted.len()).into_bytes());
        assert_eq!(wanted.len(), wanted.chars().count() + 1, "bytes are counted, not characters");
    }
}
