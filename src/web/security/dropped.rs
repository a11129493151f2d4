//! A file that was dropped on a page: one part of a multipart body, collected in memory within the upload limit.

use crate::fault::Kind;
use crate::web::problem::Problem;
use actix_multipart::{Field, Multipart};
use futures_util::TryStreamExt as _;

/// After a file that is too large, so many times the limit is still read, so that the browser gets to hear why.
const PATIENCE: u64 = 4;

/// What came of a body.
pub(super) enum Dropped {
    /// A file, whole, and what the browser calls it: a claim, kept nowhere.
    File(String, Vec<u8>),
    /// No file, or an empty one.
    Nothing,
    /// More than is read.
    TooLarge,
}

/// Collects the part `name` of a form; other parts are read over. The token before it was checked already.
pub(super) async fn file(mut form: Multipart, name: &str, limit_bytes: u64) -> Result<Dropped, Problem> {
    let mut found = Dropped::Nothing;
    let mut left = limit_bytes.saturating_mul(PATIENCE);
    while let Some(mut part) = form.try_next().await.map_err(|_| broken_off())? {
        let wanted = part.name() == Some(name) && matches!(found, Dropped::Nothing);
        let keep = if wanted { limit_bytes } else { 0 };
        let named = part.content_disposition().and_then(|disposition| disposition.get_filename());
        let named = named.unwrap_or("The file").chars().take(120).collect();
        let Some(bytes) = collect(&mut part, keep, &mut left).await? else { return Ok(Dropped::TooLarge) };
        match bytes {
            Kept::Bytes(bytes) if wanted && !bytes.is_empty() => found = Dropped::File(named, bytes),
            Kept::TooMany if wanted => found = Dropped::TooLarge,
            Kept::Bytes(_) | Kept::TooMany => {}
        }
    }
    Ok(found)
}

/// What is kept of a part.
enum Kept {
    /// All of it.
    Bytes(Vec<u8>),
    /// Nothing, because it is longer than what may be kept.
    TooMany,
}

/// Reads a part to its end and keeps up to `keep` bytes; `None` when the whole body is longer than `left`.
async fn collect(part: &mut Field, keep: u64, left: &mut u64) -> Result<Option<Kept>, Problem> {
    let mut kept = Kept::Bytes(Vec::new());
    while let Some(piece) = part.try_next().await.map_err(|_| broken_off())? {
        let size = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let Some(rest) = left.checked_sub(size(piece.len())) else { return Ok(None) };
        *left = rest;
        if let Kept::Bytes(bytes) = &mut kept {
            if size(bytes.len() + piece.len()) > keep {
                kept = Kept::TooMany;
            } else {
                bytes.extend_from_slice(&piece);
            }
        }
    }
    Ok(Some(kept))
}

/// The connection broke off, or the body is no form.
fn broken_off() -> Problem {
    Problem::new(Kind::Invalid, "The file did not arrive completely. Nothing of it was kept.")
        .todo("Go back and drop it again.")
}
