//! Reading sealed files: the length first, then the header, then chunk by chunk; nothing leaves unauthenticated.

use super::passed::{Passed, Untouched};
use super::{ObjectContext, ObjectRef, Vault, VaultError};
use crate::ids::ObjectId;
use crate::seal::DataKey;
use crate::seal::cobblestone::{self, CHUNK, HEADER, Opener, SEALED_CHUNK, TAG};
use ring::digest::{Context as Digest, SHA256};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

/// A sealed file whose length and header have been found right.
pub(super) struct SealedFile {
    id: ObjectId,
    file: File,
    opener: Opener,
    size_bytes: u64,
}

impl SealedFile {
    /// Opens the file `path`, which must hold `size_bytes` of plaintext sealed under `secret` for `context`.
    pub(super) fn open(
        (id, path): (ObjectId, &Path),
        secret: &[u8; 32],
        context: &[u8],
        size_bytes: u64,
    ) -> Result<Self, VaultError> {
        let io = |cause| VaultError::from_io(id, cause);
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.len() != cobblestone::sealed_len(size_bytes) {
            return Err(VaultError::Damaged(id));
        }
        let mut header = [0; HEADER];
        file.read_exact_at(&mut header, 0).map_err(io)?;
        let opener =
            Opener::new(secret, context, &header).map_err(|error| VaultError::from_seal(id, &error))?;
        Ok(Self { id, file, opener, size_bytes })
    }
    /// How many chunks it has, at least one.
    pub(super) const fn chunks(&self) -> u64 {
        cobblestone::chunks(self.size_bytes)
    }
    /// Reads the sealed bytes of chunk `index` into `buffer`.
    fn read_sealed(&self, index: u64, buffer: &mut Vec<u8>) -> Result<(), VaultError> {
        let last = index.checked_add(1) == Some(self.chunks());
        let tail = usize::try_from(self.size_bytes % 16_384).unwrap_or(0);
        buffer.resize(if last { tail + TAG } else { SEALED_CHUNK }, 0);
        let read = self.file.read_exact_at(buffer, cobblestone::chunk_offset(index));
        read.map_err(|cause| VaultError::from_io(self.id, cause))
    }
    /// Opens chunk `index`, whose sealed bytes are in `buffer`, in place.
    fn open_chunk(&self, index: u64, buffer: &mut Vec<u8>) -> Result<(), VaultError> {
        let last = index.checked_add(1) == Some(self.chunks());
        let opened = self.opener.open_chunk(index, last, buffer);
        opened.map_err(|error| VaultError::from_seal(self.id, &error))
    }
    /// Reads and opens chunk `index` into `buffer`, which is empty when it is refused.
    pub(super) fn read_chunk(&self, index: u64, buffer: &mut Vec<u8>) -> Result<(), VaultError> {
        let read = self.read_sealed(index, buffer).and_then(|()| self.open_chunk(index, buffer));
        if read.is_err() {
            buffer.clear();
        }
        read
    }
    /// The whole plaintext.
    pub(super) fn read_all(&self) -> Result<Vec<u8>, VaultError> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let size = usize::try_from(self.size_bytes)
            .map_err(|_| VaultError::Io { object: self.id, cause: too_large() })?;
        let mut plaintext = Vec::with_capacity(size);
        let mut buffer = Vec::with_capacity(SEALED_CHUNK);
        for index in 0..self.chunks() {
            self.read_chunk(index, &mut buffer)?;
            plaintext.extend_from_slice(&buffer);
        }
        Ok(plaintext)
    }
}

/// One object, open for reading chunk by chunk in any order.
pub struct ObjectReader {
    sealed: SealedFile,
    object: ObjectRef,
    passed: Arc<Passed>,
}

impl Vault {
    /// Opens `object`, which must have been sealed under `key` for `context`.
    ///
    /// # Errors
    /// [`VaultError::Missing`]; [`VaultError::Damaged`] when the length is wrong; [`VaultError::WrongKey`] when it was
    /// sealed for another context or under another key, or its header was changed. Damage to a chunk shows when the
    /// chunk is read, before any byte of it is handed out.
    pub fn reader(
        &self,
        key: &DataKey,
        context: &ObjectContext,
        object: &ObjectRef,
    ) -> Result<ObjectReader, VaultError> {
        let bound = context.bind(key, object.size_bytes);
        let path = self.object_path(object.id);
        let sealed = SealedFile::open((object.id, &path), key.secret(), bound.as_bytes(), object.size_bytes)?;
        Ok(ObjectReader { sealed, object: object.clone(), passed: Arc::clone(&self.passed) })
    }
}

impl ObjectReader {
    /// Bytes of plaintext.
    pub const fn size_bytes(&self) -> u64 {
        self.object.size_bytes
    }
    /// How many chunks there are, at least one; each but the last has [`CHUNK`] bytes, the last has fewer or none.
    pub const fn chunks(&self) -> u64 {
        self.sealed.chunks()
    }
    /// Reads chunk `index` into `buffer`, replacing what was there. Allocates nothing once the buffer has grown.
    ///
    /// # Errors
    /// [`VaultError::Damaged`], also for a chunk that does not exist, or [`VaultError::Io`]; the buffer is then empty.
    pub fn read_chunk(&mut self, index: u64, buffer: &mut Vec<u8>) -> Result<(), VaultError> {
        self.sealed.read_chunk(index, buffer)
    }
    /// The whole plaintext, compared with the digest in the row.
    ///
    /// # Errors
    /// As [`ObjectReader::read_chunk`]; [`VaultError::Damaged`] also when it is not the object the row describes.
    pub fn read_all(&mut self) -> Result<Vec<u8>, VaultError> {
        let plaintext = self.sealed.read_all()?;
        let found = ring::digest::digest(&SHA256, &plaintext);
        if found.as_ref() == self.object.sha256 {
            Ok(plaintext)
        } else {
            Err(VaultError::Damaged(self.object.id))
        }
    }
    /// Reads the whole object and keeps nothing: every chunk must open and both digests of the row must fit. An object
    /// that passed lately, in a file that nobody has touched since, is not read again.
    ///
    /// # Errors
    /// As [`ObjectReader::read_all`].
    pub fn check(&mut self) -> Result<(), VaultError> {
        let io = |cause| VaultError::from_io(self.object.id, cause);
        let file = Untouched::of(&self.sealed.file.metadata().map_err(io)?);
        if self.passed.holds(&self.object, file) {
            return Ok(());
        }
        self.check_whole()?;
        self.passed.remember(&self.object, file);
        Ok(())
    }
    /// Reads every chunk and compares both digests.
    fn check_whole(&self) -> Result<(), VaultError> {
        let (mut plain, mut sealed) = (Digest::new(&SHA256), Digest::new(&SHA256));
        let mut buffer = vec![0; HEADER];
        let header = self.sealed.file.read_exact_at(&mut buffer, 0);
        header.map_err(|cause| VaultError::from_io(self.object.id, cause))?;
        sealed.update(&buffer);
        for index in 0..self.chunks() {
            self.sealed.read_sealed(index, &mut buffer)?;
            sealed.update(&buffer);
            self.sealed.open_chunk(index, &mut buffer)?;
            plain.update(&buffer);
        }
        let fits = plain.finish().as_ref() == self.object.sha256
            && sealed.finish().as_ref() == self.object.sealed_sha256;
        if fits { Ok(()) } else { Err(VaultError::Damaged(self.object.id)) }
    }
}

/// The chunk arithmetic above is written for this size.
const _: () = assert!(CHUNK == 16_384);
