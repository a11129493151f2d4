//! Where staff come in: one-time links, the list of their desks, and the way out (for prospects too).

mod desks;
mod entries;
mod people;
mod sign_in;
mod sign_out;

use actix_web::web;

/// The routes of this face.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/staff", web::get().to(desks::show))
        .route("/staff/entries", web::get().to(entries::list))
        .route("/staff/entries/{index}/receipt", web::get().to(entries::receipt))
        .route("/desk", web::get().to(desks::first))
        .route("/staff/people", web::get().to(people::show))
        .route("/staff/sign-in", web::get().to(sign_in::explain))
        .route("/staff/sign-in", web::post().to(sign_in::enter))
        .route("/staff/sign-in/{link}", web::get().to(sign_in::show))
        .route("/sign-out", web::post().to(sign_out::leave));
}
