//! A mail server on loopback that keeps every letter: real SMTP (RFC 5321) over real sockets.
//!
//! It can also misbehave as mail servers do: refuse for a while, or take a letter and vanish before it says so.

use super::mime::Part;
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for a letter before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A letter as it came in.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The whole message: headers, empty line, body.
    pub raw: Vec<u8>,
}

impl Letter {
    /// A header as people read it; empty when missing.
    pub fn header(&self, name: &str) -> String {
        Part::parse(&self.raw).header(name).unwrap_or_default()
    }
    /// The subject.
    pub fn subject(&self) -> String {
        self.header("subject")
    }
    /// The plain text.
    pub fn text(&self) -> String {
        self.part("text/plain").unwrap()
    }
    /// The HTML text, when there is one.
    pub fn html(&self) -> Option<String> {
        self.part("text/html")
    }
    /// The web addresses of the plain text, in their order.
    pub fn links(&self) -> Vec<String> {
        let text = self.text();
        let words = text.split(|c: char| c.is_whitespace() || "<>\"()".contains(c));
        let links = words.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
        links.map(|link| link.trim_end_matches(['.', ',']).to_owned()).collect()
    }
    /// The one link whose path begins with `path`, as path and query.
    pub fn link(&self, path: &str) -> String {
        let paths: Vec<String> = self.links().iter().map(|link| path_of(link)).collect();
        let fitting: Vec<&String> = paths.iter().filter(|link| link.starts_with(path)).collect();
        assert_eq!(fitting.len(), 1, "links to {path} among {paths:?}");
        fitting[0].clone()
    }
    /// The code to be typed: `7K2M-9QXD`, alone on its line.
    pub fn code(&self) -> String {
        let digit = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
        let is_code = |line: &&str| {
            let halves: Vec<&str> = line.split('-').collect();
            halves.len() == 2 && halves.iter().all(|half| half.len() == 4 && half.chars().all(digit))
        };
        let text = self.text();
        text.lines().map(str::trim).find(is_code).map(str::to_owned).unwrap()
    }

    /// The first part of this kind, decoded.
    fn part(&self, kind: &str) -> Option<String> {
        let part = Part::parse(&self.raw).leaves().into_iter().find(|part| part.kind() == kind)?;
        Some(String::from_utf8(part.bytes()).unwrap().replace("\r\n", "\n"))
    }
}

/// Path and query of an absolute address.
pub fn path_of(link: &str) -> String {
    let (_, rest) = link.split_once("://").unwrap();
    rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
}

/// How one letter is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Taken, and the connection dropped before the sender is told.
    TakenUntold,
    /// Refused for now: 451.
    Later,
    /// Refused for good: 550.
    Never,
}

/// What the server's threads share with the test.
#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    treatments: VecDeque<Treatment>,
}

/// The mail server; ends with the test's process.
#[derive(Clone, Debug)]
pub struct Mailbox {
    address: SocketAddr,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Mailbox {
    /// Opens a mail server on a free port of loopback.
    pub fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mailbox = Self { address: listener.local_addr().unwrap(), shared: Arc::default() };
        let server = mailbox.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mailbox = server.clone();
                // A sender that breaks off ends its own thread only.
                thread::spawn(move || mailbox.converse(stream).unwrap_or_default());
            }
        });
        mailbox
    }
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
    /// Treats the next letter so, the one after it by the next call's treatment, and then all as they should be.
    pub fn treat_next(&self, treatment: Treatment) {
        self.state().treatments.push_back(treatment);
    }
    /// The letters so far.
    pub fn letters(&self) -> Vec<Letter> {
        self.state().letters.clone()
    }
    /// The newest letter to `address` whose subject holds `subject`; waits for it, then panics with what there is.
    pub fn wait_for(&self, address: &str, subject: &str) -> Letter {
        let fits =
            |letter: &&Letter| letter.to.iter().any(|to| to == address) && letter.subject().contains(subject);
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.state();
        loop {
            if let Some(letter) = state.letters.iter().rev().find(fits) {
                return letter.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let there: Vec<_> = state.letters.iter().map(|one| (one.to.clone(), one.subject())).collect();
            assert!(!left.is_zero(), "no letter to {address} about {subject:?} among {there:?}");
            state = self.shared.1.wait_timeout(state, left).unwrap().0;
        }
    }

    /// The shared state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap()
    }

    /// Speaks SMTP with one sender until it leaves.
    fn converse(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream.try_clone()?);
        let (mut from, mut to) = (String::new(), Vec::new());
        let mut answer = "220 mailbox.test ESMTP".to_owned();
        loop {
            stream.write_all(format!("{answer}\r\n").as_bytes())?;
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let verb = line.trim_end().split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            answer = match verb.as_str() {
                "EHLO" => "250-mailbox.test\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
                "MAIL" => {
                    (from, to) = (in_brackets(&line), Vec::new());
                    "250 ok".to_owned()
                }
                "RCPT" => {
                    to.push(in_brackets(&line));
                    "250 ok".to_owned()
                }
                "DATA" if to.is_empty() => "503 who is it for?".to_owned(),
                "DATA" => {
                    stream.write_all(b"354 end with a dot\r\n")?;
                    let raw = read_data(&mut lines)?;
                    let letter = Letter { from: std::mem::take(&mut from), to: std::mem::take(&mut to), raw };
                    match self.receive(letter) {
                        Some(answer) => answer.to_owned(),
                        None => return Ok(()),
                    }
                }
                "RSET" => {
                    (from, to) = (String::new(), Vec::new());
                    "250 ok".to_owned()
                }
                "HELO" | "NOOP" => "250 ok".to_owned(),
                "QUIT" => return stream.write_all(b"221 bye\r\n"),
                _ => "502 not known here".to_owned(),
            };
        }
    }

    /// Keeps a letter or not, and says what the sender is answered; `None` hangs up.
    fn receive(&self, letter: Letter) -> Option<&'static str> {
        let mut state = self.state();
        let treatment = state.treatments.pop_front();
        if matches!(treatment, None | Some(Treatment::TakenUntold)) {
            state.letters.push(letter);
            self.shared.1.notify_all();
        }
        match treatment {
            None => Some("250 taken"),
            Some(Treatment::TakenUntold) => None,
            Some(Treatment::Later) => Some("451 not now"),
            Some(Treatment::Never) => Some("550 never"),
        }
    }
}

/// The address between the angle brackets of `MAIL FROM:<..>` and `RCPT TO:<..>`.
fn in_brackets(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// Reads a message up to the lone dot, the doubled dots of RFC 5321 4.5.2 undone.
fn read_data(lines: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lettre::message::{MultiPart, header};
    use lettre::{Message, SmtpTransport, Transport as _};

    /// Sends one letter with the mail library the house uses.
    fn send(mailbox: &Mailbox) -> Result<lettre::transport::smtp::response::Response, String> {
        let text = "Gr\u{fc}\u{df}e\n.\n..dots\n\n  7K2M-9QXD\n\nhttps://trust.example/confirm/abc?x=1.\nhttps://trust.example/\n";
        let letter = Message::builder()
            .from("Trust <trust@house.example>".parse().unwrap())
            .to("ann@firm.example".parse().unwrap())
            .subject("Ihr Code f\u{fc}r den Bericht")
            .header(header::MIME_VERSION_1_0)
            .multipart(MultiPart::alternative_plain_html(text.to_owned(), "<p>7</p>".to_owned()))
            .unwrap();
        let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(mailbox.address().port()).build();
        transport.send(&letter).map_err(|error| error.to_string())
    }

    #[test]
    fn a_letter_arrives_as_it_was_sent() {
        let mailbox = Mailbox::open();
        send(&mailbox).unwrap();
        let letter = mailbox.wait_for("ann@firm.example", "Code f\u{fc}r");
        assert_eq!(letter.from, "trust@house.example");
        assert!(letter.text().starts_with("Gr\u{fc}\u{df}e\n.\n..dots\n"), "{}", letter.text());
        assert_eq!(letter.html().unwrap(), "<p>7</p>");
        assert_eq!(letter.code(), "7K2M-9QXD");
        assert_eq!(letter.link("/confirm/"), "/confirm/abc?x=1");
        assert_eq!(letter.links().len(), 2);
        assert_eq!(mailbox.letters().len(), 1);
    }

    #[test]
    fn a_mail_server_may_refuse_or_vanish() {
        let mailbox = Mailbox::open();
        for treatment in [Treatment::Later, Treatment::Never, Treatment::TakenUntold] {
            mailbox.treat_next(treatment);
        }
        assert!(send(&mailbox).unwrap_err().contains("451"));
        assert!(send(&mailbox).unwrap_err().contains("550"));
        assert!(mailbox.letters().is_empty());
        send(&mailbox).unwrap_err();
        assert_eq!(mailbox.letters().len(), 1, "taken, though the sender was not told");
        send(&mailbox).unwrap();
        assert_eq!(mailbox.letters().len(), 2);
    }

    #[test]
    fn a_letter_without_recipient_is_not_taken() {
        let mailbox = Mailbox::open();
        let mut stream = TcpStream::connect(mailbox.address()).unwrap();
        stream
            .write_all(b"HELO me\r\nMAIL FROM:<a@b.example>\r\nDATA\r\nSTRANGE\r\nRSET\r\nQUIT\r\n")
            .unwrap();
        let answers: Vec<String> = BufReader::new(stream).lines().map_while(Result::ok).collect();
        let codes: Vec<&str> = answers.iter().map(|line| &line[..3]).collect();
        assert_eq!(codes, ["220", "250", "250", "503", "502", "250", "221"]);
    }
}
