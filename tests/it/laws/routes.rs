//! Every route names its guard: a handler without one among its parameters is listed here as public.
//!
//! The convention that makes this readable as text: each face has `pub fn routes(cfg: &mut ServiceConfig)` with
//! `.route("/path", web::get().to(handler))` or `web::resource("/path").route(web::get().to(handler))`; guards are the
//! types of `src/web/guard.rs` that implement `FromRequest`, and `Visitor` is the one that lets everybody in.

use super::must_hold;
use super::source::{Source, closing, is_word, rust_files};

/// Handlers that everybody may call, as `file::function`, and why. Short, and may only shrink.
const PUBLIC: &[(&str, &str)] = &[
    ("assets::show", "stylesheet, script and fonts of pages that need no account"),
    ("health::show", "asked by the machine that watches; says ok or not ready and nothing else"),
    ("portal/confirm::open", "where the mailed code is typed: nobody is signed in yet"),
    (
        "portal/confirm::open_link",
        "the link of a letter, opened before anybody is signed in; consumes nothing",
    ),
    (
        "portal/confirm::redeem_answer",
        "the code is the proof, together with the cookie of the browser that asked",
    ),
    ("portal/confirm::resend", "asks again for what the browser's cookie names; limited per address"),
    ("portal/elsewhere::show_request", "the link of a letter in another browser: its token is the proof"),
    (
        "portal/elsewhere::stop",
        "whoever got a letter unasked stops it by the token in it, without an account",
    ),
    ("portal/nda::text", "a published text is what everybody may read who would be asked to accept it"),
    ("portal/request::open", "asking for a report is how a stranger begins"),
    ("portal/request::submit", "asking for a report is how a stranger begins; limited per address"),
    (
        "portal/sign_in::ask",
        "nobody is signed in yet; the answer is the same for known and unknown addresses",
    ),
    ("portal/sign_in::open", "the form of somebody who is not signed in yet"),
    ("portal/trust::show_trust", "the trust page shows what the company offers to everybody"),
    (
        "portal/verify::check_file",
        "whoever finds a file learns of which report it is a copy, never whose; limited per network",
    ),
    ("portal/verify_keys::handover", "public keys and their signatures: whoever holds a receipt needs them"),
    ("portal/verify::show_verify", "whoever finds a copy is told where to send it, and sees nothing of it"),
    ("problem::nothing_here", "the page of an address that does not exist"),
    ("staff/sign_in::enter", "the one-time link of the command line is the proof"),
    ("staff/sign_in::explain", "tells staff how to get a link"),
    (
        "staff/sign_in::show",
        "the one-time link of the command line, opened before anybody is signed in; consumes nothing",
    ),
    ("staff/sign_out::leave", "ends the session of this browser; without one there is nothing to end"),
];
/// The guard that lets everybody in.
const OPEN_GUARD: &str = "Visitor";
/// The methods whose `.to(` registers a handler.
const METHODS: &[&str] = &["get", "post", "head", "put", "patch", "delete", "route", "to"];

/// A registered handler: where it is registered and what is written there.
struct Route<'a> {
    source: &'a Source,
    at: usize,
    handler: String,
}

/// The guards of `src/web/guard.rs` that keep somebody out.
fn guards(sources: &[Source]) -> Vec<String> {
    let of_guard =
        |source: &&Source| source.path == "src/web/guard.rs" || source.path.starts_with("src/web/guard/");
    let mut found = Vec::new();
    for source in sources.iter().filter(of_guard) {
        for at in source.find("FromRequest for ") {
            let name: String = source.bare[at + 16..].chars().take_while(|c| is_word(*c)).collect();
            if name != OPEN_GUARD {
                found.push(name);
            }
        }
    }
    found
}

/// Every registration in the web layer.
fn routes(sources: &[Source]) -> Vec<Route<'_>> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("src/web/")) {
        for method in METHODS {
            let start = format!("web::{method}(");
            for at in source.find(&start).into_iter().filter(|at| !source.bare[..*at].ends_with(is_word)) {
                let open = at + start.len() - 1;
                let end = closing(&source.bare, open).unwrap();
                if *method == "to" {
                    found.push(Route { source, at, handler: source.bare[open + 1..end].trim().to_owned() });
                    continue;
                }
                let Some(rest) = source.bare[end + 1..].find(".to(").map(|to| end + 1 + to) else { continue };
                let close = closing(&source.bare, rest + 3).unwrap();
                found.push(Route { source, at, handler: source.bare[rest + 4..close].trim().to_owned() });
            }
        }
    }
    found
}

/// The file a handler lives in: `show` here, `grants::show` in a file or folder `grants` as near as possible.
fn home<'a>(route: &Route<'a>, sources: &'a [Source]) -> Option<&'a Source> {
    let steps: Vec<&str> = route
        .handler
        .split("::")
        .filter(|step| !matches!(*step, "self" | "super" | "crate" | "web"))
        .collect();
    let Some((_, modules)) = steps.split_last().filter(|(_, modules)| !modules.is_empty()) else {
        return Some(route.source);
    };
    let tail = modules.join("/");
    let folder = route.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let fits = |source: &&Source| {
        let ends = [format!("/{tail}.rs"), format!("/{tail}/mod.rs")];
        source.path.starts_with("src/web/") && ends.iter().any(|end| source.path.ends_with(end))
    };
    let candidates: Vec<&Source> = sources.iter().filter(fits).collect();
    let near = candidates.iter().find(|source| source.path.starts_with(&format!("{folder}/")));
    near.or_else(|| candidates.first()).copied()
}

/// Every route without guard and every exception that is none.
fn check(sources: &[Source], public: &[&str]) -> Vec<String> {
    let guards = guards(sources);
    let mut complaints = Vec::new();
    let mut open = Vec::new();
    for route in routes(sources) {
        let name = route.handler.rsplit("::").next().unwrap_or_default();
        let file = home(&route, sources);
        let handler =
            file.and_then(|file| file.functions().into_iter().find(|function| function.name == name));
        let (Some(file), Some(handler)) = (file, handler) else {
            let what = format!("no handler `{}` is found: name a function", route.handler);
            complaints.push(route.source.complain(route.at, &what));
            continue;
        };
        let names = |kind: &str| {
            let mut words = kind.split(|c: char| !is_word(c));
            words.any(|word| guards.iter().any(|guard| guard == word))
        };
        let kinds = handler.parameters.iter().filter_map(|parameter| parameter.split_once(':'));
        if kinds.map(|(_, kind)| kind).any(names) {
            continue;
        }
        let full = format!("{}::{name}", file.path.trim_start_matches("src/web/").trim_end_matches(".rs"));
        if !public.contains(&full.as_str()) {
            complaints.push(
                route
                    .source
                    .complain(route.at, &format!("`{full}` has no guard and is not listed as public")),
            );
        }
        open.push(full);
    }
    let stale = public.iter().filter(|listed| !open.iter().any(|full| full == *listed));
    complaints
        .extend(stale.map(|listed| format!("`{listed}` is listed as public and is no route without guard")));
    complaints.extend(unseen(sources));
    complaints
}

/// Routes this law would not see: attributes, and a resource's short forms `.get(handler)`.
fn unseen(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        for at in source.find("web::resource(") {
            let mut end = closing(&source.bare, at + "web::resource".len()).unwrap();
            // Along the chain: `.route(..)`, `.name(..)`.
            while let Some(call) = source.bare[end + 1..].trim_start().strip_prefix('.') {
                let Some(open) = call.find('(') else { break };
                if ["get", "post", "put", "patch", "delete", "head", "to"].contains(&call[..open].trim()) {
                    complaints.push(source.complain(at, "write `.route(web::get().to(handler))`"));
                }
                let open = source.bare.len() - source.bare[end + 1..].len()
                    + source.bare[end + 1..].find('(').unwrap();
                end = closing(&source.bare, open).unwrap();
            }
        }
        for method in ["get", "post", "put", "patch", "delete", "head", "route"] {
            for at in source.find(&format!("#[{method}(")) {
                complaints.push(source.complain(at, "a route stands in its face's routes()"));
            }
        }
    }
    complaints
}

#[test]
fn every_route_names_its_guard() {
    let sources = rust_files("src");
    let public: Vec<&str> = PUBLIC.iter().map(|(name, _)| *name).collect();
    must_hold(&check(&sources, &public));
    assert!(PUBLIC.iter().all(|(_, reason)| !reason.is_empty()));
    // Once there is a web layer, a law that sees no routes in it has gone blind.
    let has_web = sources.iter().any(|source| source.path == "src/web/guard.rs");
    assert!(!has_web || (routes(&sources).len() > 5 && !guards(&sources).is_empty()));
}

/// A made-up web layer whose one route is registered so and handled so.
fn layer(registered: &str, handler: &str) -> Vec<Source> {
    let guard = "impl FromRequest for Visitor {}\nimpl FromRequest for Prospect {}\nimpl<D: Desk> FromRequest for Staff<D> {}";
    vec![
        Source::new("src/web/guard.rs", guard),
        Source::new(
            "src/web/sales/mod.rs",
            &format!("pub fn routes(cfg: &mut ServiceConfig) {{ cfg{registered}; }}"),
        ),
        Source::new("src/web/portal/grants.rs", "pub async fn show(visitor: Visitor) {}"),
        Source::new("src/web/sales/grants.rs", handler),
    ]
}

#[test]
fn a_route_without_guard_is_found() {
    let plain = ".route(\"/grants\", web::get().to(grants::show))";
    let guarded = "pub async fn show(who: Staff<Sales>, app: Data<App>) -> Page {}";
    let bare = "pub async fn show(app: Data<App>, form: Form<Staffing>) -> Page {}";
    must_hold(&check(&layer(plain, guarded), &[]));
    must_hold(&check(&layer(plain, bare), &["sales/grants::show"]));
    must_hold(&check(
        &layer(".service(web::resource(\"/g\").route(web::post().to(grants::show)))", guarded),
        &[],
    ));
    for (registered, handler, public, wanted) in [
        (plain, bare, vec![], "`sales/grants::show` has no guard"),
        (plain, "pub async fn show(who: Visitor) {}", vec![], "has no guard"),
        (plain, guarded, vec!["sales/grants::show"], "is no route without guard"),
        (".default_service(web::to(grants::show))", bare, vec![], "has no guard"),
        (".route(\"/g\", web::post().guard(f()).to(grants::show))", bare, vec![], "has no guard"),
        (".route(\"/g\", web::get().to(|| async {}))", bare, vec![], "name a function"),
        (".route(\"/g\", web::get().to(nobody::show))", bare, vec![], "name a function"),
        (".service(web::resource(\"/g\").name(\"g\").get(grants::show))", guarded, vec![], "write `.route"),
        ("", "#[get(\"/g\")] pub async fn show(who: Staff<Sales>) {}", vec![], "face's routes()"),
    ] {
        let complaints = check(&layer(registered, handler), &public);
        assert!(
            complaints.len() == 1 && complaints[0].contains(wanted),
            "{registered} {handler}: {complaints:?}"
        );
    }
}
