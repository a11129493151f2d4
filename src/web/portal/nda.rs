//! The NDA: the whole text on the page, two boxes, a name; accepted or declined by POST only.
//!
//! Which page was shown, and when, is proven by a seal in the form: a keyed code over the digest of the page's exact
//! bytes, the session and the time. On acceptance the page is rendered again; only when it is the very page of the seal
//! does the acceptance count, and its bytes are kept.

use crate::app::Template;
use crate::clock::Micros;
use crate::fault::{Fault, Kind};
use crate::grants::store as grants;
use crate::ids::NdaId;
use crate::nda::acts::{AcceptError, Shown, accept, decline, show as record_shown};
use crate::nda::{Evidence, Nda, digest, store as ndas};
use crate::requests::store as requests;
use crate::text::{CompanyName, JobTitle, PersonName, hex};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::form::{Form, Line};
use crate::web::guard::{Prospect, Visitor};
use crate::web::page::{Desk, Page, Shell, When, see_other, show, show_again};
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands in the page where its seal will stand; as long as a seal.
const UNSEALED: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Label of the seal's key.
const SEAL: &str = "nda.page";
/// The words beside the boxes and on the button, as the template has them.
const BOXES: [&str; 2] =
    ["I have read this text and agree to it.", "I am authorised to accept it for my organisation."];
/// The button's words.
const BUTTON: &str = "I agree to the NDA";

/// The page.
#[derive(Serialize)]
struct NdaPage {
    shell: Shell,
    nda: Words,
    person: PersonWords,
    back: String,
    shown_at: String,
    seal: String,
    reaccept: Option<&'static str>,
    form: Fields,
}

impl Page for NdaPage {
    const TEMPLATE: Template = Template::PortalNda;
}

/// The text.
#[derive(Serialize)]
struct Words {
    id: String,
    title: String,
    version: i32,
    party: String,
    text: String,
    sha256: String,
    download_href: String,
    since: When,
}

/// Who accepts.
#[derive(Serialize)]
struct PersonWords {
    email: String,
    organisation: String,
}

/// The form.
#[derive(Serialize)]
struct Fields {
    name: String,
    title: String,
    read: bool,
    authorised: bool,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

/// What the page is made from.
struct Known {
    text: Option<Nda>,
    accepted: bool,
    earlier: bool,
    organisation: Option<CompanyName>,
    back: String,
}

/// Reads the text in force and what is known of the person.
async fn read(prospect: &Prospect) -> Result<Known, Problem> {
    let (keyring, person) = (Arc::clone(&prospect.app.keyring), prospect.person.id);
    let known = prospect.app.read(move |db| {
        let text = ndas::find_in_force(db)?;
        let mut acceptances = ndas::list_acceptances(db, &keyring, person)?;
        acceptances.retain(|known| known.withdrawn_at.is_none());
        let request = requests::list_by_person(db, &keyring, person)?.into_iter().next();
        let grant = grants::list_by_person(db, &keyring, person)?.into_iter().next();
        let asked = request
            .as_ref()
            .and_then(|request| request.details.as_ref())
            .map(|details| details.company.clone());
        Ok::<_, Fault>(Known {
            accepted: text.as_ref().is_some_and(|text| acceptances.iter().any(|known| known.nda == text.id)),
            earlier: !acceptances.is_empty(),
            organisation: grant.and_then(|grant| grant.mark).map(|mark| mark.company).or(asked),
            back: request.map_or_else(|| "/access".to_owned(), |request| format!("/requests/{}", request.id)),
            text,
        })
    });
    Ok(known.await?)
}

/// Without a text nothing can be accepted.
fn no_text() -> Problem {
    Problem::new(
        Kind::Conflict,
        "No NDA text is in force, so there is nothing to accept yet. The company has to publish one first.",
    )
}

/// Without a request or an invitation there is no company to accept for.
fn no_company() -> Problem {
    Problem::new(Kind::Conflict, "You have asked for nothing yet, so there is nobody to accept the NDA for.")
        .action("/request", "Request a report")
}

/// The page with this form, not sealed yet.
fn page(prospect: &Prospect, known: &Known, shown_at: Micros, form: &Form) -> Result<NdaPage, Problem> {
    let text = known.text.as_ref().ok_or_else(no_text)?;
    let organisation = known.organisation.as_ref().ok_or_else(no_company)?;
    Ok(NdaPage {
        shell: prospect.shell(Desk::Portal, "Non-disclosure agreement").quiet(),
        nda: Words {
            id: text.id.to_string(),
            title: text.title(&prospect.company),
            version: text.number,
            party: prospect.company.clone(),
            text: text.body.to_string(),
            sha256: hex(&text.sha256),
            download_href: format!("/nda/{}/text", text.id),
            since: text.published_at.into(),
        },
        person: PersonWords { email: prospect.person.email.to_string(), organisation: organisation.to_string() },
        back: known.back.clone(),
        shown_at: shown_at.0.to_string(),
        seal: UNSEALED.to_owned(),
        reaccept: known.earlier.then_some(
            "A newer version is in force since you accepted. What you accepted then stays valid for what it covered.",
        ),
        form: Fields {
            name: form.text("name").to_owned(),
            title: form.text("title").to_owned(),
            read: form.is_ticked("read"),
            authorised: form.is_ticked("authorised"),
            errors: form.errors(&["name", "title", "read", "authorised"]),
            problems: form.problems().to_vec(),
        },
    })
}

/// The clean page as it is shown first, rendered and not sealed, and its seal.
fn clean(prospect: &Prospect, known: &Known, shown_at: Micros) -> Result<(String, String), Problem> {
    let name = prospect.person.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let page = page(prospect, known, shown_at, &Form::with(&[("name", &name)]))?;
    let html = prospect.app.pages.render(NdaPage::TEMPLATE, &page)?;
    let mut proven = digest(html.as_bytes()).to_vec();
    proven.extend_from_slice(prospect.session.id.as_bytes());
    proven.extend_from_slice(&shown_at.0.to_be_bytes());
    Ok((html, hex(&prospect.app.keyring.cookie_mac(SEAL, &proven))))
}

/// Shows the text and records that it was shown.
pub async fn open(prospect: Prospect) -> Answer {
    let known = read(&prospect).await?;
    let text = known.text.clone().ok_or_else(no_text)?;
    if known.accepted {
        return Ok(see_other(&prospect, &known.back, "You have accepted the NDA that is in force."));
    }
    let shown_at = prospect.app.clock.now();
    let (_, seal) = clean(&prospect, &known, shown_at)?;
    let person = prospect.person.id;
    prospect.app.act("nda.show", move |act| record_shown(act, person, &text)).await?;
    let name = prospect.person.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let page = page(&prospect, &known, shown_at, &Form::with(&[("name", &name)]))?;
    show(&prospect, &NdaPage { seal, ..page })
}

/// What was typed, when all of it can be accepted.
fn parse(form: &mut Form) -> Option<(PersonName, JobTitle)> {
    for (name, why) in [
        ("read", "Tick this box if you have read the text and agree to it."),
        (
            "authorised",
            "Tick this box if you may accept for your organisation. Otherwise ask somebody who may.",
        ),
    ] {
        if !form.is_ticked(name) {
            form.refuse(name, why);
        }
    }
    let name = form.parse("name", "Your full name", PersonName::parse);
    let title = form.parse("title", "Your title", JobTitle::parse);
    name.zip(title).filter(|_| form.is_clean())
}

/// Accepts the text that was shown, with the exact page as evidence.
pub async fn accept_text(prospect: Prospect, mut form: Form) -> Answer {
    let known = read(&prospect).await?;
    let shown_at = Micros(form.text("shown_at").parse().unwrap_or_default());
    let (html, seal) = clean(&prospect, &known, shown_at)?;
    let sent: NdaId =
        form.text("nda").parse().map_err(|_| Problem::new(Kind::Invalid, "The form is incomplete."))?;
    if !crate::seal::same_bytes(seal.as_bytes(), form.text("seal").as_bytes()) {
        return Ok(see_other(
            &prospect,
            "/nda",
            "The page has changed since you opened it. Please read it once more.",
        ));
    }
    let Some((name, title)) = parse(&mut form) else {
        let page = page(&prospect, &known, shown_at, &form)?;
        return show_again(&prospect, &NdaPage { seal, ..page });
    };
    let evidence = evidence(&prospect, &known, name, title)?;
    let shown = Shown { nda: sent, shown_at, page: html.replace(UNSEALED, &seal) };
    let (house, person) = (prospect.app.house.clone(), prospect.person.id);
    let outcome =
        prospect.app.act("nda.accept", move |act| accept(act, &house, person, &shown, evidence)).await;
    match outcome {
        Ok(_) => Ok(see_other(
            &prospect,
            &known.back,
            "You have accepted the NDA. The certificate is in your mail and under My access.",
        )),
        Err(AcceptError::NotInForce) => {
            Ok(see_other(&prospect, "/nda", &AcceptError::NotInForce.to_string()))
        }
        Err(AcceptError::Fault(fault)) => Err(fault.into()),
    }
}

/// The evidence beside the page.
fn evidence(
    prospect: &Prospect,
    known: &Known,
    name: PersonName,
    title: JobTitle,
) -> Result<Evidence, Problem> {
    Ok(Evidence {
        name,
        title,
        company: known.organisation.clone().ok_or_else(no_company)?,
        verified_by: format!("Mailed code, confirmed {}", prospect.session.created_at.words()),
        address: prospect.origin.address.to_string(),
        user_agent: prospect.origin.user_agent.clone(),
        boxes: BOXES.map(str::to_owned).to_vec(),
        button: BUTTON.to_owned(),
    })
}

/// Declines: nothing is opened, and the person may come back.
pub async fn decline_text(prospect: Prospect, form: Form) -> Answer {
    let sent: NdaId =
        form.text("nda").parse().map_err(|_| Problem::new(Kind::Invalid, "The form is incomplete."))?;
    let (person, origin) = (prospect.person.id, prospect.origin.clone());
    prospect.app.act("nda.decline", move |act| decline(act, person, sent, &origin)).await?;
    Ok(see_other(
        &prospect,
        "/access",
        "You declined the NDA. Nothing was opened; you can come back and accept it.",
    ))
}

/// The exact bytes of a published text: anybody may read what would be asked of them.
pub async fn text(visitor: Visitor, id: Path<NdaId>) -> Answer {
    let id = *id;
    let all = visitor.app.read(ndas::list).await?;
    let text = all.into_iter().find(|text| text.id == id).ok_or_else(Problem::not_found)?;
    Ok(text_file(&format!("nda-version-{}.txt", text.number), text.body.to_string()))
}
