//! Reading an export's files: their list is signed, every byte of them is digested, nothing else may lie beside them.

use super::export::{self, Listed, MANIFEST_TYPE};
use super::note::{NoteError, SignedNote, VerifierKey};
use super::tree::hex;
use super::verify::{Stop, tampered, unusable};
use super::witness::{Policy, PolicyError};
use ring::digest::{Context, SHA256};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The most bytes of a file that is read whole.
const SMALL_BYTES: u64 = 64 * 1024;

/// An export whose list of files was found to be signed.
pub(super) struct Bundle {
    folder: PathBuf,
    key: VerifierKey,
    witnesses: Policy,
    files: Vec<Listed>,
}

impl Bundle {
    /// Opens an export under its own key, which must be the one from outside if there is one.
    pub(super) fn open(folder: &Path, outside: Option<&VerifierKey>) -> Result<Self, Stop> {
        let key_text = small(folder, export::KEY)?;
        let key = match outside {
            Some(key) if key_text != format!("{key}\n") => {
                return Err(tampered("the export bears another key than the one you gave"));
            }
            Some(key) => key.clone(),
            None => key_text
                .strip_suffix('\n')
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| unusable(format!("{} holds no verifier key", export::KEY)))?,
        };
        let files = listed(&small(folder, export::MANIFEST)?, &key)?;
        nothing_else(folder, &files)?;
        let foreign = |error: PolicyError| unusable(format!("{}: {error}", export::POLICY));
        let witnesses = Policy::parse(&small(folder, export::POLICY)?).map_err(foreign)?;
        let policy = export::policy(&key, &witnesses);
        let bundle = Self { folder: folder.to_owned(), key, witnesses, files };
        for (name, text) in [(export::KEY, key_text), (export::POLICY, policy)] {
            if bundle.whole(name)? != text {
                return Err(tampered(format!("{name} is not the one of this log")));
            }
        }
        Ok(bundle)
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
        let file = BufReader::new(File::open(self.folder.join(name))?);
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
    let known = [export::CHECKPOINTS, export::DISCLOSURES, export::ENTRIES, export::KEY, export::POLICY];
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
