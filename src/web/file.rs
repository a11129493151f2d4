//! Answers that are kept as a file: receipts, checkpoints, the texts of NDAs.

use actix_web::HttpResponse;
use actix_web::http::header;

/// A text under a name of ours, which needs no quoting.
pub fn text_file(name: &str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(text)
}
