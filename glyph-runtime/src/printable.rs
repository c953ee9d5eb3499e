//! Characters that are escaped in logs and files, because they control the terminal of a reader.

use std::{io, iter};

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Plain(&'t str),
    /// A character to escape.
    Hidden(char),
}

/// Returns whether the character is a control character, changes the direction of text, or is one
/// of Unicode's line separators.
pub(crate) fn must_be_escaped(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Returns the parts of a text in their order.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    // The first bytes of these characters, which most texts do not have.
    let may_be_hidden = |byte: u8| byte < 0x20 || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2);
    let is_plain = !text.bytes().any(may_be_hidden);
    let mut rest = text;
    iter::from_fn(move || {
        let first = rest.chars().next()?;
        if !is_plain && must_be_escaped(first) {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            return Some(Piece::Hidden(first));
        }
        let end = if is_plain {
            None
        } else {
            rest.find(must_be_escaped)
        };
        let (plain, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = after;
        Some(Piece::Plain(plain))
    })
}

/// Writes the escape of a character in a JSON string.
pub(crate) fn write_escape<W: ?Sized + io::Write>(writer: &mut W, letter: char) -> io::Result<()> {
    write!(writer, "\\u{:04x}", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::{Piece, must_be_escaped, pieces, write_escape};

    #[test]
    fn text_is_split_at_hidden_characters() {
        let found: Vec<_> = pieces("a\u{7f}\u{202e}é·\u{85}").collect();
        let expected = [
            Piece::Plain("a"),
            Piece::Hidden('\u{7f}'),
            Piece::Hidden('\u{202e}'),
            Piece::Plain("é·"),
            Piece::Hidden('\u{85}'),
        ];
        assert_eq!(found, expected);
        assert_eq!(pieces("plain").collect::<Vec<_>>(), [Piece::Plain("plain")]);
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn every_hidden_character_is_an_escape_that_reads_back() {
        for letter in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let is_found =
                pieces(letter.encode_utf8(&mut [0; 4])).any(|piece| piece == Piece::Hidden(letter));
            assert_eq!(is_found, must_be_escaped(letter), "{letter:?}");
            if is_found {
                let mut json = b"\"".to_vec();
                assert!(write_escape(&mut json, letter).is_ok());
                json.push(b'"');
                let text: String = serde_json::from_slice(&json).unwrap_or_default();
                assert_eq!((json.len(), text), (8, letter.to_string()), "{letter:?}");
            }
        }
    }
}
