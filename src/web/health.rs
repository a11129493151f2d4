//! Whether this node can do its work: the database answers and the writer lives. Says nothing else to anybody.

use crate::app::App;
use crate::fault::Fault;
use actix_web::{HttpRequest, HttpResponse};
use diesel::RunQueryDsl as _;

/// 200 `ok`, or 503.
pub async fn show(request: HttpRequest) -> HttpResponse {
    let Some(app) = request.app_data::<App>() else { return HttpResponse::ServiceUnavailable().finish() };
    let read = app.read(|db| {
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
            .get_result::<i32>(db)
            .map_err(Fault::from)
    });
    let healthy = read.await.is_ok() && !app.writer.has_ended();
    let mut response = if healthy { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.content_type("text/plain; charset=utf-8").body(if healthy { "ok" } else { "not ready" })
}
