//! Sound: 16 kHz, one channel, 16 bits.

mod recognize;
pub(crate) mod synth;
mod tones;
pub(crate) mod vad;
pub(crate) mod wav;

use std::time::Duration;

pub(crate) use self::recognize::recognize;

/// Samples per second.
pub(crate) const SAMPLE_RATE: u32 = 16_000;

/// Duration of one frame from the microphone.
pub(crate) const FRAME: Duration = Duration::from_millis(20);

/// [`FRAME`] in samples.
pub(crate) const FRAME_SAMPLES: usize = 320;

/// The level of digital silence, which has no logarithm.
pub(crate) const SILENCE_DBFS: f64 = -100.0;

/// Returns the root mean square of `samples` in decibels below full scale.
pub(crate) fn level_dbfs(samples: &[i16]) -> f64 {
    let energy: f64 = samples
        .iter()
        .map(|&sample| f64::from(sample).powi(2))
        .sum();
    if energy == 0.0 {
        return SILENCE_DBFS;
    }
    let rms = (energy / count(samples)).sqrt();
    (20.0 * (rms / f64::from(i16::MAX)).log10()).max(SILENCE_DBFS)
}

/// Returns the duration of `samples` in seconds.
pub(crate) fn seconds(samples: &[i16]) -> f64 {
    count(samples) / f64::from(SAMPLE_RATE)
}

fn count(samples: &[i16]) -> f64 {
    f64::from(u32::try_from(samples.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_relative_to_full_scale() {
        assert!((level_dbfs(&[i16::MAX; 100]) - 0.0).abs() < 0.01);
        assert!((level_dbfs(&[i16::MAX / 10; 100]) + 20.0).abs() < 0.01);
        assert!((level_dbfs(&[0; 100]) - SILENCE_DBFS).abs() < f64::EPSILON);
        assert!((level_dbfs(&[]) - SILENCE_DBFS).abs() < f64::EPSILON);
    }

    #[test]
    fn frame_constants_agree() {
        assert!((seconds(&[0; FRAME_SAMPLES]) - FRAME.as_secs_f64()).abs() < f64::EPSILON);
    }
}
