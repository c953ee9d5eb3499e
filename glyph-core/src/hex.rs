//! Hexadecimal digits of ids.

use std::str;

/// The digits of the longest number.
const DIGITS: usize = 32;

/// Returns the digit of a number below 16. Without a table, so that the compiler handles many at once.
const fn digit(number: u8) -> u8 {
    if number < 10 {
        b'0' + number
    } else {
        b'a' - 10 + number
    }
}

/// The last `N` hexadecimal digits of a number, in lower case. `N` is at most 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Hex<N> {
    /// Returns the digits of a number.
    #[must_use]
    pub fn new(number: u128) -> Self {
        let mut all = [0; DIGITS];
        for (digits, byte) in all.chunks_exact_mut(2).zip(number.to_be_bytes()) {
            if let [high, low] = digits {
                (*high, *low) = (digit(byte >> 4), digit(byte & 0xf));
            }
        }
        Self(all.last_chunk().copied().unwrap_or([b'0'; N]))
    }

    /// Returns the digits, which are ASCII.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the digits as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Returns the number that exactly `length` digits of either case write. `length` is at most 32.
///
/// The functions of the standard library accept a sign and any number of digits.
#[must_use]
pub fn parse_hex(digits: &[u8], length: usize) -> Option<u128> {
    if digits.len() != length {
        return None;
    }
    digits.iter().try_fold(0, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::{Hex, parse_hex};

    #[test]
    fn digits_are_written_and_read() {
        assert_eq!(Hex::<4>::new(0xa0b).as_str(), "0a0b");
        assert_eq!(Hex::<2>::new(0x1234).as_str(), "34");
        assert_eq!(parse_hex(b"0A0b", 4), Some(0xa0b));
        assert_eq!(parse_hex(&[b'f'; 32], 32), Some(u128::MAX));
    }

    #[test]
    fn other_lengths_and_signs_are_rejected() {
        for wrong in ["", "1", "123", "+1", "-1", " 1", "1g"] {
            assert_eq!(parse_hex(wrong.as_bytes(), 2), None, "{wrong}");
        }
    }
}
