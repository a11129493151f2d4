//! The first field of a form, read from the beginning of a body that is then handed on whole.

use crate::web::patience::Body;
use actix_web::dev::Payload;
use futures_util::{StreamExt as _, stream};

/// The first field has to end within so many bytes.
const REACH_BYTES: usize = 4096;

/// What the beginning of a body shows.
enum Seen {
    /// The value of the first field, which is called `csrf`.
    Token(String),
    /// The first field has not ended yet.
    More,
    /// The first field is called otherwise, or this is no form.
    Other,
}

/// The value of the first field if it is called `csrf`, and the body as if nothing had been read of it.
pub(super) async fn read(content_type: &str, mut body: Payload) -> (Option<String>, Payload) {
    let (mut pieces, mut bytes) = (Vec::new(), Vec::new());
    let (mut ended, mut seen) = (false, Seen::More);
    while matches!(seen, Seen::More) && !ended && bytes.len() < REACH_BYTES {
        match body.next().await {
            Some(Ok(piece)) => {
                bytes.extend_from_slice(&piece);
                pieces.push(Ok(piece));
            }
            // The error is handed on with the rest.
            Some(Err(error)) => {
                pieces.push(Err(error));
                ended = true;
            }
            None => ended = true,
        }
        seen = look(content_type, &bytes, ended);
    }
    let whole: Body = Box::pin(stream::iter(pieces).chain(body));
    let token = match seen {
        Seen::Token(token) => Some(token),
        Seen::More | Seen::Other => None,
    };
    (token, Payload::from(whole))
}

/// Looks for the first field in what has arrived so far.
fn look(content_type: &str, bytes: &[u8], ended: bool) -> Seen {
    if let Some(boundary) = boundary(content_type) {
        return in_multipart(&boundary, bytes);
    }
    let end = bytes.iter().position(|byte| *byte == b'&').or(ended.then_some(bytes.len()));
    let Some(pair) = end.and_then(|end| bytes.get(..end)) else { return Seen::More };
    let token = std::str::from_utf8(pair).ok().and_then(|pair| pair.strip_prefix("csrf="));
    token.map_or(Seen::Other, |token| Seen::Token(token.to_owned()))
}

/// The boundary of a multipart body.
fn boundary(content_type: &str) -> Option<String> {
    let parameters = content_type.strip_prefix("multipart/form-data")?;
    let boundary = parameters.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"').to_owned())
}

/// The first part of a multipart body (RFC 7578).
fn in_multipart(boundary: &str, bytes: &[u8]) -> Seen {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches("\r\n");
    let opening = format!("--{boundary}\r\n");
    if text.len() < opening.len() {
        return Seen::More;
    }
    let Some(part) = text.strip_prefix(opening.as_str()) else { return Seen::Other };
    let Some((head, value)) = part.split_once("\r\n\r\n") else { return Seen::More };
    if !head.split(';').any(|word| word.trim() == "name=\"csrf\"") {
        return Seen::Other;
    }
    match value.split_once(&format!("\r\n--{boundary}")) {
        Some((value, _)) => Seen::Token(value.to_owned()),
        None => Seen::More,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    /// Collects a body.
    async fn collect(mut body: Payload) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        bytes
    }

    /// A body that arrives in pieces of `size` bytes.
    fn arriving(body: &'static [u8], size: usize) -> Payload {
        let pieces: Vec<_> = body.chunks(size).map(|piece| Ok(Bytes::from_static(piece))).collect();
        let body: Body = Box::pin(stream::iter(pieces));
        Payload::from(body)
    }

    /// What is found in a body however it arrives, which must come out whole.
    async fn found(content_type: &str, body: &'static [u8]) -> Option<String> {
        let mut answers = Vec::new();
        for size in [1, 7, 100_000] {
            let (answer, whole) = read(content_type, arriving(body, size)).await;
            assert_eq!(collect(whole).await, body, "in pieces of {size}");
            answers.push(answer);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        answers.swap_remove(0)
    }

    #[actix_web::test]
    async fn the_first_field_is_found_and_the_body_stays_whole() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(found(form, b"csrf=abc-_&x=1").await.as_deref(), Some("abc-_"));
        assert_eq!(found(form, b"csrf=abc").await.as_deref(), Some("abc"));
        assert_eq!(found(form, b"x=1&csrf=abc").await, None);
        assert_eq!(found(form, b"").await, None);
        let multipart = "multipart/form-data; boundary=\"zz\"";
        let body = b"--zz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--zz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.pdf\"\r\n\r\n%PDF\xff\r\n--zz--\r\n";
        assert_eq!(found(multipart, body).await.as_deref(), Some("abc"));
        assert_eq!(
            found(
                multipart,
                b"--zz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nname=\"csrf\"\r\n--zz--\r\n"
            )
            .await,
            None
        );
        assert_eq!(found(multipart, b"csrf=abc&x=1").await, None);
    }

    #[actix_web::test]
    async fn a_body_without_an_end_of_its_first_field_is_not_read_for_ever() {
        static LONG: [u8; 3 * REACH_BYTES] = [b'a'; 3 * REACH_BYTES];
        assert_eq!(found("application/x-www-form-urlencoded", &LONG).await, None);
    }
}
