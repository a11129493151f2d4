//! A zip archive that is written while it is sent: stored, of any size (zip64), its directory at the end.
//!
//! It is written on a thread of its own, which waits whenever the client does, for a while. Whoever writes into it holds nothing
//! meanwhile that others need.

use crate::fault::Fault;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// Bytes that are sent at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces on their way.
const PIECES: usize = 4;
/// How long the client may take nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Why the file breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the archive broke off")]
pub(super) struct BrokenOff;

/// The archive on its way to the client. One that was not finished is broken off in the reader's hands, never taken for whole.
pub(super) struct Body {
    pieces: Receiver<Bytes>,
    is_whole: Arc<AtomicBool>,
}

impl MessageBody for Body {
    type Error = BrokenOff;
    fn size(&self) -> BodySize {
        BodySize::Stream
    }
    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        self.pieces.poll_recv(context).map(|piece| match piece {
            Some(piece) => Some(Ok(piece)),
            None if self.is_whole.load(Ordering::SeqCst) => None,
            None => Some(Err(BrokenOff)),
        })
    }
}

/// Where the archive goes, piece by piece.
struct Pieces {
    to: Sender<Bytes>,
    piece: Vec<u8>,
    runtime: Handle,
    patience: Duration,
    /// Nobody takes anything any more.
    is_over: bool,
}

impl Pieces {
    /// Hands a piece over.
    fn hand_over(&self, piece: Vec<u8>) -> io::Result<()> {
        match self.runtime.block_on(timeout(self.patience, self.to.send(piece.into()))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ErrorKind::BrokenPipe.into()),
            Err(_) => Err(ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fitting = bytes.get(..PIECE_BYTES.saturating_sub(self.piece.len())).unwrap_or(bytes);
        self.piece.extend_from_slice(fitting);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(fitting.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        if self.is_over {
            return Err(ErrorKind::BrokenPipe.into());
        }
        // An empty chunk would end the answer (RFC 9112, section 7.1).
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.piece);
        self.hand_over(piece).inspect_err(|_| self.is_over = true)
    }
}

/// An archive being written.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Pieces>>,
    is_whole: Arc<AtomicBool>,
}

impl Archive {
    /// A new archive, the body it goes into, and what tells when all of it was taken. Call it inside the runtime.
    pub(super) fn new(patience: Duration) -> (Self, Body, Taken) {
        let ((to, pieces), is_whole) = (channel(PIECES), Arc::new(AtomicBool::new(false)));
        let taken = Taken(to.clone(), patience);
        let sink = Pieces { to, piece: Vec::new(), runtime: Handle::current(), patience, is_over: false };
        let archive = Self { zip: ZipWriter::new_stream(sink), is_whole: Arc::clone(&is_whole) };
        (archive, Body { pieces, is_whole }, taken)
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, name: &str) -> Result<(), Fault> {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(name, stored.large_file(true)).map_err(failed)
    }

    /// Adds data to the file that was begun last.
    pub(super) fn data(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.zip.write_all(bytes).map_err(failed)
    }

    /// Ends the archive.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let mut pieces = self.zip.finish().map_err(failed)?.into_inner();
        pieces.flush().map_err(failed)?;
        self.is_whole.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// Why an archive broke off.
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    Fault::new("an archive on its way", error)
}

/// Tells when every piece was taken.
pub(super) struct Taken(Sender<Bytes>, Duration);

impl Taken {
    /// Waits until nothing waits any more; `false` when the client has gone, or takes nothing.
    pub(super) async fn all(self) -> bool {
        matches!(timeout(self.1, self.0.reserve_many(PIECES)).await, Ok(Ok(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    /// What arrives, and whether it ended in order.
    async fn read(mut body: Body) -> (Vec<u8>, bool) {
        let mut bytes = Vec::new();
        loop {
            match poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
                Some(Ok(piece)) => bytes.extend_from_slice(&piece),
                end => return (bytes, end.is_none()),
            }
        }
    }

    #[actix_web::test]
    async fn a_reader_who_takes_nothing_is_not_waited_for() {
        let (mut archive, body, taken) = Archive::new(Duration::from_millis(50));
        let written = tokio::task::spawn_blocking(move || {
            archive.begin("log.csv")?;
            archive.data(&vec![7; 2 * PIECES * PIECE_BYTES])
        });
        assert!(written.await.unwrap().is_err());
        assert!(!taken.all().await);
        let (bytes, ended) = read(body).await;
        assert!(bytes.len() >= PIECES * PIECE_BYTES && !ended, "it must not look whole");
    }

    #[actix_web::test]
    async fn an_archive_that_was_not_finished_breaks_off() {
        let (mut archive, body, _) = Archive::new(PATIENCE);
        let written = tokio::task::spawn_blocking(move || {
            archive.begin("log.csv")?;
            archive.data(b"entries")
        });
        assert!(written.await.unwrap().is_ok());
        assert!(!read(body).await.1);
    }
}
