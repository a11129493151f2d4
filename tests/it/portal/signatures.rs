//! Who signed the file as it was issued: told to everybody who reads it, in the same words, and to nobody else.

use super::{recipient, shelve};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use crate::watermark::signed::{Signer, appended, signed};
use candor::identity::Role;
use candor::reports::store as reports;
use candor::text::hex;
use std::fs;

/// The reader.
const ADA: &str = "ada.first@meridian-bank.example";
/// What is said of the file.
const SIGNED: &str = "The file as issued was signed by Jane Quill, Fennimore Quill LLP.";
/// What is said of every signature.
const AUTHORITIES: &str = "Who issued the certificate was not checked against a list of authorities";

/// A house whose report has this file.
fn house(database: &crate::support::databases::TestDatabase, pdf: &[u8]) -> Office {
    let mut office = Office::furnished(database);
    office.report = shelve(&office, "signed", pdf);
    office
}

#[test]
fn readers_auditors_and_compliance_are_told_who_signed_the_file_as_issued() {
    on_both(|database| {
        let pdf = signed(&Signer::ec(), &["-md", "sha256"]);
        let office = house(database, &pdf);
        office.invites("Ada First");
        let mut ada = recipient(&office, ADA);
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let mut auditor = office.house.staff("Quill", Role::Auditor);
        let sha256 = hex(ring::digest::digest(&ring::digest::SHA256, &pdf).as_ref());
        let pages = [
            ada.get("/reports/signed"),
            ada.get("/reports/signed/print"),
            officer.get("/compliance/reports/signed"),
            officer.get("/compliance/reports/signed/file"),
            auditor.get(&format!("/security/reports/{}", office.report)),
        ];
        for page in pages {
            let words = page.words();
            assert_eq!(page.status, 200, "{}", page.path);
            for said in
                [SIGNED, AUTHORITIES, "Intact and covers the whole file", "The certificate was valid then."]
            {
                assert!(words.contains(said), "{}: {said}: {words}", page.path);
            }
            assert!(words.contains(&sha256) || page.path.starts_with("/security"), "{}", page.path);
        }
        let mut stranger = office.house.visitor();
        assert!(!stranger.get("/").html().contains("Jane Quill"));
    });
}

#[test]
fn what_was_changed_is_not_called_intact_and_what_is_not_there_is_not_made_up() {
    on_both(|database| {
        let mut broken = signed(&Signer::ec(), &["-md", "sha256"]);
        let at = crate::watermark::signed::place(&broken, b"0.6 0 rg");
        broken[at + 2] = b'7';
        let unsigned = crate::support::report_pdf("short-report");
        let office = Office::furnished(database);
        let mut auditor = office.house.staff("Quill", Role::Auditor);
        for (slug, pdf, said) in [
            (
                "appended",
                appended(signed(&Signer::ec(), &["-md", "sha256"])),
                "Intact, changed by an appended revision afterwards",
            ),
            ("broken", broken, "The file as issued carries a broken signature in the name of Jane Quill"),
            ("unsigned", unsigned, "The file as issued carries no digital signature."),
        ] {
            let id = shelve(&office, slug, &pdf);
            let words = auditor.get(&format!("/security/reports/{id}")).words();
            assert!(words.contains(said) && !words.contains("Intact and covers"), "{said}: {words}");
        }
    });
}

#[test]
fn a_damaged_manifest_keeps_nobody_from_reading_and_is_told() {
    on_both(|database| {
        let office = house(database, &signed(&Signer::ec(), &["-md", "sha256"]));
        office.invites("Ada First");
        let mut ada = recipient(&office, ADA);
        let manifest = {
            let db = &mut *office.house.app().database.read().unwrap();
            reports::require(db, office.report).unwrap().file.unwrap().manifest.id.to_string()
        };
        let files = office.house.folder().files();
        let path =
            files.iter().find(|path| path.file_name().is_some_and(|name| name == manifest.as_str())).unwrap();
        let mut bytes = fs::read(path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(path, bytes).unwrap();
        let room = ada.get("/reports/signed");
        assert!(room.status == 200 && !room.words().contains(SIGNED));
        assert!(room.words().contains("cannot be read at the moment"), "{}", room.words());
    });
}
