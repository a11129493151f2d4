//! `/security/copy`: whose copy is it? By the number on its pages, typed or read from a PDF that was found.
//!
//! It names the copy, not the culprit. Each lookup is recorded as `copy.looked_up` before anything is shown, with the
//! digest of a file that was read. The file is read in a process of its own and not kept.

use super::dropped::{self, Dropped};
use super::found::{self, Found, Match, Shown};
use super::{may_act, reader};
use crate::app::Template;
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::ledger::acts::{self, LookUp};
use crate::release::known::{self, Known};
use crate::reports::Version;
use crate::text::hex;
use crate::unusual::countries::Source;
use crate::watermark::intake::child::read_in_child;
use crate::watermark::{CopyId, CopyIdError, PageReading, Reading};
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{
    Caller, Staff,
    desk::{LogReader, Sales, Security, Sits as _},
};
use crate::web::page::{Desk, Page, Shell, show, show_again};
use actix_multipart::Multipart;
use actix_web::web;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct CopyPage {
    shell: Shell,
    form: CopyForm,
    may_act: bool,
    countries: Option<Source>,
    result: Option<Hit>,
    answer: Option<Words>,
    several: Vec<CopyLink>,
}

impl Page for CopyPage {
    const TEMPLATE: Template = Template::SecurityCopy;
}

/// What was typed, and what is wrong with it.
#[derive(Serialize)]
struct CopyForm {
    id: String,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

/// One of the copies whose pages were put together.
#[derive(Serialize)]
struct CopyLink {
    href: String,
    id: String,
}

/// A copy of ours.
#[derive(Serialize)]
struct Hit {
    #[serde(flatten)]
    copy: Shown,
    /// The grant's page, for those who may see it.
    person_href: String,
    grant_href: Option<String>,
    sha256: Option<String>,
    #[serde(rename = "match")]
    matches: Option<Match>,
}

/// An answer without a copy.
#[derive(Serialize)]
struct Words {
    title: String,
    todo: &'static str,
}

/// What a file or a number led to.
enum Outcome {
    /// One copy of ours.
    Hit(Box<Hit>),
    /// Words instead.
    Words(Words),
    /// Pages of several copies.
    Several(Vec<CopyId>),
}

/// GET: the page; with `?id=` the copy of that number.
pub async fn find(staff: Staff<LogReader>, query: web::Query<Vec<(String, String)>>) -> Answer {
    let typed = query.iter().find(|(name, _)| name == "id").map_or("", |(_, id)| id.trim());
    let mut form = Form::with(&[("id", typed)]);
    let may_act = may_act(&staff.session);
    if typed.is_empty() {
        return show(&staff, &page(&staff, may_act, &form, None));
    }
    if let Some(words) = own_words(typed) {
        return show(&staff, &page(&staff, may_act, &form, Some(Outcome::Words(words))));
    }
    let copy = match typed.parse::<CopyId>() {
        Ok(copy) => copy,
        Err(error) => {
            refuse(&mut form, error);
            return show_again(&staff, &page(&staff, may_act, &form, None));
        }
    };
    let outcome = look_up(&staff, staff.person.id, copy, None).await?;
    show(&staff, &page(&staff, may_act, &form, Some(outcome)))
}

/// POST: reads the marks of a PDF that was found.
pub async fn read(staff: Staff<Security>, upload: Multipart) -> Answer {
    let mut form = Form::default();
    let limit_bytes = staff.app.config.upload_limit_bytes;
    let (name, bytes) = match dropped::file(upload, "file", limit_bytes).await? {
        Dropped::File(name, bytes) => (name, bytes),
        Dropped::Nothing => {
            form.refuse("file", "Choose the PDF first: no file was sent, or an empty one.");
            return show_again(&staff, &page(&staff, true, &form, None));
        }
        Dropped::TooLarge => {
            let mebibytes = limit_bytes / (1024 * 1024);
            form.refuse(
                "file",
                format!("This file is larger than {mebibytes} MiB. Type the number in its footer instead."),
            );
            return show_again(&staff, &page(&staff, true, &form, None));
        }
    };
    let program = staff.app.config.program.clone();
    let (reading, sha256) =
        staff.app.work(move || (read_in_child(&program, &bytes), digest(&SHA256, &bytes))).await?;
    let sha256 =
        <[u8; 32]>::try_from(sha256.as_ref()).map_err(|error| Fault::new("digest of a file", error))?;
    let reading = match reading {
        Ok(reading) => reading,
        Err(refusal) => {
            form.refuse("file", format!("{name} cannot be read. {refusal}"));
            return show_again(&staff, &page(&staff, true, &form, None));
        }
    };
    let outcome = match reading.copies().as_slice() {
        [copy] => look_up(&staff, staff.person.id, *copy, Some(sha256)).await?,
        [] => {
            record(&staff, LookUp { sha256: Some(sha256), ..LookUp::default() }, staff.person.id).await?;
            let known = staff.app.read(move |db| known::find_known(db, sha256)).await?;
            Outcome::Words(known.map_or_else(|| without_copy(&reading), unmarked))
        }
        copies => {
            record(&staff, LookUp { sha256: Some(sha256), ..LookUp::default() }, staff.person.id).await?;
            Outcome::Several(copies.to_vec())
        }
    };
    show(&staff, &page(&staff, true, &form, Some(outcome)))
}

/// Finds a copy and records the lookup; only then anything of it is shown.
async fn look_up(
    caller: &Caller,
    by: PersonId,
    copy: CopyId,
    file: Option<[u8; 32]>,
) -> Result<Outcome, Fault> {
    let (keyring, countries) = (Arc::clone(&caller.app.keyring), caller.app.countries.clone());
    let found = caller.app.read(move |db| found::find(db, (&keyring, &countries), &copy)).await?;
    let sent = found.as_ref().and_then(|found| found.sha256);
    let looked = LookUp {
        copy: Some(copy.to_string()),
        issued: found.as_ref().map(|found| found.issued),
        sha256: file,
        identical: file.filter(|_| found.is_some()).map(|file| sent == Some(file)),
    };
    record(caller, looked, by).await?;
    Ok(match found {
        Some(Found { sha256, shown, issued }) => Outcome::Hit(Box::new(Hit {
            copy: shown,
            person_href: format!("/security/people/{}", issued.person),
            grant_href: at_sales(caller).then(|| format!("/sales/grants/{}", issued.grant)),
            sha256: sha256.map(|sha256| hex(&sha256)),
            matches: file.map(|file| found::compare(file, sha256)),
        })),
        None => Outcome::Words(Words {
            title: format!("No copy of ours has the number {copy}"),
            todo: "The number is well formed, so it was probably not misread. It may belong to another installation, or somebody made it up.",
        }),
    })
}

/// Whether the caller sits at the sales desk too, where grants have their pages.
fn at_sales(caller: &Caller) -> bool {
    caller.signed_in.as_ref().is_some_and(|signed_in| Sales::admits(&signed_in.session.roles))
}

/// Records a lookup.
async fn record(caller: &Caller, looked: LookUp, by: PersonId) -> Result<(), Fault> {
    let reader = reader(caller, by);
    caller.app.act("copy.look_up", move |act| acts::look_up(act, reader, &looked)).await.map(drop)
}

/// Notes what is wrong with a typed number.
fn refuse(form: &mut Form, error: CopyIdError) {
    form.refuse("id", error.to_string());
}

/// Answers people who type what stands in the number's place on other files of ours.
fn own_words(typed: &str) -> Option<Words> {
    let typed = typed.to_uppercase();
    if typed.contains("UNASSIGNED") {
        return Some(unassigned());
    }
    typed.contains("SAMPLE").then(sample)
}

/// What a file without a number is.
fn without_copy(reading: &Reading) -> Words {
    let any = |wanted: PageReading| reading.pages.contains(&wanted);
    if any(PageReading::Unassigned) {
        return unassigned();
    }
    if any(PageReading::Sample) {
        return sample();
    }
    if any(PageReading::Unreadable) {
        return Words {
            title: "There is a mark of ours, but no number can be read from it".to_owned(),
            todo: "Somebody or some program has damaged it. Read the footer with your own eyes and type the number.",
        };
    }
    Words {
        title: "No mark of ours is on these pages".to_owned(),
        todo: "A PDF that was printed and scanned, turned into pictures, or whose footer was cut off cannot be read here. If you see a number, type it.",
    }
}

/// A file that the house knows to the last byte although no number can be read from it.
fn unmarked((known, version): (Known, Version)) -> Words {
    let of = format!("{}, version {}", version.card.title, version.number);
    match known {
        Known::Issued => Words {
            title: format!("This is {of}, as its auditor issued it"),
            todo: "It bears no mark, and readers only ever get marked copies: nobody was sent this file from here. It left by another way: from whoever received it from the auditor, or from somebody with access to this host and its keys.",
        },
        Known::Copy | Known::Companion(_) => Words {
            title: format!("This is a copy of {of} that was made here, but its number cannot be read"),
            todo: "Read its footer with your own eyes and type the number. The log has its SHA-256, too, with the start of its download.",
        },
    }
}

/// A body that was never issued.
fn unassigned() -> Words {
    Words {
        title: "This is an unassigned copy".to_owned(),
        todo: "It was made ready here and issued to nobody. No download gives such a file: it left the server by another way, which is a matter for whoever runs it.",
    }
}

/// A sample.
fn sample() -> Words {
    Words {
        title: "This is a sample".to_owned(),
        todo: "Samples show what a mark looks like. They are made with a command, issued to nobody and not logged.",
    }
}

/// The page with an outcome.
fn page(caller: &Caller, may_act: bool, form: &Form, outcome: Option<Outcome>) -> CopyPage {
    let (mut result, mut answer, mut several) = (None, None, Vec::new());
    match outcome {
        Some(Outcome::Hit(hit)) => result = Some(*hit),
        Some(Outcome::Words(words)) => answer = Some(words),
        Some(Outcome::Several(copies)) => {
            let link =
                |copy: &CopyId| CopyLink { href: format!("/security/copy?id={copy}"), id: copy.to_string() };
            several = copies.iter().map(link).collect();
        }
        None => {}
    }
    CopyPage {
        shell: caller.shell(Desk::Security, "Find a copy"),
        countries: caller.app.countries.source(),
        form: CopyForm {
            id: form.text("id").to_owned(),
            errors: form.errors(&["file", "id"]),
            problems: form.problems().to_vec(),
        },
        may_act,
        result,
        answer,
        several,
    }
}
