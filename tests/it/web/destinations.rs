//! Where messages go: whom the house trusts there, what it says when it does not, and where it goes on.

use crate::support::house::House;
use crate::support::webhook::webhook;
use candor::clock::Clock;
use candor::config::{Syslog, Webhook};
use candor::db::Db;
use candor::ids::NodeId;
use candor::ledger::{anchors, shipments};
use candor::notices::webhook::Hook;
use candor::worker::Worker;
use diesel::connection::SimpleConnection as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

/// Where the certificates of the tests lie.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/web/fixtures");

/// A web server on localhost with this certificate, which takes whatever is posted; gives its port.
fn secure(certificate: &str) -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(format!("{FIXTURES}/{certificate}.pem")).unwrap().collect();
    let key = PrivateKeyDer::from_pem_file(format!("{FIXTURES}/{certificate}.key")).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain.unwrap(), key);
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(tls, stream);
            let (mut heard, mut some) = (Vec::new(), [0; 4096]);
            while !heard.ends_with(b"{}") {
                match stream.read(&mut some) {
                    Ok(count) if count > 0 => heard.extend_from_slice(&some[..count]),
                    Ok(_) | Err(_) => break,
                }
            }
            let _ = stream.write_all(b"HTTP/1.1 204 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.flush();
        }
    });
    port
}

/// A webhook of the settings.
fn hook(port: u16, more: &str) -> Webhook {
    let text = format!("url = \"https://localhost:{port}/log\"\nsecret = \"0123456789abcdef\"\n{more}");
    toml::from_str(&text).unwrap()
}

/// What comes of posting something there.
fn posted(to: &Webhook) -> Result<(), String> {
    let hook = Hook::open(to)?;
    actix_web::rt::System::new().block_on(async move { hook.send("{}".to_owned()).await })
}

#[test]
fn a_webhook_behind_a_private_authority_is_reached_by_its_certificate() {
    let port = secure("server");
    let ca = |file: &str| format!("ca = \"{FIXTURES}/{file}\"");
    assert_eq!(posted(&hook(port, &ca("ca.pem"))), Ok(()));
    let why = posted(&hook(port, "")).unwrap_err();
    assert!(why.contains("issuer that is not trusted here") && why.contains("`ca`"), "{why}");
    // Only who is named is trusted.
    let why = posted(&hook(port, &ca("self.pem"))).unwrap_err();
    assert!(why.contains("issuer that is not trusted here"), "{why}");
    let why = posted(&hook(port, &ca("nothing.pem"))).unwrap_err();
    assert!(why.contains("nothing.pem, which `ca` names, cannot be used"), "{why}");
    let why = posted(&hook(port, &ca("server.key"))).unwrap_err();
    assert!(why.contains("it holds no certificate"), "{why}");
}

#[test]
fn an_authoritys_certificate_in_place_of_ones_own_is_told_with_what_mends_it() {
    let port = secure("self");
    let why = posted(&hook(port, &format!("ca = \"{FIXTURES}/self.pem\""))).unwrap_err();
    assert!(why.contains("authority's certificate as its own") && why.contains("openssl req -x509"), "{why}");
    // The same of a collector of syslog, on the page.
    let house = House::with(&format!(
        "mail = \"files\"\n[log.ship]\nevery_secs = 3600\n\
         syslog = {{ host = \"localhost\", port = {port}, ca = \"{FIXTURES}/self.pem\" }}"
    ));
    for _ in 0..500 {
        let known = shipments::list(&mut house.app().database.read().unwrap()).unwrap();
        let Some(why) = known.first().and_then(|one| one.error.clone()) else {
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        assert!(why.contains("no TLS with the collector: it shows an authority's certificate"), "{why}");
        assert!(!why.contains("OtherError"), "{why}");
        return;
    }
    panic!("the server did not ship when it started");
}

#[test]
fn every_destination_has_a_cursor_of_its_own() {
    let house = House::open();
    let db: &mut Db = &mut house.app().database.connect().unwrap();
    let (node, now) = (NodeId::new(&Clock::system()), house.app().clock.now());
    let to =
        |host: &str| -> Syslog { toml::from_str(&format!("host = \"{host}\"\nca = \"ca.pem\"")).unwrap() };
    let (old, new) = (shipments::of_syslog(&to("old.example")), shipments::of_syslog(&to("new.example")));
    assert!(!old.contains("example"), "an address may hold a secret");
    // The cursor of an earlier version belongs to whoever is set up when it is found.
    db.batch_execute(
        "INSERT INTO ledger_shipment (name, epoch, next_idx, next_try_at, failures, claimed_until) VALUES ('syslog', 1, 3, 0, 0, 0)",
    )
    .unwrap();
    assert_eq!(shipments::find(db, &old).unwrap().unwrap().next, 3);
    assert_eq!(shipments::claim(db, &old, (node, now)).unwrap(), Some(3));
    shipments::note(db, &old, (node, now), &Ok(5)).unwrap();
    // Another one begins with the first entry; the first one goes on where it was.
    assert_eq!(shipments::find(db, &new).unwrap(), None);
    assert_eq!(shipments::claim(db, &new, (node, now)).unwrap(), Some(0));
    shipments::note(db, &new, (node, now), &Ok(2)).unwrap();
    assert_eq!(shipments::claim(db, &old, (node, now)).unwrap(), Some(5));
    // What stands behind a question mark says who asks.
    let asked = |query: &str| {
        let mut to = hook(1, "");
        to.url += query;
        shipments::of_webhook(&to)
    };
    assert_eq!(asked("?token=1"), asked("?token=2"));
    assert_ne!(asked("/a"), asked("/b"));
}

#[test]
fn an_alarm_that_the_webhook_did_not_take_is_posted_again() {
    let (url, heard) = webhook("/alerts", &[500, 204]);
    let house = House::with(&format!(
        "mail = \"files\"\n[log]\nanchor_every_secs = 3600\nanchor_alert_secs = 3600\n\
         webhook = {{ url = \"http://127.0.0.1:1/x\", secret = \"0123456789abcdef\" }}\n\
         alert_webhook = {{ url = \"{url}\", secret = \"0123456789abcdef\" }}"
    ));
    let mut worker = Worker::new(house.app().clone());
    let mut does = |posts: bool| {
        actix_web::rt::System::new().block_on(async {
            if posts {
                worker.post_alarms().await.unwrap();
            } else {
                worker.tell_anchors().await.unwrap();
            }
        });
    };
    // The running server tries once by itself as soon as it runs; after that its own clock ticks once an hour.
    let tried = |house: &House| {
        let known = anchors::list(&mut house.app().database.read().unwrap()).unwrap();
        known.iter().any(|anchor| anchor.name == anchors::WEBHOOK)
    };
    while !tried(&house) {
        std::thread::sleep(Duration::from_millis(10));
    }
    does(false);
    house.advance_secs(3_601);
    does(false);
    let (_, refused) = heard.recv().unwrap();
    does(true);
    assert!(heard.try_recv().is_err(), "it waits before it tries again");
    house.advance_secs(61);
    does(true);
    let (head, taken) = heard.recv().unwrap();
    assert_eq!(taken, refused);
    assert!(taken.contains("anchor_overdue"), "{taken}");
    assert!(head.contains(&candor::notices::webhook::sign("0123456789abcdef", &taken)), "{head}");
    let due = candor::notices::waiting::is_due;
    let later = house.app().clock.now().plus_days(1);
    assert!(!due(&mut house.app().database.read().unwrap(), later).unwrap(), "once taken, it is gone");
}
