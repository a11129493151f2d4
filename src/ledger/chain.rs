//! Hand-overs, checked without any trust: from a key that somebody kept to the key that signs today.
//!
//! A hand-over is the receipt of an entry `log.key_rotated` that names both keys, is the last one its checkpoint covers, and
//! whose checkpoint **both** have signed. Without the old key's signature nobody is led to a new one, and without
//! the new key's nobody is led to a key that its owner does not hold.

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
    /// What both keys of each hand-over have signed, smallest first.
    heads: Vec<TreeHead>,
    /// The old key of each hand-over.
    ended: Vec<VerifierKey>,
}

impl Chain {
    /// Follows hand-overs, the oldest first.
    pub(super) fn follow(receipts: &[String]) -> Result<Self, Stop> {
        let mut chain = Self::default();
        for text in receipts {
            let (old, new, head) = handed_over(text)?;
            chain.ended.push(old.clone());
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

    /// Whether a key is one of those that were handed over from or to.
    pub(super) fn leads_from(&self, key: &VerifierKey) -> bool {
        self.keys.contains(key)
    }

    /// Whose signature counts in the log of `key`, and up to which size: a key that has handed over signs for nothing after.
    pub(super) fn signers(&self, key: &VerifierKey) -> Signers {
        let keys = std::iter::once(key).chain(self.keys.iter().rev());
        Signers::new(keys.map(|key| (key.clone(), self.ended_at(key.public()))))
    }

    /// The size at which this key handed over; none when it did not.
    pub(super) fn ended_at(&self, public: &[u8; 32]) -> Option<u64> {
        let ended = |(old, _): &(&VerifierKey, &TreeHead)| old.public() == public;
        self.ended.iter().zip(&self.heads).find(ended).map(|(_, head)| head.size)
    }

    /// The key that this one was followed by in the end; itself when nobody handed anything over.
    pub(super) fn leads_to(&self, public: &[u8; 32]) -> [u8; 32] {
        let is_known = self.keys.iter().any(|key| key.public() == public);
        self.keys.last().filter(|_| is_known).map_or(*public, |newest| *newest.public())
    }

    /// What the log must hold by its hand-overs, smallest first.
    pub(super) fn heads(&self) -> &[TreeHead] {
        &self.heads
    }

    /// How many hand-overs there were.
    pub(super) fn len(&self) -> u64 {
        u64::try_from(self.heads.len()).unwrap_or(u64::MAX)
    }
}

/// Whether a text is the receipt of a hand-over, by what it claims.
pub(super) fn is_handover(text: &str) -> bool {
    let leaf = Receipt::parse(text).ok().and_then(|receipt| Leaf::parse(&receipt.leaf).ok());
    leaf.is_some_and(|leaf| leaf.kind == EventKind::LogKeyRotated)
}

/// The keys of a hand-over and what both have signed.
fn handed_over(text: &str) -> Result<(VerifierKey, VerifierKey, TreeHead), Stop> {
    let receipt = Receipt::parse(text).map_err(|error| unusable(format!("a hand-over: {error}")))?;
    let leaf = Leaf::parse(&receipt.leaf).map_err(|error| unusable(format!("a hand-over: {error}")))?;
    let key = |fact: &str| match leaf.facts.get(fact) {
        Some(Fact::Text(text)) if leaf.kind == EventKind::LogKeyRotated => text.parse::<VerifierKey>().ok(),
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
    let head = signed(&old, "old")?;
    signed(&new, "new")?;
    // The old key has signed nothing after the entry that ends it.
    if receipt.index.checked_add(1) != Some(head.size) {
        return Err(tampered("a hand-over covers entries after the one that hands over"));
    }
    Ok((old, new, head))
}
