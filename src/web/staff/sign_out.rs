//! `/sign-out`: ends the session at once, for prospects and staff.

use crate::fault::Fault;
use crate::identity::acts::staff as acts;
use crate::web::Answer;
use crate::web::guard::Visitor;
use crate::web::page::see_other;
use crate::web::session::{self, Jar};

/// POST: ends the session; without one there is nothing to end.
pub async fn leave(visitor: Visitor) -> Answer {
    if let Some(signed_in) = visitor.signed_in.clone() {
        visitor.app.directory.forget(signed_in.session.id);
        visitor.app.act("session.end", move |act| acts::sign_out(act, &signed_in.session)).await?;
    }
    let mut response = see_other(&visitor, "/", "You are signed out.");
    response
        .add_cookie(&session::removal(&visitor.app, Jar::Session))
        .map_err(|error| Fault::new("session cookie", error))?;
    Ok(response)
}
