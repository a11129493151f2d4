//! `/security/reports`: auditors confirm the file they issued, and read exceptions, responses, chosen evidence and
//! history, unchanged by them. What is sealed is shown after its entry.

pub mod taken;

use crate::app::Template;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::ids::{ExceptionId, VersionId};
use crate::remediation::evidence::{Evidence, list as list_evidence};
use crate::remediation::weighed::{Weighed, weigh_with};
use crate::reports::auditor::{self, ConfirmError, Confirmation, Words, is_theirs};
use crate::reports::signatures::examined;
use crate::reports::{Version, store as reports};
use crate::text::{Day, Line};
use crate::web::Answer;
use crate::web::exception::{Around, ExceptionView, Names, names_of};
use crate::web::form::{Form, Line as FormLine};
use crate::web::guard::{Staff, desk::Auditor};
use crate::web::page::{Desk, Page, Shell, When, see_other, show as show_page, show_again};
use crate::web::partials::Fact;
use crate::web::report::{held_facts, public_facts};
use crate::web::signatures::SignaturesView;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The form's fields.
const FIELDS: &[&str] = &["digest", "firm", "licence"];

/// The list.
#[derive(Serialize)]
struct ReportsPage {
    shell: Shell,
    reports: Vec<Row>,
}

impl Page for ReportsPage {
    const TEMPLATE: Template = Template::SecurityAuditorReports;
}

/// A report on it.
#[derive(Serialize)]
struct Row {
    href: String,
    title: String,
    version: u32,
    period: String,
    auditor: String,
}

/// One report.
#[derive(Serialize)]
struct ReportPage {
    shell: Shell,
    title: String,
    version: u32,
    action: String,
    facts: Vec<Fact>,
    held: Vec<Fact>,
    signatures: Option<SignaturesView>,
    exceptions: Vec<ExceptionView>,
    confirmations: Vec<ConfirmationView>,
    form: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<FormLine>,
}

impl Page for ReportPage {
    const TEMPLATE: Template = Template::SecurityAuditor;
}

/// A confirmation.
#[derive(Serialize)]
struct ConfirmationView {
    firm: String,
    licence: String,
    by: String,
    at: When,
}

/// Everything about a report that an auditor reads.
struct Read {
    version: Version,
    held: Vec<Fact>,
    signatures: Option<SignaturesView>,
    weighed: Vec<Weighed>,
    evidence: Vec<Evidence>,
    names: Names,
    confirmations: Vec<(Confirmation, String)>,
}

/// GET: the reports whose file can be confirmed.
pub async fn list(staff: Staff<Auditor>) -> Answer {
    let versions = staff.app.read(reports::list).await?;
    let row = |version: &Version| Row {
        href: format!("/security/reports/{}", version.id),
        title: version.card.title.to_string(),
        version: version.number,
        period: version.card.period.words(),
        auditor: version.card.auditor.to_string(),
    };
    let page = ReportsPage {
        shell: staff.shell(Desk::Security, "Reports to confirm"),
        reports: versions.iter().filter(|version| is_theirs(version)).map(row).collect(),
    };
    show_page(&staff, &page)
}

/// Reads a report, once its entry is durable.
async fn read(staff: &Staff<Auditor>, id: VersionId) -> Result<Read, ConfirmError> {
    let by = staff.person.id;
    staff.app.act("report.auditor_read", move |act| auditor::read(act, by, id)).await?;
    let (keyring, now) = (Arc::clone(&staff.app.keyring), staff.app.clock.now());
    let vault = Arc::clone(&staff.app.vault);
    let read = staff.app.read(move |db| {
        let version = reports::require(db, id)?;
        let key = data_keys::open_for(db, &keyring, version.key_owner())?;
        let weighed = weigh_with(db, &key, &version, Day::of(now))?;
        let mut names = Names::new();
        for one in &weighed {
            names.extend(names_of(db, &keyring, &one.updates)?);
        }
        let mut confirmations = Vec::new();
        for one in auditor::list(db, &key, id)?.into_iter().rev() {
            let by = crate::identity::store::name_of(db, &keyring, one.by)?;
            confirmations.push((one, by));
        }
        Ok::<_, Fault>(Read {
            held: held_facts(&version.open_facts(&key)?),
            evidence: list_evidence(db, &key, id)?,
            signatures: examined(&vault, &key, &version).as_ref().map(SignaturesView::new),
            version,
            weighed,
            names,
            confirmations,
        })
    });
    Ok(read.await?)
}

/// The files beside an exception.
fn beside(files: &[Evidence], exception: ExceptionId) -> Vec<Evidence> {
    files.iter().filter(|one| one.file.about.exception == Some(exception)).cloned().collect()
}

/// The page with what was typed.
fn page(staff: &Staff<Auditor>, read: &Read, form: &Form) -> ReportPage {
    let card = &read.version.card;
    let around = Around {
        auditor: card.auditor.as_str(),
        company: &staff.company,
        names: &read.names,
        criteria: &staff.app.criteria,
    };
    let action = format!("/security/reports/{}", read.version.id);
    let exception = |one: &Weighed| {
        ExceptionView::new(&one.exception, &one.updates, &one.standing, around)
            .shown_by(&beside(&read.evidence, one.exception.id))
            .pressing(one.priority())
            .taken_from(&action)
            .unfold()
    };
    let confirmation = |(one, by): &(Confirmation, String)| ConfirmationView {
        firm: one.words.firm.to_string(),
        licence: one.words.licence.to_string(),
        by: by.clone(),
        at: one.at.into(),
    };
    ReportPage {
        shell: staff.shell(Desk::Security, card.title.as_str()),
        title: card.title.to_string(),
        version: read.version.number,
        action: action.clone(),
        facts: public_facts(card),
        held: read.held.clone(),
        signatures: read.signatures.clone(),
        exceptions: read.weighed.iter().map(exception).collect(),
        confirmations: read.confirmations.iter().map(confirmation).collect(),
        form: form.values(FIELDS),
        errors: form.errors(FIELDS),
        problems: form.problems().to_vec(),
    }
}

/// GET: one report.
pub async fn show(staff: Staff<Auditor>, id: web::Path<VersionId>) -> Answer {
    let read = read(&staff, *id).await?;
    show_page(&staff, &page(&staff, &read, &Form::default()))
}

/// POST: confirms its file.
pub async fn confirm(staff: Staff<Auditor>, id: web::Path<VersionId>, mut form: Form) -> Answer {
    let id = *id;
    let digest = form.parse("digest", "The digest", Line::parse);
    let firm = form.parse("firm", "The firm", Line::parse);
    let licence = form.parse("licence", "The licence", Line::parse);
    let (Some(digest), Some(firm), Some(licence)) = (digest, firm, licence) else {
        let read = read(&staff, id).await?;
        return show_again(&staff, &page(&staff, &read, &form));
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done = staff.app.act("report.auditor_confirm", move |act| {
        auditor::confirm(act, &house, by, id, (digest.as_str(), &Words { firm, licence }))
    });
    match done.await {
        Ok(_) => Ok(see_other(
            &staff,
            &format!("/security/reports/{id}"),
            "Confirmed. Readers see it from now on.",
        )),
        Err(other @ ConfirmError::OtherFile) => {
            form.refuse("digest", other.to_string());
            let read = read(&staff, id).await?;
            show_again(&staff, &page(&staff, &read, &form))
        }
        Err(error) => Err(error.into()),
    }
}
