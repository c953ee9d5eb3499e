//! Reading and writing WAV files.

use std::io::Cursor;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use thiserror::Error;

use super::SAMPLE_RATE;

/// The format of the pipeline.
const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: SAMPLE_RATE,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

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
    let (samples, rate) = decode_at_any_rate(file)?;
    if rate == SAMPLE_RATE {
        return Ok(samples);
    }
    Err(WavError::Format(WavSpec {
        sample_rate: rate,
        ..SPEC
    }))
}

/// Returns the samples of a WAV file with one channel of 16 bits, and how many a second has.
pub(crate) fn decode_at_any_rate(file: &[u8]) -> Result<(Vec<i16>, u32), WavError> {
    let reader = WavReader::new(Cursor::new(file))?;
    let spec = reader.spec();
    let sample_rate = spec.sample_rate;
    if spec
        != (WavSpec {
            sample_rate,
            ..SPEC
        })
    {
        return Err(WavError::Format(spec));
    }
    let samples = reader.into_samples().collect::<Result<_, _>>()?;
    Ok((samples, sample_rate))
}

/// Returns a WAV file with the samples.
pub(crate) fn encode(samples: &[i16]) -> Result<Vec<u8>, WavError> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, SPEC)?;
    for &sample in samples {
        writer.write_sample(sample)?;
    }
    writer.finalize()?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    #[test]
    fn written_samples_are_read_unchanged() {
        let samples = [0, 1, -1, i16::MAX, i16::MIN];
        assert_eq!(decode(&encode(&samples).unwrap()).unwrap(), samples);
    }

    #[test]
    fn other_wav_format_is_rejected_by_name() {
        let stereo = WavSpec {
            channels: 2,
            sample_rate: 44_100,
            ..SPEC
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, stereo).unwrap();
        writer.write_sample(0).unwrap();
        writer.write_sample(0).unwrap();
        writer.finalize().unwrap();
        let refusal = decode(&file.into_inner()).unwrap_err().to_string();
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
        let mut file = encode(&[1; 100]).unwrap();
        file.truncate(file.len() - 50);
        assert!(matches!(decode(&file), Err(WavError::Unreadable(_))));
    }
}
