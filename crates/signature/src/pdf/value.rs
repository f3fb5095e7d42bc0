//! The values a PDF is made of, and how they are written.

use std::io::Write as _;
use std::ops::Range;

/// The name of an indirect object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ref {
    pub(crate) number: u32,
    pub(crate) generation: u16,
}

/// A string and where it is written, delimiters included.
#[derive(Debug, Clone, Eq)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    pub(crate) written: Range<usize>,
}

/// Two strings are the same value wherever they stand in the file.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

/// A direct object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// Kept as written, so that rewriting a dictionary never changes a number.
    Real(Vec<u8>),
    Name(Vec<u8>),
    Text(Text),
    Array(Vec<Value>),
    Dict(Dict),
    Ref(Ref),
}

impl Value {
    pub(crate) fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().to_vec())
    }

    /// A text string: UTF-16BE with its mark (ISO 32000-1, 7.9.2.2).
    pub(crate) fn text(text: &str) -> Self {
        let mut bytes = vec![0xFE, 0xFF];
        bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        Self::Text(Text {
            bytes,
            written: 0..0,
        })
    }

    pub(crate) fn is_name(&self, name: &str) -> bool {
        matches!(self, Self::Name(bytes) if bytes == name.as_bytes())
    }

    pub(crate) fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn as_ref(&self) -> Option<Ref> {
        match self {
            Self::Ref(reference) => Some(*reference),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_usize(&self) -> Option<usize> {
        match self {
            Self::Integer(integer) => usize::try_from(*integer).ok(),
            _ => None,
        }
    }

    /// Appends the value as PDF syntax. Strings become hexadecimal, which needs no escaping.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(value) => put(out, format_args!("{value}")),
            Self::Integer(value) => put(out, format_args!("{value}")),
            Self::Real(written) => out.extend_from_slice(written),
            Self::Name(name) => write_name(name, out),
            Self::Text(text) => {
                out.push(b'<');
                for byte in &text.bytes {
                    put(out, format_args!("{byte:02X}"));
                }
                out.push(b'>');
            }
            Self::Array(values) => {
                out.push(b'[');
                for (position, value) in values.iter().enumerate() {
                    if position > 0 {
                        out.push(b' ');
                    }
                    value.write(out);
                }
                out.push(b']');
            }
            Self::Dict(dict) => dict.write(out),
            Self::Ref(Ref { number, generation }) => {
                put(out, format_args!("{number} {generation} R"));
            }
        }
    }
}

/// Formats into a byte vector, which cannot fail.
pub(super) fn put(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(arguments);
    debug_assert!(written.is_ok());
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-_.+:;@!$&'*,=?^`|~\"\\".contains(&byte) {
            out.push(byte);
        } else {
            put(out, format_args!("#{byte:02X}"));
        }
    }
}

/// A dictionary in the order it was written, without two entries of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dict(pub(super) Vec<(Vec<u8>, Value)>);

impl Dict {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(name, _)| name == key.as_bytes())
            .map(|(_, value)| value)
    }

    pub(crate) fn set(&mut self, key: &str, value: Value) {
        match self.0.iter_mut().find(|(name, _)| name == key.as_bytes()) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.as_bytes().to_vec(), value)),
        }
    }

    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.set(key, value);
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &Value)> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<<");
        for (name, value) in &self.0 {
            write_name(name, out);
            out.push(b' ');
            value.write(out);
            out.push(b' ');
        }
        out.extend_from_slice(b">>");
    }
}
