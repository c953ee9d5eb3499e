//! Writes messages of protobuf.

use glyph_core::__runtime::RecordedValue;

/// The most bytes that are reserved for the length of a message before it is known.
const RESERVED: usize = 2;
/// The longest varint.
const LONGEST: usize = 10;
/// The largest number that a varint of one byte holds.
const ONE_BYTE: usize = 0x7f;
/// The smallest and the largest number of a varint of two bytes.
const TWO_BYTES_FROM: usize = ONE_BYTE + 1;
const TWO_BYTES: usize = 0x3fff;
/// The bit of a byte of a varint that is not the last one.
const MORE: u8 = 0x80;
/// The tags of the key and of the value in a `KeyValue`.
const KEY: u8 = 0x0a;
const VALUE: u8 = 0x12;
/// The tag of a text in an `AnyValue`.
const TEXT: u8 = 0x0a;

/// The types of fields (Protocol Buffers, "Encoding").
#[derive(Clone, Copy)]
pub(super) enum WireType {
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// Fields of a message, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
    /// The bytes of the length of the last message. The next one is likely to have as many.
    reserved: usize,
}

impl Message {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            reserved: 0,
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Removes all fields, and keeps at most so many bytes of memory.
    pub(crate) fn clear(&mut self, kept: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(kept);
    }

    /// Adds fields that are encoded already.
    #[inline]
    pub(crate) fn encoded(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// Adds the begin of a message with so many bytes.
    #[inline]
    pub(crate) fn begin_of(&mut self, field: u32, bytes: usize) {
        if let (([only, _], 1), ..=ONE_BYTE) = (tag(field, WireType::Bytes), bytes) {
            self.encoded(&[only, byte(bytes)]);
            return;
        }
        self.tag(field, WireType::Bytes);
        self.varint(bytes as u64);
    }

    #[inline]
    pub(crate) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.begin_of(field, bytes.len());
        self.encoded(bytes);
    }

    /// Adds a text, unless it is empty: that is the default of each field.
    #[inline]
    pub(crate) fn text(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }

    /// Adds a number, unless it is zero.
    #[inline]
    pub(crate) fn number(&mut self, field: u32, number: u32) {
        if number > 0 {
            self.tag(field, WireType::Varint);
            self.varint(number.into());
        }
    }

    #[inline]
    pub(crate) fn fixed64(&mut self, field: u32, number: u64) {
        self.tag(field, WireType::Fixed64);
        self.encoded(&number.to_le_bytes());
    }

    #[inline]
    pub(crate) fn fixed32(&mut self, field: u32, number: u32) {
        self.tag(field, WireType::Fixed32);
        self.encoded(&number.to_le_bytes());
    }

    /// Adds a message whose fields `write` adds.
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.message_if(field, |message| {
            write(message);
            true
        });
    }

    /// Adds a message whose fields `write` adds, and removes it again if `write` returns false.
    pub(crate) fn message_if(&mut self, field: u32, write: impl FnOnce(&mut Self) -> bool) -> bool {
        let before = self.len();
        self.tag(field, WireType::Bytes);
        let reserved = self.reserved.clamp(1, RESERVED);
        self.bytes.resize(self.len() + reserved, 0);
        let body = self.len();
        let is_kept = write(self);
        if is_kept {
            self.set_length(body, reserved);
        } else {
            self.bytes.truncate(before);
        }
        is_kept
    }

    /// Sets the length of a message to everything from `body` on.
    #[inline]
    fn set_length(&mut self, body: usize, reserved: usize) {
        let length = self.len().saturating_sub(body);
        let at = body.saturating_sub(reserved);
        self.reserved = match (self.bytes.get_mut(at..body), length) {
            (Some([only]), ..=ONE_BYTE) => {
                *only = byte(length);
                1
            }
            (Some([low, high]), TWO_BYTES_FROM..=TWO_BYTES) => {
                *low = byte(length) | MORE;
                *high = byte(length >> 7);
                2
            }
            _ => self.set_other_length(at, body, length),
        };
    }

    /// Sets a length for which there is other room, and returns its bytes.
    #[cold]
    fn set_other_length(&mut self, at: usize, body: usize, length: usize) -> usize {
        let (varint, size) = varint(length as u64);
        if at + size != body {
            self.move_body(body, length, at + size);
        }
        if let (Some(to), Some(from)) = (self.bytes.get_mut(at..at + size), varint.get(..size)) {
            to.copy_from_slice(from);
        }
        size
    }

    fn move_body(&mut self, from: usize, length: usize, to: usize) {
        let end = to + length;
        if to > from {
            self.bytes.resize(end, 0);
        }
        self.bytes.copy_within(from..from + length, to);
        self.bytes.truncate(end);
    }

    /// Adds an attribute with one value: a `KeyValue` of OTLP.
    #[inline]
    pub(crate) fn attribute(&mut self, field: u32, key: &str, value: RecordedValue<'_>) {
        if let RecordedValue::Str(text) | RecordedValue::Static(text) = value
            && self.short_text(field, key, text)
        {
            return;
        }
        self.key(field, key, length_of(value));
        self.any_value(value);
    }

    /// Adds an attribute with a text if all lengths take one byte. Returns whether it did.
    #[inline]
    fn short_text(&mut self, field: u32, key: &str, text: &str) -> bool {
        let value = text.len() + 2;
        let body = key.len() + 2 + value + 2;
        let (([tag, _], 1), ..=ONE_BYTE) = (tag(field, WireType::Bytes), body) else {
            return false;
        };
        self.encoded(&[tag, byte(body), KEY, byte(key.len())]);
        self.encoded(key.as_bytes());
        self.encoded(&[VALUE, byte(value), TEXT, byte(text.len())]);
        self.encoded(text.as_bytes());
        true
    }

    /// Adds an attribute up to its value, which has so many bytes.
    #[inline]
    fn key(&mut self, field: u32, key: &str, value: usize) {
        let body = 1 + length_of_bytes(key.len()) + 1 + length_of_bytes(value);
        if body <= ONE_BYTE {
            // All lengths take one byte: they are added together.
            let tag = (field << 3 | WireType::Bytes as u32) as usize;
            self.encoded(&[byte(tag), byte(body), KEY, byte(key.len())]);
            self.encoded(key.as_bytes());
            self.encoded(&[VALUE, byte(value)]);
            return;
        }
        self.begin_of(field, body);
        self.bytes(1, key.as_bytes());
        self.begin_of(2, value);
    }

    /// Adds the field of an `AnyValue` of OTLP. A default is added as well: the field says which type
    /// the value has.
    #[inline]
    pub(crate) fn any_value(&mut self, value: RecordedValue<'_>) {
        match value {
            RecordedValue::Str(text) | RecordedValue::Static(text) => {
                self.bytes(1, text.as_bytes());
            }
            RecordedValue::Bool(value) => {
                self.tag(2, WireType::Varint);
                self.varint(value.into());
            }
            RecordedValue::I64(value) => self.integer(value),
            // OTLP has no unsigned integers.
            RecordedValue::U64(value) => match i64::try_from(value) {
                Ok(value) => self.integer(value),
                Err(_) => self.bytes(1, value.to_string().as_bytes()),
            },
            RecordedValue::F64(value) => self.fixed64(4, value.to_bits()),
        }
    }

    #[inline]
    fn integer(&mut self, value: i64) {
        self.tag(3, WireType::Varint);
        self.varint(value.cast_unsigned());
    }

    #[inline]
    fn tag(&mut self, field: u32, wire: WireType) {
        self.varint((field << 3 | wire as u32).into());
    }

    #[inline]
    fn varint(&mut self, mut number: u64) {
        while number > ONE_BYTE as u64 {
            let [low, ..] = number.to_le_bytes();
            self.bytes.push(low | MORE);
            number >>= 7;
        }
        let [low, ..] = number.to_le_bytes();
        self.bytes.push(low);
    }
}

/// Returns the tag of a field below 2,048, and the number of its bytes.
#[inline]
pub(super) const fn tag(field: u32, wire: WireType) -> ([u8; 2], usize) {
    let tag = (field << 3 | wire as u32) as usize;
    if tag <= ONE_BYTE {
        ([byte(tag), 0], 1)
    } else {
        ([byte(tag) | MORE, byte(tag >> 7)], 2)
    }
}

/// Returns the lowest byte of a number.
const fn byte(number: usize) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

/// Returns the bytes of a varint, and their number.
fn varint(mut number: u64) -> ([u8; LONGEST], usize) {
    let mut bytes = [0; LONGEST];
    let mut size = 0;
    for slot in &mut bytes {
        let [byte, ..] = number.to_le_bytes();
        number >>= 7;
        size += 1;
        if number == 0 {
            *slot = byte & !MORE;
            break;
        }
        *slot = byte | MORE;
    }
    (bytes, size)
}

/// Returns the bytes of a varint.
pub(crate) const fn length_of_varint(number: u64) -> usize {
    // Seven bits a byte, and one byte for zero.
    let bits = u64::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Returns the bytes of a length and of so many bytes after it.
pub(crate) const fn length_of_bytes(bytes: usize) -> usize {
    length_of_varint(bytes as u64) + bytes
}

/// Returns the bytes of an `AnyValue` with one value.
fn length_of(value: RecordedValue<'_>) -> usize {
    match value {
        RecordedValue::Bool(_) => 2,
        RecordedValue::F64(_) => 9,
        RecordedValue::I64(value) => 1 + length_of_varint(value.cast_unsigned()),
        RecordedValue::U64(value) => match i64::try_from(value) {
            Ok(value) => length_of(RecordedValue::I64(value)),
            Err(_) => 1 + length_of_bytes(value.to_string().len()),
        },
        RecordedValue::Str(text) | RecordedValue::Static(text) => 1 + length_of_bytes(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use glyph_core::__runtime::RecordedValue;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
    use prost::Message as _;

    use super::Message;

    fn decoded(value: RecordedValue<'_>) -> Option<Value> {
        let mut message = Message::default();
        message.attribute(1, "key", value);
        let mut encoded = message.as_slice();
        // The tag of the attribute, which is a field of another message.
        assert_eq!(encoded.split_off_first(), Some(&10));
        let attribute = KeyValue::decode_length_delimited(encoded).ok()?;
        assert_eq!(attribute.key, "key");
        attribute.value?.value
    }

    #[test]
    fn attributes_of_each_type_are_read_by_others() {
        let int = Value::IntValue;
        let text = |text: &str| Value::StringValue(text.to_owned());
        for (value, expected) in [
            (RecordedValue::Bool(false), Value::BoolValue(false)),
            (RecordedValue::Bool(true), Value::BoolValue(true)),
            (RecordedValue::I64(0), int(0)),
            (RecordedValue::I64(127), int(127)),
            (RecordedValue::I64(128), int(128)),
            (RecordedValue::I64(-1), int(-1)),
            (RecordedValue::I64(i64::MIN), int(i64::MIN)),
            (RecordedValue::U64(300), int(300)),
            (RecordedValue::U64(u64::MAX), text("18446744073709551615")),
            (RecordedValue::F64(-0.5), Value::DoubleValue(-0.5)),
            (RecordedValue::Str(""), text("")),
            (RecordedValue::Str("ü"), text("ü")),
        ] {
            assert_eq!(decoded(value), Some(expected), "{value:?}");
        }
    }

    #[test]
    fn message_of_each_length_is_read_by_others() {
        for length in [
            0, 1, 120, 124, 125, 126, 200, 16_378, 16_379, 16_384, 3_000_000,
        ] {
            let text = "x".repeat(length);
            let mut message = Message::default();
            message.message(1, |value| value.any_value(RecordedValue::Str(&text)));
            message.encoded(b"next");
            let mut encoded = message.as_slice();
            assert_eq!(encoded.split_off_first(), Some(&10));
            let value = AnyValue::decode_length_delimited(&mut encoded);
            let value = value.ok().and_then(|value| value.value);
            assert_eq!(value, Some(Value::StringValue(text)), "{length}");
            assert_eq!(encoded, b"next");
        }
    }
}
