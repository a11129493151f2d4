//! A witness on this machine, written from C2SP `tlog-witness`: it remembers one size and root per log, signs what extends
//! them, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use candor::ledger::path::{TreeHead, is_consistent};
use candor::ledger::tree::Hash;
use candor::ledger::{Checkpoint, VerifierKey};
use candor::text::hex;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the witness knows and how it behaves.
#[derive(Default)]
struct State {
    log: Option<VerifierKey>,
    seen: Option<TreeHead>,
    asked: usize,
    /// Answers this instead of working.
    broken: Option<u16>,
}

/// A witness that listens on a port of its own.
pub struct Witness {
    /// Its name.
    pub name: &'static str,
    address: SocketAddr,
    pair: Arc<Ed25519KeyPair>,
    state: Arc<Mutex<State>>,
}

impl Witness {
    /// A witness of this name.
    pub fn open(name: &'static str) -> Self {
        let seed = digest(&SHA256, name.as_bytes());
        let pair = Arc::new(Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let (shared, key) = (Arc::clone(&state), Arc::clone(&pair));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (status, body) = serve(&stream, name, &key, &mut shared.lock().unwrap());
                let mut stream = stream;
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { name, address, pair, state }
    }

    /// Trusts a log.
    pub fn trusts(&self, log: &VerifierKey) {
        self.state.lock().unwrap().log = Some(log.clone());
    }
    /// Answers with this status from now on, or works again.
    pub fn answers(&self, status: Option<u16>) {
        self.state.lock().unwrap().broken = status;
    }
    /// Has seen this of the log, whatever the log believes.
    pub fn has_seen(&self, head: TreeHead) {
        self.state.lock().unwrap().seen = Some(head);
    }
    /// The size it has signed last.
    pub fn size(&self) -> u64 {
        self.state.lock().unwrap().seen.map_or(0, |head| head.size)
    }
    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }
    /// The line of a policy that names it.
    pub fn line(&self) -> String {
        let data = [&[4], self.pair.public_key().as_ref()].concat();
        let id = digest(&SHA256, &[self.name.as_bytes(), b"\n", &data].concat());
        let key = format!("{}+{}+{}", self.name, hex(&id.as_ref()[..4]), STANDARD.encode(&data));
        format!("witness {} {key} http://{}/\n", self.name.replace('.', "-"), self.address)
    }
}

/// Reads one request and answers it.
fn serve(stream: &TcpStream, name: &str, pair: &Ed25519KeyPair, state: &mut State) -> (u16, String) {
    let mut reader = BufReader::new(stream);
    let (mut length, mut first) = (0, String::new());
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    state.asked += 1;
    if let Some(status) = state.broken {
        return (status, String::new());
    }
    if !first.starts_with("POST /add-checkpoint ") {
        return (404, String::new());
    }
    add_checkpoint(&String::from_utf8(body).unwrap(), name, pair, state)
}

/// `add-checkpoint`, as the specification has it.
fn add_checkpoint(body: &str, name: &str, pair: &Ed25519KeyPair, state: &mut State) -> (u16, String) {
    let Some((head, note)) = body.split_once("\n\n") else { return (400, String::new()) };
    let mut lines = head.lines();
    let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(|old| old.parse::<u64>().ok());
    let Some(old) = old else { return (400, String::new()) };
    let hash = |line: &str| Hash::read(&STANDARD.decode(line).ok()?);
    let Some(proof) = lines.map(hash).collect::<Option<Vec<_>>>() else { return (400, String::new()) };
    let Some(log) = &state.log else { return (404, String::new()) };
    let Ok(checkpoint) = Checkpoint::open(note, log) else { return (403, String::new()) };
    let seen = state.seen.map_or(0, |head| head.size);
    if old > checkpoint.head.size {
        return (400, String::new());
    }
    if old != seen {
        return (409, format!("{seen}\n"));
    }
    if state.seen.is_some_and(|seen| !is_consistent(seen, checkpoint.head, &proof)) {
        return (422, String::new());
    }
    state.seen = Some(checkpoint.head);
    let text = &note[..=note.rfind("\n\n").unwrap()];
    let signed = pair.sign(format!("cosignature/v1\ntime 1700000000\n{text}").as_bytes());
    let data = [&[4], pair.public_key().as_ref()].concat();
    let id = digest(&SHA256, &[name.as_bytes(), b"\n", &data].concat());
    let bytes = [&id.as_ref()[..4], &1_700_000_000_u64.to_be_bytes(), signed.as_ref()].concat();
    (200, format!("\u{2014} {name} {}\n", STANDARD.encode(bytes)))
}
