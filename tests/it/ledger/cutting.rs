//! A proxy before PostgreSQL that cuts a connection at its COMMIT: before the server sees it, or after it was done.

use crate::support::databases::TestDatabase;
use crate::support::folder::TestFolder;
use candor::db::Database;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

/// When the next COMMIT is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The server never sees it.
    Before,
    /// The server has done it, and its answer is lost.
    After,
}

/// What becomes of the next COMMIT.
type Next = Arc<Mutex<Option<Cut>>>;

/// A proxy on a socket in a folder of its own; cuts one COMMIT when told to.
pub(super) struct Cutting {
    /// The database through the proxy.
    pub(super) database: Database,
    next: Next,
    _folder: TestFolder,
}

impl Cutting {
    /// A proxy before a test's PostgreSQL database.
    pub(super) fn before(database: &TestDatabase) -> Self {
        let folder = TestFolder::new();
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
        let next = Next::default();
        let (upstream, through) = addresses(database.url(), &folder);
        let shared = Arc::clone(&next);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                serve(client, &upstream, &shared);
            }
        });
        Self { database: Database::open(&through).unwrap(), next, _folder: folder }
    }

    /// Cuts the next COMMIT.
    pub(super) fn cut(&self, cut: Cut) {
        *self.next.lock().unwrap() = Some(cut);
    }
}

/// Where a server listens.
#[derive(Clone)]
enum Upstream {
    Tcp(String),
    Unix(PathBuf),
}

/// Where the server of a URL listens, and the URL through a socket in `folder`.
fn addresses(url: &str, folder: &TestFolder) -> (Upstream, String) {
    let (_, rest) = url.split_once("://").unwrap();
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, name) = address.split_once('/').unwrap();
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    let parameter = |wanted: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == wanted).map(|(_, value)| value)
    };
    let upstream = match parameter("host") {
        Some(folder) => Upstream::Unix(PathBuf::from(folder).join(".s.PGSQL.5432")),
        None if host.contains(':') => Upstream::Tcp(host.to_owned()),
        None => Upstream::Tcp(format!("{host}:5432")),
    };
    let user = parameter("user").unwrap_or(user);
    (upstream, format!("postgres://{user}@/{name}?host={}", folder.path().display()))
}

/// A connection of either kind, as two halves.
type Halves = (Box<dyn Read + Send>, Box<dyn Write + Send>, Box<dyn Fn() + Send>);

/// Splits a connection; the last part closes it both ways.
fn connect(upstream: &Upstream) -> Halves {
    match upstream {
        Upstream::Tcp(address) => {
            let stream = TcpStream::connect(address).unwrap();
            let (reader, closer) = (stream.try_clone().unwrap(), stream.try_clone().unwrap());
            (Box::new(reader), Box::new(stream), Box::new(move || drop(closer.shutdown(Shutdown::Both))))
        }
        Upstream::Unix(path) => split(UnixStream::connect(path).unwrap()),
    }
}

/// See [`connect`].
fn split(stream: UnixStream) -> Halves {
    let (reader, closer) = (stream.try_clone().unwrap(), stream.try_clone().unwrap());
    (Box::new(reader), Box::new(stream), Box::new(move || drop(closer.shutdown(Shutdown::Both))))
}

/// Carries bytes both ways until either side ends, or a COMMIT is cut.
fn serve(client: UnixStream, upstream: &Upstream, next: &Next) {
    let (mut from_client, mut to_client, close_client) = split(client);
    let (mut from_server, mut to_server, close_server) = connect(upstream);
    // Told once, when the server's next words must not reach the client.
    let (lose, lost) = mpsc::channel::<()>();
    let next = Arc::clone(next);
    thread::spawn(move || {
        let mut bytes = vec![0; 65536];
        while let Ok(count @ 1..) = from_client.read(&mut bytes) {
            // libpq sends a simple query as one write: type, length, text.
            let commits = bytes[..count].ends_with(b"COMMIT\0");
            let cut = if commits { next.lock().unwrap().take() } else { None };
            if cut == Some(Cut::Before) {
                break;
            }
            if cut == Some(Cut::After) {
                lose.send(()).unwrap();
            }
            if to_server.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        close_server();
    });
    thread::spawn(move || {
        let mut bytes = vec![0; 65536];
        while let Ok(count @ 1..) = from_server.read(&mut bytes) {
            if lost.try_recv().is_ok() || to_client.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        close_client();
    });
}
