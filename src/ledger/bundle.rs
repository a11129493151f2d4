//! Reading an export's files: their list is signed, every byte of them is digested, nothing else may lie beside them.

use super::chain::{Chain, Lead};
use super::export::{self, Listed, MANIFEST_TYPE};
use super::note::{NoteError, SignedNote, VerifierKey};
use super::tree::hex;
use super::verify::{LINE_LIMIT_BYTES, Stop, tampered, unusable};
use super::witness::{Policy, PolicyError};
use ring::digest::{Context, SHA256};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The most bytes of a file that is read whole.
const SMALL_BYTES: u64 = 64 * 1024;

/// More hand-overs than this no log has.
const MOST_HANDOVERS: usize = 1000;

/// An export whose list of files was found to be signed.
pub(super) struct Bundle {
    folder: PathBuf,
    key: VerifierKey,
    chain: Chain,
    witnesses: Policy,
    files: Vec<Listed>,
}

impl Bundle {
    /// Opens an export under its own key. The one from outside, if there is one, must be the same, or have handed over to it.
    pub(super) fn open(folder: &Path, outside: Option<&VerifierKey>) -> Result<Self, Stop> {
        let key_text = small(folder, export::KEY)?;
        let key: VerifierKey = key_text
            .strip_suffix('\n')
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| unusable(format!("{} holds no verifier key", export::KEY)))?;
        let files = listed(&small(folder, export::MANIFEST)?, &key)?;
        nothing_else(folder, &files)?;
        let foreign = |error: PolicyError| unusable(format!("{}: {error}", export::POLICY));
        let witnesses = Policy::parse(&small(folder, export::POLICY)?).map_err(foreign)?;
        let policy = export::policy(&key, &witnesses);
        let chain = Chain::default();
        let mut bundle = Self { folder: folder.to_owned(), key, chain, witnesses, files };
        for (name, text) in [(export::KEY, key_text), (export::POLICY, policy)] {
            if bundle.whole(name)? != text {
                return Err(tampered(format!("{name} is not the one of this log")));
            }
        }
        bundle.chain = bundle.handed_over()?;
        match outside.map(|key| bundle.chain.lead(key, &bundle.key)) {
            None | Some(Lead::Signed) => Ok(bundle),
            Some(Lead::Replaced) => Err(unusable(format!(
                "the key you gave was replaced after a restore and has not signed for the one that follows; the house now signs by {}. Ask for that key by a way that you trust, and give it",
                bundle.key
            ))),
            Some(Lead::Nowhere) => Err(tampered(
                "the export bears another key than the one you gave, and no hand-over that yours has signed leads to it",
            )),
        }
    }

    /// The hand-overs that the export tells of.
    fn handed_over(&self) -> Result<Chain, Stop> {
        let Some(mut lines) = self.lines_if_there(export::HANDOVERS, LINE_LIMIT_BYTES)? else {
            return Ok(Chain::default());
        };
        let mut receipts = Vec::new();
        while let Some(line) = lines.next()? {
            if receipts.len() >= MOST_HANDOVERS {
                return Err(unusable(format!(
                    "{} tells of more hand-overs than any log has",
                    export::HANDOVERS
                )));
            }
            let text = serde_json::from_slice(line);
            receipts.push(text.map_err(|error| tampered(format!("a hand-over of the export: {error}")))?);
        }
        lines.finish()?;
        let chain = Chain::follow(&receipts)?;
        chain.must_end_in(&self.key)?;
        Ok(chain)
    }

    /// The keys that were handed over from one to the next, down to [`Bundle::key`].
    pub(super) const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The key that signed the list.
    pub(super) const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Who must have seen the log, as the export itself says.
    pub(super) const fn witnesses(&self) -> &Policy {
        &self.witnesses
    }

    /// Opens a file that must be there, to be read line by line.
    pub(super) fn lines(&self, name: &str, limit: usize) -> Result<Lines, Stop> {
        self.lines_if_there(name, limit)?.ok_or_else(|| unusable(format!("{name} is missing")))
    }

    /// Opens a file if the list names it.
    pub(super) fn lines_if_there(&self, name: &str, limit: usize) -> Result<Option<Lines>, Stop> {
        let Some(listed) = self.files.iter().find(|file| file.name == name) else { return Ok(None) };
        let file =
            File::open(self.folder.join(name)).map_err(|error| unusable(format!("{name}: {error}")))?;
        let file = BufReader::new(file);
        let digest = Context::new(&SHA256);
        Ok(Some(Lines { listed: listed.clone(), file, digest, read: 0, line: Vec::new(), limit }))
    }

    /// A small file, digested.
    fn whole(&self, name: &str) -> Result<String, Stop> {
        let mut lines = self.lines(name, usize::try_from(SMALL_BYTES).unwrap_or(usize::MAX))?;
        let mut text = String::new();
        while let Some(line) = lines.next()? {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        lines.finish()?;
        Ok(text)
    }
}

/// Reads a small text file.
fn small(folder: &Path, name: &str) -> Result<String, Stop> {
    let mut text = String::new();
    let file = File::open(folder.join(name)).map_err(|error| unusable(format!("{name}: {error}")))?;
    file.take(SMALL_BYTES).read_to_string(&mut text).map_err(|error| unusable(format!("{name}: {error}")))?;
    Ok(text)
}

/// The list of files, if `key` has signed it.
fn listed(manifest: &str, key: &VerifierKey) -> Result<Vec<Listed>, Stop> {
    let malformed = || unusable("the manifest is not one of an export of this version");
    let note = SignedNote::parse(manifest).map_err(|_| malformed())?;
    let text = note.check(key).map_err(|error| match error {
        NoteError::BadSignature | NoteError::NotSigned(_) => {
            tampered(format!("the export's list of files is not signed by its key: {error}"))
        }
        _ => malformed(),
    })?;
    let mut lines = text.lines();
    if lines.next() != Some(MANIFEST_TYPE) || lines.next() != Some(key.name()) {
        return Err(malformed());
    }
    let files: Vec<Listed> = lines.map(|line| row(line).ok_or_else(malformed)).collect::<Result<_, _>>()?;
    if export::manifest(key.name(), &files) == text { Ok(files) } else { Err(malformed()) }
}

/// A row of the manifest. Only names that an export has: the list leads nowhere else on the disk.
fn row(line: &str) -> Option<Listed> {
    let mut parts = line.splitn(3, ' ');
    let (sha256, bytes, name) = (parts.next()?, parts.next()?, parts.next()?);
    let known = [
        export::CHECKPOINTS,
        export::DISCLOSURES,
        export::ENTRIES,
        export::HANDOVERS,
        export::KEY,
        export::POLICY,
    ];
    let bytes = bytes.parse().ok()?;
    known.contains(&name).then(|| Listed { sha256: sha256.to_owned(), bytes, name: name.to_owned() })
}

/// Whatever else lies in the folder is covered by nothing.
fn nothing_else(folder: &Path, files: &[Listed]) -> Result<(), Stop> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != export::MANIFEST && !files.iter().any(|file| file.name == name) {
            return Err(unusable(format!("{name} does not belong to the export; take it out of the folder")));
        }
    }
    Ok(())
}

/// A file read line by line, digested on the way.
pub(super) struct Lines {
    listed: Listed,
    file: BufReader<File>,
    digest: Context,
    read: u64,
    line: Vec<u8>,
    limit: usize,
}

impl Lines {
    /// The next line without its newline.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Stop> {
        self.line.clear();
        let most = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(1);
        let count = self.file.by_ref().take(most).read_until(b'\n', &mut self.line)?;
        if count == 0 {
            return Ok(None);
        }
        self.digest.update(&self.line);
        self.read = self.read.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        match self.line.split_last() {
            Some((b'\n', line)) => Ok(Some(line)),
            _ => Err(tampered(format!("{} has a line that is too long or does not end", self.listed.name))),
        }
    }

    /// After the last line: are these the bytes that were signed?
    pub(super) fn finish(self) -> Result<(), Stop> {
        let same = hex(self.digest.finish().as_ref()) == self.listed.sha256 && self.read == self.listed.bytes;
        if same {
            Ok(())
        } else {
            Err(tampered(format!("{} was changed after it was signed", self.listed.name)))
        }
    }
}
