//! The tables about anchors by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    ledger_anchor (name) {
        name -> Text,
        size -> BigInt,
        at -> Nullable<BigInt>,
        tried_at -> BigInt,
        error -> Nullable<Text>,
        failing_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    ledger_cosignature (size, witness) {
        size -> BigInt,
        witness -> Text,
        line -> Text,
    }
}
