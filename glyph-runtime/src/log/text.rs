//! Values of limited length, as JSON. The escaping is that of `serde_json`, and also covers
//! characters that control a terminal.

use std::{
    error::Error,
    fmt::{self, Write as _},
    io,
};

use super::errors;
use crate::printable::{Piece, pieces, write_escape};
use glyph_core::__runtime::prefix;
use serde::{Serialize, Serializer as _};
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

/// The end of a string that was cut.
pub(super) const CUT: &str = "…[cut]";
/// The longest escape: `\u001b`.
pub(super) const ESCAPE: usize = 6;

/// Appends `text` as a JSON string, with at most `room` bytes between the quotes before it is cut.
pub(super) fn push_str(out: &mut Vec<u8>, text: &str, room: usize) {
    if text.len() <= room && is_plain(text) {
        // Nearly all names and values.
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    let _infallible = text.serialize(&mut Serializer::with_formatter(
        out,
        LimitedString::new(room),
    ));
}

/// Whether a text has only printable ASCII characters, none of which is escaped.
#[inline]
pub(super) fn is_plain(text: &str) -> bool {
    let text = text.as_bytes();
    let (chunks, rest) = text.as_chunks();
    let plain = chunks.iter().fold(PLAIN, |all, chunk| all & plain(*chunk));
    // The last bytes are looked at twice, unless they are the first ones.
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [b' '; CHUNK];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        last
    });
    plain & self::plain(last) == PLAIN
}

/// The bytes that are looked at together.
const CHUNK: usize = size_of::<u64>();
/// The upper bit of each byte.
const PLAIN: u64 = u64::MAX / 255 * 0x80;

/// Sets the upper bit of each byte that is plain, if all bytes are ASCII. If one is not, its bit is
/// not set.
#[inline]
const fn plain(bytes: [u8; CHUNK]) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; CHUNK])
    }
    /// Sets the bits of bytes that are not `byte`.
    const fn differ(bytes: u64, byte: u8) -> u64 {
        (bytes ^ each(byte)).wrapping_add(each(0x7f))
    }
    let bytes = u64::from_le_bytes(bytes);
    let printable = bytes.wrapping_add(each(0x80 - b' ')) & differ(bytes, 0x7f);
    printable & differ(bytes, b'"') & differ(bytes, b'\\') & !bytes & PLAIN
}

/// Appends the `Display` of `value`, as [`push_str`] does. Formatting stops where the text is cut.
pub(super) fn push_display(out: &mut Vec<u8>, value: &dyn fmt::Display, room: usize) {
    let _infallible = Serializer::with_formatter(out, LimitedString::new(room))
        .collect_str(&Limited { value, room });
}

/// Appends the `Debug` of `value`, as [`push_display`] does.
pub(super) fn push_debug(out: &mut Vec<u8>, value: &dyn fmt::Debug, room: usize) {
    push_display(out, &format_args!("{value:?}"), room);
}

/// Appends an error and its causes: `outer: inner: innermost`.
pub(super) fn push_error(out: &mut Vec<u8>, error: &(dyn Error + 'static), room: usize) {
    push_display(out, &WithCauses(error), room);
}

/// Appends a number, or a string if JSON has no such number (the JSON mapping of protobuf and
/// OTLP).
pub(super) fn push_f64(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        push_json(out, &value);
    } else {
        push_json(out, &non_finite(value));
    }
}

/// Appends `true` or `false`.
pub(super) fn push_bool(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Appends a number of at most 64 bits.
pub(super) fn push_integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a number of 64 bits, or the digits of a wider one as a string, which most readers need.
pub(super) fn push_u128(out: &mut Vec<u8>, value: u128) {
    match u64::try_from(value) {
        Ok(value) => push_integer(out, value),
        Err(_) => push_display(out, &value, usize::MAX),
    }
}

/// Appends a signed number, as [`push_u128`] does.
pub(super) fn push_i128(out: &mut Vec<u8>, value: i128) {
    match i64::try_from(value) {
        Ok(value) => push_integer(out, value),
        Err(_) => push_display(out, &value, usize::MAX),
    }
}

fn push_json(out: &mut Vec<u8>, value: &impl Serialize) {
    let _infallible = value.serialize(&mut Serializer::new(out));
}

/// Returns the text for a number that JSON does not have.
pub(super) fn non_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Writes JSON strings up to a limit.
struct LimitedString {
    room: usize,
    cut: bool,
}

impl LimitedString {
    fn new(room: usize) -> Self {
        Self { room, cut: false }
    }

    fn close(&mut self) {
        self.room = 0;
        self.cut = true;
    }

    /// Writes a text as far as there is room.
    fn write_plain<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let kept = prefix(text, self.room);
        self.room -= kept.len();
        if kept.len() < text.len() {
            self.close();
        }
        writer.write_all(kept.as_bytes())
    }

    /// Returns whether there is room for an escape, and takes it.
    fn takes_escape(&mut self) -> bool {
        if self.room < ESCAPE {
            self.close();
            return false;
        }
        self.room -= ESCAPE;
        true
    }
}

impl Formatter for LimitedString {
    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.cut {
            writer.write_all(CUT.as_bytes())?;
        }
        writer.write_all(b"\"")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        pieces(fragment).try_for_each(|piece| match piece {
            Piece::Plain(text) => self.write_plain(writer, text),
            Piece::Hidden(letter) if self.takes_escape() => write_escape(writer, letter),
            Piece::Hidden(_) => Ok(()),
        })
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        if self.takes_escape() {
            CompactFormatter.write_char_escape(writer, escape)
        } else {
            Ok(())
        }
    }
}

/// Displays `value` until it has more than `room` bytes. An error of its `Display` ends the text.
struct Limited<'a> {
    value: &'a dyn fmt::Display,
    room: usize,
}

impl fmt::Display for Limited<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gate = LimitedFormatter {
            formatter,
            room: self.room,
            open: true,
        };
        let _ended_early = write!(gate, "{}", self.value);
        Ok(())
    }
}

struct LimitedFormatter<'a, 'f> {
    formatter: &'a mut fmt::Formatter<'f>,
    room: usize,
    open: bool,
}

impl fmt::Write for LimitedFormatter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !self.open {
            return Err(fmt::Error);
        }
        self.formatter.write_str(text)?;
        self.open = text.len() <= self.room;
        self.room = self.room.saturating_sub(text.len());
        Ok(())
    }
}

/// Displays an error with its causes.
pub(super) struct WithCauses<'a>(pub(super) &'a (dyn Error + 'static));

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        for cause in errors::chain(self.0).skip(1) {
            write!(formatter, ": {cause}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn text_is_plain_without_characters_that_are_escaped() {
        assert!(is_plain(""));
        for length in 0..20 {
            for (before, letter) in (0..length).flat_map(|at| ('\0'..='ÿ').map(move |it| (at, it)))
            {
                let after = length - before - 1;
                let text = format!("{}{letter}{}", "~".repeat(before), " ".repeat(after));
                let expected = matches!(letter, ' '..='~') && !['"', '\\'].contains(&letter);
                assert_eq!(is_plain(&text), expected, "{text:?}");
            }
        }
    }
}
