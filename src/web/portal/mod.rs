//! The portal: what the public and the people a report is shared with see.

pub mod access;
pub mod bridge_letter;
pub mod certificate;
pub mod companion;
pub mod confirm;
pub mod controls;
pub mod copy;
pub mod elsewhere;
pub mod forget;
pub mod nda;
pub mod pages;
pub mod recall;
pub mod renew;
pub mod request;
pub mod room;
pub mod sign_in;
pub mod steps;
pub mod subscriptions;
pub mod tokens;
pub mod trust;
pub mod verify;
mod verify_keys;
pub mod withdraw;

use actix_web::web;

/// The portal's routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/", web::get().to(trust::show_trust))
        .service(
            web::resource("/request")
                .route(web::get().to(request::open))
                .route(web::post().to(request::submit)),
        )
        .service(
            web::resource("/sign-in").route(web::get().to(sign_in::open)).route(web::post().to(sign_in::ask)),
        )
        .service(
            web::resource("/confirm")
                .route(web::get().to(confirm::open))
                .route(web::post().to(confirm::redeem_answer)),
        )
        .route("/confirm/resend", web::post().to(confirm::resend))
        .route("/confirm/elsewhere", web::post().to(elsewhere::show_request))
        .route("/confirm/not-me", web::post().to(elsewhere::stop))
        .route("/confirm/{link}", web::get().to(confirm::open_link))
        .route("/requests/{id}", web::get().to(steps::show_steps))
        .service(
            web::resource("/nda").route(web::get().to(nda::open)).route(web::post().to(nda::accept_text)),
        )
        .route("/nda/decline", web::post().to(nda::decline_text))
        .route("/nda/{id}/text", web::get().to(nda::text))
        .route("/certificates/{id}", web::get().to(certificate::show_certificate))
        .route("/certificates/{id}/withdraw", web::get().to(withdraw::ask))
        .route("/certificates/{id}/withdraw", web::post().to(withdraw::withdraw))
        .route("/reports/{slug}", web::get().to(room::open))
        .route("/reports/{slug}/controls", web::get().to(controls::take_away))
        .route("/reports/{slug}/bridge-letter", web::get().to(bridge_letter::open))
        .route("/reports/{slug}/bridge-letter/copy", web::post().to(companion::letter))
        .route("/reports/{slug}/evidence/{id}/copy", web::post().to(companion::evidence))
        .route("/reports/{slug}/print", web::get().to(room::print::open))
        .route("/reports/{slug}/copy", web::post().to(copy::download))
        .route("/reports/{slug}/pages", web::get().to(pages::turn))
        .route("/reports/{slug}/pages/{page}", web::get().to(pages::open_page))
        .route("/reports/{slug}/pages/{page}/picture", web::get().to(pages::picture))
        .route("/access", web::get().to(access::show_access))
        .route("/reports/{slug}/subscribe", web::post().to(subscriptions::ask))
        .route("/reports/{slug}/unsubscribe", web::post().to(subscriptions::end))
        .service(
            web::resource("/subscriptions/{purpose}/{code}")
                .route(web::get().to(subscriptions::open))
                .route(web::post().to(subscriptions::settle)),
        )
        .route("/reports/{slug}/tokens", web::post().to(tokens::create))
        .route("/access/tokens/{id}/take-back", web::post().to(tokens::stop))
        .route("/recalls/{version}", web::get().to(recall::open))
        .route("/recalls/{version}", web::post().to(recall::confirm))
        .route("/access/forget", web::post().to(forget::ask))
        .route("/access/receipts/{index}", web::get().to(access::receipt))
        .route("/verify/handovers/{index}", web::get().to(verify_keys::handover))
        .service(
            web::resource("/verify")
                .route(web::get().to(verify::show_verify))
                .route(web::post().to(verify::check_file)),
        )
        .route("/reports/{slug}/renew", web::post().to(renew::ask));
}
