//! Speech in a WAV file, which a browser plays in place of a microphone.

use hound::{Error, SampleFormat, WavSpec, WavWriter};

use crate::audio::voice::{SILENCE, Voice};
use crate::audio::{RATE, g711};
use crate::cli::Speak;

/// Samples of 16 bits, which each program reads.
const FORM: WavSpec = WavSpec {
    channels: 1,
    sample_rate: RATE,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};
/// Milliseconds of a frame.
const FRAME_MS: u64 = 20;

/// Writes each utterance, with silence before and after it.
pub(crate) fn write(speak: &Speak) -> Result<(), Error> {
    let pause = || (0..speak.pause / FRAME_MS).map(|_| SILENCE);
    let mut sound: Vec<u8> = pause().flatten().collect();
    for text in &speak.say {
        let said = Voice::LOUD.speak(text).into_iter();
        let said = said.chain([Voice::LOUD.over()]).chain(pause());
        sound.extend(said.flatten());
    }
    let mut file = WavWriter::create(&speak.file, FORM)?;
    for byte in sound {
        file.write_sample(g711::decode(byte))?;
    }
    file.finalize()
}
