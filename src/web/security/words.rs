//! Entries in words: how much a kind matters, and what its facts are called.

use crate::clock::Micros;
use crate::ledger::{EventKind, EventKind as E, Fact};
use crate::web::page::Tone;

/// Something is wrong.
const DANGER: &[E] = &[E::AnchorDisputed, E::AnchorOverdue, E::IntegrityFailed, E::LogEpochOpened];
/// Needs attention.
const WARN: &[E] = &[
    E::AccessRefused,
    E::ConfigurationChanged,
    E::DeskRefused,
    E::CodeDisowned,
    E::CodeFailed,
    E::DownloadAborted,
    E::DownloadOutcomeUnknown,
    E::ErasureAsked,
    E::ErasureDeclined,
    E::ExceptionRiskAccepted,
    E::GrantRevoked,
    E::HoldPlaced,
    E::HoldReleased,
    E::KeysRetired,
    E::KeysRotationBegun,
    E::LogKeyRotated,
    E::NdaDeclined,
    E::PersonErased,
    E::ReportShredded,
    E::ReportUploadRefused,
    E::ReportWithdrawn,
    E::RequestDenied,
    E::RetentionSwept,
    E::RetentionSwitched,
    E::StaffAdded,
    E::StaffLinkIssued,
    E::StaffRemoved,
    E::StaffSignInRefused,
    E::RecallReminded,
    E::ReportRecalled,
    E::UnusualMuted,
    E::UnusualNoticed,
    E::NdaWithdrawn,
];
/// Somebody got further.
const OK: &[E] = &[
    E::CodeConfirmed,
    E::DownloadCompleted,
    E::GrantCreated,
    E::KeysRotated,
    E::NdaAccepted,
    E::ReportFinalized,
    E::ReportAuditorConfirmed,
    E::RequestApproved,
    E::DestructionConfirmed,
];
/// Something was seen or taken out.
const INFO: &[E] = &[
    E::CompanionStarted,
    E::CopyLookedUp,
    E::DownloadStarted,
    E::EvidenceRead,
    E::ExceptionsExported,
    E::HoldEvidenceRead,
    E::LogExported,
    E::LogVerified,
    E::PersonViewed,
    E::ReportPageViewed,
    E::ReportReadByToken,
    E::BridgeLetterTaken,
    E::ReportAuditorRead,
    E::ReportTalkTrackOpened,
    E::ReportViewed,
    E::RegisterExported,
];
/// Everyday business.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "what stands in no other list; the test wants it written down")
)]
const QUIET: &[E] = &[
    E::CertificateRead,
    E::ChecklistBegun,
    E::ChecklistMarked,
    E::EvidenceChosen,
    E::EvidenceKept,
    E::CheckpointMailed,
    E::CodeIssued,
    E::CompanyChanged,
    E::CompanyPublicFactsChosen,
    E::CorrectionAsked,
    E::CorrectionSettled,
    E::ExceptionChanged,
    E::ExceptionPrioritised,
    E::ExceptionRecorded,
    E::ExceptionRemoved,
    E::ExceptionsImported,
    E::InvitationSent,
    E::KeysRewrapped,
    E::LogOpened,
    E::LogSearched,
    E::NdaPublished,
    E::NdaShown,
    E::RemediationReminded,
    E::RemediationUpdated,
    E::ReportCoverNoteWritten,
    E::ReportCreated,
    E::ReportFactsChanged,
    E::ReportPreviewed,
    E::ReportReviewOpened,
    E::ReportUploaded,
    E::ReportVersionBegun,
    E::RequestSubmitted,
    E::ServerStarted,
    E::ServerStopped,
    E::SessionEnded,
    E::StaffSignedIn,
    E::SubscriptionAsked,
    E::SubscriptionConfirmed,
    E::SubscriptionEnded,
    E::BridgeLetterFinalized,
    E::TokenMade,
    E::TokenTakenBack,
    E::RegisterRead,
    E::UnusualRuleChanged,
    E::UnusualUnmuted,
    E::KeysListed,
    E::FilterSaved,
    E::FilterRemoved,
];

/// How much a kind of event matters. Every kind stands in exactly one of the lists above, which a test holds.
pub(super) fn tone(kind: EventKind) -> Tone {
    let lists = [(DANGER, Tone::Danger), (WARN, Tone::Warn), (OK, Tone::Ok), (INFO, Tone::Info)];
    lists.into_iter().find(|(list, _)| list.contains(&kind)).map_or(Tone::Quiet, |(_, tone)| tone)
}

/// What a fact is called: its stable key as words, `took_millis` as "Took, in milliseconds".
pub(super) fn term(key: &str) -> String {
    if key == "sha256" {
        return "SHA-256".to_owned();
    }
    let (words, unit) = match key.rsplit_once('_') {
        Some((words, "bytes")) => (words, ", in bytes"),
        Some((words, "millis")) => (words, ", in milliseconds"),
        Some((words, "secs")) => (words, ", in seconds"),
        Some((words, "sha256")) => (words, ", SHA-256"),
        _ => (key, ""),
    };
    let mut words = words.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words + unit
}

/// What a fact says: instants as such, flags as yes and no, everything else as it stands.
pub(super) fn value(key: &str, fact: &Fact) -> String {
    match fact {
        Fact::Bool(true) => "yes".to_owned(),
        Fact::Bool(false) => "no".to_owned(),
        Fact::U64(at) if key.ends_with("_at") => {
            i64::try_from(*at).map_or_else(|_| at.to_string(), |at| Micros(at).words())
        }
        Fact::I64(_) | Fact::Text(_) | Fact::U64(_) => fact.to_string(),
    }
}

/// Whether a fact is a digest, to be shown as one.
pub(super) fn is_digest(fact: &Fact) -> bool {
    matches!(fact, Fact::Text(text) if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_tone() {
        for kind in E::ALL {
            let lists = [DANGER, WARN, OK, INFO, QUIET];
            let stands =
                lists.iter().map(|list| list.iter().filter(|other| *other == kind).count()).sum::<usize>();
            assert_eq!(stands, 1, "{kind} stands in {stands} of the lists of words.rs");
        }
    }

    #[test]
    fn every_kind_has_a_sentence_of_its_own_and_a_tone() {
        let mut seen = Vec::new();
        for kind in EventKind::ALL {
            let words = kind.words();
            assert!(words.ends_with('.') && words.starts_with(char::is_uppercase), "{kind}: {words}");
            assert!(!seen.contains(&words), "{kind} says what another kind says: {words}");
            seen.push(words);
            let _ = tone(*kind);
        }
        assert_eq!(tone(EventKind::IntegrityFailed), Tone::Danger);
    }

    #[test]
    fn facts_are_told_in_words() {
        assert_eq!(term("took_millis"), "Took, in milliseconds");
        assert_eq!(term("downloads_allowed"), "Downloads allowed");
        assert_eq!(term("sha256"), "SHA-256");
        assert_eq!(term("file_sha256"), "File, SHA-256");
        assert_eq!(value("found", &Fact::Bool(true)), "yes");
        assert_eq!(value("found", &Fact::U64(7)), "7");
        assert_eq!(value("expires_at", &Fact::U64(0)), "1 January 1970, 00:00 UTC");
        assert!(is_digest(&Fact::Text("ab".repeat(32))) && !is_digest(&Fact::Text("ab".repeat(31))));
    }
}
