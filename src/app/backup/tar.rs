//! As much of tar (POSIX ustar, with GNU's sizes from 8 GiB on) as a backup needs: plain files with short names, one after
//! the other. `tar tf` lists them.

use std::io::{self, ErrorKind, Read, Write};

/// Everything is padded to blocks of so many bytes.
const BLOCK: usize = 512;
/// The same as a number of bytes in a file.
const BLOCK_BYTES: u64 = 512;

/// The size from which on octal digits do not suffice.
const OCTAL_ENDS: u64 = 1 << 33;
/// The largest size that a file can have.
const LARGEST: u64 = 1 << 62;

/// Writes an archive.
pub(super) struct Writer<W> {
    to: W,
}

impl<W: Write> Writer<W> {
    /// A new archive.
    pub(super) const fn new(to: W) -> Self {
        Self { to }
    }

    /// Adds a file of `size` bytes.
    ///
    /// # Errors
    /// When there are more or fewer bytes, or the name is longer than 100 bytes.
    pub(super) fn add(&mut self, name: &str, size: u64, from: &mut impl Read) -> io::Result<()> {
        self.to.write_all(&header(name, size)?)?;
        let copied = io::copy(&mut from.take(size), &mut self.to)?;
        if copied != size || from.read(&mut [0])? != 0 {
            return Err(io::Error::other(format!("{name} changed while it was read")));
        }
        self.to.write_all(&padding(size))
    }

    /// Ends the archive.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&[0; 2 * BLOCK])?;
        self.to.flush()?;
        Ok(self.to)
    }
}

/// What fills the last block.
fn padding(size: u64) -> Vec<u8> {
    let rest = size.next_multiple_of(BLOCK_BYTES) - size;
    vec![0; usize::try_from(rest).unwrap_or(0)]
}

/// The size of a file: eleven octal digits; from 8 GiB on a bit that says so, and the number itself, as GNU tar, BSD tar and
/// Python write and read it.
fn sized(size: u64) -> Vec<u8> {
    if size < OCTAL_ENDS {
        return format!("{size:011o}\0").into_bytes();
    }
    let mut field = vec![0x80, 0, 0, 0];
    field.extend_from_slice(&size.to_be_bytes());
    field
}

/// The size that a field speaks of.
fn size_of(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, 0, 0, 0, number @ ..] => number.try_into().ok().map(u64::from_be_bytes),
        [digits @ .., 0] => u64::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok(),
        _ => None,
    }
}

/// The header of a file: name, mode, owner, size, time, sum, type, magic; numbers in octal.
fn header(name: &str, size: u64) -> io::Result<Vec<u8>> {
    if name.len() > 100 || size > LARGEST {
        return Err(io::Error::new(ErrorKind::InvalidInput, format!("{name} does not fit into an archive")));
    }
    let mut head = name.as_bytes().to_vec();
    head.resize(100, 0);
    head.extend_from_slice(b"0000600\0");
    head.extend_from_slice(b"0000000\x000000000\0");
    head.extend_from_slice(&sized(size));
    head.extend_from_slice(b"00000000000\0");
    let mut tail = b"0".to_vec();
    tail.resize(101, 0);
    tail.extend_from_slice(b"ustar\x0000");
    tail.resize(BLOCK - head.len() - 8, 0);
    // The sum is taken with spaces in its own place.
    let sum: u64 = head.iter().chain(&tail).map(|byte| u64::from(*byte)).sum::<u64>() + 8 * u64::from(b' ');
    head.extend_from_slice(format!("{sum:06o}\0 ").as_bytes());
    head.extend_from_slice(&tail);
    Ok(head)
}

/// Reads an archive.
pub(super) struct Reader<R> {
    from: R,
    left: u64,
    padding: u64,
}

impl<R: Read> Reader<R> {
    /// An archive to be read.
    pub(super) const fn new(from: R) -> Self {
        Self { from, left: 0, padding: 0 }
    }

    /// Name and size of the next file; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(String, u64)>> {
        let broken = || io::Error::new(ErrorKind::InvalidData, "this is no archive of a backup");
        io::copy(&mut (&mut self.from).take(self.left), &mut io::sink())?;
        let mut padding = vec![0; usize::try_from(self.padding).unwrap_or(BLOCK)];
        self.from.read_exact(&mut padding)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(broken());
        }
        (self.left, self.padding) = (0, 0);
        let mut head = vec![0; BLOCK];
        self.from.read_exact(&mut head)?;
        if head.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let name = head.get(..100).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        let name = String::from_utf8(name).map_err(|_| broken())?;
        let size = head.get(124..136).and_then(size_of).ok_or_else(broken)?;
        if header(&name, size)? != head {
            return Err(broken());
        }
        (self.left, self.padding) = (size, size.next_multiple_of(BLOCK_BYTES) - size);
        Ok(Some((name, size)))
    }

    /// The data of the file that [`Reader::next`] has named.
    pub(super) const fn data(&mut self) -> Data<'_, R> {
        Data(self)
    }
}

/// The data of one file.
pub(super) struct Data<'a, R>(&'a mut Reader<R>);

impl<R: Read> Read for Data<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (&mut self.0.from).take(self.0.left).read(buffer)?;
        self.0.left -= u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_out_as_they_went_in_and_a_changed_header_is_refused() {
        let mut writer = Writer::new(Vec::new());
        let large = vec![7; 1024];
        for (name, bytes) in [("a", &b"one"[..]), ("vault/b", &large), ("empty", b"")] {
            writer.add(name, u64::try_from(bytes.len()).unwrap(), &mut &*bytes).unwrap();
        }
        let archive = writer.finish().unwrap();
        assert_eq!(archive.len() % BLOCK, 0);
        let mut reader = Reader::new(archive.as_slice());
        assert_eq!(reader.next().unwrap(), Some(("a".to_owned(), 3)));
        assert_eq!(reader.next().unwrap(), Some(("vault/b".to_owned(), 1024)));
        let mut bytes = Vec::new();
        reader.data().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, large);
        assert_eq!(reader.next().unwrap(), Some(("empty".to_owned(), 0)));
        assert_eq!(reader.next().unwrap(), None);
        for at in 0..BLOCK {
            let mut bad = archive.clone();
            bad[at] ^= 1;
            assert!(Reader::new(bad.as_slice()).next().is_err(), "byte {at} of a header");
        }
        assert!(Writer::new(Vec::new()).add("short", 4, &mut &b"abc"[..]).is_err());
        assert!(Writer::new(Vec::new()).add("long", 2, &mut &b"abc"[..]).is_err());
    }

    #[test]
    fn a_file_of_any_size_has_a_header_that_we_and_others_read() {
        for size in [0, OCTAL_ENDS - 1, OCTAL_ENDS, 9 << 30, LARGEST] {
            let head = header("candor.sqlite", size).unwrap();
            assert_eq!(
                Reader::new(head.as_slice()).next().unwrap(),
                Some(("candor.sqlite".to_owned(), size))
            );
        }
        // A sparse file, so that nothing of its 9 GiB is written.
        let path = std::env::temp_dir().join(format!("candor-{}-large.tar", std::process::id()));
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&header("candor.sqlite", 9 << 30).unwrap()).unwrap();
        file.set_len((9 << 30) + 3 * BLOCK_BYTES).unwrap();
        let listed = std::process::Command::new("tar").arg("tvf").arg(&path).output();
        std::fs::remove_file(&path).unwrap();
        let Ok(listed) = listed else { return };
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.contains("9663676416") && listed.contains("candor.sqlite"), "{listed}");
    }
}
