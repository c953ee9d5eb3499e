//! WAV files of G.711.

use crate::audio::RATE;

/// The format's number of G.711 with the mu-law.
const MU_LAW: u16 = 7;

/// Returns a file with this sound.
pub(super) fn file(sound: &[u8]) -> Vec<u8> {
    let bytes = u32::try_from(sound.len()).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(sound.len().saturating_add(58));
    file.extend(b"RIFF");
    file.extend(bytes.saturating_add(50).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(18_u32.to_le_bytes());
    for number in [MU_LAW, 1] {
        file.extend(number.to_le_bytes());
    }
    // Samples and bytes of a second are the same.
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    for number in [1_u16, 8, 0] {
        file.extend(number.to_le_bytes());
    }
    file.extend(b"fact");
    file.extend(4_u32.to_le_bytes());
    file.extend(bytes.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend(sound);
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
    fn sizes_are_those_of_the_parts() {
        let file = file(&[1, 2, 3, 4]);
        assert_eq!(file.len(), 62);
        assert_eq!(file[4..8], 54_u32.to_le_bytes());
        assert_eq!(file[54..58], 4_u32.to_le_bytes());
        assert_eq!(file[58..], [1, 2, 3, 4]);
    }
}
