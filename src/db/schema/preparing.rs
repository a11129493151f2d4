//! Uploads that are being prepared.
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    preparation (version_id) {
        version_id -> Binary,
        id -> Binary,
        node_id -> Binary,
        begun_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        standing -> Text,
    }
}
