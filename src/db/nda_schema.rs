//! The table about withdrawals from NDAs by hand, for both databases: see [`schema`](super::schema).
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

use super::schema::{nda, nda_acceptance, report_grant, report_version};

diesel::table! {
    nda_withdrawal (acceptance_id) {
        acceptance_id -> Binary,
        person_id -> Binary,
        at -> BigInt,
        entry_idx -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(nda_withdrawal, report_grant);
diesel::allow_tables_to_appear_in_same_query!(nda_withdrawal, report_version);
diesel::allow_tables_to_appear_in_same_query!(nda_withdrawal, nda_acceptance);
diesel::allow_tables_to_appear_in_same_query!(nda_withdrawal, nda);
