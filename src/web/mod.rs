//! The faces people meet in a browser. Handlers take, parse, act, show; rules live in the nouns, evidence in the log.
//!
//! # How to add a page
//!
//! 1. The template is listed in [`crate::app::Template`]; the page is a struct in the file named like it, with the
//!    template's context as its fields and `shell` among them:
//!
//!    ```ignore
//!    #[derive(Serialize)]
//!    struct QueuePage { shell: Shell, requests: Vec<Row> }
//!    impl Page for QueuePage { const TEMPLATE: Template = Template::SalesQueue; }
//!    ```
//!
//! 2. The handler's first parameter is its guard ([`guard`]): [`Visitor`](guard::Visitor) (anybody),
//!    [`Prospect`](guard::Prospect), or `Staff<desk::Sales>`. A guard gives [`Caller`](guard::Caller): `app`, `origin`,
//!    `shell(desk, title)`; prospect and staff have `session` and `person` besides.
//!
//!    ```ignore
//!    pub async fn list(staff: Staff<Sales>) -> Answer {
//!        let keyring = Arc::clone(&staff.app.keyring);
//!        let requests = staff.app.read(move |db| requests::store::list_waiting(db, &keyring)).await?;
//!        show(&staff, &QueuePage { shell: staff.shell(Desk::Sales, "Access requests"), requests: rows(requests) })
//!    }
//!    pub async fn deny(staff: Staff<Sales>, id: web::Path<RequestId>, mut form: Form) -> Answer {
//!        let Some(reason) = form.parse("reason", "Reason", Reason::parse) else {
//!            return show_again(&staff, &page(&staff, &form).await?);           // 422, values kept, errors beside fields
//!        };
//!        let (house, by) = (staff.app.house.clone(), staff.person.id);
//!        staff.app.act("request.deny", move |act| deny(act, &house, by, *id, &reason)).await?;
//!        Ok(see_other(&staff, "/sales", "The request was denied; the requester is told."))
//!    }
//!    ```
//!
//!    Refusals ([`Refusal`](crate::fault::Refusal)) and faults become pages by `?`.
//!
//! 3. The face's `routes` gets its line: `.route("/sales", web::get().to(queue::list))`. Tokens of the form are checked
//!    before the handler runs ([`csrf`]): every form's **first** field is the hidden `csrf`, also in uploads.
//!
//! # Order of the middleware, outermost first
//!
//! [`trace`] (request id, span, one line per request), [`headers`], [`problem`] (turns problems into pages), [`csrf`]
//! (foreign pages and missing tokens), [`patience`] (bodies that stall), [`head`] (HEAD on public
//! pages). Then the routes.

pub mod assets;
pub mod board;
pub mod card;
pub mod csrf;
pub mod exception;
pub mod file;
pub mod flash;
pub mod form;
pub mod guard;
pub mod head;
pub mod headers;
pub mod health;
pub mod lists;
pub mod page;
pub mod partials;
pub mod patience;
pub mod problem;
pub mod report;
pub mod signatures;
pub mod session;
pub mod tabs;
pub mod trace;

pub mod api;
pub mod portal;
pub mod compliance;
pub mod sales;
pub mod security;
pub mod staff;
pub mod years;

use actix_web::{HttpResponse, web};

/// What a handler answers.
pub type Answer = Result<HttpResponse, problem::Problem>;

/// Every route of every face; what is not here is 404, what is here by another method 405.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/healthz", web::get().to(health::show))
        .route("/assets/{name}", web::get().to(assets::show))
        .configure(api::routes)
        .configure(compliance::routes)
        .configure(portal::routes)
        .configure(sales::routes)
        .configure(security::routes)
        .configure(staff::routes)
        .default_service(web::to(problem::nothing_here));
}
