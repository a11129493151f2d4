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
use crate::identity::companies::{self, Companies};
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
    reports: Ranking,
    refused: Ranking,
    companies: Ranking,
    refused_companies: Ranking,
    readers: Ranking,
    findings: Vec<FindingRow>,
    muted: usize,
}

impl Page for OverviewPage {
    const TEMPLATE: Template = Template::SecurityOverview;
}

/// Names by how often, and what none of the rows holds.
#[derive(Serialize)]
struct Ranking {
    rows: Vec<Row>,
    besides: Vec<String>,
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

/// What leaves: copies of reports, and of documents beside them.
const DOWNLOADS: &[EventKind] = &[EventKind::DownloadStarted, EventKind::CompanionStarted];
/// What was refused.
const REFUSALS: &[EventKind] = &[EventKind::AccessRefused];

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
    let mut by_report = |kinds| {
        let named = |(id, number): (ReportId, u64)| {
            let title = titles.iter().find(|(other, _)| *other == id).map(|(_, title)| title.clone());
            (title.unwrap_or_else(|| "a report that is gone".to_owned()), number)
        };
        let counted = counts::by_report(db, kinds, from)?.into_iter().map(named).collect();
        Ok::<_, Fault>(Ranking::of(counted))
    };
    let (reports, refused) = (by_report(DOWNLOADS)?, by_report(REFUSALS)?);
    let mut readers = Vec::new();
    for (person, number) in counts::by_person(db, DOWNLOADS, from)?.into_iter().take(ROWS) {
        readers.push((names.person(db, person)?, number));
    }
    let Seen { findings, muted } = seen::look(db, (keyring, countries), now)?;
    Ok(OverviewPage {
        shell,
        downloads: chart("Downloads", &counts::by_day(db, DOWNLOADS, from)?, now, DAYS),
        refusals: chart("Refusals", &counts::by_day(db, REFUSALS, from)?, now, DAYS),
        reports,
        refused,
        companies: Ranking::of_companies(companies::count(db, keyring, DOWNLOADS, from)?),
        refused_companies: Ranking::of_companies(companies::count(db, keyring, REFUSALS, from)?),
        readers: Ranking::of(readers),
        findings: findings
            .into_iter()
            .map(|finding| told(db, &mut names, finding))
            .collect::<Result<_, _>>()?,
        muted,
    })
}

impl Ranking {
    /// The first rows with the widths of their bars.
    fn of(counted: Vec<(String, u64)>) -> Self {
        let most = counted.iter().map(|(_, number)| *number).max().unwrap_or(1).max(1);
        let row = |(name, number): (String, u64)| Row { name, number, percent: number * 100 / most };
        Self { rows: counted.into_iter().take(ROWS).map(row).collect(), besides: Vec::new() }
    }
    /// The same of companies; what is of none is told beneath, so that nothing is lost from the sum.
    fn of_companies(companies: Companies) -> Self {
        let Companies { counted, free_mail, forgotten, unreadable } = companies;
        let others: u64 = counted.iter().skip(ROWS).map(|(_, number)| *number).sum();
        let besides = [
            (others, "by other companies"),
            (free_mail, "by addresses of mail providers, which count as no company"),
            (forgotten, "by people who were forgotten"),
            (unreadable, "by people whose address does not open: damaged or exchanged"),
        ];
        let named = counted.into_iter().map(|(domain, number)| (domain.to_string(), number)).collect();
        let besides = besides.into_iter().filter(|(number, _)| *number > 0);
        Self { besides: besides.map(|(number, who)| format!("{number} {who}")).collect(), ..Self::of(named) }
    }
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
