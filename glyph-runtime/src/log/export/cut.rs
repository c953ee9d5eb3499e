//! Strings of limited length, cut at the same character as in a log line.

use std::{
    error::Error,
    fmt::{self, Write as _},
};

use crate::{
    log::text::{CUT, ESCAPE, WithCauses},
    printable::must_be_escaped,
};

/// Returns `text` with the length that it has in a log line, but without quotes and escapes.
pub(super) fn cut_str(text: &str, room: usize) -> String {
    cut_display(&text, room)
}

/// Returns `value` as a string of the length that [`push_display`](crate::log::text::push_display)
/// keeps of it.
pub(super) fn cut_display(value: &dyn fmt::Display, room: usize) -> String {
    let mut cut = CutText {
        text: String::new(),
        room,
        open: true,
    };
    let _ended_early = write!(cut, "{value}");
    if !cut.open {
        cut.text.push_str(CUT);
    }
    cut.text
}

/// Returns an error and its causes as [`push_error`](crate::log::text::push_error) writes them.
pub(super) fn cut_error(error: &(dyn Error + 'static), room: usize) -> String {
    cut_display(&WithCauses(error), room)
}

/// Keeps text up to a limit, counted as in a log line: an escaped character counts as the longest
/// escape.
struct CutText {
    text: String,
    room: usize,
    open: bool,
}

impl fmt::Write for CutText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut end = 0;
        for letter in text.chars() {
            let is_escaped = matches!(letter, '"' | '\\') || must_be_escaped(letter);
            let cost = if is_escaped {
                ESCAPE
            } else {
                letter.len_utf8()
            };
            if !self.open || cost > self.room {
                self.open = false;
                break;
            }
            self.room -= cost;
            end += letter.len_utf8();
        }
        self.text.push_str(text.get(..end).unwrap_or_default());
        if self.open { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{cut_display, cut_str};
    use crate::log::text::push_str;

    proptest! {
        #[test]
        fn strings_and_json_are_cut_at_the_same_character(text in "[a-zäß€\"\\\\\n\u{1}\u{7f}\u{85}\u{202e}🙂]{0,40}", room in 0usize..50) {
            let mut line = Vec::new();
            push_str(&mut line, &text, room);
            let in_line: String = serde_json::from_slice(&line)?;
            prop_assert_eq!(cut_str(&text, room), in_line.clone());
            prop_assert_eq!(cut_display(&format_args!("{text}"), room), in_line);
        }
    }
}
