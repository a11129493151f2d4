//! Witnesses: others who confirm that they have seen this log grow and nothing else (C2SP `tlog-witness`,
//! `tlog-cosignature`, `tlog-policy`).
//!
//! ```text
//! cosignature   a line below a checkpoint: em dash, name, base64 of key id 4 | seconds since 1970, 8 bytes big-endian | Ed25519 64
//!               over "cosignature/v1\ntime <seconds>\n" and the checkpoint's text
//! add-checkpoint   "old <size>\n", the consistency proof in base64, one hash a line, an empty line, the signed checkpoint
//! policy        lines "log VKEY [URL]", "witness NAME VKEY [URL]", "group NAME any|all|N MEMBER..", "quorum NAME|none"; # comments
//! ```
//!
//! A witness sees size and root, nothing else. What it signs is counted only under the key in the policy.

use super::note::{NoteError, SignedNote, key_id, read_key};
use super::tree::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The type of a timestamped cosignature, by the number it has in `signed-note`.
const COSIGNATURE_TYPE: u8 = 4;

/// The public key of a witness.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    public: [u8; 32],
    text: String,
}

impl WitnessKey {
    /// Reads a witness's verifier key.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, public) = read_key(text, COSIGNATURE_TYPE)?;
        Ok(Self { name, public, text: text.to_owned() })
    }

    /// The name that stands in its signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When the witness has signed this note, in seconds since 1970; none when it has not.
    pub fn cosigned_at(&self, note: &SignedNote) -> Option<u64> {
        let id = key_id(&self.name, COSIGNATURE_TYPE, &self.public);
        let public = UnparsedPublicKey::new(&ED25519, &self.public);
        note.signatures_of(&self.name, id).find_map(|bytes| {
            let (at, signature) = bytes.split_first_chunk::<8>()?;
            let at = u64::from_be_bytes(*at);
            let text = format!("cosignature/v1\ntime {at}\n{}", note.unchecked_text());
            public.verify(text.as_bytes(), signature).is_ok().then_some(at)
        })
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A witness of a policy.
#[derive(Clone, Debug)]
pub struct Witness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: WitnessKey,
    /// Where it takes checkpoints; none when somebody else brings them there.
    pub url: Option<String>,
}

/// Why a policy cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the witness policy: {what}")]
pub struct PolicyError {
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The most bytes of a policy.
const POLICY_LIMIT_BYTES: u64 = 64 * 1024;

/// Members of a group, and how many of them are enough.
#[derive(Clone, Debug)]
struct Group {
    name: String,
    enough: usize,
    members: Vec<String>,
}

/// Who must have seen a checkpoint.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    witnesses: Vec<Witness>,
    /// In the order of the file: each names only what stands before it.
    groups: Vec<Group>,
    names: HashSet<String>,
    quorum: Option<String>,
    lines: Vec<String>,
}

impl Policy {
    /// Reads the policy in a file.
    pub fn load(path: &Path) -> Result<Self, PolicyError> {
        let unreadable = |why: &dyn fmt::Display| PolicyError {
            line: 0,
            what: format!("{} cannot be read: {why}", path.display()),
        };
        let (mut text, file) = (String::new(), File::open(path).map_err(|error| unreadable(&error))?);
        let mut file = file.take(POLICY_LIMIT_BYTES + 1);
        file.read_to_string(&mut text).map_err(|error| unreadable(&error))?;
        if file.limit() == 0 { Err(unreadable(&"it is too large")) } else { Self::parse(&text) }
    }

    /// Reads a policy. `log` lines are read over: which log it is, its own key says.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let (mut policy, mut decided) = (Self::default(), false);
        for (number, line) in text.lines().enumerate() {
            let wrong = |what: &str| PolicyError { line: number + 1, what: what.to_owned() };
            let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            match words.as_slice() {
                [] | ["log", _] | ["log", _, _] => continue,
                ["witness", name, key, url @ ..] if url.len() <= 1 => policy.witness(name, key, url.first()),
                ["group", name, enough, members @ ..] => policy.group(name, enough, members),
                ["quorum", "none"] if !decided => {
                    decided = true;
                    Ok(())
                }
                ["quorum", name] if !decided => {
                    decided = true;
                    policy.quorum = Some((*name).to_owned());
                    if policy.knows(name) { Ok(()) } else { Err("nobody before it has this name") }
                }
                ["quorum", ..] => Err("there is one quorum, and it is one name"),
                _ => Err("it begins with none of log, witness, group and quorum, or has too many words"),
            }
            .map_err(wrong)?;
            policy.lines.push(words.join(" "));
        }
        if decided { Ok(policy) } else { Err(PolicyError { line: 0, what: "no quorum is named".to_owned() }) }
    }

    /// Adds a witness.
    fn witness(&mut self, name: &str, key: &str, url: Option<&&str>) -> Result<(), &'static str> {
        let key = WitnessKey::parse(key).map_err(|_| "this is no verifier key of a witness (type 4)")?;
        if self.witnesses.iter().any(|witness| witness.key == key) {
            return Err("this key stands under another name already: one witness would count twice");
        }
        let url = url.map(|url| (*url).trim_end_matches('/').to_owned());
        self.take_name(name)?;
        self.witnesses.push(Witness { name: name.to_owned(), key, url });
        Ok(())
    }

    /// Adds a group.
    fn group(&mut self, name: &str, enough: &str, members: &[&str]) -> Result<(), &'static str> {
        if members.is_empty() || !members.iter().all(|member| self.knows(member)) {
            return Err("a group has members, all of which are named before it");
        }
        if members.iter().collect::<HashSet<_>>().len() != members.len() {
            return Err("a member stands in a group once");
        }
        let enough = match enough {
            "all" => members.len(),
            "any" => 1,
            number => number.parse().map_err(|_| "how many are enough: any, all, or a number")?,
        };
        if enough == 0 || enough > members.len() {
            return Err("so many members the group has not");
        }
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.take_name(name)?;
        self.groups.push(Group { name: name.to_owned(), enough, members });
        Ok(())
    }

    /// Gives a name away, once.
    fn take_name(&mut self, name: &str) -> Result<(), &'static str> {
        if self.names.insert(name.to_owned()) { Ok(()) } else { Err("this name is taken") }
    }

    /// Whether a witness or group has this name.
    fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Its witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether nobody has to have seen a checkpoint.
    pub const fn asks_nobody(&self) -> bool {
        self.quorum.is_none()
    }

    /// Whether enough witnesses have signed this note.
    pub fn is_met(&self, note: &SignedNote) -> bool {
        let Some(quorum) = &self.quorum else { return true };
        let signed = self.witnesses.iter().filter(|witness| witness.key.cosigned_at(note).is_some());
        let mut met: HashSet<&str> = signed.map(|witness| witness.name.as_str()).collect();
        // Each group once, in the order of the file: what it names was looked at before.
        for group in &self.groups {
            let count = group.members.iter().filter(|member| met.contains(member.as_str())).count();
            if count >= group.enough {
                met.insert(&group.name);
            }
        }
        met.contains(quorum.as_str())
    }

    /// The policy's own lines, without comments and `log` lines; those of nobody when it names nobody.
    pub fn to_text(&self) -> String {
        if self.lines.is_empty() {
            return "quorum none\n".to_owned();
        }
        let lines: Vec<String> = self.lines.iter().map(|line| format!("{line}\n")).collect();
        lines.concat()
    }
}

/// The body of `add-checkpoint`: the log grew from `old` to what the note says.
pub fn request(old: u64, proof: &[Hash], note: &str) -> String {
    let hashes: Vec<String> = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash.0))).collect();
    format!("old {old}\n{}\n{note}", hashes.concat())
}

/// The line of an answer by which the witness has signed this note; none when there is none that counts.
pub fn cosignature(answer: &str, note: &str, key: &WitnessKey) -> Option<String> {
    let ours = |line: &&str| {
        let signed = SignedNote::parse(&format!("{note}{line}\n"));
        line.starts_with('\u{2014}') && signed.is_ok_and(|signed| key.cosigned_at(&signed).is_some())
    };
    answer.lines().find(ours).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    /// A witness of this name: its pair and its verifier key.
    fn witness(name: &str) -> (Ed25519KeyPair, String) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[u8::try_from(name.len()).unwrap(); 32]).unwrap();
        let public: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
        let id = key_id(name, COSIGNATURE_TYPE, &public);
        let key = [[COSIGNATURE_TYPE].as_slice(), &public].concat();
        (pair, format!("{name}+{}+{}", crate::text::hex(&id), STANDARD.encode(key)))
    }

    #[test]
    fn policies_are_read_and_groups_counted() {
        let keys: Vec<String> =
            ["w.example", "w2.example", "w33.example"].map(|name| witness(name).1).to_vec();
        let text = format!(
            "log x+00000000+AA== # the log\nwitness a {} https://a.example/\nwitness b {}\nwitness c {}\n\
             group two 2 a b c\ngroup both all two a\nquorum both\n",
            keys[0], keys[1], keys[2]
        );
        let policy = Policy::parse(&text).unwrap();
        assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://a.example"));
        let body = "log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        let sign = |names: &[&str]| {
            let lines: Vec<String> = names
                .iter()
                .map(|name| {
                    let (pair, key) = witness(name);
                    let id = key_id(name, COSIGNATURE_TYPE, &WitnessKey::parse(&key).unwrap().public);
                    let signed = pair.sign(format!("cosignature/v1\ntime 7\n{body}").as_bytes());
                    let bytes = [id.as_slice(), &7_u64.to_be_bytes(), signed.as_ref()].concat();
                    format!("\u{2014} {name} {}\n", STANDARD.encode(bytes))
                })
                .collect();
            SignedNote::parse(&format!(
                "{body}\n\u{2014} log {}\n{}",
                STANDARD.encode([0; 68]),
                lines.concat()
            ))
            .unwrap()
        };
        assert!(policy.is_met(&sign(&["w.example", "w33.example"])));
        assert!(!policy.is_met(&sign(&["w2.example", "w33.example"])), "a is missing");
        assert!(!policy.is_met(&sign(&["w.example"])), "two are enough, one is not");
        assert!(Policy::default().is_met(&sign(&[])));
        for (bad, line) in [
            ("quorum nobody", 1),
            ("", 0),
            ("witness a b", 1),
            ("quorum none\nquorum none", 2),
            ("group g any\nquorum g", 1),
            ("letter\nquorum none", 1),
            (&format!("witness a {0}\ngroup g 2 a a\nquorum g", keys[0]), 2),
            (&format!("witness a {0}\nwitness b {0}\nquorum a", keys[0]), 2),
        ] {
            assert_eq!(Policy::parse(bad).unwrap_err().line, line, "{bad}");
        }
    }
}
