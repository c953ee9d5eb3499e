//! Speech in a WAV file, which a browser plays in place of a microphone.

use std::{fs, io};

use crate::audio::voice::{SILENCE, Voice};
use crate::audio::{RATE, g711};
use crate::cli::Speak;

/// The format's number of samples of 16 bits.
const PCM: u16 = 1;
const BYTES_OF_SAMPLE: u16 = 2;
/// Milliseconds of a frame.
const FRAME_MS: u64 = 20;

/// Writes each utterance, with silence before and after it.
pub(crate) fn write(speak: &Speak) -> io::Result<()> {
    let pause = || (0..speak.pause / FRAME_MS).map(|_| SILENCE);
    let mut sound: Vec<u8> = pause().flatten().collect();
    for text in &speak.say {
        let said = Voice::LOUD.speak(text).into_iter();
        let said = said.chain([Voice::LOUD.over()]).chain(pause());
        sound.extend(said.flatten());
    }
    fs::write(&speak.file, file(&sound))
}

/// Returns a file of samples with 16 bits, as each program reads it.
fn file(sound: &[u8]) -> Vec<u8> {
    let samples = sound
        .iter()
        .flat_map(|byte| g711::decode(*byte).to_le_bytes());
    let samples: Vec<_> = samples.collect();
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(samples.len().saturating_add(44));
    file.extend(b"RIFF");
    file.extend(length.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    for number in [PCM, 1] {
        file.extend(number.to_le_bytes());
    }
    let bytes_of_second = RATE.saturating_mul(BYTES_OF_SAMPLE.into());
    for number in [RATE, bytes_of_second] {
        file.extend(number.to_le_bytes());
    }
    for number in [BYTES_OF_SAMPLE, 16] {
        file.extend(number.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a file that is too short fails the test"
)]
mod tests {
    use super::file;

    #[test]
    fn samples_are_those_of_the_sound() {
        let file = file(&[0xff, 0x80, 0x00]);
        assert_eq!(file.len(), 50);
        assert_eq!(file[4..8], 42_u32.to_le_bytes());
        assert_eq!(file[24..28], 8_000_u32.to_le_bytes());
        assert_eq!(file[40..44], 6_u32.to_le_bytes());
        let samples = [0, 32_124, -32_124].map(i16::to_le_bytes).concat();
        assert_eq!(file[44..], samples);
    }
}
