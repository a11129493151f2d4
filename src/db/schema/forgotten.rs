//! Tables of erasure and of what stays under a hold.
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

use super::person;

diesel::table! {
    legal_hold (id) {
        id -> Binary,
        purpose -> Text,
        person_id -> Nullable<Binary>,
        report_id -> Nullable<Binary>,
        words -> Binary,
        placed_at -> BigInt,
        placed_by -> Nullable<Binary>,
        ends_at -> Nullable<BigInt>,
        released_at -> Nullable<BigInt>,
        released_by -> Nullable<Binary>,
    }
}

diesel::table! {
    held_acceptance (id) {
        id -> Binary,
        hold_id -> Binary,
        nda_id -> Binary,
        shown_at -> BigInt,
        accepted_at -> BigInt,
        entry_idx -> BigInt,
        page_sha256 -> Binary,
        kept -> Binary,
    }
}

diesel::table! {
    erasure_wish (person_id) {
        person_id -> Binary,
        asked_at -> BigInt,
    }
}

diesel::table! {
    erasure_decline (id) {
        id -> Binary,
        person_id -> Binary,
        asked_at -> BigInt,
        at -> BigInt,
        by_person -> Binary,
        entry_idx -> BigInt,
        reason -> Binary,
    }
}

diesel::table! {
    erasure (person_id) {
        person_id -> Binary,
        at -> BigInt,
        by_person -> Nullable<Binary>,
        entry_idx -> BigInt,
        hold_id -> Nullable<Binary>,
        kek -> Text,
        backups_until -> BigInt,
    }
}

diesel::table! {
    erased_address (address_index) {
        address_index -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    retention_switch (at) {
        at -> BigInt,
        is_on -> Bool,
        by_person -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(person, erasure);
