//! A collector of syslog over TLS on loopback: it keeps what it takes, and can misbehave as collectors do.

use candor::config::Syslog;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Where the certificates of the tests lie.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/web/fixtures");

/// How the collector treats a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Reads everything and ends it in order.
    Takes,
    /// Goes away while the connection begins.
    BreaksOff,
    /// Reads everything and breaks off without ending TLS, as anyone on the way can.
    BreaksOffAtTheEnd,
    /// Ends it in order before it has read anything.
    EndsEarly,
    /// Says a byte now and then and never comes to an end.
    Dribbles,
}

/// A collector of syslog over TLS that keeps what it takes.
pub struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    treatment: Arc<Mutex<Treatment>>,
}

impl Collector {
    /// Opens one on a free port of loopback that takes everything.
    pub fn open() -> Self {
        Self::that(Treatment::Takes)
    }

    /// Opens one on a free port of loopback.
    pub fn that(first: Treatment) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(format!("{FIXTURES}/server.pem")).unwrap().collect();
        let key = PrivateKeyDer::from_pem_file(format!("{FIXTURES}/server.key")).unwrap();
        let config =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain.unwrap(), key);
        let config = Arc::new(config.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self {
            address: listener.local_addr().unwrap(),
            taken: Arc::default(),
            treatment: Arc::new(Mutex::new(first)),
        };
        let (taken, treatment) = (Arc::clone(&collector.taken), Arc::clone(&collector.treatment));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let treatment = *treatment.lock().unwrap();
                if treatment == Treatment::BreaksOff {
                    continue;
                }
                let tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = rustls::StreamOwned::new(tls, stream);
                if treatment == Treatment::EndsEarly {
                    let _ = stream.conn.complete_io(&mut stream.sock);
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                    thread::sleep(Duration::from_millis(500));
                }
                let mut bytes = Vec::new();
                if stream.read_to_end(&mut bytes).is_ok() {
                    if treatment == Treatment::BreaksOffAtTheEnd {
                        continue;
                    }
                    while treatment == Treatment::Dribbles && stream.write_all(b"x").is_ok() {
                        thread::sleep(Duration::from_millis(200));
                    }
                    taken.lock().unwrap().extend(unframe(&bytes));
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                }
            }
        });
        collector
    }

    /// Treats the next connections so.
    pub fn treat(&self, treatment: Treatment) {
        *self.treatment.lock().unwrap() = treatment;
    }

    /// The messages that were taken.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    /// The setting that ships there.
    pub fn to(&self) -> Syslog {
        Syslog {
            host: "localhost".to_owned(),
            port: self.address.port(),
            ca: format!("{FIXTURES}/ca.pem").into(),
            ends_without_notice: false,
        }
    }

    /// The lines of a configuration that ships there.
    pub fn settings(&self, host: &str) -> String {
        format!(
            "mail = \"files\"\n[log.ship]\nbatch = 7\nevery_secs = 3600\n\
             syslog = {{ host = \"{host}\", port = {}, ca = \"{FIXTURES}/ca.pem\" }}",
            self.address.port()
        )
    }

    /// The indexes that were taken, in their order.
    pub fn indexes(&self) -> Vec<u64> {
        self.taken.lock().unwrap().iter().map(|message| index(&event(message))).collect()
    }
}

/// The messages of a stream of frames (RFC 5425, section 4.3).
fn unframe(mut bytes: &[u8]) -> Vec<String> {
    let mut messages = Vec::new();
    while let Some(space) = bytes.iter().position(|byte| *byte == b' ') {
        let length: usize = std::str::from_utf8(&bytes[..space]).unwrap().parse().unwrap();
        let message = &bytes[space + 1..space + 1 + length];
        messages.push(String::from_utf8(message.to_vec()).unwrap());
        bytes = &bytes[space + 1 + length..];
    }
    assert!(bytes.is_empty(), "half a frame is left");
    messages
}

/// The event of a message: behind version, time, host, program, process, kind and structured data.
pub fn event(message: &str) -> serde_json::Value {
    serde_json::from_str(message.splitn(8, ' ').nth(7).unwrap()).unwrap()
}

/// The index of an event.
pub fn index(event: &serde_json::Value) -> u64 {
    event["metadata"]["uid"].as_str().unwrap().parse().unwrap()
}
