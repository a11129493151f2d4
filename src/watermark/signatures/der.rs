//! Just enough DER to read a signature: elements one after the other, nothing copied, no stated length believed.
//!
//! Elements of unstated length, which BER allows and some signing programs write, are read too, to a depth.

/// Bytes that are no element, or not the one that belongs there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Garbled;

/// How deep elements of unstated length may lie in each other.
const NESTING: usize = 32;

/// A number.
pub(super) const INTEGER: u8 = 0x02;
/// Bits, after a byte that says how many of the last are unused.
pub(super) const BIT_STRING: u8 = 0x03;
/// Bytes.
pub(super) const OCTET_STRING: u8 = 0x04;
/// The name of an algorithm, an attribute, a curve.
pub(super) const OBJECT_ID: u8 = 0x06;
/// Elements in a fixed order.
pub(super) const SEQUENCE: u8 = 0x30;
/// Elements in any order.
pub(super) const SET: u8 = 0x31;

/// The tag of the part with this number, where its kind is known from its place.
pub(super) const fn numbered(number: u8) -> u8 {
    0xA0 | number
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    /// What it is.
    pub(super) tag: u8,
    /// What is in it.
    pub(super) content: &'a [u8],
    /// All of it, tag and length included.
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements in it.
    pub(super) const fn parts(self) -> Elements<'a> {
        Elements(self.content)
    }
}

/// Elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// The elements that these bytes are.
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
    /// Whether there is no further one.
    pub(super) const fn is_over(self) -> bool {
        self.0.is_empty()
    }
    /// The next one.
    pub(super) fn take_any(&mut self) -> Result<Element<'a>, Garbled> {
        let (element, rest) = element(self.0, 0)?;
        self.0 = rest;
        Ok(element)
    }
    /// The next one, which must be of this kind.
    pub(super) fn take(&mut self, tag: u8) -> Result<Element<'a>, Garbled> {
        self.take_any().and_then(|element| if element.tag == tag { Ok(element) } else { Err(Garbled) })
    }
    /// The next one, if it is of this kind.
    pub(super) fn take_if(&mut self, tag: u8) -> Result<Option<Element<'a>>, Garbled> {
        if self.0.first() == Some(&tag) { self.take_any().map(Some) } else { Ok(None) }
    }
}

/// The element at the beginning of these bytes, and what follows it.
fn element(bytes: &[u8], depth: usize) -> Result<(Element<'_>, &[u8]), Garbled> {
    let (&tag, rest) = bytes.split_first().ok_or(Garbled)?;
    let (&length, rest) = rest.split_first().ok_or(Garbled)?;
    // Tags of several bytes stand nowhere in what we read.
    if tag & 0x1F == 0x1F || depth > NESTING {
        return Err(Garbled);
    }
    let (content, rest) = match length {
        0..=0x7F => rest.split_at_checked(usize::from(length)).ok_or(Garbled)?,
        0x80 if tag & 0x20 != 0 => up_to_its_end(rest, depth)?,
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7F)).ok_or(Garbled)?;
            let length = digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            rest.split_at_checked(length).ok_or(Garbled)?
        }
        _ => return Err(Garbled),
    };
    let whole = bytes.get(..bytes.len().saturating_sub(rest.len())).ok_or(Garbled)?;
    Ok((Element { tag, content, whole }, rest))
}

/// The content of an element of unstated length: whole elements until two zero bytes, and what follows those.
fn up_to_its_end(bytes: &[u8], depth: usize) -> Result<(&[u8], &[u8]), Garbled> {
    let mut left = bytes;
    loop {
        if let Some(rest) = left.strip_prefix(&[0, 0]) {
            let content = bytes.get(..bytes.len().saturating_sub(left.len())).ok_or(Garbled)?;
            return Ok((content, rest));
        }
        (_, left) = element(left, depth.saturating_add(1))?;
    }
}

/// A set with this content, its length written as DER wants it.
pub(super) fn set_of(content: &[u8]) -> Vec<u8> {
    let mut set = vec![SET];
    if let Ok(short @ 0..=0x7F) = u8::try_from(content.len()) {
        set.push(short);
    } else {
        let digits = content.len().to_be_bytes();
        let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
        set.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
        set.extend(digits);
    }
    set.extend_from_slice(content);
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_stated_and_of_unstated_length_are_read_alike() {
        for bytes in
            [&[0x30, 3, 2, 1, 5, 9][..], &[0x30, 0x81, 3, 2, 1, 5, 9], &[0x30, 0x80, 2, 1, 5, 0, 0, 9]]
        {
            let mut all = Elements::of(bytes);
            let outer = all.take(SEQUENCE).unwrap();
            assert_eq!((outer.content, outer.whole.len()), (&[2, 1, 5][..], bytes.len() - 1));
            assert_eq!(outer.parts().take(INTEGER).unwrap().content, [5]);
            assert_eq!(all.0, [9]);
        }
    }

    #[test]
    fn what_promises_more_than_there_is_or_nests_without_end_is_garbled() {
        let deep = [0x30, 0x80].repeat(100_000);
        let bytes: [&[u8]; 8] = [
            &[],
            &[0x30],
            &[0x30, 2, 1],
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            &[0x30, 0x85, 0, 0, 0, 0, 1, 1],
            &[0x04, 0x80, 0, 0],
            &[0x1F, 1, 1],
            &deep,
        ];
        for bytes in bytes {
            assert_eq!(Elements::of(bytes).take_any().unwrap_err(), Garbled);
        }
        assert_eq!(Elements::of(&[4, 0]).take(SEQUENCE).unwrap_err(), Garbled);
    }

    #[test]
    fn a_set_has_the_shortest_length() {
        assert_eq!(set_of(&[7])[..2], [SET, 1]);
        assert_eq!(set_of(&[7; 128])[..3], [SET, 0x81, 128]);
        assert_eq!(set_of(&[7; 300])[..4], [SET, 0x82, 1, 44]);
        assert_eq!(Elements::of(&set_of(&[7].repeat(70_000))).take(SET).unwrap().content.len(), 70_000);
    }
}
