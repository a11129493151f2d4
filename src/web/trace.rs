//! A number for every request, and one line in the log: method, route pattern, status, duration.
//!
//! Never the path, the query or a cookie: links hold secrets.

use crate::app::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use std::time::Instant;
use tracing::Instrument as _;

/// The number of a request, for whoever writes to us about it.
#[derive(Clone)]
struct Number(String);

/// The number of `request`.
pub fn id_of(request: &HttpRequest) -> String {
    request.extensions().get::<Number>().map(|number| number.0.clone()).unwrap_or_default()
}

/// Gives the request its number and span, and logs how it ended.
pub async fn follow<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request.app_data::<App>().map(|app| app.clock.uuid().to_string()).unwrap_or_default();
    request.extensions_mut().insert(Number(id.clone()));
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method);
    let began = Instant::now();
    let mut response = next.call(request).instrument(span.clone()).await?;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let millis = began.elapsed().as_millis();
    span.in_scope(|| tracing::info!(route, status = response.status().as_u16(), millis, "answered"));
    Ok(response)
}
