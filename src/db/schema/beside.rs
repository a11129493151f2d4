//! Tables of what is told beside finalized reports.
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    memo (id) {
        id -> Binary,
        version_id -> Binary,
        exception_id -> Nullable<Binary>,
        kind -> Text,
        at -> BigInt,
        by_person -> Binary,
        words -> Binary,
    }
}

diesel::table! {
    reminder (exception_id, since, number) {
        exception_id -> Binary,
        since -> Binary,
        number -> Integer,
        at -> BigInt,
    }
}

diesel::table! {
    remediation (id) {
        id -> Binary,
        exception_id -> Binary,
        at -> BigInt,
        by_person -> Binary,
        status -> Text,
        note -> Binary,
    }
}

diesel::table! {
    evidence_object (id) {
        id -> Binary,
        version_id -> Binary,
        created_at -> BigInt,
    }
}
