//! The time of a line, as RFC 3339 in UTC with microseconds.

use std::time::{SystemTime, UNIX_EPOCH};

use tracing_subscriber::fmt::{
    format::Writer,
    time::{FormatTime, SystemTime as Rfc3339},
};

/// The length of `2026-11-29T10:04:21.`, which all lines of a second share.
const SECOND: usize = 20;
/// The length with the microseconds: `123456Z`.
const WHOLE: usize = SECOND + 7;

/// The text of a time. It is formatted once a second, and only its microseconds are written for each
/// line.
#[derive(Debug, Default)]
pub(super) struct Timestamp {
    text: String,
    /// The second of the text since the Unix epoch, if it is known.
    second: Option<u64>,
}

impl Timestamp {
    /// Sets the text to the current time.
    pub(super) fn set_to_now(&mut self) {
        match now() {
            Some((second, micros)) if self.second == Some(second) => self.set_micros(micros),
            before => self.format(before.map(|(second, _)| second)),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Formats the current time. The second is known if it is the same before and after.
    fn format(&mut self, before: Option<u64>) {
        self.text.clear();
        let _infallible = Rfc3339.format_time(&mut Writer::new(&mut self.text));
        let after = now().map(|(second, _)| second);
        let is_usual = self.text.len() == WHOLE && self.text.is_char_boundary(SECOND);
        self.second = after.filter(|_| before == after && is_usual);
    }

    fn set_micros(&mut self, micros: u32) {
        self.text.truncate(SECOND);
        // One digit more, so that zeros at the begin are there.
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(1_000_000 + micros);
        self.text.push_str(digits.get(1..).unwrap_or_default());
        self.text.push('Z');
    }
}

/// Returns the second since the Unix epoch, and the microseconds in it.
fn now() -> Option<(u64, u32)> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some((since.as_secs(), since.subsec_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted() -> String {
        let mut text = String::new();
        let _infallible = Rfc3339.format_time(&mut Writer::new(&mut text));
        text
    }

    #[test]
    fn timestamp_lies_between_two_readings_of_the_clock() {
        let mut timestamp = Timestamp::default();
        for _ in 0..10_000 {
            let before = formatted();
            timestamp.set_to_now();
            let after = formatted();
            let text = timestamp.as_str().to_owned();
            assert!(before <= text && text <= after, "{before} {text} {after}");
            assert_eq!(text.len(), WHOLE, "{text}");
        }
        assert!(timestamp.second.is_some());
    }

    #[test]
    fn timestamp_of_a_new_second_is_formatted_anew() {
        let mut timestamp = Timestamp {
            text: "1999-12-31T23:59:59.999999Z".to_owned(),
            second: Some(946_684_799),
        };
        timestamp.set_to_now();
        assert!(timestamp.as_str() > "2000", "{timestamp:?}");
        timestamp.set_micros(42);
        assert!(timestamp.as_str().ends_with(".000042Z"), "{timestamp:?}");
    }
}
