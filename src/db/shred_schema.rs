//! The table of shredded versions by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    report_shred (version_id) {
        version_id -> Binary,
        at -> BigInt,
        entry_idx -> BigInt,
        kek -> Text,
        backups_until -> BigInt,
    }
}
