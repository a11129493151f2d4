//! The tables about nodes by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    node (id) {
        id -> Binary,
        seen_at -> BigInt,
    }
}

diesel::table! {
    letter_claim (letter_id) {
        letter_id -> Binary,
        node_id -> Binary,
        until -> BigInt,
    }
}
