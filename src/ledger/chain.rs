//! Hand-overs, checked without any trust: from a key that somebody kept to the key that signs today.
//!
//! A hand-over is the receipt of an entry `log.key_rotated` that names both keys, is the last one its checkpoint covers, and
//! whose checkpoint **both** have signed. Without the old key's signature nobody is led to a new one, and without
//! the new key's nobody is led to a key that its owner does not hold.
//!
//! One link is weaker. A backup from before a rotation brings a log back whose key has no seed any more; the epoch that goes
//! on names both keys, and only the new one has signed. Such a link keeps the log whole in itself. It leads nobody:
//! whoever holds a key from before it has to be given the new one by another way.

use super::kind::{EventKind, Fact};
use super::leaf::Leaf;
use super::note::VerifierKey;
use super::path::TreeHead;
use super::receipt::Receipt;
use super::signers::Signers;
use super::verify::{Stop, tampered, unusable};

/// The fact that holds the key that signed until then.
pub(super) const OLD: &str = "old";
/// The fact that holds the key that signs from then on.
pub(super) const NEW: &str = "new";

/// The keys of a log, each handed over to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// The oldest first; none when nothing was handed over.
    keys: Vec<VerifierKey>,
    /// What the keys of each link have signed, smallest first.
    heads: Vec<TreeHead>,
    /// Each key that handed over, signing for the next, and at which size.
    ended: Vec<(VerifierKey, u64)>,
    /// How many of the keys there were when one was last replaced: those before have not signed for those after.
    replaced_at: usize,
    /// How often a key was replaced.
    replaced: u64,
}

/// Whether somebody who holds a key is led to the one that signs now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// By the signature of each key under the next.
    Signed,
    /// Only by the word of the next: a key between was replaced after a restore.
    Replaced,
    /// Not at all.
    Nowhere,
}

/// What leads from one key to the next.
struct Link {
    old: VerifierKey,
    new: VerifierKey,
    head: TreeHead,
    is_signed: bool,
}

impl Chain {
    /// Follows hand-overs, the oldest first.
    pub(super) fn follow(receipts: &[String]) -> Result<Self, Stop> {
        let mut chain = Self::default();
        for text in receipts {
            let Link { old, new, head, is_signed } = handed_over(text)?;
            if is_signed {
                chain.ended.push((old.clone(), head.size));
            }
            match chain.keys.last() {
                None => chain.keys.push(old),
                Some(last) if *last == old => {}
                // A new epoch between two hand-overs gives the same key another name.
                Some(last) if old.earlier().contains(last) => chain.keys.push(old),
                Some(_) => return Err(tampered("the hand-overs of the log's key do not follow one another")),
            }
            if chain.heads.last().is_some_and(|last| last.size >= head.size) {
                return Err(tampered("the hand-overs of the log's key do not stand in their order"));
            }
            if !is_signed {
                (chain.replaced, chain.replaced_at) = (chain.replaced.saturating_add(1), chain.keys.len());
            }
            chain.keys.push(new);
            chain.heads.push(head);
        }
        Ok(chain)
    }

    /// Whether it ends in the key that signs now; one without hand-overs ends anywhere.
    pub(super) fn must_end_in(&self, key: &VerifierKey) -> Result<(), Stop> {
        match self.keys.last() {
            Some(last) if last != key && !key.earlier().contains(last) => {
                Err(tampered("the hand-overs of the log's key lead to another key than the one that signs"))
            }
            _ => Ok(()),
        }
    }

    /// Whether whoever holds a key, under any name it had, is led to `to`, the key that signs now.
    pub(super) fn lead(&self, key: &VerifierKey, to: &VerifierKey) -> Lead {
        let is = |known: &VerifierKey| known == key || known.earlier().contains(key);
        match self.keys.iter().rposition(is) {
            _ if is(to) => Lead::Signed,
            Some(at) if at >= self.replaced_at => Lead::Signed,
            Some(_) => Lead::Replaced,
            None => Lead::Nowhere,
        }
    }

    /// The key at its end, if there is a chain.
    pub(super) fn end(&self) -> Option<&VerifierKey> {
        self.keys.last()
    }

    /// How often a key was replaced after a restore, without the signature of the one before.
    pub(super) const fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Whose signature counts in the log of `key`, and up to which size: a key that has handed over signs for nothing after.
    pub(super) fn signers(&self, key: &VerifierKey) -> Signers {
        let keys = std::iter::once(key).chain(self.keys.iter().rev());
        Signers::new(keys.map(|key| (key.clone(), self.ended_at(key.public()))))
    }

    /// The size at which this key handed over; none when it did not, or was replaced without its signature.
    pub(super) fn ended_at(&self, public: &[u8; 32]) -> Option<u64> {
        self.ended.iter().find(|(old, _)| old.public() == public).map(|(_, size)| *size)
    }

    /// What the log must hold by its hand-overs, smallest first.
    pub(super) fn heads(&self) -> &[TreeHead] {
        &self.heads
    }

    /// How many hand-overs there were that both keys have signed.
    pub(super) fn handovers(&self) -> u64 {
        u64::try_from(self.heads.len()).unwrap_or(u64::MAX).saturating_sub(self.replaced)
    }
}

/// Whether a text is the receipt of a hand-over, by what it claims.
pub(super) fn is_handover(text: &str) -> bool {
    let leaf = Receipt::parse(text).ok().and_then(|receipt| Leaf::parse(&receipt.leaf).ok());
    leaf.is_some_and(|leaf| leaf.kind == EventKind::LogKeyRotated)
}

/// The keys of a hand-over and what both have signed; or of an epoch that replaced the key, and what the new one has.
fn handed_over(text: &str) -> Result<Link, Stop> {
    let receipt = Receipt::parse(text).map_err(|error| unusable(format!("a hand-over: {error}")))?;
    let leaf = Leaf::parse(&receipt.leaf).map_err(|error| unusable(format!("a hand-over: {error}")))?;
    let key = |fact: &str| match leaf.facts.get(fact) {
        Some(Fact::Text(text))
            if [EventKind::LogEpochOpened, EventKind::LogKeyRotated].contains(&leaf.kind) =>
        {
            text.parse::<VerifierKey>().ok()
        }
        _ => None,
    };
    let (Some(old), Some(new)) = (key(OLD), key(NEW)) else {
        return Err(unusable("a hand-over does not name the keys it is between"));
    };
    let signed = |key: &VerifierKey, which: &str| {
        receipt.check(key).map(|(_, checkpoint)| checkpoint.head).map_err(|error| {
            tampered(format!("the log's key was handed over without the {which} key's signature: {error}"))
        })
    };
    let head = signed(&new, "new")?;
    // After a restore the seed of the key before is gone: that nobody has signed for the new one is told to whoever checks.
    let is_signed = leaf.kind == EventKind::LogKeyRotated;
    if is_signed {
        signed(&old, "old")?;
    }
    // The old key has signed nothing after the entry that ends it.
    if receipt.index.checked_add(1) != Some(head.size) {
        return Err(tampered("a hand-over covers entries after the one that hands over"));
    }
    Ok(Link { old, new, head, is_signed })
}
