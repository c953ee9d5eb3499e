//! Reading WAV files.

use std::io::Cursor;

use hound::{SampleFormat, WavReader, WavSpec};
use thiserror::Error;

use super::SAMPLE_RATE;

/// Errors of reading a WAV file.
#[derive(Debug, Error)]
pub(crate) enum WavError {
    #[error("not a readable WAV file: {0}")]
    Unreadable(#[from] hound::Error),
    #[error(
        "wanted 16000 Hz, 1 channel, 16 bits; found {} Hz, {} channels, {} bits",
        .0.sample_rate, .0.channels, .0.bits_per_sample
    )]
    Format(WavSpec),
}

/// Returns the samples of a WAV file. Only the format of the pipeline is supported.
pub(crate) fn decode(file: &[u8]) -> Result<Vec<i16>, WavError> {
    let reader = WavReader::new(Cursor::new(file))?;
    let spec = reader.spec();
    let expected = WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    if spec != expected {
        return Err(WavError::Format(spec));
    }
    Ok(reader.into_samples().collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    fn encode(spec: WavSpec, samples: &[i16]) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
        for &sample in samples {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        file.into_inner()
    }

    const SPEC: WavSpec = WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };

    #[test]
    fn written_samples_are_read_unchanged() {
        let samples = [0, 1, -1, i16::MAX, i16::MIN];
        assert_eq!(decode(&encode(SPEC, &samples)).unwrap(), samples);
    }

    #[test]
    fn other_wav_format_is_rejected_by_name() {
        let stereo = WavSpec {
            channels: 2,
            sample_rate: 44_100,
            ..SPEC
        };
        let refusal = decode(&encode(stereo, &[0, 0])).unwrap_err().to_string();
        assert!(
            refusal.ends_with("found 44100 Hz, 2 channels, 16 bits"),
            "{refusal}"
        );
    }

    #[test]
    fn other_data_than_wav_is_rejected() {
        assert!(matches!(decode(b"RIFF"), Err(WavError::Unreadable(_))));
    }

    #[test]
    fn truncated_file_is_rejected() {
        let mut file = encode(SPEC, &[1; 100]);
        file.truncate(file.len() - 50);
        assert!(matches!(decode(&file), Err(WavError::Unreadable(_))));
    }
}
