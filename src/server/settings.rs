//! With which settings the server runs stands in the log: as digests, and only when they changed.
//!
//! The values themselves may name people and places and stay out; secrets are in no digest either. Whoever holds the
//! configuration file, and the files of witnesses and certificates that it names, can compute the digests again and see since when it is in force.

use crate::app::App;
use crate::config::{Config, Mail, Mode};
use crate::fault::Fault;
use crate::ledger::store::{self, Filter};
use crate::ledger::{Event, EventKind};
use crate::text::hex;
use ring::digest::{SHA256, digest};
use std::fs;
use std::path::Path;

/// The fact that holds a short digest of every setting, `name=12345678 ..`.
const SETTINGS: &str = "settings";
/// Bytes of a setting's digest that are kept: enough to tell a change, too few to find a value by.
const SHORT_BYTES: usize = 4;

/// Records the settings if they are not those of the last start; whether they were recorded.
///
/// # Errors
/// When the log cannot be read or written: the server then does not start.
pub async fn record(app: &App) -> Result<bool, Fault> {
    let settings = digests(&app.config);
    let filter = Filter { kind: Some(EventKind::ConfigurationChanged), ..Filter::default() };
    let last = app.read(move |db| store::list_stored(db, &filter, 1)).await?.pop();
    let last = last.and_then(|entry| entry.leaf.ok());
    let last = last.and_then(|leaf| leaf.facts.get(SETTINGS).map(ToString::to_string)).unwrap_or_default();
    if last == settings {
        return Ok(false);
    }
    let event = Event::new(EventKind::ConfigurationChanged)
        .fact("sha256", hex(digest(&SHA256, in_lines(&app.config).as_bytes()).as_ref()))
        .fact("changed", changed(&last, &settings))
        .fact(SETTINGS, settings);
    app.act("server.settings", move |act| Ok::<_, Fault>(act.record(event, ()))).await?;
    Ok(true)
}

/// Every setting with its value in words, in a fixed order. Secrets are left out: of a database only the kind is told, of
/// a mail server everything but its password.
pub fn account(config: &Config) -> Vec<(&'static str, String)> {
    // A new setting does not compile until it stands here.
    let Config {
        listen,
        base_url,
        data,
        keyring,
        database,
        trusted_proxies,
        tls,
        mail,
        upload_limit_bytes,
        criteria_titles,
        mark_fonts,
        log,
        retention,
        mode,
        program: _,
        file: _,
    } = config;
    let scheme = database.expose().split(':').next().unwrap_or_default();
    let mail = match mail {
        Mail::Smtp(smtp) => format!("{smtp:?}"),
        Mail::Files(folder) => folder.display().to_string(),
        Mail::Shown => "shown".to_owned(),
        Mail::Missing => "missing".to_owned(),
    };
    let mode = match mode {
        Mode::Demo => "demo",
        Mode::Serve => "serve",
    };
    vec![
        ("listen", listen.to_string()),
        ("base_url", base_url.clone()),
        ("data", data.display().to_string()),
        ("keyring", keyring.display().to_string()),
        ("database", scheme.to_owned()),
        ("trusted_proxies", format!("{trusted_proxies:?}")),
        ("tls", format!("{tls:?}")),
        ("mail", mail),
        ("upload_limit_bytes", upload_limit_bytes.to_string()),
        ("criteria_titles", format!("{criteria_titles:?}")),
        ("mark_fonts", format!("{mark_fonts:?}")),
        ("log", format!("{log:?}")),
        ("witnesses_file", contents(log.witnesses.as_deref())),
        ("syslog_ca_file", contents(log.ship.syslog.as_ref().map(|syslog| syslog.ca.as_path()))),
        ("retention", format!("{retention:?}")),
        ("mode", mode.to_owned()),
    ]
}

/// What stands in a file that a setting names, as a digest: whom the log is shown to and shipped to must not change unseen.
fn contents(file: Option<&Path>) -> String {
    match file.map(fs::read) {
        Some(Ok(bytes)) => hex(digest(&SHA256, &bytes).as_ref()),
        Some(Err(error)) => error.to_string(),
        None => "none".to_owned(),
    }
}

/// Every setting and its value, a line each.
fn in_lines(config: &Config) -> String {
    let lines: Vec<String> =
        account(config).into_iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    lines.concat()
}

/// Every setting and a short digest of its value.
fn digests(config: &Config) -> String {
    let short = |value: String| {
        let digest = digest(&SHA256, value.as_bytes());
        hex(digest.as_ref().get(..SHORT_BYTES).unwrap_or_default())
    };
    let all: Vec<String> =
        account(config).into_iter().map(|(name, value)| format!("{name}={}", short(value))).collect();
    all.join(" ")
}

/// The names whose digest is another one, or that are new or gone; `all` at the first start.
fn changed(last: &str, now: &str) -> String {
    if last.is_empty() {
        return "all".to_owned();
    }
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let (last, now): (Vec<&str>, Vec<&str>) = (last.split(' ').collect(), now.split(' ').collect());
    let differs = |from: &[&str], to: &[&str]| -> Vec<String> {
        from.iter().filter(|pair| !to.contains(pair)).map(|pair| name(pair)).collect()
    };
    let mut names = [differs(&last, &now), differs(&now, &last)].concat();
    names.sort();
    names.dedup();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_changed_are_told() {
        assert_eq!(changed("", "a=1 b=2"), "all");
        assert_eq!(changed("a=1 b=2 c=3", "a=1 b=9 d=3"), "b c d");
    }
}
