//! The body of an upload: the file is spooled to the disk sealed while it arrives, and what was typed beside it is read.
//!
//! One that breaks off or passes the limit leaves nothing.

use crate::app::App;
use crate::fault::{Fault, Kind};
use crate::reports::upload::Pictures;
use crate::vault::{Spool, SpoolError, SpooledFile};
use crate::watermark::Password;
use crate::web::problem::Problem;
use actix_multipart::{Field, Multipart};
use futures_util::StreamExt as _;
use zeroize::Zeroizing;

/// Pieces are written to the disk when so many bytes have come together.
const GATHER_BYTES: usize = 256 * 1024;
/// As much of a password is read: a byte more than the longest one.
const PASSWORD_BYTES: usize = 128;
/// After a file that is too large, so many times the limit is still read, so that the browser gets to hear why.
const PATIENCE: u64 = 4;

/// What came of a body.
pub enum Received {
    /// A file, whole.
    Whole(Upload),
    /// No file in it.
    Nothing,
    /// More than is accepted.
    TooLarge(SpoolError),
}

/// A file that arrived, and its opening password, which goes no further than to the child that opens the file.
pub struct Upload {
    /// The file, sealed.
    pub file: SpooledFile,
    /// What opens it.
    pub password: Option<Password>,
    /// Whether it may be published as pictures of its pages.
    pub pictures: Pictures,
}

/// Spools the field `file` and reads the fields `password` and `pictures`, in whatever order they come.
pub async fn receive(app: &App, mut body: Multipart) -> Result<Received, Problem> {
    let (mut received, mut password, mut pictures) = (None, None, Pictures::Unwanted);
    while let Some(field) = body.next().await {
        let mut field = field.map_err(|_| broken_off())?;
        match field.name() {
            Some("file") => match spool(app, &mut field).await? {
                Ok(file) => received = Some(file),
                Err(refusal) => return Ok(Received::TooLarge(refusal)),
            },
            Some("password") => password = read_password(&mut field).await?,
            name => {
                // A box is sent only when it is ticked.
                if name == Some("pictures") {
                    pictures = Pictures::Agreed;
                }
                while field.next().await.transpose().map_err(|_| broken_off())?.is_some() {}
            }
        }
    }
    Ok(received.map_or(Received::Nothing, |file| Received::Whole(Upload { file, password, pictures })))
}

/// Reads a password; one that is longer than any PDF takes is none.
async fn read_password(field: &mut Field) -> Result<Option<Password>, Problem> {
    let mut typed = Zeroizing::new(Vec::with_capacity(PASSWORD_BYTES));
    while let Some(piece) = field.next().await {
        let piece = piece.map_err(|_| broken_off())?;
        // Never more than was reserved: a buffer that grows leaves copies behind.
        let room = PASSWORD_BYTES.saturating_sub(typed.len());
        typed.extend(piece.iter().take(room));
    }
    Ok(std::str::from_utf8(&typed).ok().and_then(Password::parse))
}

/// Writes a field into a spool, piece by piece, on the blocking pool. The inner refusal is for the person.
async fn spool(app: &App, field: &mut Field) -> Result<Result<SpooledFile, SpoolError>, Problem> {
    let limit_bytes = app.config.upload_limit_bytes;
    let (vault, clock) = (app.vault.clone(), app.clock.clone());
    let mut spool = app.work(move || Spool::new(&vault, &clock, limit_bytes)).await??;
    let mut gathered = Vec::new();
    while let Some(piece) = field.next().await {
        gathered.extend_from_slice(&piece.map_err(|_| broken_off())?);
        if gathered.len() >= GATHER_BYTES {
            match write(app, spool, std::mem::take(&mut gathered)).await? {
                Ok(next) => spool = next,
                Err(refusal) => return Ok(Err(too_large(refusal, field).await)),
            }
        }
    }
    let spool = match write(app, spool, gathered).await? {
        Ok(spool) => spool,
        Err(refusal) => return Ok(Err(too_large(refusal, field).await)),
    };
    Ok(Ok(app.work(move || spool.finish()).await??))
}

/// Writes gathered pieces. The inner refusal is for the person.
async fn write(app: &App, mut spool: Spool, pieces: Vec<u8>) -> Result<Result<Spool, SpoolError>, Fault> {
    match app.work(move || spool.write(&pieces).map(|()| spool)).await? {
        Ok(spool) => Ok(Ok(spool)),
        Err(SpoolError::Broken(fault)) => Err(fault),
        Err(refusal @ SpoolError::TooLarge { .. }) => Ok(Err(refusal)),
    }
}

/// Reads on for a while without keeping anything: a browser shows no answer to a request it could not finish.
async fn too_large(refusal: SpoolError, field: &mut Field) -> SpoolError {
    let mut left = match refusal {
        SpoolError::TooLarge { limit_bytes } => limit_bytes.saturating_mul(PATIENCE),
        SpoolError::Broken(_) => 0,
    };
    while left > 0 {
        let Some(Ok(piece)) = field.next().await else { break };
        left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
    }
    refusal
}

/// The connection ended before the file did.
fn broken_off() -> Problem {
    Problem::new(Kind::Invalid, "The file did not arrive completely. Nothing of it was kept.")
        .todo("Go back and send it again.")
}
