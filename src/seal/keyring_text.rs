//! The keyring as text: see [`super::key_sources::file`] for the format.

use super::keyring::{Kek, Keyring, KeyringError, LedgerSeeds, Parts, Secret};
use super::later::Later;
use crate::ids::InstanceId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The first line that means something: what the file is, and the version of its format.
const FIRST: &str = "candor-keyring 1";
/// What the file says to whoever finds it.
const WORDS: &str = "# The keyring of a Candor trust center. Whoever has this file and the data can read every report in it;\n\
    # whoever has the data alone can read nothing. Keep a copy in a safe place, never beside a backup of the data.\n\
    # Lost, nothing sealed can ever be read again.\n";

/// What went wrong while reading, before the path is known.
enum Wrong {
    /// In this line.
    Line(usize, &'static str),
    /// A line that begins with this word is missing.
    Missing(&'static str),
}

/// What has been read so far.
#[derive(Default)]
struct Draft {
    instance: Option<InstanceId>,
    keks: Vec<Kek>,
    ledger: Option<Secret>,
    outgoing: Option<Secret>,
    past: Vec<[u8; 32]>,
    token: Option<Secret>,
    index: Option<Secret>,
    cookie: Option<Secret>,
    mark: Option<Secret>,
}

/// The whole file, erased from memory when dropped.
pub(super) fn render(keyring: &Keyring) -> Zeroizing<String> {
    let parts = &keyring.0;
    let mut text = Zeroizing::new(String::with_capacity(4096));
    let mut line = |word: &str, value: &str| text.extend([word, " ", value, "\n"]);
    let (first, version) = FIRST.split_once(' ').unwrap_or((FIRST, ""));
    line(first, version);
    line("instance", &parts.instance.to_string());
    for kek in keyring.keks() {
        line("kek", &format!("{} {}", kek.name(), *encode(&kek.secret)));
    }
    line("ledger", &encode(&parts.ledger.current));
    if let Some(outgoing) = &parts.ledger.outgoing {
        line("ledger-outgoing", &encode(outgoing));
    }
    for public in &parts.ledger.past {
        line("ledger-past", &STANDARD.encode(public));
    }
    line("token", &encode(&parts.token));
    line("index", &encode(&parts.index));
    line("cookie", &encode(&parts.cookie));
    line("mark", &encode(&parts.mark));
    text.insert_str(0, WORDS);
    text
}

/// Reads a file's text; `path` is for the messages.
pub(super) fn parse(path: &Path, text: &str) -> Result<Keyring, KeyringError> {
    let path = path.to_owned();
    match read(&path, text) {
        Ok(parts) => Ok(Keyring(Arc::new(parts))),
        Err(Wrong::Line(line, what)) => Err(KeyringError::Malformed { path, line, what }),
        Err(Wrong::Missing(what)) => Err(KeyringError::Incomplete { path, what }),
    }
}

/// Reads every line, then looks whether all is there.
fn read(path: &Path, text: &str) -> Result<Parts, Wrong> {
    let mut lines =
        (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    match lines.next() {
        Some((_, FIRST)) => {}
        Some((number, _)) => return Err(Wrong::Line(number, "it must say `candor-keyring 1`")),
        None => return Err(Wrong::Missing(FIRST)),
    }
    let mut draft = Draft::default();
    for (number, line) in lines {
        let (word, value) = line.split_once(' ').unwrap_or((line, ""));
        draft.take(word, value.trim()).map_err(|what| Wrong::Line(number, what))?;
    }
    draft.finish(path)
}

impl Draft {
    /// Takes one line.
    fn take(&mut self, word: &str, value: &str) -> Result<(), &'static str> {
        let slot = match word {
            "instance" => {
                let id = value.parse().map_err(|_| "the id of the installation is not whole")?;
                return match self.instance.replace(id) {
                    None => Ok(()),
                    Some(_) => Err("this word stands twice"),
                };
            }
            "kek" => return self.take_kek(value),
            "ledger-past" => {
                self.past.push(*decode(value)?);
                return Ok(());
            }
            "ledger" => &mut self.ledger,
            "ledger-outgoing" => &mut self.outgoing,
            "token" => &mut self.token,
            "index" => &mut self.index,
            "cookie" => &mut self.cookie,
            "mark" => &mut self.mark,
            _ => return Err("it does not begin with a word that is known here"),
        };
        if slot.is_some() {
            return Err("this word stands twice");
        }
        *slot = Some(decode(value)?);
        self.all_differ()
    }
    /// Takes a key-encryption key: its name and its secret.
    fn take_kek(&mut self, value: &str) -> Result<(), &'static str> {
        let (name, secret) = value.split_once(' ').ok_or("a kek has a name and a key")?;
        if self.keks.iter().any(|kek| kek.name == name) {
            return Err("a kek of this name stands above");
        }
        self.keks.push(Kek { name: name.to_owned(), secret: decode(secret.trim())? });
        self.all_differ()
    }
    /// Refuses a secret that serves two purposes.
    fn all_differ(&self) -> Result<(), &'static str> {
        let single = [&self.ledger, &self.outgoing, &self.token, &self.index, &self.cookie, &self.mark];
        let mut seen: Vec<&Secret> = single.into_iter().flatten().collect();
        seen.extend(self.keks.iter().map(|kek| &kek.secret));
        seen.sort_by_key(|secret| ***secret);
        let twice = seen.iter().zip(seen.iter().skip(1)).any(|(one, next)| one == next);
        if twice {
            Err("its key stands on another line too, and every purpose needs its own")
        } else {
            Ok(())
        }
    }
    /// The keyring, when every line was there.
    fn finish(self, path: &Path) -> Result<Parts, Wrong> {
        let mut keks = self.keks.into_iter().map(Arc::new);
        Ok(Parts {
            instance: self.instance.ok_or(Wrong::Missing("instance"))?,
            current: keks.next().ok_or(Wrong::Missing("kek"))?,
            earlier: keks.collect(),
            later: Later::in_file(path),
            ledger: LedgerSeeds {
                current: self.ledger.ok_or(Wrong::Missing("ledger"))?,
                outgoing: self.outgoing,
                past: self.past,
            },
            token: self.token.ok_or(Wrong::Missing("token"))?,
            index: self.index.ok_or(Wrong::Missing("index"))?,
            cookie: self.cookie.ok_or(Wrong::Missing("cookie"))?,
            mark: self.mark.ok_or(Wrong::Missing("mark"))?,
        })
    }
}

/// A secret as Base64, erased from memory when dropped.
fn encode(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(secret.as_slice()))
}

/// The secret in `text`.
fn decode(text: &str) -> Result<Secret, &'static str> {
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| "its key is not Base64")?);
    let secret = bytes.as_slice().try_into().map_err(|_| "its key has not 32 bytes")?;
    Ok(Zeroizing::new(secret))
}
