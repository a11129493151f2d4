//! Messages to a collector of syslog: RFC 5424 in the framing of RFC 5425, over TLS.
//!
//! Syslog knows no receipts. A batch counts as taken when the collector has ended the connection in answer to our end of it
//! (RFC 5425, section 4.4), in words or without: TLS hands records over in order, so it has read everything before. A
//! connection that is refused, reset or silent counts as not taken, and the batch is sent again. Not promised: that a
//! collector which dies right after reading has kept what it read; it has no way to say so.

use super::tls;
use crate::config::Syslog;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

/// How long the collector may take to answer, each time.
const TIMEOUT: Duration = Duration::from_secs(10);
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
    /// The name.
    #[error("log.ship.syslog.host is no name")]
    Name,
    /// TLS.
    #[error("no TLS with the collector: it {}", tls::words(.0))]
    Tls(#[from] rustls::Error),
}

/// A message framed for the wire: its length in bytes, a space, and itself. `host` says who sends.
pub fn frame(message: &Message, host: &str) -> Vec<u8> {
    let priority = FACILITY * 8 + message.severity.number();
    let kind: String = message.kind.chars().filter(char::is_ascii_graphic).take(MSGID_CHARS).collect();
    let text = format!("<{priority}>1 {} {host} candor - {kind} - {}", message.at, message.text);
    let mut framed = format!("{} ", text.len()).into_bytes();
    framed.extend_from_slice(text.as_bytes());
    framed
}

/// Sends frames over one connection and waits until the collector has ended it. Blocking.
pub fn send(to: &Syslog, frames: &[u8]) -> Result<(), SyslogError> {
    let name = ServerName::try_from(to.host.clone()).map_err(|_| SyslogError::Name)?;
    let tls = ClientConnection::new(Arc::new(trust(to)?), name)?;
    let tcp = connect(to)?;
    let mut stream = StreamOwned::new(tls, tcp);
    stream.write_all(frames).map_err(|error| failed(&error))?;
    stream.conn.send_close_notify();
    stream.flush().map_err(|error| failed(&error))?;
    let mut rest = [0; 1024];
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return Ok(()),
            // Whatever a collector says is no syslog.
            Ok(_) => {}
            // Widespread collectors end the connection without saying so first. They have read everything all the same: a
            // connection with unread data would have been reset.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
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
    let certificates = CertificateDer::pem_file_iter(&to.ca).map_err(|_| SyslogError::Ca)?;
    for certificate in certificates {
        roots.add(certificate.map_err(|_| SyslogError::Ca)?).map_err(|_| SyslogError::Ca)?;
    }
    if roots.is_empty() {
        return Err(SyslogError::Ca);
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// Connects to the first of its addresses that answers.
fn connect(to: &Syslog) -> Result<TcpStream, SyslogError> {
    let unknown = SyslogError::Connection("has no address: its name cannot be resolved");
    let addresses = (to.host.as_str(), to.port).to_socket_addrs().map_err(|_| unknown)?;
    for address in addresses {
        let Ok(stream) = TcpStream::connect_timeout(&address, TIMEOUT) else { continue };
        let patience = |stream: &TcpStream| {
            stream.set_read_timeout(Some(TIMEOUT)).and_then(|()| stream.set_write_timeout(Some(TIMEOUT)))
        };
        patience(&stream).map_err(|error| failed(&error))?;
        return Ok(stream);
    }
    Err(SyslogError::Connection("cannot be reached"))
}

/// What became of a connection, in words.
fn failed(error: &std::io::Error) -> SyslogError {
    let refused = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match (refused, error.kind()) {
        (Some(refused), _) => SyslogError::Tls(refused.clone()),
        (None, ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
            SyslogError::Connection("did not answer in time")
        }
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
