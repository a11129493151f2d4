//! The tables of documents beside reports that leave as marked copies, by hand: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

use super::schema::report_grant;

diesel::table! {
    companion (id) {
        id -> Binary,
        version_id -> Binary,
        kind -> Text,
        subject_id -> Binary,
        body_id -> Binary,
        manifest_id -> Binary,
        pages -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    companion_download (id) {
        id -> Binary,
        companion_id -> Binary,
        grant_id -> Binary,
        started_at -> BigInt,
        entry_idx -> BigInt,
        size_bytes -> BigInt,
        sha256 -> Binary,
        node_id -> Binary,
    }
}

diesel::table! {
    companion_download_end (download_id) {
        download_id -> Binary,
        outcome -> Text,
        sent_bytes -> Nullable<BigInt>,
        ended_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    companion,
    companion_download,
    companion_download_end,
    report_grant
);
diesel::joinable!(companion_download -> companion (companion_id));
diesel::joinable!(companion_download -> report_grant (grant_id));
diesel::joinable!(companion_download_end -> companion_download (download_id));
