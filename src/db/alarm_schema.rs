//! The table of alarms for the webhook by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    waiting_alarm (id) {
        id -> Binary,
        body -> Text,
        created_at -> BigInt,
        next_try_at -> BigInt,
        tries -> Integer,
    }
}
