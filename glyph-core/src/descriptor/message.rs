//! Compile-time error messages with numbers and names in them.
//!
//! A `const` cannot format: messages are built byte by byte.

const CAPACITY: usize = 1024;

/// A message that is being built. It is cut at its capacity.
#[derive(Clone, Copy)]
pub(crate) struct Message {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Message {
    pub(crate) const fn new(text: &str) -> Self {
        Self {
            bytes: [0; CAPACITY],
            length: 0,
        }
        .text(text)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "both indices are compared with the lengths first"
    )]
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.length < CAPACITY {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    pub(crate) const fn number(self, number: usize) -> Self {
        let rest = if number < 10 {
            self
        } else {
            self.number(number / 10)
        };
        match number % 10 {
            0 => rest.text("0"),
            1 => rest.text("1"),
            2 => rest.text("2"),
            3 => rest.text("3"),
            4 => rest.text("4"),
            5 => rest.text("5"),
            6 => rest.text("6"),
            7 => rest.text("7"),
            8 => rest.text("8"),
            _ => rest.text("9"),
        }
    }

    /// Appends a finite number with up to nine decimal places.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "numbers that are too large are cut in a message"
    )]
    pub(crate) const fn decimal(self, number: f64) -> Self {
        if number < 0.0 {
            return self.text("-").decimal(-number);
        }
        let mut whole = number as usize;
        let mut rest = ((number - whole as f64) * 1e9 + 0.5) as usize;
        if rest >= 1_000_000_000 {
            whole += 1;
            rest = 0;
        }
        let mut written = self.number(whole);
        if rest > 0 {
            written = written.text(".");
        }
        let mut unit = 100_000_000;
        while rest > 0 && unit > 0 {
            written = written.number(rest / unit);
            rest %= unit;
            unit /= 10;
        }
        written
    }

    /// Appends the items, separated by commas.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared with the length first"
    )]
    pub(crate) const fn list(mut self, items: &[&str]) -> Self {
        let mut index = 0;
        while index < items.len() {
            if index > 0 {
                self = self.text(", ");
            }
            self = self.text(items[index]);
            index += 1;
        }
        self
    }

    /// Stops compilation with this message, at the caller of the check.
    #[track_caller]
    #[expect(
        clippy::panic,
        reason = "a panic in a const is a compile error, never one at run time"
    )]
    pub(crate) const fn reject(&self) -> ! {
        let (used, _) = self.bytes.split_at(self.length);
        match core::str::from_utf8(used) {
            Ok(text) => panic!("{}", text),
            Err(_) => {
                panic!("glyph rejects this item: its error message is too long to show")
            }
        }
    }
}

/// Whether two names are the same, in a `const`.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the common length first"
)]
pub(crate) const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
