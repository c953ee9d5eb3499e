//! Integers in as few bytes as they need, seven bits in each, the lowest first.

/// Appends an integer.
pub(super) fn push(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = (number & 0x7f).to_le_bytes();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Takes an integer from the front. `None` at the end.
pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Appends a difference. Small ones need few bytes, whatever their sign.
pub(super) fn push_difference(out: &mut Vec<u8>, difference: i64) {
    push(
        out,
        ((difference << 1) ^ (difference >> 63)).cast_unsigned(),
    );
}

/// Takes a difference from the front. `None` at the end.
pub(super) fn take_difference(bytes: &mut &[u8]) -> Option<i64> {
    let number = take(bytes)?;
    let sign = -(number & 1).cast_signed();
    Some((number >> 1).cast_signed() ^ sign)
}

#[cfg(test)]
mod tests {
    use super::{push, push_difference, take, take_difference};

    #[test]
    fn numbers_are_read_back_in_order() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let mut bytes = Vec::new();
        for number in numbers {
            push(&mut bytes, number);
        }
        let mut rest = &bytes[..];
        let read = numbers.map(|_| take(&mut rest));
        assert_eq!(read, numbers.map(Some));
        assert_eq!(take(&mut rest), None);
    }

    #[test]
    fn small_differences_of_either_sign_take_one_byte() {
        let differences = [0, 1, -1, 63, -64, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        for difference in differences {
            push_difference(&mut bytes, difference);
        }
        let mut rest = &bytes[..];
        let read = differences.map(|_| take_difference(&mut rest));
        assert_eq!(read, differences.map(Some));
        assert_eq!(bytes.len(), 5 + 10 + 10);
    }
}
