//! The tables about unusual access by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    unusual_rule (id) {
        id -> Binary,
        rule -> Text,
        threshold -> BigInt,
        watched -> Bool,
        told -> Bool,
        at -> BigInt,
        by_person -> Binary,
    }
}

diesel::table! {
    unusual_hours (id) {
        id -> Binary,
        zone -> Text,
        begins_minute -> Integer,
        ends_minute -> Integer,
        days -> Integer,
        at -> BigInt,
        by_person -> Binary,
    }
}

diesel::table! {
    unusual_mute (id) {
        id -> Binary,
        rule -> Nullable<Text>,
        person_id -> Nullable<Binary>,
        at -> BigInt,
        until -> BigInt,
        by_person -> Binary,
        reason -> Binary,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    unusual_noticed (rule, entry_idx) {
        rule -> Text,
        entry_idx -> BigInt,
        person_id -> Binary,
        at -> BigInt,
        noticed_at -> BigInt,
        posted_at -> Nullable<BigInt>,
    }
}
