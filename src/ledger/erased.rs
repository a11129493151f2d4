//! Commitments that are not disclosed: those of people who were erased, told from those that were only left out.
//!
//! A leaf does not say whose each commitment is; it says who did it and whom it is about. What an erased person did, or
//! what is about them, and is not disclosed, is taken for erased.

use super::kind::EventKind;
use super::leaf::Leaf;
use crate::ids::PersonId;
use std::collections::{HashMap, HashSet};

/// What was not disclosed so far. Its memory grows with the people of a log, not with its entries.
#[derive(Debug, Default)]
pub(super) struct Untold {
    erased: HashSet<PersonId>,
    untold: HashMap<[Option<PersonId>; 2], u64>,
}

impl Untold {
    /// Takes a leaf in, of which so many commitments were not disclosed.
    pub(super) fn take(&mut self, leaf: &Leaf, untold: u64) {
        if leaf.kind == EventKind::PersonErased {
            self.erased.extend(leaf.about);
        }
        if untold > 0 {
            let count = self.untold.entry([leaf.about, leaf.by.person()]).or_default();
            *count = count.saturating_add(untold);
        }
    }

    /// How many commitments say nothing any more because their person was erased, and how many were left out.
    pub(super) fn count(&self) -> (u64, u64) {
        let (mut erased, mut left_out) = (0_u64, 0_u64);
        for (people, count) in &self.untold {
            let gone = people.iter().flatten().any(|person| self.erased.contains(person));
            let sum = if gone { &mut erased } else { &mut left_out };
            *sum = sum.saturating_add(*count);
        }
        (erased, left_out)
    }
}
