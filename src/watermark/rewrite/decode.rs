//! Decodes streams within a budget.
//!
//! The parser's own decoders have no limit, so content goes through these. Damaged data gives what could be
//! decoded before the damage, as viewers do. Image filters and predictors do not occur in content and give `None`.

use crate::watermark::IntakeRefusal;
use crate::watermark::intake::limits::{STREAM_BYTES, decoded_bytes};
use crate::watermark::intake::unpack::{Packing, unpacked};
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Object, Stream};
use std::io::Read as _;

/// How many more bytes may be decoded from one file.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
    whole: u64,
}

impl Budget {
    /// The whole budget of a file of this size.
    pub(crate) fn of_file(file_bytes: usize) -> Self {
        let whole = decoded_bytes(file_bytes);
        Self { left: whole, whole }
    }
    /// Spends some of it.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), IntakeRefusal> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or(IntakeRefusal::DecodeLimit { limit_bytes: self.whole })?;
        Ok(())
    }
    /// What one stream may have of it.
    fn left(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX).min(STREAM_BYTES)
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
            Filter::LzwDecode if parameters.get::<i32>(b"EarlyChange") == Some(0) => {
                unpack(&data, Packing::LzwLate, limit)
            }
            Filter::LzwDecode => unpack(&data, Packing::Lzw, limit),
            Filter::Ascii85Decode => unpack(&data, Packing::Base85, limit),
            Filter::AsciiHexDecode => unpack(&data, Packing::Hex, limit),
            Filter::RunLengthDecode => unpack(&data, Packing::RunLength, limit),
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

/// Undoes one filter up to one byte over the limit; what came before a damage counts.
fn unpack(data: &[u8], packing: Packing, limit: usize) -> Vec<u8> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let _ = unpacked(data, &[packing]).take(most).read_to_end(&mut plain);
    plain
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
