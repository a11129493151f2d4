//! `/compliance/nda`: texts of the NDA. A text is looked at before it is published, and never changes afterwards.

use crate::app::Template;
use crate::fault::Fault;
use crate::nda::acts::publish as publish_nda;
use crate::nda::{Nda, digest, store};
use crate::text::{LongText, hex};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, see_other, show as show_page, show_again};
use crate::web::partials::{Hidden, Question};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;

/// The page with all versions.
#[derive(Serialize)]
struct NdaPage {
    shell: Shell,
    current: bool,
    versions: Vec<Row>,
    form: NdaForm,
}

impl Page for NdaPage {
    const TEMPLATE: Template = Template::ComplianceNda;
}

/// One version.
#[derive(Serialize)]
struct Row {
    number: i32,
    href: String,
    state: Status,
    sha256: String,
    at: When,
}

/// The form as the template wants it.
#[derive(Serialize)]
struct NdaForm {
    text: String,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

impl NdaPage {
    /// The page with what was typed; the newest version is the one in force.
    fn new(staff: &Staff<Compliance>, texts: &[Nda], form: &Form) -> Self {
        let in_force = texts.first().map(|text| text.id);
        let row = |text: &Nda| Row {
            number: text.number,
            href: format!("/compliance/nda/{}", text.number),
            state: state(in_force == Some(text.id)),
            sha256: hex(&text.sha256),
            at: text.published_at.into(),
        };
        Self {
            shell: staff.shell(Desk::Compliance, "NDA"),
            current: in_force.is_some(),
            versions: texts.iter().map(row).collect(),
            form: NdaForm {
                text: form.text("text").to_owned(),
                errors: form.errors(&["text"]),
                problems: form.problems().to_vec(),
            },
        }
    }
}

/// Whether a text is in force, as a label.
fn state(in_force: bool) -> Status {
    if in_force { Status::new(Tone::Ok, "In force") } else { Status::new(Tone::Quiet, "Replaced") }
}

/// GET: all versions, and the form for the next one.
pub async fn show(staff: Staff<Compliance>) -> Answer {
    let texts = staff.app.read(store::list).await?;
    show_page(&staff, &NdaPage::new(&staff, &texts, &Form::default()))
}

/// The page that asks before a text is published.
#[derive(Serialize)]
struct PublishPage {
    shell: Shell,
    draft: DraftText,
    question: Question,
}

impl Page for PublishPage {
    const TEMPLATE: Template = Template::ComplianceNdaPublish;
}

/// The text as prospects will see it.
#[derive(Serialize)]
struct DraftText {
    number: i32,
    title: String,
    text: String,
    sha256: String,
}

/// POST: shows the text as prospects will see it, and asks.
pub async fn ask(staff: Staff<Compliance>, mut form: Form) -> Answer {
    let texts = staff.app.read(store::list).await?;
    let Some(text) = form.parse("text", "Text", LongText::parse) else {
        return show_again(&staff, &NdaPage::new(&staff, &texts, &form));
    };
    let number = texts.first().map_or(1, |last| last.number.saturating_add(1));
    let mut effects = vec![
        "The text is in force at once. Whoever asks for a report reads and accepts exactly these words."
            .to_owned(),
        "It cannot be changed any more; a correction is a new version.".to_owned(),
    ];
    if number > 1 {
        effects
            .push("Everybody who accepted an earlier version is asked again before reading on.".to_owned());
    }
    let draft = DraftText {
        number,
        title: title(&staff),
        sha256: hex(&digest(text.as_str().as_bytes())),
        text: text.to_string(),
    };
    let question = Question {
        title: format!("Publish version {number}?"),
        effects,
        action: "/compliance/nda/publish".to_owned(),
        verb: "Publish the NDA",
        danger: false,
        reason: None,
        hidden: vec![Hidden { name: "text", content: text.to_string() }],
        back: "/compliance/nda".to_owned(),
    };
    show_page(
        &staff,
        &PublishPage { shell: staff.shell(Desk::Compliance, "Publish the NDA"), draft, question },
    )
}

/// What a text is called.
fn title(staff: &Staff<Compliance>) -> String {
    format!("Non-disclosure agreement with {}", staff.company)
}

/// POST: publishes.
pub async fn publish(staff: Staff<Compliance>, mut form: Form) -> Answer {
    let Some(text) = form.parse("text", "Text", LongText::parse) else {
        let texts = staff.app.read(store::list).await?;
        return show_again(&staff, &NdaPage::new(&staff, &texts, &form));
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done =
        staff.app.act::<_, _, Fault>("nda.publish", move |act| publish_nda(act, &house, by, text)).await?;
    let said = format!("Version {} of the NDA is in force.", done.value.number);
    Ok(see_other(&staff, "/compliance/nda", &said))
}

/// The page of one version.
#[derive(Serialize)]
struct VersionPage {
    shell: Shell,
    nda: Shown,
}

impl Page for VersionPage {
    const TEMPLATE: Template = Template::ComplianceNdaVersion;
}

/// One version, whole.
#[derive(Serialize)]
struct Shown {
    number: i32,
    title: String,
    text: String,
    sha256: String,
    state: Status,
    at: When,
    download_href: String,
}

/// The text with this number, and whether it is in force.
async fn require(staff: &Staff<Compliance>, number: i32) -> Result<(Nda, bool), Problem> {
    let texts = staff.app.read(store::list).await?;
    let newest = texts.first().map(|text| text.number);
    let found = texts.into_iter().find(|text| text.number == number).ok_or_else(Problem::not_found)?;
    Ok((found, newest == Some(number)))
}

/// GET: one version.
pub async fn version(staff: Staff<Compliance>, number: web::Path<i32>) -> Answer {
    let (text, in_force) = require(&staff, *number).await?;
    let nda = Shown {
        number: text.number,
        title: title(&staff),
        sha256: hex(&text.sha256),
        state: state(in_force),
        at: text.published_at.into(),
        download_href: format!("/compliance/nda/{}/text", text.number),
        text: text.body.to_string(),
    };
    show_page(
        &staff,
        &VersionPage { shell: staff.shell(Desk::Compliance, format!("NDA, version {number}")), nda },
    )
}

/// GET: the exact text as a file; its SHA-256 is the one that stands on the page.
pub async fn text(staff: Staff<Compliance>, number: web::Path<i32>) -> Answer {
    let (text, _) = require(&staff, *number).await?;
    Ok(text_file(&format!("nda-{number}.txt"), text.body.to_string()))
}
