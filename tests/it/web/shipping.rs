//! The log is shipped to other systems: in order, from where it broke off, with nothing left out.

use super::duties::queue;
use crate::support::house::House;
use crate::support::webhook::webhook;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::worker::Worker;
use diesel::connection::SimpleConnection as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Where the certificates of the tests lie.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/web/fixtures");

/// How the collector treats a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Treatment {
    /// Reads everything and ends it in order.
    Takes,
    /// Goes away while the connection begins.
    BreaksOff,
    /// Reads everything and breaks off without ending TLS, as anyone on the way can.
    BreaksOffAtTheEnd,
    /// Says a byte now and then and never comes to an end.
    Dribbles,
}

/// A collector of syslog over TLS that keeps what it takes.
struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    treatment: Arc<Mutex<Treatment>>,
}

impl Collector {
    /// Opens one on a free port of loopback that takes everything.
    fn open() -> Self {
        Self::that(Treatment::Takes)
    }

    /// Opens one on a free port of loopback.
    fn that(first: Treatment) -> Self {
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

    /// The lines of a configuration that ships there.
    fn settings(&self, host: &str) -> String {
        format!(
            "mail = \"files\"\n[log.ship]\nbatch = 7\nevery_secs = 3600\n\
             syslog = {{ host = \"{host}\", port = {}, ca = \"{FIXTURES}/ca.pem\" }}",
            self.address.port()
        )
    }

    /// The indexes that were taken, in their order.
    fn indexes(&self) -> Vec<u64> {
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
fn event(message: &str) -> serde_json::Value {
    serde_json::from_str(message.splitn(8, ' ').nth(7).unwrap()).unwrap()
}

/// The index of an event.
fn index(event: &serde_json::Value) -> u64 {
    event["metadata"]["uid"].as_str().unwrap().parse().unwrap()
}

/// Ships once, as the worker does; gives how many were taken.
fn ship(worker: &mut Worker) -> u64 {
    actix_web::rt::System::new().block_on(async { worker.ship_log().await.unwrap() })
}

/// Waits for the running server's own first shipment: its worker ships once when it starts, then once an hour.
fn settled(house: &House) {
    for _ in 0..500 {
        let db = &mut house.app().database.read().unwrap();
        let known = candor::ledger::shipments::list(db).unwrap();
        if known.iter().any(|one| one.at.is_some() || one.error.is_some()) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the server did not ship when it started");
}

#[test]
fn every_entry_reaches_the_collector_once_and_in_order_also_after_an_outage() {
    let collector = Collector::open();
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    let mut worker = Worker::new(house.app().clone());
    house.add_staff("Ada", Role::Sales);
    assert!(ship(&mut worker) >= 1);
    *collector.treatment.lock().unwrap() = Treatment::BreaksOff;
    for number in 0..20 {
        house.add_staff(&format!("Person{number}"), Role::Sales);
    }
    let before = collector.indexes().len();
    assert_eq!(ship(&mut worker), 0);
    assert_eq!(collector.indexes().len(), before);
    // Further tries wait; meanwhile the page and the database say why.
    *collector.treatment.lock().unwrap() = Treatment::Takes;
    assert_eq!(ship(&mut worker), 0, "it backs off");
    let mut security = house.staff("Sentinel", Role::Security);
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Failed, is tried again") && words.contains("the collector broke off"), "{words}");
    house.advance_secs(6);
    assert!(ship(&mut worker) > 20);
    let indexes = collector.indexes();
    let size = house.app().writer.head().size;
    assert_eq!(indexes, (0..size).collect::<Vec<_>>(), "no gap and no double");
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Where the log is shipped") && words.contains("localhost:"), "{words}");
    // A restart goes on where it was.
    house.add_staff("Late", Role::Sales);
    let left = house.app().writer.head().size - size;
    assert_eq!(ship(&mut Worker::new(house.app().clone())), left);
}

#[test]
fn messages_are_the_exports_events_in_the_form_of_syslog() {
    let collector = Collector::open();
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    house.add_staff("Ada", Role::Sales);
    ship(&mut Worker::new(house.app().clone()));
    let taken = collector.taken.lock().unwrap().clone();
    let added = taken.iter().find(|message| message.contains(" staff.added - ")).unwrap();
    assert!(
        added.starts_with("<110>1 2026-11-21T09:30:00Z trust.example candor - staff.added - {"),
        "{added}"
    );
    let event = event(added);
    assert_eq!(event["message"], EventKind::StaffAdded.words());
    assert_eq!(event["metadata"]["version"], "1.3.0");
}

#[test]
fn a_collector_that_somebody_else_vouches_for_gets_nothing() {
    let collector = Collector::open();
    // The certificate is for localhost.
    let house = House::with(&collector.settings("127.0.0.1"));
    settled(&house);
    assert!(collector.indexes().is_empty());
    let db = &mut house.app().database.read().unwrap();
    let known = candor::ledger::shipments::list(db).unwrap().remove(0);
    assert!(known.next == 0 && known.error.unwrap().contains("no TLS with the collector"));
}

#[test]
fn a_webhook_gets_signed_batches_and_the_same_again_when_it_refused_one() {
    let (url, heard) = webhook("/log", &[500, 200]);
    let house = House::with(&format!(
        "mail = \"files\"\n[log.ship]\nbatch = 1000\nevery_secs = 3600\n\
         webhook = {{ url = \"{url}\", secret = \"0123456789abcdef\" }}"
    ));
    settled(&house);
    let (_, refused) = heard.recv().unwrap();
    house.advance_secs(6);
    let size = house.app().writer.head().size;
    assert_eq!(ship(&mut Worker::new(house.app().clone())), size);
    let (head, body) = heard.recv().unwrap();
    assert!(head.contains(&candor::notices::webhook::sign("0123456789abcdef", &body)), "{head}");
    let batch: serde_json::Value = serde_json::from_str(&body).unwrap();
    let refused: serde_json::Value = serde_json::from_str(&refused).unwrap();
    assert_eq!((&batch["first"], &refused["first"]), (&0.into(), &0.into()));
    assert_eq!(batch["events"][0], refused["events"][0]);
    let indexes: Vec<u64> = batch["events"].as_array().unwrap().iter().map(index).collect();
    assert_eq!(indexes, (0..size).collect::<Vec<_>>());
}

#[test]
fn a_collector_that_never_comes_to_an_end_holds_up_nothing_else() {
    let collector = Collector::that(Treatment::Dribbles);
    let house = House::with(&collector.settings("localhost"));
    let claimed = |house: &House| {
        let db = &mut house.app().database.read().unwrap();
        !candor::ledger::shipments::list(db).unwrap().is_empty()
    };
    while !claimed(&house) {
        thread::sleep(Duration::from_millis(10));
    }
    // The collector has the batch and goes on; meanwhile a letter leaves, and the server stops as quickly as ever.
    let ada = house.add_staff("Ada", Role::Sales);
    queue(&house, ada);
    let begun = Instant::now();
    while candor::notices::outbox::count_waiting(&mut house.app().database.read().unwrap()).unwrap() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the letter still waits");
        thread::sleep(Duration::from_millis(50));
    }
    let begun = Instant::now();
    drop(house);
    assert!(begun.elapsed() < Duration::from_secs(8), "stopping took {:?}", begun.elapsed());
}

#[test]
fn all_of_a_sending_has_one_deadline() {
    let collector = Collector::that(Treatment::Dribbles);
    let begun = Instant::now();
    let to = candor::config::Syslog {
        host: "localhost".to_owned(),
        port: collector.address.port(),
        ca: format!("{FIXTURES}/ca.pem").into(),
        ends_without_notice: false,
    };
    let sent = actix_web::rt::System::new().block_on(candor::notices::syslog::send(
        &to,
        b"1 x",
        Duration::from_secs(1),
    ));
    assert_eq!(sent.unwrap_err().to_string(), "the collector did not answer in time");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_connection_that_just_breaks_off_counts_only_where_the_settings_say_so() {
    let collector = Collector::that(Treatment::BreaksOffAtTheEnd);
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    let next = |house: &House| {
        let db = &mut house.app().database.read().unwrap();
        let known = candor::ledger::shipments::list(db).unwrap().remove(0);
        (known.next, known.error)
    };
    let (taken, error) = next(&house);
    assert!(taken == 0 && error.as_ref().unwrap().contains("without ending TLS"), "{error:?}");
    let mut security = house.staff("Sentinel", Role::Security);
    assert!(security.get("/security/integrity").words().contains("set ends_without_notice = true"));

    let house =
        House::with(&collector.settings("localhost").replace("ca = ", "ends_without_notice = true, ca = "));
    settled(&house);
    let (taken, error) = next(&house);
    assert!(taken > 0 && error.is_none(), "{error:?}");
    let mut security = house.staff("Sentinel", Role::Security);
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Counts as taken when the connection just breaks off"), "{words}");
}

#[test]
fn what_cannot_be_read_is_noted_as_the_shipments_error_and_tried_again() {
    let collector = Collector::open();
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    let mut worker = Worker::new(house.app().clone());
    house.add_staff("Ada", Role::Sales);
    let rename = |sql: &str| house.app().database.connect().unwrap().batch_execute(sql).unwrap();
    rename("ALTER TABLE report_version RENAME TO report_version_away");
    assert_eq!(ship(&mut worker), 0);
    rename("ALTER TABLE report_version_away RENAME TO report_version");
    let mut security = house.staff("Sentinel", Role::Security);
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Failed, is tried again") && words.contains("could not be made ready"), "{words}");
    house.advance_secs(6);
    assert!(ship(&mut worker) >= 1);
    let size = house.app().writer.head().size;
    assert_eq!(collector.indexes(), (0..size).collect::<Vec<_>>());
}
