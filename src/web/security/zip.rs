//! A zip file written while it is sent: stored, sizes behind the data, the directory at the end.

use flate2::Crc;

/// The version of the format that is needed to read it.
const NEEDS: u16 = 20;
/// Sizes stand behind the data; names are UTF-8.
const FLAGS: u16 = 0x0808;
/// The first day the format knows.
const DAY: u16 = 0x0021;

/// More than the format can hold without its extension.
#[derive(Debug, thiserror::Error)]
#[error("more than 4 GiB do not fit into one export: choose fewer days")]
pub(super) struct TooLarge;

/// A file in the archive.
struct File {
    name: &'static str,
    crc: u32,
    size: u32,
    begins: u32,
}

/// An archive being written.
#[derive(Default)]
pub(super) struct Zip {
    files: Vec<File>,
    open: Option<(&'static str, Crc, u32, u32)>,
    written: u64,
}

impl Zip {
    /// Begins a file; the bytes to send.
    pub(super) fn begin(&mut self, name: &'static str) -> Result<Vec<u8>, TooLarge> {
        let begins = u32::try_from(self.written).map_err(|_| TooLarge)?;
        self.open = Some((name, Crc::new(), 0, begins));
        let mut bytes = 0x0403_4b50_u32.to_le_bytes().to_vec();
        for number in [NEEDS, FLAGS, 0, 0, DAY] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&[0; 12]);
        named(&mut bytes, name);
        bytes.extend_from_slice(name.as_bytes());
        self.count(&bytes);
        Ok(bytes)
    }

    /// Takes note of data of the file that is open; the data itself are sent as they are.
    pub(super) fn data(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        if let Some((_, crc, size, _)) = &mut self.open {
            crc.update(bytes);
            let more = u32::try_from(bytes.len()).map_err(|_| TooLarge)?;
            *size = size.checked_add(more).ok_or(TooLarge)?;
        }
        self.count(bytes);
        Ok(())
    }

    /// Ends the file that is open; the bytes to send.
    pub(super) fn end(&mut self) -> Vec<u8> {
        let Some((name, crc, size, begins)) = self.open.take() else { return Vec::new() };
        let file = File { name, crc: crc.sum(), size, begins };
        let mut bytes = 0x0807_4b50_u32.to_le_bytes().to_vec();
        for number in [file.crc, file.size, file.size] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        self.files.push(file);
        self.count(&bytes);
        bytes
    }

    /// Ends the archive; the bytes to send.
    pub(super) fn finish(self) -> Result<Vec<u8>, TooLarge> {
        let begins = u32::try_from(self.written).map_err(|_| TooLarge)?;
        let mut bytes = Vec::new();
        for file in &self.files {
            bytes.extend_from_slice(&0x0201_4b50_u32.to_le_bytes());
            for number in [NEEDS, NEEDS, FLAGS, 0, 0, DAY] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            for number in [file.crc, file.size, file.size] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            named(&mut bytes, file.name);
            bytes.extend_from_slice(&[0; 10]);
            bytes.extend_from_slice(&file.begins.to_le_bytes());
            bytes.extend_from_slice(file.name.as_bytes());
        }
        let size = u32::try_from(bytes.len()).map_err(|_| TooLarge)?;
        let count = u16::try_from(self.files.len()).map_err(|_| TooLarge)?;
        bytes.extend_from_slice(&0x0605_4b50_u32.to_le_bytes());
        for number in [0, 0, count, count] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&begins.to_le_bytes());
        bytes.extend_from_slice(&[0; 2]);
        Ok(bytes)
    }

    /// Counts what was written.
    fn count(&mut self, bytes: &[u8]) {
        self.written = self.written.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }
}

/// Length of a name, and of no extra field.
fn named(bytes: &mut Vec<u8>, name: &str) {
    bytes.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
}
