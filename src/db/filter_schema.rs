//! The table about saved filters by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    saved_filter (id) {
        id -> Binary,
        by_person -> Binary,
        about_person -> Nullable<Binary>,
        at -> BigInt,
        words -> Binary,
    }
}
