//! The table about what strangers are told by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    public_choice (entry_idx) {
        entry_idx -> BigInt,
        at -> BigInt,
        by_person -> Binary,
        shown -> Text,
    }
}
