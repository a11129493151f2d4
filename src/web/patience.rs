//! Bodies that stall: one that brings nothing for 30 seconds is cut, so that slow senders hold no connection for ever.

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use std::io;
use std::pin::Pin;
use std::time::Duration;

/// How long a body may bring nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body as a stream.
pub(super) type Body = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// Puts the limit around the request's body.
pub async fn limit<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let body: Body = Box::pin(cut_when_stalled(request.take_payload(), PATIENCE));
    request.set_payload(Payload::from(body));
    next.call(request).await
}

/// The same stream; it ends with an error when it brings nothing for `patience`. It may be asked again after its end,
/// as the parser of multipart forms does.
fn cut_when_stalled<S>(body: S, patience: Duration) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    stream::unfold(Some(body), move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(patience, body.next()).await {
            Ok(item) => item.map(|item| (item, Some(body))),
            Err(_) => Some((Err(PayloadError::Io(io::Error::from(io::ErrorKind::TimedOut))), None)),
        }
    })
    .fuse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_body_that_stalls_is_cut_with_an_error() {
        let first = stream::iter([Ok(Bytes::from_static(b"some"))]);
        let stalled = Box::pin(first.chain(stream::pending()));
        let items: Vec<_> = cut_when_stalled(stalled, Duration::from_millis(20)).collect().await;
        assert_eq!(items[0].as_ref().unwrap(), "some");
        assert!(items[1].is_err());
        assert_eq!(items.len(), 2);
    }

    #[actix_web::test]
    async fn a_body_may_be_asked_again_after_its_end() {
        let mut body = Box::pin(cut_when_stalled(stream::iter([Ok(Bytes::from_static(b"all"))]), PATIENCE));
        assert_eq!(body.next().await.unwrap().unwrap(), "all");
        assert!(body.next().await.is_none());
        assert!(body.next().await.is_none());
    }
}
