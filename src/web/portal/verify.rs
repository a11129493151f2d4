//! Where the footer of every copy sends whoever finds one, and how a receipt of the log is checked without us.

use crate::accounts::store as accounts;
use crate::app::Template;
use crate::web::Answer;
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, show};
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct VerifyPage {
    shell: Shell,
    company: String,
    contact: Option<String>,
    /// The log's verifier key.
    key: String,
}

impl Page for VerifyPage {
    const TEMPLATE: Template = Template::PortalVerify;
}

/// Says whom to tell.
pub async fn show_verify(visitor: Visitor) -> Answer {
    let company = visitor.app.read(accounts::find_company).await?;
    let page = VerifyPage {
        shell: visitor.shell(Desk::Portal, "You found a copy?"),
        company: visitor.company.clone(),
        contact: company.map(|company| company.contact.to_string()),
        key: visitor.app.writer.verifier().to_string(),
    };
    show(&visitor, &page)
}
