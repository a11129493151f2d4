//! The log's head and its hand-overs by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    ledger_head (id) {
        id -> Integer,
        epoch -> Integer,
        size -> BigInt,
        peaks -> Binary,
        last_at -> BigInt,
        signer -> Nullable<Binary>,
    }
}

diesel::table! {
    ledger_handover (entry_idx) {
        entry_idx -> BigInt,
        receipt -> Text,
    }
}
