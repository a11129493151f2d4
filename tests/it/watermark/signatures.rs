//! Digital signatures: what is intact is called so, and nothing else is.

mod tricks;

use super::signed::{Draft, Signer, appended, place, signed, signed_by_ed25519};
use super::{prepared, refusal};
use candor::watermark::preparing::prepare_in_child;
use candor::watermark::signatures::{Flaw, Obstacle, Signature, Verdict};
use candor::watermark::{IntakeRefusal, Manifest, read_signatures};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The form most programs write.
const FORM: &str = "adbe.pkcs7.detached";

/// The one signature of a file.
fn judged(file: &[u8]) -> Signature {
    let mut all = read_signatures(file).unwrap();
    assert_eq!((all.found.len(), all.omitted), (1, 0));
    all.found.remove(0)
}

/// What is wrong with it.
fn flaw(file: &[u8]) -> Flaw {
    match judged(file).verdict {
        Verdict::Broken { why } => why,
        other => panic!("{other:?}"),
    }
}

/// Why it is not checked.
fn obstacle(file: &[u8]) -> Obstacle {
    match judged(file).verdict {
        Verdict::NotChecked { why } => why,
        other => panic!("{other:?}"),
    }
}

/// A file with one byte of the page's content changed.
fn changed(mut file: Vec<u8>) -> Vec<u8> {
    let at = place(&file, b"0.6 0 rg");
    file[at + 2] = b'7';
    file
}

/// One signer and one file for all tests: a key takes a moment.
fn jane() -> &'static (Signer, Vec<u8>) {
    static JANE: OnceLock<(Signer, Vec<u8>)> = OnceLock::new();
    JANE.get_or_init(|| {
        let signer = Signer::ec();
        let file = signed(&signer, &["-md", "sha256"]);
        (signer, file)
    })
}

/// The signature of a file as bytes, with its padding, and where its digits lie.
fn contents(file: &[u8]) -> (Vec<u8>, usize) {
    let at = place(file, b"/Contents<") + "/Contents<".len();
    let digits = file[at..].iter().take_while(|digit| **digit != b'>').count();
    let digits = std::str::from_utf8(&file[at..at + digits]).unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    ((0..digits.len()).step_by(2).map(byte).collect(), at)
}

/// The file with other bytes as its signature.
fn with(file: &[u8], contents: &[u8]) -> Vec<u8> {
    let at = self::contents(file).1;
    let (mut file, hex) = (file.to_vec(), candor::text::hex(contents));
    file[at..at + hex.len()].copy_from_slice(hex.as_bytes());
    file
}

#[test]
fn what_was_signed_by_any_usual_algorithm_is_intact_until_a_byte_changes() {
    let (rsa, p256) = (Signer::rsa(), &jane().0);
    let p384 = Signer::new("Jane Quill", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]);
    let pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"];
    let pss = |md: &'static str| [&["-md", md][..], &pss].concat();
    let cases: [(&Signer, Vec<&str>); 13] = [
        (&rsa, vec!["-md", "sha256"]),
        (&rsa, vec!["-md", "sha384"]),
        (&rsa, vec!["-md", "sha512"]),
        (&rsa, pss("sha256")),
        (&rsa, pss("sha384")),
        (&rsa, pss("sha512")),
        (&rsa, vec!["-md", "sha256", "-noattr"]),
        (&rsa, vec!["-md", "sha256", "-keyid"]),
        (&rsa, vec!["-md", "sha256", "-stream"]),
        (p256, vec!["-md", "sha256"]),
        (p256, vec!["-md", "sha384"]),
        (&p384, vec!["-md", "sha384"]),
        (&p384, vec!["-md", "sha256", "-cades"]),
    ];
    for (signer, how) in cases {
        let file = signed(signer, &how);
        let told = judged(&file);
        assert_eq!(told.verdict, Verdict::Intact, "{how:?}");
        assert_eq!(told.signer_words(), "Jane Quill, Fennimore Quill LLP");
        assert!(told.signer.as_ref().unwrap().self_issued);
        assert_eq!(told.was_valid(), Some(!how.contains(&"-noattr")), "{how:?}: {}", told.time_words());
        assert_eq!(flaw(&changed(file.clone())), Flaw::Digest, "{how:?}");
        // Only what is signed counts: a file without the end of its last line was another one.
        assert_eq!(flaw(&file[..file.len() - 1]), Flaw::Range);
    }
}

#[test]
fn a_signature_by_ed25519_is_intact_until_a_byte_changes() {
    let file = signed_by_ed25519(&Signer::new("Jane Quill", &["-newkey", "ed25519"]));
    let told = judged(&file);
    assert_eq!(
        (told.verdict.clone(), told.signer_words().as_str()),
        (Verdict::Intact, "Jane Quill, Fennimore Quill LLP")
    );
    assert_eq!(flaw(&changed(file)), Flaw::Digest);
}

#[test]
fn the_time_of_a_signature_is_a_claim_and_compared_with_its_certificate() {
    let signer = &jane().0;
    let now = judged(&jane().1);
    assert!(now.time_words().contains("by the signer’s own clock. The certificate was valid then."));
    // Without signed attributes the dictionary's own date is all there is: 2019.
    let old = judged(&signed(signer, &["-md", "sha256", "-noattr"]));
    assert_eq!((old.verdict.clone(), old.was_valid()), (Verdict::Intact, Some(false)));
    assert!(old.time_words().contains("31 December 2019, 23:59 UTC"), "{}", old.time_words());
    assert!(old.time_words().contains("The certificate was not valid then."));
}

#[test]
fn what_was_appended_after_signing_is_told() {
    let file = jane().1.clone();
    let more = appended(file.clone());
    let Verdict::ChangedAfterwards { appended_bytes } = judged(&more).verdict else {
        panic!("{:?}", judged(&more))
    };
    assert!(appended_bytes > 100 && appended_bytes < 400);
    assert_eq!(judged(&[&file[..], b"\n"].concat()).verdict, Verdict::Intact, "an empty line says nothing");
    assert_eq!(flaw(&changed(more)), Flaw::Digest);
}

#[test]
fn a_signature_of_something_else_does_not_fit() {
    let (signer, file) = jane();
    let other = signer.signs(b"Another document.", &["-md", "sha256"]);
    assert_eq!(flaw(&with(file, &[&other[..], &[0; 64]].concat())), Flaw::Digest);
    // The digest of the changed file, written where the right one stood: nobody signed that.
    let changed = changed(file.clone());
    let (mut bytes, _) = contents(file);
    let covers = |file: &[u8]| {
        let draft = Draft::new(FORM, "");
        let signed = [&file[..draft.gap.start], &file[draft.gap.end..]].concat();
        ring::digest::digest(&ring::digest::SHA256, &signed).as_ref().to_vec()
    };
    let at = place(&bytes, &covers(file));
    bytes[at..at + 32].copy_from_slice(&covers(&changed));
    assert_eq!(flaw(&with(&changed, &bytes)), Flaw::Key);
    // A certificate of the same name with another key.
    let double = Signer::ec();
    let draft = Draft::new(FORM, "");
    let theirs = double.signs(&draft.without(&draft.gap), &["-md", "sha256"]);
    let (ours, theirs) = (contents(file).0, theirs);
    let key = |bytes: &[u8]| place(bytes, &[0x03, 0x42, 0x00, 0x04]) + 4;
    let mut swapped = ours.clone();
    swapped[key(&ours)..][..64].copy_from_slice(&theirs[key(&theirs)..][..64]);
    assert_eq!(flaw(&with(file, &swapped)), Flaw::Key);
}

#[test]
fn forms_and_algorithms_that_are_not_checked_are_named() {
    let (signer, file) = jane();
    let of_form = |form: &str| {
        let draft = Draft::new(form, "");
        let contents = signer.signs(&draft.without(&draft.gap), &["-md", "sha256"]);
        draft.with(&contents)
    };
    assert_eq!(judged(&of_form("ETSI.CAdES.detached")).verdict, Verdict::Intact);
    assert_eq!(obstacle(&of_form("adbe.pkcs7.sha1")), Obstacle::OldForm);
    assert_eq!(obstacle(&of_form("ETSI.RFC3161")), Obstacle::Timestamp);
    assert_eq!(obstacle(&of_form("Acme.own")), Obstacle::Form("Acme.own".to_owned()));
    assert_eq!(obstacle(&signed(signer, &["-md", "sha1"])), Obstacle::Weak("SHA-1".to_owned()));
    assert_eq!(obstacle(&signed(signer, &["-md", "sha256", "-nocerts"])), Obstacle::NoCertificate);
    let rsa = Signer::rsa();
    assert!(matches!(obstacle(&signed(&rsa, &["-md", "sha3-256"])), Obstacle::Algorithm(_)));
    let short = Signer::new("Jane Quill", &["-newkey", "rsa:1024"]);
    assert_eq!(
        obstacle(&signed(&short, &["-md", "sha256"])),
        Obstacle::Weak("RSA with 1024 bits".to_owned())
    );
    let salt = ["-md", "sha256", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"];
    assert!(matches!(obstacle(&signed(&rsa, &salt)), Obstacle::Algorithm(_)));
    assert_eq!(read_signatures(&super::made::page(b"", "", &[])).unwrap().found, []);
    assert_eq!(read_signatures(b"text").unwrap_err(), IntakeRefusal::NotAPdf);
    assert_eq!(flaw(&with(file, &[0; 100])), Flaw::Unreadable);
    assert_eq!(flaw(&with(file, &[0x30, 0x80].repeat(2_000))), Flaw::Unreadable);
}

#[test]
fn preparing_takes_signatures_out_and_keeps_what_they_said() {
    let file = &jane().1;
    let body = prepared(file);
    assert!(body.manifest.warnings.iter().any(|warning| warning.code == "signatures_removed"));
    assert_eq!(read_signatures(&body.body).unwrap().found, []);
    let kept = Manifest::from_bytes(&body.manifest.to_bytes()).unwrap().signatures.unwrap();
    assert_eq!(kept, read_signatures(file).unwrap());
    let child = prepare_in_child(Path::new(env!("CARGO_BIN_EXE_candor")), file).unwrap();
    assert_eq!(child.manifest.signatures, Some(kept), "the closed child can do the same");
    // A manifest from before signatures were looked at says that nobody looked.
    let mut old: serde_json::Value = serde_json::from_slice(&body.manifest.to_bytes()).unwrap();
    old.as_object_mut().unwrap().remove("signatures").unwrap();
    let old = Manifest::from_bytes(old.to_string().as_bytes()).unwrap();
    assert_eq!((old.signatures, old.pages), (None, 1));
    assert_eq!(refusal(b"text"), IntakeRefusal::NotAPdf);
}

#[test]
fn the_command_line_says_who_has_signed() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-signed.pdf");
    std::fs::write(&path, appended(jane().1.clone())).unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        let output = command.args(["watermark", "check"]).arg(&path).args(more).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let told: serde_json::Value = serde_json::from_str(&run(&["--json"])).unwrap();
    let signature = &told["signatures"][0];
    assert_eq!(signature["verdict"], "changed_afterwards");
    assert_eq!(signature["signer"]["subject"]["common_name"], "Jane Quill");
    assert_eq!(signature["signer"]["issuer"]["organization"], "Fennimore Quill LLP");
    assert_eq!((&signature["authorities_checked"], &told["tier"]), (&false.into(), &"T2".into()));
    let words = run(&[]);
    assert!(
        words.contains("Signature of Jane Quill, Fennimore Quill LLP: intact, changed by an appended"),
        "{words}"
    );
    assert!(words.contains("not checked against a list of authorities"), "{words}");
}
