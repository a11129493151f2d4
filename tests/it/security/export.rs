//! Exports from the page: whole, safe, signed, and recorded before the first byte.

use super::Desk;
use crate::support::databases::on_both;
use crate::support::http::Answer;
use crate::support::visitor::Visitor;
use candor::fault::Fault;
use candor::identity::Role;
use candor::ledger::{Event, EventKind, Fact as Said};
use std::net::SocketAddr;
use std::process::Command;

/// Exports in a format and gives the archive's files: name and text. Read by a zip reader of somebody else.
fn exports(desk: &mut Desk, format: &str, person: &str) -> Vec<(String, String)> {
    let page = desk.security.get(&format!("/security?person={person}"));
    let csrf = page.form("/security/export").value("csrf").unwrap().to_owned();
    let sent = desk
        .security
        .post_form("/security/export", &[("csrf", &csrf), ("format", format), ("person", person)]);
    assert_eq!(sent.status, 200, "{}", sent.words());
    let folder = crate::support::folder::TestFolder::new();
    let file = folder.join("export.zip");
    std::fs::write(&file, &sent.body).unwrap();
    let read = "import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                print(json.dumps([[n, z.read(n).decode()] for n in z.namelist()]))";
    let output = Command::new("python3").args(["-c", read]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify-export");
    let checked = Command::new("python3").arg(script).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && said.contains("\"log.exported\""), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_the_filter_finds_leaves_in_each_format_and_is_recorded() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        for (number, format) in ["csv", "jsonl", "ocsf"].into_iter().enumerate() {
            let files = exports(&mut desk, format, "customer.example");
            let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(&names[1..], ["manifest", "log.vkey"]);
            let (name, text) = &files[0];
            assert!(text.contains("Mara Lindqvist, mara.lindqvist@customer.example"), "{text}");
            assert!(text.contains("198.51.100.23") && text.contains(grant.copy.as_str()), "{text}");
            assert!(!text.contains("company.changed"), "{text}");
            // The list is signed with the log's key and names the digest of what is in the file.
            let note = candor::ledger::note::SignedNote::parse(&files[1].1).unwrap();
            let list = note.check(&files[2].1.trim().parse().unwrap()).unwrap().to_owned();
            let sha256 =
                candor::text::hex(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref());
            assert!(list.contains(&format!("{sha256} {} {name}\n", text.len())), "{list}");
            let recorded = desk.entries(EventKind::LogExported);
            assert_eq!(recorded.len(), number + 1);
            // It names its own entry, and with it who asked for what, and when.
            let own = recorded[0].leaf.to_bytes().unwrap().split_off(1);
            let own = format!("\nrecorded {} {}\n", recorded[0].index, String::from_utf8(own).unwrap());
            assert!(list.starts_with("candor log excerpt v2\n") && list.contains(&own), "{list}");
            assert_eq!(recorded[0].leaf.facts["format"], Said::from(format));
        }
        let lines = exports(&mut desk, "ocsf", "customer.example").remove(0).1;
        for line in lines.lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let class = event["class_uid"].as_u64().unwrap();
            assert_eq!(
                event["type_uid"].as_u64().unwrap(),
                class * 100 + event["activity_id"].as_u64().unwrap()
            );
            assert_eq!(event["category_uid"].as_u64().unwrap(), class / 1000);
        }
    });
}

/// Asks for everything as JSON lines and leaves the file in the socket.
fn begins(desk: &mut Desk) -> Answer {
    let csrf = desk.security.get("/security").form("/security/export").value("csrf").unwrap().to_owned();
    let kind = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")];
    let mut request = desk.security.request("POST", "/security/export", &kind);
    request.body = format!("csrf={csrf}&format=jsonl").into_bytes();
    let answer = desk.security.begin(&request);
    assert_eq!(answer.status, 200);
    answer
}

#[test]
fn how_far_an_export_is_stands_on_a_page_and_how_it_ended() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let empty = desk.security.get("/security/exports");
        assert!(empty.words().contains("Nothing was exported of late"), "{}", empty.words());
        // More than a connection takes that nobody reads from.
        (0..60).for_each(|_| says_much(&desk));
        let coming = begins(&mut desk);
        let running = desk.security.get("/security/exports");
        assert!(running.words().contains("On its way"), "{}", running.words());
        assert_eq!(running.header("refresh"), Some("2"), "it asks again without script");
        assert!(coming.whole().len() > 10_000_000);
        let done = until(&mut desk, "Sent");
        assert!(done.words().contains("Sentinel") && done.header("refresh").is_none(), "{}", done.words());
        let entry = desk.entries(EventKind::LogExported).remove(0);
        assert!(done.words().contains(&format!("{} entries", entry.index + 1)), "{}", done.words());
        assert!(done.links().contains(&format!("/security/entries/{}", entry.index)));
        // Whoever goes away in between has half a file, and the page says so.
        drop(begins(&mut desk));
        until(&mut desk, "Broken off");
        assert_eq!(desk.entries(EventKind::LogExported).len(), 2);
        let left = desk.house.folder().files();
        assert!(!left.iter().any(|path| path.to_string_lossy().contains("export")), "{left:?}");
    });
}

#[test]
fn exports_that_nobody_reads_take_no_reader_from_others_and_few_run_at_once() {
    on_both(|database| {
        let desk = Desk::open(database);
        (0..20).for_each(|_| says_much(&desk));
        let server = desk.house.address();
        let mut auditors: Vec<Visitor> =
            ["Ann", "Ben", "Cat", "Dan"].map(|name| desk.house.staff(name, Role::Auditor)).into();
        let stalled: Vec<Answer> = auditors[..3].iter_mut().map(|one| begins_narrow(server, one)).collect();
        assert!(stalled.iter().all(|answer| answer.status == 200));
        let others = begins_narrow(server, &mut auditors[3]);
        assert_eq!(others.status, 429);
        assert!(String::from_utf8(others.whole()).unwrap().contains("no more run at once"));
        let own = begins_narrow(server, &mut auditors[0]);
        assert_eq!(own.status, 429);
        assert!(String::from_utf8(own.whole()).unwrap().contains("An export of yours is still on its way"));
        assert_eq!(desk.entries(EventKind::LogExported).len(), 3, "what did not begin is not recorded");
        // As many readers as there are can be had.
        let app = desk.house.app();
        let readers: Vec<_> = (0..8).map(|_| app.database.read()).collect();
        assert!(readers.iter().all(Result::is_ok), "a stalled export holds a reader");
        drop(readers);
        drop(stalled);
        for _ in 0..300 {
            if begins_narrow(server, &mut auditors[3]).status == 200 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("an export that was broken off keeps its turn");
    });
}

/// Asks for everything on a connection that takes little.
fn begins_narrow(server: SocketAddr, visitor: &mut Visitor) -> Answer {
    let csrf = visitor.get("/security").form("/security/export").value("csrf").unwrap().to_owned();
    let kind = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")];
    let mut request = visitor.request("POST", "/security/export", &kind);
    request.body = format!("csrf={csrf}&format=jsonl").into_bytes();
    request.begin_narrow(server)
}

/// Appends entries that say a lot of nothing.
fn says_much(desk: &Desk) {
    let said = desk.house.app().writer.act_blocking("say", move |mut act| {
        let event = || Event::new(EventKind::IntegrityFailed).fact("what", "x".repeat(1_000));
        for _ in 0..200 {
            act.also(event());
        }
        Ok::<_, Fault>(act.record(event(), ()))
    });
    said.unwrap();
}

/// The page of exports once it says so.
fn until(desk: &mut Desk, words: &str) -> crate::support::visitor::Page {
    for _ in 0..300 {
        let page = desk.security.get("/security/exports");
        if page.words().contains(words) && !page.words().contains("On its way") {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no export says {words:?}: {}", desk.security.get("/security/exports").words());
}
