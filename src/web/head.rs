//! HEAD on public pages: what GET would answer, without the body, for whoever only looks whether a page is there.
//!
//! Nothing gated is among them: a report room, a page or a copy is asked for by GET or POST, which are recorded.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

/// Pages that anybody may see, whose reading changes and records nothing.
const PUBLIC: &[&str] = &["/", "/healthz", "/request", "/sign-in", "/verify"];

/// Hands HEAD on a public page on as GET; the server leaves the body out of the answer.
pub async fn serve<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let path = request.path();
    if request.method() == Method::HEAD && (PUBLIC.contains(&path) || path.starts_with("/assets/")) {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
