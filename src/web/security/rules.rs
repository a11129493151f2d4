//! `/security/rules`: from what on access is unusual, who is told of it, and what is kept quiet for some time.

use super::hours::HoursForm;
use super::log::record_reading;
use super::may_act;
use super::names::Names;
use crate::app::Template;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ids::{MuteId, PersonId};
use crate::seal::Keyring;
use crate::text::{EmailAddress, Reason, parse_number};
use crate::unusual::acts::{self, NewMute, UnusualError};
use crate::unusual::countries::Source;
use crate::unusual::hours::WorkingHours;
use crate::unusual::{Mute, Rule, Setting, Settings, THRESHOLDS, store};
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{
    Staff,
    desk::{LogReader, Security},
};
use crate::web::page::{Desk, Page, Shell, When, see_other, show as show_page, show_again};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use actix_web::web;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why rules about countries find nothing.
const NO_FILE: &str = "Off: no country is known, since country_file in [log] of candor.toml names no file. No service is ever asked.";

/// The least and most days of a mute.
const DAYS: (i64, i64) = (1, 90);

/// What a link from a finding brings along.
#[derive(Deserialize)]
pub struct Prefilled {
    rule: Option<String>,
    person: Option<PersonId>,
}

/// The page.
#[derive(Serialize)]
pub(super) struct RulesPage {
    shell: Shell,
    may_act: bool,
    rules: Vec<RuleRow>,
    hours: HoursForm,
    mutes: Vec<MuteRow>,
    mute: MuteForm,
    problems: Vec<Line>,
    webhook: bool,
    countries: Option<Source>,
}

impl Page for RulesPage {
    const TEMPLATE: Template = Template::SecurityRules;
}

/// A rule and its fields.
#[derive(Serialize)]
struct RuleRow {
    id: &'static str,
    words: &'static str,
    counts: &'static str,
    threshold: String,
    watched: bool,
    told: bool,
    /// What else decides, as it is set.
    by: Option<String>,
    /// Why it can find nothing, whatever is ticked.
    off: Option<&'static str>,
    error: Option<String>,
}

/// A mute that holds.
#[derive(Serialize)]
struct MuteRow {
    id: String,
    rule: &'static str,
    about: String,
    until: When,
    by: String,
    reason: String,
}

/// The form of a new mute.
#[derive(Serialize)]
struct MuteForm {
    rules: Vec<Choice>,
    person: String,
    days: String,
    reason: String,
    errors: BTreeMap<&'static str, Option<String>>,
}

/// What the page is made from.
pub(super) struct Known {
    settings: Settings,
    hours: WorkingHours,
    mutes: Vec<(Mute, String, String)>,
    /// The address of the person that a finding's link names.
    person: Option<String>,
}

/// Reads rules and mutes, with the names in them.
fn read(
    db: &mut Db,
    keyring: &Keyring,
    now: crate::clock::Micros,
    person: Option<PersonId>,
) -> Result<Known, Fault> {
    let mut names = Names::read(db, keyring)?;
    let mut mutes = Vec::new();
    for mute in store::list_mutes(db, keyring, now)? {
        let about = match mute.person {
            Some(person) => names.person(db, person)?,
            None => "everybody".to_owned(),
        };
        let by = names.person(db, mute.by)?;
        mutes.push((mute, about, by));
    }
    let person = person.map(|person| people::require_person(db, keyring, person)).transpose();
    // Whoever was forgotten is nobody to fill in.
    let person = person.ok().flatten().map(|person| person.email.to_string());
    Ok(Known { settings: store::settings(db)?, hours: store::hours(db)?, mutes, person })
}

/// GET: the rules.
pub async fn show(staff: Staff<LogReader>, prefilled: web::Query<Prefilled>) -> Answer {
    record_reading(&staff).await?;
    let known = known(&staff, prefilled.person).await?;
    let (rule, person) = (prefilled.rule.as_deref().unwrap_or_default(), known.person.as_deref());
    let form = Form::with(&[("rule", rule), ("person", person.unwrap_or_default()), ("days", "7")]);
    show_page(&staff, &page(&staff, &known, &form))
}

/// Reads what the page shows.
pub(super) async fn known<D>(staff: &Staff<D>, person: Option<PersonId>) -> Result<Known, Problem> {
    let (keyring, now) = (Arc::clone(&staff.app.keyring), staff.app.clock.now());
    Ok(staff.app.read(move |db| read(db, &keyring, now, person)).await?)
}

/// The fields of a rule: threshold, watched, told.
fn fields(rule: Rule) -> [String; 3] {
    ["threshold", "watched", "told"].map(|field| format!("{field}_{rule}"))
}

/// The page with what was typed.
pub(super) fn page<D>(staff: &Staff<D>, known: &Known, form: &Form) -> RulesPage {
    let sent = !form.text("rules").is_empty();
    let rules = known.settings.iter().map(|(rule, setting)| {
        let [threshold, watched, told] = fields(*rule);
        let typed = |name: &str, stored: bool| if sent { form.is_ticked(name) } else { stored };
        RuleRow {
            id: rule.as_str(),
            words: rule.words(),
            counts: rule.counts(),
            by: (*rule == Rule::OutsideHours).then(|| known.hours.words()),
            off: (rule.needs_countries() && !staff.app.countries.is_known()).then_some(NO_FILE),
            watched: typed(&watched, setting.watched),
            told: typed(&told, setting.told),
            error: form.problems().iter().find(|line| line.field == threshold).map(|line| line.text.clone()),
            threshold: if sent { form.text(&threshold).to_owned() } else { setting.threshold.to_string() },
        }
    });
    let every = Choice::new("", "Every rule");
    let choices = Rule::ALL.iter().map(|rule| Choice::new(rule.as_str(), rule.words()));
    RulesPage {
        shell: staff.shell(Desk::Security, "Rules of unusual access"),
        may_act: may_act(&staff.session),
        rules: rules.collect(),
        hours: HoursForm::new(&known.hours, form),
        mutes: known.mutes.iter().map(mute_row).collect(),
        mute: MuteForm {
            rules: std::iter::once(every)
                .chain(choices)
                .map(|one| one.chosen_in(&[form.text("rule")]))
                .collect(),
            person: form.text("person").to_owned(),
            days: form.text("days").to_owned(),
            reason: form.text("reason").to_owned(),
            errors: form.errors(&["rule", "person", "days", "reason"]),
        },
        problems: form.problems().to_vec(),
        webhook: staff.app.config.log.alert_webhook.is_some(),
        countries: staff.app.countries.source(),
    }
}

/// A mute in words.
fn mute_row((mute, about, by): &(Mute, String, String)) -> MuteRow {
    MuteRow {
        id: mute.id.to_string(),
        rule: mute.rule.map_or("Every rule", Rule::words),
        about: about.clone(),
        until: mute.until.into(),
        by: by.clone(),
        reason: mute.reason.as_ref().map_or_else(|| "erased".to_owned(), ToString::to_string),
    }
}

/// POST: sets the rules.
pub async fn change(staff: Staff<Security>, mut form: Form) -> Answer {
    let mut wanted = Vec::new();
    for rule in Rule::ALL {
        let [threshold, watched, told] = fields(*rule);
        let label = format!("{}: the number", rule.words());
        let number = form.parse(&threshold, &label, |text| parse_number(text, THRESHOLDS.0, THRESHOLDS.1));
        let (watched, told) = (form.is_ticked(&watched), form.is_ticked(&told));
        wanted.extend(number.map(|threshold| (*rule, Setting { threshold, watched, told })));
    }
    if !form.is_clean() {
        let known = known(&staff, None).await?;
        return show_again(&staff, &page(&staff, &known, &form));
    }
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done = staff.app.act("unusual.rules", move |act| acts::change_rules(act, &house, by, &wanted)).await;
    let said = match done {
        Ok(done) if done.value == 1 => "One rule is changed.".to_owned(),
        Ok(done) => format!("{} rules are changed.", done.value),
        Err(refusal @ UnusualError::Unchanged) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&staff, "/security/rules", &said))
}

/// POST: keeps a rule quiet.
pub async fn mute(staff: Staff<Security>, mut form: Form) -> Answer {
    let rule = if form.text("rule").is_empty() {
        Some(None)
    } else {
        form.choose("rule", "The rule", Rule::parse).map(Some)
    };
    let days = form.parse("days", "The number of days", |text| parse_number(text, DAYS.0, DAYS.1));
    let reason = form.parse("reason", "The reason", Reason::parse);
    let person = person(&staff, &mut form).await?;
    let (Some(rule), Some(days), Some(reason), Some(person)) = (rule, days, reason, person) else {
        let known = known(&staff, None).await?;
        return show_again(&staff, &page(&staff, &known, &form));
    };
    let (house, by, new) = (staff.app.house.clone(), staff.person.id, NewMute { rule, person, days, reason });
    let done = staff.app.act("unusual.mute", move |act| acts::mute(act, &house, by, &new)).await?;
    Ok(see_other(&staff, "/security/rules", &format!("Muted until {}.", done.value.words())))
}

/// Whom a mute is about, by address; everybody when none was typed.
async fn person(staff: &Staff<Security>, form: &mut Form) -> Result<Option<Option<PersonId>>, Problem> {
    let email = match form.parse_optional("person", "The address", EmailAddress::parse) {
        Some(Some(email)) => email,
        other => return Ok(other.map(|_| None)),
    };
    let keyring = Arc::clone(&staff.app.keyring);
    let found = staff.app.read(move |db| people::find_person_by_email(db, &keyring, &email)).await?;
    if found.is_none() {
        form.refuse("person", "Nobody here has this address. Leave it empty to mute the rule for everybody.");
    }
    Ok(found.map(|person| Some(person.id)))
}

/// POST: lets a rule speak again.
pub async fn unmute(staff: Staff<Security>, mut form: Form) -> Answer {
    let id = form.choose("mute", "The mute", |text| text.parse::<MuteId>().ok());
    let id = id.ok_or_else(Problem::not_found)?;
    let by = staff.person.id;
    let said = match staff.app.act("unusual.unmute", move |act| acts::unmute(act, by, id)).await {
        Ok(_) => "The rule speaks again.".to_owned(),
        Err(refusal @ UnusualError::NotMuted) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&staff, "/security/rules", &said))
}
