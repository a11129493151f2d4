//! Tables of what readers of reports are told, and of what they ask for.
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    cover_note (id) {
        id -> Binary,
        version_id -> Binary,
        at -> BigInt,
        by_person -> Binary,
        words -> Binary,
    }
}
