//! The schema by hand, for both databases. The law `laws::schema` compares it with what the migrations make.
#![expect(missing_docs, reason = "the table! macro makes public items without a place for documentation")]

mod beside;
mod forgotten;
mod preparing;
mod readers;

pub use beside::{evidence_object, memo, remediation, reminder};
pub use forgotten::{
    erased_address, erasure, erasure_decline, erasure_wish, held_acceptance, legal_hold, retention_switch,
};
pub use preparing::preparation;
pub use readers::{api_token, auditor_confirmation, bridge_letter, cover_note, subscription};

diesel::table! {
    installation (id) {
        id -> Integer,
        instance_id -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    data_key (id) {
        id -> Binary,
        owner_kind -> Text,
        owner_id -> Binary,
        kek -> Text,
        wrapped -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    sealed_object (id) {
        id -> Binary,
        version_id -> Binary,
        kind -> Text,
        size_bytes -> BigInt,
        sha256 -> Binary,
        sealed_sha256 -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    person (id) {
        id -> Binary,
        email_index -> Binary,
        domain_index -> Binary,
        email -> Binary,
        name -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    staff_role (person_id, role) {
        person_id -> Binary,
        role -> Text,
        added_at -> BigInt,
    }
}

diesel::table! {
    staff_link (id) {
        id -> Binary,
        person_id -> Binary,
        secret_hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_code (id) {
        id -> Binary,
        person_id -> Binary,
        request_id -> Nullable<Binary>,
        code_hash -> Binary,
        link_hash -> Binary,
        browser_hash -> Binary,
        network_index -> Binary,
        asked_from -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        tries -> Integer,
        used_at -> Nullable<BigInt>,
        killed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    session (id) {
        id -> Binary,
        token_hash -> Binary,
        person_id -> Binary,
        face -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    company (id) {
        id -> Integer,
        name -> Text,
        contact -> Text,
        domain -> Text,
        statement -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    report (id) {
        id -> Binary,
        slug -> Text,
        created_at -> BigInt,
        created_by -> Binary,
    }
}

diesel::table! {
    report_version (id) {
        id -> Binary,
        report_id -> Binary,
        number -> Integer,
        state -> Text,
        card -> Text,
        facts -> Binary,
        original_id -> Nullable<Binary>,
        body_id -> Nullable<Binary>,
        manifest_id -> Nullable<Binary>,
        pages -> Nullable<Integer>,
        tier -> Nullable<Text>,
        warnings -> Text,
        source_sha256 -> Nullable<Binary>,
        created_at -> BigInt,
        finalized_at -> Nullable<BigInt>,
        finalized_by -> Nullable<Binary>,
    }
}

diesel::table! {
    report_exception (id) {
        id -> Binary,
        version_id -> Binary,
        position -> Integer,
        content -> Binary,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    nda (id) {
        id -> Binary,
        number -> Integer,
        body -> Text,
        sha256 -> Binary,
        published_at -> BigInt,
        published_by -> Binary,
    }
}

diesel::table! {
    nda_acceptance (id) {
        id -> Binary,
        person_id -> Binary,
        nda_id -> Binary,
        shown_at -> BigInt,
        accepted_at -> BigInt,
        entry_idx -> BigInt,
        evidence -> Binary,
        page -> Binary,
        page_sha256 -> Binary,
    }
}

diesel::table! {
    access_request (id) {
        id -> Binary,
        person_id -> Binary,
        relation -> Text,
        state -> Text,
        details -> Binary,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<Binary>,
        decision -> Nullable<Binary>,
    }
}

diesel::table! {
    request_item (request_id, version_id) {
        request_id -> Binary,
        version_id -> Binary,
    }
}

diesel::table! {
    report_grant (id) {
        id -> Binary,
        person_id -> Binary,
        version_id -> Binary,
        request_id -> Nullable<Binary>,
        copy_id -> Text,
        mark -> Binary,
        granted_at -> BigInt,
        granted_by -> Binary,
        expires_at -> BigInt,
        downloads_allowed -> Integer,
        revoked_at -> Nullable<BigInt>,
        revoked_by -> Nullable<Binary>,
    }
}

diesel::table! {
    download (id) {
        id -> Binary,
        grant_id -> Binary,
        started_at -> BigInt,
        entry_idx -> BigInt,
        size_bytes -> BigInt,
        sha256 -> Binary,
        node_id -> Nullable<Binary>,
    }
}

diesel::table! {
    download_end (download_id) {
        download_id -> Binary,
        outcome -> Text,
        sent_bytes -> Nullable<BigInt>,
        ended_at -> BigInt,
    }
}

diesel::table! {
    letter (id) {
        id -> Binary,
        person_id -> Binary,
        kind -> Text,
        content -> Binary,
        created_at -> BigInt,
        next_try_at -> BigInt,
        tries -> Integer,
        state -> Text,
        sent_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    ledger_entry (idx) {
        idx -> BigInt,
        leaf -> Binary,
        hashes -> Binary,
        kind -> Text,
        at -> BigInt,
        actor_id -> Nullable<Binary>,
        person_id -> Nullable<Binary>,
        report_id -> Nullable<Binary>,
        grant_id -> Nullable<Binary>,
        download_id -> Nullable<Binary>,
        copy_id -> Nullable<Text>,
        closes -> Nullable<BigInt>,
    }
}

diesel::table! {
    ledger_checkpoint (size) {
        size -> BigInt,
        note -> Text,
    }
}

diesel::table! {
    ledger_personal (entry_idx, field) {
        entry_idx -> BigInt,
        field -> Text,
        person_id -> Binary,
        sealed -> Binary,
        network_index -> Nullable<Binary>,
    }
}

use super::recall_schema::recall;
use super::shred_schema::report_shred;
diesel::allow_tables_to_appear_in_same_query!(
    installation,
    data_key,
    sealed_object,
    person,
    staff_role,
    staff_link,
    mail_code,
    session,
    company,
    report,
    report_version,
    report_exception,
    remediation,
    nda,
    nda_acceptance,
    access_request,
    request_item,
    report_grant,
    download,
    download_end,
    letter,
    subscription,
    ledger_entry,
    ledger_checkpoint,
    ledger_personal,
    recall,
    report_shred,
);
diesel::joinable!(staff_role -> person (person_id));
diesel::joinable!(staff_link -> person (person_id));
diesel::joinable!(mail_code -> person (person_id));
diesel::joinable!(session -> person (person_id));
diesel::joinable!(report_version -> report (report_id));
diesel::joinable!(report_exception -> report_version (version_id));
diesel::joinable!(remediation -> report_exception (exception_id));
diesel::joinable!(nda_acceptance -> nda (nda_id));
diesel::joinable!(access_request -> person (person_id));
diesel::joinable!(request_item -> access_request (request_id));
diesel::joinable!(request_item -> report_version (version_id));
diesel::joinable!(report_grant -> report_version (version_id));
diesel::joinable!(download -> report_grant (grant_id));
diesel::joinable!(download_end -> download (download_id));
