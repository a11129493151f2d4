//! PDF objects as we write them.

use std::fmt::Write as _;

/// A value that is written inside an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `[...]`
    Array(Vec<Value>),
    /// `true` or `false`
    Bool(bool),
    /// `<<...>>`
    Dict(Dict),
    /// A name without its solidus, unescaped.
    Name(Vec<u8>),
    /// `null`
    Null,
    /// A whole number or a fraction, as exact as it was read.
    Number(f64),
    /// A reference to an object of the new file.
    Ref(u32),
    /// A string, unescaped and decrypted.
    Text(Vec<u8>),
}

impl Value {
    /// A name.
    pub(crate) fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().to_vec())
    }
    /// A count.
    pub(crate) fn count(count: usize) -> Self {
        Self::Number(u32::try_from(count).map_or(f64::from(u32::MAX), f64::from))
    }
    /// An array of numbers.
    pub(crate) fn numbers(numbers: &[f64]) -> Self {
        Self::Array(numbers.iter().copied().map(Self::Number).collect())
    }
    /// Appends the value as it stands in a file.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b' ');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Dict(dict) => dict.write(out),
            Self::Name(name) => write_name(name, out),
            Self::Null => out.extend_from_slice(b"null"),
            Self::Number(number) => write_number(*number, out),
            Self::Ref(number) => out.extend_from_slice(format!("{number} 0 R").as_bytes()),
            Self::Text(text) => write_text(text, out),
        }
    }
}

/// A dictionary; entries stay in the order they were put in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dict(Vec<(Vec<u8>, Value)>);

impl Dict {
    /// A dictionary of one type.
    pub(crate) fn typed(name: &str) -> Self {
        let mut dict = Self::default();
        dict.set("Type", Value::name(name));
        dict
    }
    /// The value of a key.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value)
    }
    /// Puts a value at a key, in place of an older one.
    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.set_bytes(key.as_bytes().to_vec(), value);
    }
    /// The same, for a key of any bytes.
    pub(crate) fn set_bytes(&mut self, key: Vec<u8>, value: Value) {
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }
    /// Appends an entry whose key is known to be new.
    pub(crate) fn push(&mut self, key: Vec<u8>, value: Value) {
        self.0.push((key, value));
    }
    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key.as_bytes());
    }
    /// Whether there is no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Appends the dictionary as it stands in a file.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for (key, value) in &self.0 {
            write_name(key, out);
            out.push(b' ');
            value.write(out);
        }
        out.extend_from_slice(b">>");
    }
}

/// A stream: its dictionary (without Length) and its bytes as they stand in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    /// Without Length, which is written from the bytes.
    pub(crate) dict: Dict,
    /// Encoded as the dictionary's Filter says.
    pub(crate) data: Vec<u8>,
}

impl Stream {
    /// A stream of plain bytes, deflated when that is shorter.
    pub(crate) fn deflated(mut dict: Dict, plain: Vec<u8>) -> Self {
        let packed = deflate(&plain);
        if packed.len().saturating_add(20) < plain.len() {
            dict.set("Filter", Value::name("FlateDecode"));
            Self { dict, data: packed }
        } else {
            Self { dict, data: plain }
        }
    }
}

/// Deflates with the zlib wrapper.
pub(crate) fn deflate(plain: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    // Writing into memory does not fail.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default()
}

/// Appends a name with its solidus, escaped.
fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in name {
        if byte.is_ascii_alphanumeric() || b"-_.+*:@!$&'^`|~=;,?\"\\".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

/// Appends a number: the shortest decimal that reads as the same value, never with an exponent.
fn write_number(number: f64, out: &mut Vec<u8>) {
    let mut text = String::new();
    // Display of f64 writes no exponent and the shortest digits that read back.
    let _ = write!(text, "{}", if number.is_finite() { number } else { 0.0 });
    out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
}

/// Appends a string: literal when it is mostly printable, hexadecimal otherwise.
fn write_text(text: &[u8], out: &mut Vec<u8>) {
    let odd = text.iter().filter(|byte| !matches!(byte, 32..=126)).count();
    if odd * 3 > text.len() {
        out.push(b'<');
        for byte in text {
            out.extend_from_slice(format!("{byte:02X}").as_bytes());
        }
        out.push(b'>');
        return;
    }
    out.push(b'(');
    for byte in text {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            32..=126 => out.push(*byte),
            _ => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    out.push(b')');
}
