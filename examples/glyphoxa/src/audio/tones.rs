//! The tones of the embedded voice: two at a time, one for each half of a byte.

/// The lowest tone of each half, and the distance of two tones, in Hz.
const LOWEST: [f64; 2] = [600.0, 2400.0];
const STEP: f64 = 100.0;

/// Values of half a byte.
pub(super) const VALUES: u8 = 16;

/// Returns the tone for a value of a half of a byte, in Hz: of the upper half, or of the lower one.
pub(super) fn hz(is_lower: bool, value: u8) -> f64 {
    let [upper, lower] = LOWEST;
    let lowest = if is_lower { lower } else { upper };
    STEP.mul_add(f64::from(value), lowest)
}

/// Returns the two tones of a byte, in Hz.
pub(super) fn of_byte(byte: u8) -> [f64; 2] {
    [hz(false, byte / VALUES), hz(true, byte % VALUES)]
}
