//! `/security/rules/hours`: when the company works, for the rule about downloads outside of that; a part of the page of rules.

use super::rules::{known, page};
use crate::unusual::acts::{UnusualError, change_hours};
use crate::unusual::hours::{Days, Minute, WEEKDAYS, WorkingHours, Zone};
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::{see_other, show_again};
use crate::web::partials::Choice;
use serde::Serialize;
use std::collections::BTreeMap;

/// The hours that are set, and the form that sets them.
#[derive(Serialize)]
pub(super) struct HoursForm {
    words: String,
    /// Whether the form is to be seen at once, since something in it has to be mended.
    open: bool,
    zones: Vec<Choice>,
    begins: String,
    ends: String,
    days: Vec<Choice>,
    errors: BTreeMap<&'static str, Option<String>>,
}

impl HoursForm {
    /// What is set, or what was typed when it could not be read.
    pub(super) fn new(set: &WorkingHours, form: &Form) -> Self {
        let sent = !form.text("hours").is_empty();
        let typed = |name: &str, stored: String| if sent { form.text(name).to_owned() } else { stored };
        let zone = typed("zone", set.zone.as_str().to_owned());
        let mut zones = Zone::names();
        // A name for machines is kept when it was set by an older list.
        if !zones.contains(&zone) {
            zones.push(zone.clone());
        }
        let days = if sent { form.all("weekdays") } else { set.days.names() };
        Self {
            words: set.words(),
            open: sent,
            zones: zones.iter().map(|name| Choice::new(name, name).chosen_in(&[&zone])).collect(),
            begins: typed("begins", set.begins.to_string()),
            ends: typed("ends", set.ends.to_string()),
            days: WEEKDAYS.iter().map(|(_, name)| Choice::new(*name, *name).chosen_in(&days)).collect(),
            errors: form.errors(&["zone", "begins", "ends", "weekdays"]),
        }
    }
}

/// POST: sets when the company works.
pub async fn change(staff: Staff<Security>, mut form: Form) -> Answer {
    let zone = form.parse("zone", "The time zone", Zone::parse);
    let begins = form.parse("begins", "The beginning", Minute::parse);
    let ends = form.parse("ends", "The end", Minute::parse);
    let named = form.all("weekdays").into_iter().map(str::to_owned).collect::<Vec<_>>();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let days = Days::parse(&named).ok();
    if days.is_none() {
        form.refuse("weekdays", "Choose at least one day on which somebody works.");
    }
    let (Some(zone), Some(begins), Some(ends), Some(days)) = (zone, begins, ends, days) else {
        let known = known(&staff, None).await?;
        return show_again(&staff, &page(&staff, &known, &form));
    };
    let hours = WorkingHours { zone, begins, ends, days };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done = staff.app.act("unusual.hours", move |act| change_hours(act, &house, by, &hours)).await;
    let said = match done {
        Ok(_) => "The working hours are set.".to_owned(),
        Err(refusal @ UnusualError::Unchanged) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&staff, "/security/rules", &said))
}
