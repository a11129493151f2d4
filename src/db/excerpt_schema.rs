//! The table about exports of entries by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    ledger_excerpt (id) {
        id -> Binary,
        entry_idx -> BigInt,
        by_person -> Binary,
        node_id -> Binary,
        format -> Text,
        begun_at -> BigInt,
        first_idx -> BigInt,
        end_idx -> BigInt,
        reached_idx -> BigInt,
        entries -> BigInt,
        outcome -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
    }
}
