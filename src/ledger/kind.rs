//! What can happen: the closed list of event kinds, with stable names and plain words.
//!
//! The names stand in leaves that are never rewritten and in people's scripts: a kind may be added, never renamed.

use crate::text_enum;
use std::fmt;
use std::str::FromStr;

/// Declares the kinds: variant, stable name, plain words.
macro_rules! kinds {
    ($($variant:ident = $name:literal, $words:literal;)+) => {
        text_enum! {
            /// What an entry of the log says has happened.
            EventKind { $(#[doc = $words] $variant = $name,)+ }
        }

        impl EventKind {
            /// The kind in plain words, for people.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)+ }
            }
        }
    };
}

kinds! {
    LogOpened = "log.opened", "The log was opened.";
    LogEpochOpened = "log.epoch_opened", "A new epoch of the log was opened after a backup was restored.";
    LogKeyRotated = "log.key_rotated", "The log's signing key was followed by another; both have signed this.";
    AnchorDisputed = "anchor.disputed", "Somebody outside has seen another log than this one.";
    AnchorOverdue = "anchor.overdue", "No checkpoint could be anchored outside for too long.";
    CheckpointMailed = "checkpoint.mailed", "The log's checkpoint was mailed to an auditor.";
    ServerStarted = "server.started", "The server started.";
    ServerStopped = "server.stopped", "The server stopped.";
    ConfigurationChanged = "configuration.changed", "The server started with other settings than before.";
    KeysListed = "keys.listed", "The key-encryption keys were listed on the host; no secret was shown.";
    KeysRotationBegun = "keys.rotation_begun", "A new key-encryption key was put in force; data keys are wrapped anew under it.";
    KeysRewrapped = "keys.rewrapped", "Some data keys were wrapped anew under the current key-encryption key.";
    KeysRotated = "keys.rotated", "No data key is wrapped under an earlier key-encryption key any more.";
    KeysRetired = "keys.retired", "Earlier key-encryption keys that wrap nothing were retired: they leave the keyring.";
    StaffAdded = "staff.added", "A member of staff was added or given another desk.";
    StaffLinkIssued = "staff.link_issued", "A one-time sign-in link was issued for a member of staff.";
    StaffRemoved = "staff.removed", "A member of staff was removed.";
    StaffSignedIn = "staff.signed_in", "A member of staff signed in.";
    StaffSignInRefused = "staff.sign_in_refused", "A staff sign-in was refused.";
    SessionEnded = "session.ended", "A session ended.";
    DeskRefused = "desk.refused", "Somebody signed in was refused at a desk that is not theirs.";
    CodeIssued = "code.issued", "A confirmation code was mailed.";
    CodeConfirmed = "code.confirmed", "An address was confirmed with a mailed code or link.";
    CodeFailed = "code.failed", "A wrong, used or expired code was entered.";
    CodeDisowned = "code.disowned", "The owner of an address said that they had not asked for a code.";
    CompanyChanged = "company.changed", "The company's public details were changed.";
    CompanyPublicFactsChosen = "company.public_facts_chosen", "What strangers are told about reports was chosen.";
    NdaPublished = "nda.published", "An NDA text was published and put in force.";
    NdaShown = "nda.shown", "An NDA text was shown to a person.";
    NdaAccepted = "nda.accepted", "A person accepted an NDA text.";
    NdaDeclined = "nda.declined", "A person declined an NDA text.";
    NdaWithdrawn = "nda.withdrawn", "A person withdrew from an NDA text that they had accepted.";
    CertificateRead = "certificate.read", "A person opened the certificate of their acceptance.";
    ReportCreated = "report.created", "A report was created.";
    ReportUploaded = "report.uploaded", "A report's file was uploaded and prepared.";
    ReportUploadRefused = "report.upload_refused", "An uploaded file was refused.";
    ReportFactsChanged = "report.facts_changed", "The facts of a draft report were changed.";
    ReportVersionBegun = "report.version_begun", "The next version of a report was begun as a draft.";
    ReportReviewOpened = "report.review_opened", "The review of a draft report was opened, or its end was moved.";
    CorrectionAsked = "correction.asked", "A factual correction of a draft report was asked for.";
    CorrectionSettled = "correction.settled", "A correction that was asked for was accepted or declined.";
    ReportFinalized = "report.finalized", "A report version was finalized; it never changes from here on.";
    ReportWithdrawn = "report.withdrawn", "A report version was withdrawn.";
    ReportCoverNoteWritten = "report.cover_note_written", "Management's cover note of a report was written.";
    ReportShredded = "report.shredded", "The key of a report version was destroyed: nothing sealed under it can be read here.";
    ReportRecalled = "report.recalled", "A report version was recalled: its grants ended and its holders were written to.";
    RecallReminded = "recall.reminded", "Holders of a recalled report version were reminded to destroy it.";
    DestructionConfirmed = "destruction.confirmed", "A person confirmed to have destroyed a recalled report version.";
    BridgeLetterFinalized = "bridge_letter.finalized", "A bridge letter was finalized beside a report.";
    ReportAuditorConfirmed = "report.auditor_confirmed", "An auditor confirmed that a report's file is the one they issued.";
    ReportAuditorRead = "report.auditor_read", "A report's exceptions and their history were shown to an auditor.";
    ReportTalkTrackOpened = "report.talk_track_opened", "A report's talk track was opened by the sales desk.";
    ExceptionRecorded = "exception.recorded", "An exception was recorded in a draft report.";
    ExceptionChanged = "exception.changed", "An exception of a draft report was changed.";
    ExceptionRemoved = "exception.removed", "An exception was removed from a draft report.";
    ExceptionsImported = "exceptions.imported", "Exceptions were imported into a draft report.";
    ExceptionsExported = "exceptions.exported", "A report's exceptions were exported by the compliance desk.";
    ExceptionPrioritised = "exception.prioritised", "The priority of an exception was decided.";
    ExceptionRiskAccepted = "exception.risk_accepted", "A named executive accepted the risk of an exception in writing.";
    RemediationUpdated = "remediation.updated", "A remediation update was added beside a report.";
    RemediationReminded = "remediation.reminded", "Whoever answers for a remediation was reminded of its date.";
    EvidenceKept = "evidence.kept", "A file was sealed as evidence of a remediation.";
    EvidenceChosen = "evidence.chosen", "Whether holders of a report are told of an evidence file was chosen.";
    EvidenceRead = "evidence.read", "An evidence file was read by a member of staff.";
    ChecklistBegun = "checklist.begun", "The checklist of a report that has arrived was begun.";
    ChecklistMarked = "checklist.marked", "An item of a report's checklist was marked.";
    RequestSubmitted = "request.submitted", "A person asked for access to reports.";
    RequestApproved = "request.approved", "An access request was approved.";
    RequestDenied = "request.denied", "An access request was denied.";
    InvitationSent = "invitation.sent", "A person was invited to a report.";
    GrantCreated = "grant.created", "A person was granted one report version.";
    GrantRevoked = "grant.revoked", "A grant was revoked.";
    TokenMade = "token.made", "A recipient made a token for a program of theirs.";
    TokenTakenBack = "token.taken_back", "A recipient took a token of theirs back.";
    SubscriptionAsked = "subscription.asked", "A reader asked to be written to about changes of a report.";
    SubscriptionConfirmed = "subscription.confirmed", "A reader confirmed by a letter's link that they want to be written to.";
    SubscriptionEnded = "subscription.ended", "A reader is not written to about changes any more.";
    AccessRefused = "access.refused", "Access to a report was refused.";
    ReportViewed = "report.viewed", "A report's gated content was shown to a person.";
    ReportReadByToken = "report.read_by_token", "A report's gated content was read by a recipient's program.";
    BridgeLetterTaken = "bridge_letter.taken", "A bridge letter was made out and shown to a person.";
    CompanionStarted = "companion.started", "The download of a marked document beside a report started: its bridge letter, or evidence that is shown.";
    ReportPageViewed = "report.page_viewed", "A page of a report was shown to a person in the browser.";
    ReportPreviewed = "report.previewed", "A page of a report was shown to a member of staff who prepares it.";
    DownloadStarted = "download.started", "The download of a marked copy started.";
    DownloadCompleted = "download.completed", "All bytes of a download were sent.";
    DownloadAborted = "download.aborted", "A download ended before all bytes were sent.";
    DownloadOutcomeUnknown = "download.outcome_unknown", "How a download ended is not known: the server stopped meanwhile.";
    ErasureAsked = "erasure.asked", "A person asked to be forgotten.";
    ErasureDeclined = "erasure.declined", "A person's wish to be forgotten was declined.";
    PersonViewed = "person.viewed", "What is held about a person was read at the security desk.";
    HoldPlaced = "hold.placed", "A hold was placed: what it names is neither erased nor swept.";
    HoldReleased = "hold.released", "A hold was released.";
    HoldEvidenceRead = "hold.evidence_read", "Evidence that a hold keeps was read at the security desk.";
    RetentionSwitched = "retention.switched", "The rules of retention were switched on or off.";
    RetentionSwept = "retention.swept", "What was due by a rule of retention went.";
    PersonErased = "person.erased", "A person was erased; what commits to them says nothing any more.";
    IntegrityFailed = "integrity.failed", "A stored report was found damaged or exchanged; nothing of it was released.";
    LogSearched = "log.searched", "The log was read by a member of staff.";
    FilterSaved = "filter.saved", "A member of staff saved a filter of the log.";
    FilterRemoved = "filter.removed", "A member of staff removed a saved filter of the log.";
    LogVerified = "log.verified", "The log was verified.";
    LogExported = "log.exported", "The log was exported.";
    RegisterRead = "register.read", "The distribution register was read by a member of staff.";
    RegisterExported = "register.exported", "The distribution register was exported.";
    UnusualRuleChanged = "unusual.rule_changed", "A rule of unusual access was changed.";
    UnusualMuted = "unusual.muted", "A rule of unusual access was muted for some time.";
    UnusualUnmuted = "unusual.unmuted", "A rule of unusual access speaks again before its time.";
    UnusualNoticed = "unusual.noticed", "Unusual access was noticed, and the security desk was told.";
    CopyLookedUp = "copy.looked_up", "A copy was looked up by the id that stands on its pages.";
}

impl EventKind {
    /// Whether an entry of this kind ends a start, and so must say which one it closes.
    pub const fn ends_download(self) -> bool {
        matches!(self, Self::DownloadCompleted | Self::DownloadAborted | Self::DownloadOutcomeUnknown)
    }

    /// Whether an entry of this kind starts a download, which another one ends.
    pub const fn starts_download(self) -> bool {
        matches!(self, Self::CompanionStarted | Self::DownloadStarted)
    }

    /// Whether an entry of this kind releases a report, and so must follow a grant and an NDA acceptance.
    pub const fn releases_report(self) -> bool {
        matches!(
            self,
            Self::BridgeLetterTaken
                | Self::CompanionStarted
                | Self::DownloadStarted
                | Self::ReportPageViewed
                | Self::ReportReadByToken
                | Self::ReportViewed
        )
    }
}

/// A name that is no kind of event.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no event of this name")]
pub struct UnknownKind;

impl FromStr for EventKind {
    type Err = UnknownKind;
    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::parse(name).ok_or(UnknownKind)
    }
}

text_enum! {
    /// Which piece of personal data an entry commits to; the value itself lies beside the log and can be erased.
    PersonalField {
        /// The company a person says they belong to.
        Company = "company",
        /// The mail address.
        Email = "email",
        /// What a hold is called.
        HoldName = "hold_name",
        /// Why a hold was placed or released.
        HoldReason = "hold_reason",
        /// The person's name.
        Name = "name",
        /// The network address the server saw.
        NetworkAddress = "network_address",
        /// The name typed when accepting, a claim of the client.
        TypedName = "typed_name",
        /// The title typed when accepting, a claim of the client.
        TypedTitle = "typed_title",
        /// The browser's name, a claim of the client.
        UserAgent = "user_agent",
    }
}

impl PersonalField {
    /// The field in plain words, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Email => "Mail address",
            Self::HoldName => "Name of the hold",
            Self::HoldReason => "Reason of the hold",
            Self::Name => "Name",
            Self::NetworkAddress => "Network address",
            Self::TypedName => "Typed name",
            Self::TypedTitle => "Typed title",
            Self::UserAgent => "Browser (as it says of itself)",
        }
    }
}

/// A fact of an entry: never personal data, which belongs into [`PersonalField`]s.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Fact {
    /// A flag.
    Bool(bool),
    /// A number that is not negative.
    U64(u64),
    /// A negative number.
    I64(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::Text(value) => f.write_str(value),
        }
    }
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<u64> for Fact {
    fn from(value: u64) -> Self {
        Self::U64(value)
    }
}
impl From<u32> for Fact {
    fn from(value: u32) -> Self {
        Self::U64(value.into())
    }
}
impl From<i64> for Fact {
    fn from(value: i64) -> Self {
        // One number has one form, whichever type it came from: leaves are canonical.
        u64::try_from(value).map_or(Self::I64(value), Self::U64)
    }
}
impl From<i32> for Fact {
    fn from(value: i32) -> Self {
        i64::from(value).into()
    }
}
impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Fact {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
