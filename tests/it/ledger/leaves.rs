//! Leaves have one form: what is written is read back, and nothing else is taken for a leaf.

use candor::clock::Clock;
use candor::ids::PersonId;
use candor::ledger::commitment::Disclosure;
use candor::ledger::kind::UnknownKind;
use candor::ledger::leaf::{LEAF_LIMIT_BYTES, LeafError};
use candor::ledger::{Actor, EventKind, Fact, Leaf, PersonalField};
use proptest::prelude::*;

/// A leaf with something in most places.
const LEAF: &str = concat!(
    "\u{1}{\"id\":\"000102030405060708090a0b0c0d0e0f\",\"at\":1795253400000000,\"kind\":\"nda.accepted\",",
    "\"by\":\"person:018f2f00-0000-7000-8000-000000000001\",",
    "\"acceptance\":\"018f2f00-0000-7000-8000-000000000002\",",
    "\"facts\":{\"mode\":\"click \\\"I agree\\\"\",\"nda\":3,\"offset\":-2,\"scrolled\":true},",
    "\"personal\":{\"email\":\"b1b0a3d38f9c3e0b7b3c1d4f6a1f9d2ce1a9a0a40e6fbe4d6e3a50d3e2b0f001\"}}"
);

#[test]
fn a_leaf_is_read_and_written_byte_for_byte() {
    let leaf = Leaf::parse(LEAF.as_bytes()).unwrap();
    assert_eq!(leaf.to_bytes().unwrap(), LEAF.as_bytes());
    assert_eq!(leaf.kind, EventKind::NdaAccepted);
    assert!(matches!(leaf.by, Actor::Person(_)));
    assert_eq!(leaf.facts["nda"], Fact::U64(3));
    assert_eq!(leaf.facts["offset"], Fact::I64(-2));
    assert_eq!(leaf.facts["mode"], Fact::Text("click \"I agree\"".to_owned()));
    assert_eq!(leaf.facts["scrolled"], Fact::Bool(true));
    assert!(leaf.personal.contains_key(&PersonalField::Email));
}

#[test]
fn any_other_form_of_the_same_leaf_is_refused() {
    for (from, to) in [
        ("\u{1}{", "\u{1} {"),
        ("\u{1}{", "{"),
        ("\"nda\":3", "\"nda\": 3"),
        ("\"nda\":3", "\"nda\":3.0"),
        ("\"nda\":3", "\"nda\":3,\"nda\":3"),
        ("\"mode\":\"click \\\"I agree\\\"\",\"nda\":3", "\"nda\":3,\"mode\":\"click \\\"I agree\\\"\""),
        ("click", "\\u0063lick"),
        ("0a0b0c", "0A0b0c"),
        ("018f2f00-0000-7000-8000-000000000002", "018f2f00000070008000000000000002"),
        ("\"kind\":\"nda.accepted\"", "\"kind\":\"nda.accepted\",\"report\":null"),
        ("\"kind\":\"nda.accepted\"", "\"kind\":\"nda.forgotten\""),
        ("\"facts\"", "\"extra\":1,\"facts\""),
        ("\"email\"", "\"password\""),
        ("person:", "prospect:"),
        ("true}", "true,\"x\":{}}"),
        ("1795253400000000", "01795253400000000"),
    ] {
        let other = LEAF.replacen(from, to, 1);
        assert_ne!(other, LEAF, "{from}");
        assert!(Leaf::parse(other.as_bytes()).is_err(), "{from} as {to} was taken for a leaf");
    }
    assert_eq!(Leaf::parse(&[2, b'{', b'}']), Err(LeafError::Version));
    assert_eq!(Leaf::parse(&[]), Err(LeafError::Malformed));
}

#[test]
fn a_kind_that_needs_more_is_no_leaf_without_it() {
    let started = LEAF.replace("nda.accepted", "download.started");
    assert!(matches!(Leaf::parse(started.as_bytes()), Err(LeafError::Shape(_))));
    let closing = LEAF.replacen("\"facts\"", "\"closes\":1,\"facts\"", 1);
    assert!(matches!(Leaf::parse(closing.as_bytes()), Err(LeafError::Shape(_))));
    let nobody = LEAF.replace("person:018f2f00-0000-7000-8000-000000000001", "stranger");
    assert!(matches!(Leaf::parse(nobody.as_bytes()), Err(LeafError::Shape(_))));
}

#[test]
fn a_leaf_over_the_limit_is_refused_before_it_is_read() {
    let mut leaf = Leaf::parse(LEAF.as_bytes()).unwrap();
    leaf.facts.insert("long".to_owned(), Fact::Text("x".repeat(LEAF_LIMIT_BYTES)));
    assert_eq!(leaf.to_bytes(), Err(LeafError::TooLong));
    assert_eq!(Leaf::parse(&[1; LEAF_LIMIT_BYTES + 1]), Err(LeafError::TooLong));
}

#[test]
fn every_kind_has_one_stable_name_and_words_for_people() {
    for kind in EventKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(*kind));
        assert!(kind.as_str().split('.').count() == 2, "{kind} is not of the form subject.verb");
        assert!(kind.words().ends_with('.') && kind.words().contains(' '), "{kind} lacks words");
    }
    assert_eq!("report.leaked".parse::<EventKind>(), Err(UnknownKind));
    assert_eq!(EventKind::ALL.len(), 110);
}

#[test]
fn a_commitment_is_the_hmac_of_its_value_and_says_nothing_without_the_salt() {
    // RFC 4231, test case 2, with the key padded by zeros to 32 bytes: HMAC pads with zeros anyhow.
    let mut salt = [0; 32];
    salt[..4].copy_from_slice(b"Jefe");
    let disclosure = Disclosure {
        salt: candor::ledger::commitment::Salt(salt),
        value: "what do ya want for nothing?".to_owned(),
    };
    assert_eq!(
        String::from(disclosure.commitment()),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    let clock = Clock::system();
    let twice = [0, 1].map(|_| Disclosure::new(&clock, "a@b.example".to_owned()).commitment());
    assert_ne!(twice[0], twice[1]);
    assert_eq!(format!("{disclosure:?}"), "Disclosure(..)");
}

#[test]
fn actors_are_read_as_they_are_written() {
    let id = PersonId::new(&Clock::system());
    for actor in [Actor::Operator, Actor::Person(id), Actor::Staff(id), Actor::Stranger, Actor::System] {
        assert_eq!(actor.to_string().parse(), Ok(actor));
    }
    for bad in ["", "person:", "person:x", "staff", "system:1"] {
        assert!(bad.parse::<Actor>().is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn any_text_in_a_fact_survives(text in "\\PC{0,200}|[\\x00-\\x1f\"\\\\]{0,40}", number in any::<i64>()) {
        let mut leaf = Leaf::parse(LEAF.as_bytes()).unwrap();
        leaf.facts.insert("text".to_owned(), Fact::Text(text));
        leaf.facts.insert("number".to_owned(), Fact::from(number));
        let bytes = leaf.to_bytes().unwrap();
        prop_assert!(!bytes[1..].iter().any(|byte| *byte < b' '), "a line of an export would break");
        prop_assert_eq!(Leaf::parse(&bytes), Ok(leaf));
    }

    #[test]
    fn a_flipped_bit_never_reads_as_the_same_leaf(at in any::<usize>(), bit in 0_u8..8) {
        let mut bytes = LEAF.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(leaf) = Leaf::parse(&bytes) {
            prop_assert_ne!(leaf, Leaf::parse(LEAF.as_bytes()).unwrap());
        }
    }
}
