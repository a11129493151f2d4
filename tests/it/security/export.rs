//! Exports from the page: whole, safe, signed, and recorded before the first byte.

use super::Desk;
use crate::support::databases::on_both;
use candor::ledger::{EventKind, Fact};
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
            assert_eq!(recorded[0].leaf.facts["format"], Fact::from(format));
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
