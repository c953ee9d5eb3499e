//! Fields whose sizes are known, which are added to a message together.

use std::mem::take;

use super::message::{Message, WireType, tag};

/// The room that is left for such fields.
pub(super) struct Block<'b>(&'b mut [u8]);

impl Message {
    /// Adds the fields that `write` adds, which have exactly `N` bytes.
    #[inline]
    pub(super) fn block<const N: usize>(&mut self, write: impl FnOnce(&mut Block<'_>)) {
        let mut bytes = [0; N];
        write(&mut Block(&mut bytes));
        self.encoded(&bytes);
    }
}

impl Block<'_> {
    /// A message of few bytes, or an empty one.
    #[inline]
    pub(super) fn bytes<const N: usize>(&mut self, field: u32, bytes: [u8; N]) {
        self.tag(field, WireType::Bytes);
        let [length, ..] = N.to_le_bytes();
        self.put([length]);
        self.put(bytes);
    }

    /// A number below 128.
    #[inline]
    pub(super) fn small(&mut self, field: u32, number: u8) {
        self.tag(field, WireType::Varint);
        self.put([number]);
    }

    #[inline]
    pub(super) fn fixed64(&mut self, field: u32, number: u64) {
        self.tag(field, WireType::Fixed64);
        self.put(number.to_le_bytes());
    }

    #[inline]
    pub(super) fn fixed32(&mut self, field: u32, number: u32) {
        self.tag(field, WireType::Fixed32);
        self.put(number.to_le_bytes());
    }

    #[inline]
    fn tag(&mut self, field: u32, wire: WireType) {
        match tag(field, wire) {
            ([only, _], 1) => self.put([only]),
            (both, _) => self.put(both),
        }
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some((place, left)) = take(&mut self.0).split_first_chunk_mut() {
            *place = bytes;
            self.0 = left;
        }
    }
}
