//! A file is prepared in a child process and rests as three sealed objects; what is refused leaves nothing.

use super::desk::Desk;
use crate::support::databases::on_both;
use candor::reports::upload::{Shelf, UploadError, take_in};
use candor::vault::{ObjectContext, ObjectKind};
use candor::watermark::Manifest;
use std::path::Path;

/// The built binary: what prepares in a child.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_candor"))
}

#[test]
fn the_public_report_is_taken_in_sealed_and_replaced() {
    let pdf = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/nasa-oig-ig-19-022.pdf")).unwrap();
    on_both(|database| {
        let desk = Desk::new(database);
        let version = desk.creates("nasa").unwrap();
        let key = desk.key(&version);
        let shelf = Shelf { vault: &desk.vault, clock: &desk.house.clock, key: &key, version: &version };
        let file = take_in(&shelf, program(), &pdf).unwrap();
        assert_eq!((file.pages, file.original.size_bytes), (49, u64::try_from(pdf.len()).unwrap()));
        assert_eq!(desk.attaches(version.id, file.clone()).unwrap(), []);

        let stored = desk.version(version.id).file.unwrap();
        assert_eq!(stored, file);
        let context = |kind| ObjectContext { report: version.report.id, version: 1, kind, companion: None };
        let original = desk
            .vault
            .reader(&key, &context(ObjectKind::Original), &stored.original)
            .unwrap()
            .read_all()
            .unwrap();
        assert!(original == pdf, "the original is not what was uploaded");
        let manifest = desk
            .vault
            .reader(&key, &context(ObjectKind::Manifest), &stored.manifest)
            .unwrap()
            .read_all()
            .unwrap();
        assert_eq!(Manifest::from_bytes(&manifest).unwrap().pages, 49);
        for path in desk.folder.files() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(5).any(|five| five == b"%PDF-"), "{} is no ciphertext", path.display());
        }

        let again = take_in(&shelf, program(), &pdf).unwrap();
        let old = desk.attaches(version.id, again.clone()).unwrap();
        assert_eq!(old, [file.original.id, file.body.id, file.manifest.id]);
        assert_eq!(desk.version(version.id).file.unwrap(), again);
    });
}

#[test]
fn a_refused_file_leaves_nothing_in_the_vault() {
    on_both(|database| {
        let desk = Desk::new(database);
        let version = desk.creates("nasa").unwrap();
        let key = desk.key(&version);
        let shelf = Shelf { vault: &desk.vault, clock: &desk.house.clock, key: &key, version: &version };
        for bytes in [&b""[..], b"Dear auditor, this is a text.", b"%PDF-1.7\n%%EOF"] {
            let Err(UploadError::Refused(refusal)) = take_in(&shelf, program(), bytes) else {
                panic!("{bytes:?} was taken for a report")
            };
            assert!(refusal.to_string().ends_with('.'), "{refusal}");
        }
        assert!(desk.folder.files().is_empty());
        assert!(desk.version(version.id).file.is_none());
    });
}
