//! The tables about recalls by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    recall (version_id) {
        version_id -> Binary,
        at -> BigInt,
        by_person -> Binary,
        reason -> Binary,
    }
}

diesel::table! {
    recall_notice (id) {
        id -> Binary,
        version_id -> Binary,
        person_id -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    destruction (version_id, person_id) {
        version_id -> Binary,
        person_id -> Binary,
        at -> BigInt,
        entry_idx -> BigInt,
    }
}
