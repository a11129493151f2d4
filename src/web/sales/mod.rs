//! The sales desk: requests and their decisions, invitations, grants and their end.

mod case;
mod checks;
mod grant;
mod grants;
mod invite;
mod queue;
mod request;
mod seen;
mod talk_track;
mod terms;

use actix_web::web;

/// The routes of this face.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/sales", web::get().to(queue::list))
        .route("/sales/requests/{id}", web::get().to(request::show))
        .route("/sales/requests/{id}/approve", web::post().to(request::approve))
        .route("/sales/requests/{id}/deny", web::post().to(request::deny))
        .route("/sales/reports/{slug}/talk-track", web::get().to(talk_track::show))
        .route("/sales/invite", web::get().to(invite::show))
        .route("/sales/invite", web::post().to(invite::send))
        .route("/sales/grants", web::get().to(grants::list))
        .route("/sales/grants/{id}", web::get().to(grant::show))
        .route("/sales/grants/{id}/revoke", web::post().to(grant::revoke));
}
