//! For programs of recipients: the same as the report room, as JSON. Described in `docs/api.md` and by
//! `/assets/openapi.json`.

pub mod exceptions;
mod view;

use actix_web::web;

/// The interface's routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/api/v1/reports/{slug}/exceptions", web::get().to(exceptions::list));
}
