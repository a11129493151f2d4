//! The decision, pure: no database, no clock, no page.

use crate::clock::Micros;
use crate::ids::{AcceptanceId, NdaId};
use crate::tokens;

/// What a report asks of whoever wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long after its confirmation an address counts, in seconds: the longest life of a session.
    pub confirmation_secs: i64,
}

impl Policy {
    /// Mailed code, NDA in force, approval by a person, expiry, number of downloads.
    pub const STANDARD: Self = Self { confirmation_secs: 8 * 3_600 };
    /// The same for a program: its token was made under a confirmed address, and counts for as long as it lives.
    pub const BY_TOKEN: Self = Self { confirmation_secs: tokens::LONGEST_DAYS * 86_400 };
}

/// What is to be taken away, beyond looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// A copy of a document that stands beside the report: it counts against no number of downloads.
    Companion,
    /// A copy of the report.
    Copy,
    /// Nothing.
    Nothing,
}

/// What is known at the moment of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When the address was confirmed for this session.
    pub confirmed_at: Option<Micros>,
    /// The NDA text in force. A missing text never means that none is needed.
    pub nda_in_force: Option<NdaId>,
    /// The person's newest acceptance, and of which text.
    pub accepted: Option<(AcceptanceId, NdaId)>,
    /// The grant, when there is one of this person to this version.
    pub grant: Option<GrantEvidence>,
    /// Whether the version is finalized and not withdrawn.
    pub offered: bool,
    /// Whether the version was recalled, which is more than withdrawn.
    pub recalled: bool,
    /// Whether what is wanted is shown to holders: a report always is, a document beside it as long as the company chooses.
    pub shown: bool,
    /// What is wanted, beyond the room.
    pub taking: Taking,
}

/// What is known of the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantEvidence {
    /// Until when.
    pub expires_at: Micros,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Downloads it allows.
    pub downloads_allowed: i64,
    /// Downloads that were started.
    pub downloads_started: i64,
}

/// A step that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Confirm the address by the mailed code.
    ConfirmAddress,
    /// Accept the NDA text in force.
    AcceptNda,
    /// Be approved by a person.
    Approval,
}

/// Why the answer is no, whatever else is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Deny {
    /// Every download was used.
    #[error(
        "Every download of this grant has been used. Ask for another one; the report room stays open to you."
    )]
    DownloadsUsed,
    /// The grant's time has ended.
    #[error("Your access to this report has expired. You can ask for it again.")]
    Expired,
    /// No NDA text is in force.
    #[error("No NDA text is in force, so nothing can be opened. The company has to publish one first.")]
    NoNda,
    /// Recalled: nobody is to hold it any more.
    #[error(
        "This version was recalled: it opens nothing any more, and copies of it are to be destroyed. My access says why."
    )]
    Recalled,
    /// The grant is for reading in the browser.
    #[error("This report is shared with you for reading in the browser; it allows no download.")]
    ReadingOnly,
    /// A document beside the report that is not shown, or not any more.
    #[error("The company does not show this document any more. The report room says what there is.")]
    NotShown,
    /// Withdrawn, or never finalized.
    #[error("This report is not offered any more. The company can say why.")]
    NotOffered,
    /// Taken back.
    #[error("Your access to this report has been revoked. The company can say why.")]
    Revoked,
}

impl Deny {
    /// The stable name that stands in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DownloadsUsed => "downloads_used",
            Self::Expired => "expired",
            Self::NoNda => "no_nda",
            Self::NotOffered => "not_offered",
            Self::NotShown => "not_shown",
            Self::ReadingOnly => "reading_only",
            Self::Recalled => "recalled",
            Self::Revoked => "revoked",
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, under this acceptance.
    Allow(AcceptanceId),
    /// Not yet: these steps are missing, in order.
    Need(Vec<Step>),
    /// No.
    Deny(Deny),
}

/// Decides. A denial comes before missing steps: nobody is led through steps that end in a no.
pub fn decide(policy: Policy, evidence: &Evidence, now: Micros) -> Decision {
    if evidence.recalled {
        return Decision::Deny(Deny::Recalled);
    }
    if !evidence.offered {
        return Decision::Deny(Deny::NotOffered);
    }
    let Some(in_force) = evidence.nda_in_force else {
        return Decision::Deny(Deny::NoNda);
    };
    if let Some(grant) = evidence.grant
        && let Some(deny) = ended(grant, evidence.taking, now)
    {
        return Decision::Deny(deny);
    }
    if !evidence.shown {
        return Decision::Deny(Deny::NotShown);
    }
    let confirmed =
        evidence.confirmed_at.is_some_and(|at| at <= now && now.secs_since(at) < policy.confirmation_secs);
    let accepted = evidence.accepted.filter(|(_, text)| *text == in_force);
    match (confirmed, accepted, evidence.grant) {
        (true, Some((acceptance, _)), Some(_)) => Decision::Allow(acceptance),
        (confirmed, accepted, grant) => {
            let missing = [
                (!confirmed, Step::ConfirmAddress),
                (accepted.is_none(), Step::AcceptNda),
                (grant.is_none(), Step::Approval),
            ];
            Decision::Need(
                missing.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, step)| step).collect(),
            )
        }
    }
}

/// Why a grant has ended, if it has.
fn ended(grant: GrantEvidence, taking: Taking, now: Micros) -> Option<Deny> {
    if grant.revoked {
        return Some(Deny::Revoked);
    }
    if now >= grant.expires_at {
        return Some(Deny::Expired);
    }
    if taking != Taking::Nothing && grant.downloads_allowed == 0 {
        return Some(Deny::ReadingOnly);
    }
    (taking == Taking::Copy && grant.downloads_started >= grant.downloads_allowed)
        .then_some(Deny::DownloadsUsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment of every decision here.
    const NOW: Micros = Micros(1_000_000_000_000);

    /// Every combination of what can be known, with what must hold for a yes.
    fn every_case() -> Vec<(Evidence, bool)> {
        let texts = [NdaId::from_bytes([1; 16]), NdaId::from_bytes([2; 16])];
        let acceptance = AcceptanceId::from_bytes([3; 16]);
        let mut cases = Vec::new();
        for bits in 0..1u32 << 9 {
            let bit = |n: u32| bits >> n & 1 == 1;
            let confirmed_at = match (bit(0), bit(1)) {
                (false, _) => None,
                (true, true) => Some(NOW.plus_secs(-60)),
                (true, false) => Some(NOW.plus_secs(-8 * 3_600)),
            };
            let accepted = bit(2).then_some((acceptance, texts[usize::from(bit(3))]));
            let grant = bit(4).then_some(GrantEvidence {
                expires_at: if bit(5) { NOW.plus_secs(1) } else { NOW },
                revoked: bit(6),
                downloads_allowed: 3,
                downloads_started: if bit(7) { 2 } else { 3 },
            });
            for (taking, offered, in_force) in [
                (Taking::Nothing, true, true),
                (Taking::Companion, true, true),
                (Taking::Copy, true, true),
                (Taking::Copy, false, true),
                (Taking::Companion, false, true),
                (Taking::Copy, true, false),
                (Taking::Nothing, false, false),
            ] {
                let nda_in_force = in_force.then_some(texts[0]);
                let yes = bit(0)
                    && bit(1)
                    && bit(2)
                    && !bit(3)
                    && bit(4)
                    && bit(5)
                    && !bit(6)
                    && (bit(7) || taking != Taking::Copy)
                    && offered
                    && in_force;
                let evidence = Evidence {
                    confirmed_at,
                    nda_in_force,
                    accepted,
                    grant,
                    offered,
                    recalled: false,
                    shown: true,
                    taking,
                };
                cases.push((evidence, yes));
            }
        }
        cases
    }

    #[test]
    fn only_complete_evidence_opens() {
        for (evidence, yes) in every_case() {
            let decision = decide(Policy::STANDARD, &evidence, NOW);
            assert_eq!(matches!(decision, Decision::Allow(_)), yes, "{evidence:?} gave {decision:?}");
        }
    }

    #[test]
    fn a_missing_text_never_means_that_none_is_needed() {
        for (evidence, _) in every_case() {
            let without = Evidence { nda_in_force: None, ..evidence };
            assert!(matches!(decide(Policy::STANDARD, &without, NOW), Decision::Deny(_)));
        }
    }

    #[test]
    fn a_recalled_version_opens_to_nobody_whatever_else_is_known() {
        for (evidence, _) in every_case() {
            let recalled = Evidence { recalled: true, ..evidence };
            assert_eq!(decide(Policy::STANDARD, &recalled, NOW), Decision::Deny(Deny::Recalled));
        }
    }

    #[test]
    fn what_is_not_shown_any_more_leaves_to_nobody() {
        for (evidence, _) in every_case() {
            let hidden = Evidence { shown: false, ..evidence };
            assert!(matches!(decide(Policy::STANDARD, &hidden, NOW), Decision::Deny(_)));
        }
    }

    #[test]
    fn nothing_is_taken_away_where_there_is_only_reading() {
        for (evidence, _) in every_case().into_iter().filter(|(_, yes)| *yes) {
            let (taking, grant) = (evidence.taking, evidence.grant.unwrap());
            let grant = Some(GrantEvidence { downloads_allowed: 0, ..grant });
            let decision = decide(Policy::STANDARD, &Evidence { grant, ..evidence }, NOW);
            let reads = matches!(decision, Decision::Allow(_));
            assert_eq!(reads, taking == Taking::Nothing, "{taking:?}: {decision:?}");
        }
    }

    #[test]
    fn a_need_names_at_least_one_step_in_order() {
        for (evidence, _) in every_case() {
            if let Decision::Need(steps) = decide(Policy::STANDARD, &evidence, NOW) {
                assert!(!steps.is_empty() && steps.is_sorted(), "{evidence:?} needs {steps:?}");
            }
        }
    }

    #[test]
    fn whoever_is_allowed_is_denied_once_revoked_or_expired() {
        for (evidence, _) in every_case().into_iter().filter(|(_, yes)| *yes) {
            let grant = evidence.grant.unwrap();
            let revoked =
                Evidence { grant: Some(GrantEvidence { revoked: true, ..grant }), ..evidence.clone() };
            assert_eq!(decide(Policy::STANDARD, &revoked, NOW), Decision::Deny(Deny::Revoked));
            let later = grant.expires_at;
            assert_eq!(decide(Policy::STANDARD, &evidence, later), Decision::Deny(Deny::Expired));
        }
    }
}
