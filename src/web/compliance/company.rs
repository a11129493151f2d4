//! `/compliance/company`: how the company presents itself.

use crate::accounts::acts::change_company;
use crate::accounts::store::find_company;
use crate::accounts::{Company, Standing, standing};
use crate::app::Template;
use crate::text::{CompanyName, Domain, EmailAddress, LongText};
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use serde::Serialize;
use std::collections::BTreeMap;

/// The form's fields.
const FIELDS: &[&str] = &["name", "contact", "domain", "statement"];

/// The page.
#[derive(Serialize)]
struct CompanyPage {
    shell: Shell,
    form: CompanyForm,
}

impl Page for CompanyPage {
    const TEMPLATE: Template = Template::ComplianceCompany;
}

/// The form as the template wants it.
#[derive(Serialize)]
struct CompanyForm {
    #[serde(flatten)]
    values: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

impl CompanyPage {
    /// The page with what was typed.
    fn new(staff: &Staff<Compliance>, form: &Form) -> Self {
        let form = CompanyForm {
            values: form.values(FIELDS),
            errors: form.errors(FIELDS),
            problems: form.problems().to_vec(),
        };
        Self { shell: staff.shell(Desk::Compliance, "Company"), form }
    }
}

/// GET: what is known.
pub async fn show(staff: Staff<Compliance>) -> Answer {
    let form = match staff.app.read(find_company).await? {
        None => Form::default(),
        Some(company) => Form::with(&[
            ("name", company.name.as_str()),
            ("contact", company.contact.as_str()),
            ("domain", company.domain.as_str()),
            ("statement", company.statement.as_str()),
        ]),
    };
    show_page(&staff, &CompanyPage::new(&staff, &form))
}

/// POST: changes it.
pub async fn save(staff: Staff<Compliance>, mut form: Form) -> Answer {
    let Some(company) = parse(&mut form) else { return show_again(&staff, &CompanyPage::new(&staff, &form)) };
    let by = staff.person.id;
    staff.app.act("company.change", move |act| change_company(act, by, &company)).await?;
    Ok(see_other(&staff, "/compliance", "The company's details are saved. The trust page shows them."))
}

/// Reads the form.
fn parse(form: &mut Form) -> Option<Company> {
    let name = form.parse("name", "Name of the company", CompanyName::parse);
    let contact = form.parse("contact", "Contact address", EmailAddress::parse);
    let domain = form.parse("domain", "Own mail domain", Domain::parse);
    let statement = form.parse("statement", "What you commit to", LongText::parse);
    let domain = domain.filter(|domain| {
        let free = standing(domain, None, &[]) == Standing::FreeMail;
        if free {
            form.refuse("domain", "Anybody gets an address at this domain. Enter the company's own.");
        }
        !free
    });
    Some(Company { name: name?, contact: contact?, domain: domain?, statement: statement? })
}
