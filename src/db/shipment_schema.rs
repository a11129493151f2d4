//! The table about shipping the log by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

diesel::table! {
    ledger_shipment (name) {
        name -> Text,
        epoch -> Integer,
        next_idx -> BigInt,
        at -> Nullable<BigInt>,
        next_try_at -> BigInt,
        failures -> BigInt,
        error -> Nullable<Text>,
        node_id -> Nullable<Binary>,
        claimed_until -> BigInt,
    }
}
