//! `/security/register/export`: the register as a table that no spreadsheet runs. Recorded before the first byte.

use super::reader;
use super::register::Asked;
use crate::fault::Fault;
use crate::ledger::acts;
use crate::release::register::{self, Filter, Held};
use crate::text::csv;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::RegisterReader};
use actix_web::HttpResponse;
use actix_web::http::header;
use std::sync::Arc;

/// Rows read at a time.
const BATCH: usize = 1_000;
/// The first line.
const COLUMNS: &str = "report,version,name,email,company,copy,granted_at,ends_at,revoked_at,standing,nda_version,\
                       nda_accepted_at,downloads,views,last_used_at,bridge_letters,evidence_files,\
                       nda_withdrawn_at,shredded_at";

/// POST: the rows that the filter finds.
pub async fn download(staff: Staff<RegisterReader>, form: Form) -> Answer {
    let asked = Asked {
        report: form.text("report").to_owned(),
        company: form.text("company").to_owned(),
        standing: form.text("standing").to_owned(),
        before: String::new(),
    };
    let (by, looked) = (reader(&staff, staff.person.id), asked.looked());
    staff.app.act("register.export", move |act| acts::export_register(act, by, looked)).await?;
    let (keyring, mut filter, now) = (Arc::clone(&staff.app.keyring), asked.filter(), staff.app.clock.now());
    let table = staff.app.read(move |db| {
        let names: Vec<String> = COLUMNS.split(',').map(str::to_owned).collect();
        let mut table = csv::row(&names);
        loop {
            let (held, next) = register::list(db, &keyring, &filter, (now, BATCH))?;
            for held in &held {
                table.push_str(&line(held));
            }
            if next.is_none() {
                return Ok::<_, Fault>(table);
            }
            filter = Filter { before: next, ..filter };
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"distribution-register.csv\""))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(table.await?))
}

/// A row of the table.
fn line(held: &Held) -> String {
    let mark = held.holding.mark.as_ref();
    let text = |of: fn(&crate::grants::MarkWords) -> String| mark.map_or_else(|| "erased".to_owned(), of);
    let at = |at: Option<crate::clock::Micros>| at.map(crate::clock::Micros::rfc3339).unwrap_or_default();
    let cells = [
        held.title.clone(),
        held.number.to_string(),
        text(|mark| mark.name.to_string()),
        text(|mark| mark.email.to_string()),
        text(|mark| mark.company.to_string()),
        held.holding.copy.to_string(),
        at(Some(held.holding.granted_at)),
        at(Some(held.holding.expires_at)),
        at(held.holding.revoked_at),
        held.standing.to_string(),
        held.nda.map(|nda| nda.number.to_string()).unwrap_or_default(),
        at(held.nda.map(|nda| nda.at)),
        held.used.downloads.to_string(),
        held.used.views.to_string(),
        at(held.used.last),
        held.beside.letters.to_string(),
        held.beside.evidence.to_string(),
        at(held.nda.and_then(|nda| nda.withdrawn_at)),
        at(held.shredded_at),
    ];
    csv::row(&cells)
}
