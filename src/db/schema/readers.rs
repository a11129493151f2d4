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

diesel::table! {
    api_token (id) {
        id -> Binary,
        grant_id -> Binary,
        person_id -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    subscription (id) {
        id -> Binary,
        grant_id -> Binary,
        person_id -> Binary,
        asked_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    bridge_letter (id) {
        id -> Binary,
        version_id -> Binary,
        at -> BigInt,
        by_person -> Binary,
        words -> Binary,
    }
}

diesel::table! {
    auditor_confirmation (id) {
        id -> Binary,
        version_id -> Binary,
        at -> BigInt,
        by_person -> Binary,
        words -> Binary,
    }
}
