//! `/security/overview`: what was read, by whom, and what is unusual: pictures drawn here, each with its numbers beside it.
//!
//! Opening it is recorded like the plain first page of the log: it names people.

use super::chart::{Chart, chart};
use super::log::record_reading;
use super::names::Names;
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::ReportId;
use crate::ledger::EventKind;
use crate::ledger::counts;
use crate::seal::Keyring;
use crate::unusual::countries::Countries;
use crate::unusual::rules::Finding;
use crate::unusual::seen::{self, Seen};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::LogReader};
use crate::web::page::{Desk, Page, Shell, When, show as show_page};
use serde::Serialize;
use std::sync::Arc;

/// Days in the pictures.
const DAYS: i64 = 30;
/// Rows of a table.
const ROWS: usize = 10;

/// The page.
#[derive(Serialize)]
struct OverviewPage {
    shell: Shell,
    downloads: Chart,
    refusals: Chart,
    reports: Vec<Row>,
    refused: Vec<Row>,
    companies: Vec<Row>,
    readers: Vec<Row>,
    findings: Vec<FindingRow>,
    muted: usize,
}

impl Page for OverviewPage {
    const TEMPLATE: Template = Template::SecurityOverview;
}

/// A name and how often.
#[derive(Serialize)]
struct Row {
    name: String,
    number: u64,
    /// Width of its bar, in hundredths.
    percent: u64,
}

/// Something unusual.
#[derive(Serialize)]
struct FindingRow {
    rule: &'static str,
    who: String,
    text: String,
    href: String,
    mute_href: String,
    at: When,
}

/// GET: the overview.
pub async fn show(staff: Staff<LogReader>) -> Answer {
    record_reading(&staff).await?;
    let (keyring, now) = (Arc::clone(&staff.app.keyring), staff.app.clock.now());
    let (shell, countries) = (staff.shell(Desk::Security, "Overview"), staff.app.countries.clone());
    let page = staff.app.read(move |db| read(db, (&keyring, &countries), now, shell)).await?;
    show_page(&staff, &page)
}

/// Reads everything that is shown.
fn read(
    db: &mut Db,
    (keyring, countries): (&Keyring, &Countries),
    now: Micros,
    shell: Shell,
) -> Result<OverviewPage, Fault> {
    let from = now.plus_days(1 - DAYS);
    let mut names = Names::read(db, keyring)?;
    let titles = names.reports();
    let mut by_report = |kind| {
        let named = |(id, number): (ReportId, u64)| {
            let title = titles.iter().find(|(other, _)| *other == id).map(|(_, title)| title.clone());
            (title.unwrap_or_else(|| "a report that is gone".to_owned()), number)
        };
        Ok::<_, Fault>(counts::by_report(db, kind, from)?.into_iter().map(named).collect::<Vec<_>>())
    };
    let reports = by_report(EventKind::DownloadStarted)?;
    let refused = by_report(EventKind::AccessRefused)?;
    let (mut readers, mut companies) = (Vec::new(), Vec::<(String, u64)>::new());
    for (person, number) in counts::by_person(db, EventKind::DownloadStarted, from)? {
        let name = names.person(db, person)?;
        let company = name.rsplit_once('@').map_or_else(|| name.clone(), |(_, domain)| domain.to_owned());
        match companies.iter_mut().find(|(other, _)| *other == company) {
            Some((_, sum)) => *sum += number,
            None => companies.push((company, number)),
        }
        readers.push((name, number));
    }
    companies.sort_by_key(|(_, number)| u64::MAX - number);
    let Seen { findings, muted } = seen::look(db, (keyring, countries), now)?;
    Ok(OverviewPage {
        shell,
        downloads: chart("Downloads", &counts::by_day(db, EventKind::DownloadStarted, from)?, now, DAYS),
        refusals: chart("Refusals", &counts::by_day(db, EventKind::AccessRefused, from)?, now, DAYS),
        reports: rows(reports),
        refused: rows(refused),
        companies: rows(companies),
        readers: rows(readers),
        findings: findings
            .into_iter()
            .map(|finding| told(db, &mut names, finding))
            .collect::<Result<_, _>>()?,
        muted,
    })
}

/// The first rows with the widths of their bars.
fn rows(counted: Vec<(String, u64)>) -> Vec<Row> {
    let most = counted.iter().map(|(_, number)| *number).max().unwrap_or(1).max(1);
    let row = |(name, number): (String, u64)| Row { name, number, percent: number * 100 / most };
    counted.into_iter().take(ROWS).map(row).collect()
}

/// A finding in words.
fn told(db: &mut Db, names: &mut Names<'_>, finding: Finding) -> Result<FindingRow, Fault> {
    Ok(FindingRow {
        rule: finding.rule.words(),
        mute_href: format!("/security/rules?rule={}&person={}#mute", finding.rule, finding.person),
        who: names.person(db, finding.person)?,
        text: finding.text,
        href: format!("/security/entries/{}", finding.index),
        at: finding.at.into(),
    })
}
