//! The table of key-encryption keys by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    kek (name) {
        name -> Text,
        current_from -> BigInt,
        settled_at -> Nullable<BigInt>,
        retired_at -> Nullable<BigInt>,
    }
}
