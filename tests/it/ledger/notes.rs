//! Notes and checkpoints against the published examples of their specifications.

use candor::clock::Clock;
use candor::ids::InstanceId;
use candor::ledger::note::{LogKey, NoteError, SignedNote};
use candor::ledger::path::TreeHead;
use candor::ledger::tree::Edge;
use candor::ledger::{Checkpoint, VerifierKey};

/// The example of the Go module golang.org/x/mod/sumdb/note, from which the specification was drawn.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// Its note.
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
     then you don't know what your problem is.\n\n\
     \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/// The example of C2SP signed-note: a text with an empty line in it.
const SPEC_NOTE: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n\u{e8}d \u{e8} subito sera.\n\n\
     \u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
/// The example of C2SP tlog-checkpoint.
const SPEC_CHECKPOINT: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

/// A log's key for tests.
fn key(epoch: u32) -> LogKey {
    LogKey::new(&[7; 32], InstanceId::from_bytes([9; 16]), epoch).unwrap()
}

#[test]
fn the_published_note_verifies_under_the_published_key() {
    let key: VerifierKey = GO_KEY.parse().unwrap();
    assert_eq!(key.to_string(), GO_KEY);
    let note = SignedNote::parse(GO_NOTE).unwrap();
    assert_eq!(note.check(&key).unwrap().lines().count(), 2);
    let changed = GO_NOTE.replace("cryptography", "cryptographY");
    assert_eq!(SignedNote::parse(&changed).unwrap().check(&key), Err(NoteError::BadSignature));
}

#[test]
fn the_text_ends_at_the_last_empty_line() {
    let note = SignedNote::parse(SPEC_NOTE).unwrap();
    assert_eq!(note.unchecked_text().lines().count(), 4);
    let other: VerifierKey = GO_KEY.parse().unwrap();
    assert_eq!(note.check(&other), Err(NoteError::NotSigned("PeterNeumann".to_owned())));
}

#[test]
fn the_published_checkpoint_is_read_and_written_byte_for_byte() {
    let checkpoint = Checkpoint::parse(SPEC_CHECKPOINT).unwrap();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.head.size, 20_852_163);
    assert_eq!(checkpoint.to_text(), SPEC_CHECKPOINT);
    for (from, to) in [
        ("20852163", "020852163"),
        ("20852163", "+20852163"),
        ("20852163", ""),
        ("example.com/behind-the-sofa", ""),
        ("q2I=\n", "q2I="),
        ("q2I=\n", "q2J=\n"),
        ("q2I=\n", "q2I\n"),
        ("q2I=\n", "q2I=\n\n"),
        ("CsUY", "Cs Y"),
    ] {
        let bad = SPEC_CHECKPOINT.replacen(from, to, 1);
        assert!(Checkpoint::parse(&bad).is_err(), "{from} as {to:?} was taken for a checkpoint");
    }
}

#[test]
fn what_the_log_signs_opens_under_its_key_alone() {
    let key = key(1);
    let head = TreeHead { size: 0, root: Edge::new().root() };
    let note = key.sign_head(head);
    assert_eq!(note, key.sign_head(head), "a checkpoint is a function of the head");
    let opened = Checkpoint::open(&note, key.verifier()).unwrap();
    assert_eq!(opened.head, head);
    assert_eq!(opened.origin, key.origin());
    let parsed: VerifierKey = key.verifier().to_string().parse().unwrap();
    assert_eq!(&parsed, key.verifier());
    let stranger = LogKey::new(&[8; 32], InstanceId::from_bytes([9; 16]), 1).unwrap();
    assert!(matches!(Checkpoint::open(&note, stranger.verifier()), Err(NoteError::NotSigned(_))));
}

#[test]
fn a_second_life_of_a_log_is_another_log() {
    assert_eq!(key(1).origin(), "candor/09090909-0909-0909-0909-090909090909");
    assert_eq!(key(2).origin(), "candor/09090909-0909-0909-0909-090909090909/2");
    assert_ne!(key(1).verifier().id(), key(2).verifier().id());
}

#[test]
fn further_signatures_are_read_over_and_a_bad_one_of_ours_is_not() {
    let key = key(1);
    let note = key.sign_head(TreeHead { size: 0, root: Edge::new().root() });
    let witness = SPEC_NOTE.lines().last().unwrap();
    assert!(Checkpoint::open(&format!("{note}{witness}\n"), key.verifier()).is_ok());
    let ours = note.lines().last().unwrap();
    let mut bad = ours.to_owned();
    let at = bad.len() - 20;
    let other = if &bad[at..=at] == "A" { "B" } else { "A" };
    bad.replace_range(at..=at, other);
    assert_eq!(Checkpoint::open(&format!("{note}{bad}\n"), key.verifier()), Err(NoteError::BadSignature));
}

#[test]
fn no_flipped_bit_of_a_signed_checkpoint_is_accepted() {
    let key = key(1);
    let edge = &mut Edge::new();
    edge.append(candor::ledger::tree::leaf_hash(b"one"));
    let head = TreeHead { size: 1, root: edge.root() };
    let note = key.sign_head(head).into_bytes();
    for at in 0..note.len() * 8 {
        let mut flipped = note.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        let Ok(text) = String::from_utf8(flipped) else { continue };
        assert!(Checkpoint::open(&text, key.verifier()).is_err(), "bit {at} flipped: {text}");
    }
}

#[test]
fn what_is_no_verifier_key_is_refused() {
    let good = key(1).verifier().to_string();
    for bad in [
        String::new(),
        good.replacen('+', " ", 1),
        good.to_uppercase(),
        good.replacen("candor", "can dor", 1),
        good.replacen("candor", "condor", 1),
        format!("{good}="),
        good[..good.len() - 4].to_owned(),
    ] {
        assert_eq!(bad.parse::<VerifierKey>(), Err(NoteError::Key), "{bad:?}");
    }
    assert!(
        !format!("{:?}", LogKey::new(&[7; 32], InstanceId::new(&Clock::system()), 1).unwrap())
            .contains("seed")
    );
}
