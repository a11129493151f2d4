//! Decodes streams within a budget.
//!
//! The parser's own decoders have no limit, so content goes through these. Damaged data gives what could be
//! decoded before the damage, as viewers do. Image filters and predictors do not occur in content and give `None`.

use crate::watermark::IntakeRefusal;
use crate::watermark::intake::limits::{DECODED_BYTES, STREAM_BYTES};
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Object, Stream};
use std::io::Read as _;

/// How many more bytes may be decoded from one file.
#[derive(Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    /// The whole budget of a file.
    pub(crate) const fn whole() -> Self {
        Self(DECODED_BYTES)
    }
    /// Spends some of it.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), IntakeRefusal> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0 =
            self.0.checked_sub(bytes).ok_or(IntakeRefusal::DecodeLimit { limit_bytes: DECODED_BYTES })?;
        Ok(())
    }
    /// What one stream may have of it.
    fn left(&self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX).min(STREAM_BYTES)
    }
}

/// The decoded bytes of a stream; `None` when it uses a filter that content cannot use.
pub(crate) fn decode(stream: &Stream<'_>, budget: &mut Budget) -> Result<Option<Vec<u8>>, IntakeRefusal> {
    let mut data = stream.raw_data().into_owned();
    for (place, filter) in stream.filters().iter().enumerate() {
        let parameters = parameters(stream.dict(), place);
        if parameters.get::<i32>(b"Predictor").is_some_and(|predictor| predictor > 1) {
            return Ok(None);
        }
        let limit = budget.left();
        data = match filter {
            Filter::FlateDecode => inflate(&data, limit),
            Filter::LzwDecode => unlzw(&data, limit, parameters.get::<i32>(b"EarlyChange") != Some(0)),
            Filter::Ascii85Decode => ascii85(&data),
            Filter::AsciiHexDecode => ascii_hex(&data),
            Filter::RunLengthDecode => run_length(&data, limit),
            Filter::Crypt => data,
            _ => return Ok(None),
        };
        if data.len() > limit {
            return Err(IntakeRefusal::DecodeLimit { limit_bytes: u64::try_from(limit).unwrap_or(u64::MAX) });
        }
        budget.spend(data.len())?;
    }
    Ok(Some(data))
}

/// The parameters of the filter at a place.
fn parameters<'a>(dict: &Dict<'a>, place: usize) -> Dict<'a> {
    for key in [&b"DecodeParms"[..], b"DP"] {
        if let Some(alone) = dict.get::<Dict<'a>>(key) {
            return if place == 0 { alone } else { Dict::empty() };
        }
        if let Some(list) = dict.get::<Array<'a>>(key) {
            return list.iter::<Object<'a>>().nth(place).and_then(Object::into_dict).unwrap_or_default();
        }
    }
    Dict::empty()
}

/// Inflates up to one byte over the limit; what came before a damage counts.
pub(crate) fn inflate(data: &[u8], limit: usize) -> Vec<u8> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    // An error ends the reading; what was read stays.
    let _ = flate2::read::ZlibDecoder::new(data).take(most).read_to_end(&mut plain);
    if plain.is_empty() && !data.is_empty() {
        // Some writers leave the zlib header out or write a wrong one.
        let _ = flate2::read::DeflateDecoder::new(data).take(most).read_to_end(&mut plain);
        if plain.is_empty() {
            let bare = data.get(2..).unwrap_or_default();
            let _ = flate2::read::DeflateDecoder::new(bare).take(most).read_to_end(&mut plain);
        }
    }
    plain
}

/// Undoes LZW up to the limit (and at most one entry more).
fn unlzw(data: &[u8], limit: usize, early: bool) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::new();
    // Entry 258 + n is a range of what was written: the string before it and one byte more.
    let mut entries: Vec<(usize, usize)> = Vec::new();
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    for byte in data {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = usize::try_from((bits >> held) & ((1 << width) - 1)).unwrap_or(0);
        let start = plain.len();
        match code {
            256 => (entries, width) = (Vec::new(), 9),
            257 => break,
            0..=255 => plain.push(u8::try_from(code).unwrap_or(0)),
            _ => {
                // The newest entry ends with the byte that is just being written.
                let Some((from, to)) = entries.get(code - 258).copied() else { break };
                for place in from..to {
                    let Some(byte) = plain.get(place).copied() else { break };
                    plain.push(byte);
                }
            }
        }
        if plain.len() > limit {
            break;
        }
        if code == 256 {
            continue;
        }
        if entries.len() < 4096 - 258 {
            // The entry made by this string and the first byte of the next one.
            entries.push((start, plain.len().saturating_add(1)));
        }
        let size = entries.len() + 257 + usize::from(early);
        width = match size {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
    }
    plain
}

/// Undoes ASCII base 85.
fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(data.len());
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for byte in data {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => plain.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => {}
        }
        if group.len() == 5 {
            plain.extend_from_slice(&group_value(&group).to_be_bytes());
            group.clear();
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        plain.extend(group_value(&group).to_be_bytes().into_iter().take(kept));
    }
    plain
}

/// Five base 85 digits as a number.
fn group_value(group: &[u8]) -> u32 {
    group.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(*digit)))
}

/// Undoes hexadecimal.
fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().take_while(|byte| **byte != b'>');
    let mut values =
        digits.filter_map(|byte| char::from(*byte).to_digit(16)).filter_map(|digit| u8::try_from(digit).ok());
    let mut plain = Vec::with_capacity(data.len() / 2);
    while let Some(high) = values.next() {
        plain.push(high << 4 | values.next().unwrap_or(0));
    }
    plain
}

/// Undoes run lengths, up to the limit (and at most one run more).
fn run_length(data: &[u8], limit: usize) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut bytes = data.iter();
    while let Some(length) = bytes.next() {
        match length {
            0..=127 => plain.extend(bytes.by_ref().take(usize::from(*length) + 1)),
            128 => break,
            129.. => {
                let Some(byte) = bytes.next() else { break };
                plain.resize(plain.len() + 257 - usize::from(*length), *byte);
            }
        }
        if plain.len() > limit {
            break;
        }
    }
    plain
}
