//! Stylesheet, script, icon and fonts, embedded in the binary; the browser asks each time and is told "unchanged".

use super::Answer;
use super::problem::Problem;
use actix_web::http::header::{self, ETag, EntityTag, IfNoneMatch};
use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The files, in the binary.
#[derive(rust_embed::RustEmbed)]
#[folder = "assets"]
struct Files;

/// One asset.
pub async fn show(name: web::Path<String>, known: web::Header<IfNoneMatch>) -> Answer {
    let file = Files::get(&name).ok_or_else(Problem::not_found)?;
    let tag = EntityTag::new_strong(URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()));
    let unchanged = match known.into_inner() {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|other| other.weak_eq(&tag)),
    };
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(ETag(tag)).insert_header((header::CACHE_CONTROL, "no-cache"));
    if unchanged {
        return Ok(response.finish());
    }
    let kind = file.metadata.mimetype();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    Ok(response.insert_header((header::CONTENT_TYPE, kind)).body(file.data))
}
