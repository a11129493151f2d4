//! The download: the recipient's marked copy, streamed. By POST only, so that no foreign page can fetch it.

use crate::app::App;
use crate::fault::Refusal as _;
use crate::release::copy::{Copy, Cut, LOOK_EVERY};
use crate::release::{Asker, Refused};
use crate::text::Slug;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Prospect;
use crate::web::page::see_other;
use crate::web::portal::room;
use crate::web::problem::Problem;
use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::{Bytes, Path};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A copy on its way. The one way from a sealed report into an answer. The copy is gone once it was cut.
struct Body {
    copy: Rc<RefCell<Option<Copy>>>,
    size_bytes: u64,
}

impl Body {
    /// Streams the copy, watched: the server asks a body for more only while its reader takes what there is, so that a
    /// reader who takes nothing would never be cut and its end never recorded.
    fn watched(app: &App, copy: Copy) -> Self {
        let (app, size_bytes, standing) = (app.clone(), copy.size_bytes(), copy.standing());
        let copy = Rc::new(RefCell::new(Some(copy)));
        let watched = Rc::downgrade(&copy);
        actix_web::rt::spawn(async move {
            loop {
                actix_web::rt::time::sleep(LOOK_EVERY).await;
                if watched.strong_count() == 0 {
                    return;
                }
                let standing = standing.clone();
                if !app.work(move || standing.holds()).await.unwrap_or(false) {
                    // Dropping it records the end.
                    drop(watched.upgrade().and_then(|copy| copy.borrow_mut().take()));
                    return;
                }
            }
        });
        Self { copy, size_bytes }
    }
}

impl MessageBody for Body {
    type Error = Cut;
    fn size(&self) -> BodySize {
        BodySize::Sized(self.size_bytes)
    }
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Cut>>> {
        Poll::Ready(match self.copy.borrow_mut().as_mut() {
            Some(copy) => copy.next_chunk(),
            None => Some(Err(Cut::Ended)),
        })
    }
}

/// Admits, records the start, and streams the copy.
pub async fn download(prospect: Prospect, slug: Path<Slug>, _form: Form) -> Answer {
    let (version, grant) = room::require_grant(&prospect, slug.into_inner()).await?;
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let admitted = prospect.app.gate().admit_copy(asker, grant.id).await;
    answer(&prospect, admitted, version.report.slug.as_str())
}

/// The answer to whoever asked for a copy: streams it under this name and the copy's number, or says why not.
pub(super) fn answer(prospect: &Prospect, admitted: Result<Copy, Refused>, name: &str) -> Answer {
    let copy = match admitted {
        Ok(copy) => copy,
        Err(Refused::Missing(steps)) => return Ok(see_other(prospect, room::where_to(&steps), "")),
        Err(refused) => {
            return Err(Problem::new(refused.kind(), refused.to_string()).action("/access", "My access"));
        }
    };
    let name = format!("{name}-{}.pdf", copy.terms().copy);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::ACCEPT_RANGES, "none"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(("content-security-policy", "sandbox; default-src 'none'"))
        .insert_header(("x-robots-tag", "noindex"))
        .body(Body::watched(&prospect.app, copy)))
}
