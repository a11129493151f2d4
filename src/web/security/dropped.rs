//! A file that was dropped on a page: one part of a multipart body, collected within the upload limit.

use crate::fault::Kind;
use crate::web::problem::Problem;
use actix_multipart::{Field, Multipart};
use futures_util::TryStreamExt as _;

/// A file as it was sent.
pub(super) struct Dropped {
    /// What the browser calls it: a claim, shown and kept nowhere.
    pub(super) name: String,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

/// The part `name` of a form; `None` when there is none or it is empty.
///
/// The token before it was checked already; other parts are read over.
pub(super) async fn file(mut form: Multipart, name: &str, limit_bytes: u64) -> Result<Option<Dropped>, Problem> {
    let mut left = limit_bytes;
    let mut found = None;
    while let Some(mut part) = form.try_next().await.map_err(|_| incomplete())? {
        let bytes = collect(&mut part, &mut left, limit_bytes).await?;
        if part.name() == Some(name) && found.is_none() {
            let named = part.content_disposition().and_then(|disposition| disposition.get_filename());
            let name = named.unwrap_or("the file").chars().take(120).collect();
            found = Some(Dropped { name, bytes });
        }
    }
    Ok(found.filter(|file| !file.bytes.is_empty()))
}

/// Reads a part; all parts together may have `left` bytes.
async fn collect(part: &mut Field, left: &mut u64, limit_bytes: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.try_next().await.map_err(|_| incomplete())? {
        *left = left
            .checked_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX))
            .ok_or_else(|| too_large(limit_bytes))?;
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The connection broke off, or the body is no form.
fn incomplete() -> Problem {
    Problem::new(Kind::Invalid, "The file did not arrive completely. Nothing of it was kept.")
        .todo("Go back and drop it again.")
}

/// More than is taken.
fn too_large(limit_bytes: u64) -> Problem {
    let what = format!("The file is larger than {} MiB, which is more than is read here.", limit_bytes / (1024 * 1024));
    Problem::new(Kind::TooLarge, what).todo("Type the number that stands in the footer of its pages instead.")
}
