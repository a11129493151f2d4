//! The personal data that an export discloses, compared with what its entries committed to.

use super::bundle::{Bundle, Lines};
use super::commitment::Disclosure;
use super::erased::Untold;
use super::export::{self, DisclosureLine};
use super::leaf::Leaf;
use super::verify::{LINE_LIMIT_BYTES, Stop, tampered, tampered_at};

/// Disclosed personal data, read beside the entries.
pub(super) struct Disclosures {
    lines: Option<Lines>,
    next: Option<DisclosureLine>,
    disclosed: u64,
    untold: Untold,
}

impl Disclosures {
    /// Opens the file, if the export has one.
    pub(super) fn open(bundle: &Bundle) -> Result<Self, Stop> {
        let lines = bundle.lines_if_there(export::DISCLOSURES, LINE_LIMIT_BYTES)?;
        let mut disclosures = Self { lines, next: None, disclosed: 0, untold: Untold::default() };
        disclosures.advance()?;
        Ok(disclosures)
    }

    /// Reads the next line; after the last one, checks the digest.
    fn advance(&mut self) -> Result<(), Stop> {
        let last = self.next.take().map(|line| (line.entry, line.field));
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let Some(line) = lines.next()? else {
            return self.lines.take().map_or(Ok(()), Lines::finish);
        };
        // The error of the parser would repeat personal data.
        let line: DisclosureLine = serde_json::from_slice(line)
            .map_err(|_| tampered(format!("a line of {} cannot be read", export::DISCLOSURES)))?;
        if last.is_some_and(|last| last >= (line.entry, line.field)) {
            return Err(tampered(format!("the lines of {} are out of order", export::DISCLOSURES)));
        }
        self.next = Some(line);
        Ok(())
    }

    /// Compares what is disclosed of an entry with what the entry committed to.
    pub(super) fn take(&mut self, index: u64, leaf: &Leaf) -> Result<(), Stop> {
        let mut untold = u64::try_from(leaf.personal.len()).unwrap_or(0);
        while let Some(line) = self.next.as_ref().filter(|line| line.entry == index) {
            let disclosure = Disclosure { salt: line.salt, value: line.value.clone() };
            if leaf.personal.get(&line.field) != Some(&disclosure.commitment()) {
                let why = format!("the disclosed {} is not what the entry committed to", line.field);
                return Err(tampered_at(index, why));
            }
            self.disclosed += 1;
            untold = untold.saturating_sub(1);
            self.advance()?;
        }
        self.untold.take(leaf, untold);
        Ok(())
    }

    /// After the last entry: how many commitments were disclosed, how many erased, and how many left out.
    pub(super) fn finish(self) -> Result<(u64, u64, u64), Stop> {
        if let Some(line) = self.next {
            return Err(tampered_at(line.entry, "personal data is disclosed of an entry that is not there"));
        }
        let (erased, left_out) = self.untold.count();
        Ok((self.disclosed, erased, left_out))
    }
}
