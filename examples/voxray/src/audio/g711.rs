//! G.711 with the mu-law: a sample of 16 bits becomes a byte.

/// Added to a magnitude, so that each segment begins at a power of two.
const BIAS: u16 = 132;
/// The greatest magnitude that can be written.
const GREATEST: u16 = 32_635;

/// Returns the byte of a sample.
pub(crate) fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(GREATEST).saturating_add(BIAS);
    // The highest bit is one of 7 to 14.
    let segment = 8_u32.saturating_sub(magnitude.leading_zeros());
    let step = (magnitude >> (segment + 3)) & 0x0f;
    let segment = u8::try_from(segment << 4).unwrap_or(0x70);
    !(sign | segment | u8::try_from(step).unwrap_or(0x0f))
}

/// Returns the sample of a byte.
pub(crate) fn decode(byte: u8) -> i16 {
    let bits = !byte;
    let segment = (bits >> 4) & 0x07;
    let step = u16::from(bits & 0x0f);
    let magnitude = (((step << 3) + BIAS) << segment) - BIAS;
    let magnitude = i16::try_from(magnitude).unwrap_or(i16::MAX);
    if bits & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_those_of_the_standard() {
        for (sample, byte) in [
            (0, 0xff),
            (i16::MAX, 0x80),
            (i16::MIN, 0x00),
            (1_000, 0xce),
            (-1_000, 0x4e),
        ] {
            assert_eq!(encode(sample), byte, "{sample}");
        }
        assert_eq!(
            [0xff, 0x7f, 0x80, 0x00].map(decode),
            [0, 0, 32_124, -32_124]
        );
    }

    proptest! {
        #[test]
        fn error_is_a_small_share_of_the_sample(sample: i16) {
            let read = i32::from(decode(encode(sample)));
            let error = (read - i32::from(sample)).abs();
            prop_assert!(error <= 4.max(i32::from(sample).abs() / 30 + 4), "{sample}: {read}");
        }

        #[test]
        fn byte_survives_but_for_the_sign_of_zero(byte: u8) {
            let expected = if byte == 0x7f { 0xff } else { byte };
            prop_assert_eq!(encode(decode(byte)), expected);
        }
    }
}
