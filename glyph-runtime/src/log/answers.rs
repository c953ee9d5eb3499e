//! What a changed filter has answered about a span that was open before.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tracing::Level;

/// A change of the filter, other than all others of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change(u64);

impl Change {
    pub(super) fn next() -> Self {
        static CHANGES: AtomicU64 = AtomicU64::new(0);
        Self(CHANGES.fetch_add(1, Relaxed))
    }
}

/// The answers about a span.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answers {
    /// The change that the answers follow.
    change: Option<Change>,
    /// Whether the filter knows the span, which is new.
    is_new: bool,
    /// One bit for each level that was asked about.
    known: u8,
    /// One bit for each of them whose events pass.
    passing: u8,
    fields: Version,
}

/// The number of times that the fields of a span have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version(u32);

impl Answers {
    /// Returns the answers about a span that the filter after this change has seen from its start.
    pub(super) fn of_new(change: Change) -> Self {
        Self {
            change: Some(change),
            is_new: true,
            ..Self::default()
        }
    }

    /// Whether events of the level pass because of the span, if that was answered before. A span that
    /// the filter knows lets nothing pass that the filter itself does not.
    pub(super) fn after(&self, change: Change, level: Level) -> Option<bool> {
        let level = bit(level);
        let is_answered = self.is_new || self.known & level != 0;
        (self.change == Some(change) && is_answered).then_some(self.passing & level != 0)
    }

    /// Returns the version of the fields that a question is about.
    pub(super) fn version(&self) -> Version {
        self.fields
    }

    /// Keeps an answer about this version of the fields, unless they have changed meanwhile.
    pub(super) fn keep(&mut self, change: Change, level: Level, passes: bool, about: Version) {
        if self.fields != about {
            return;
        }
        if self.change != Some(change) {
            *self = Self {
                change: Some(change),
                fields: self.fields,
                ..Self::default()
            };
        }
        let level = bit(level);
        self.known |= level;
        self.passing = if passes {
            self.passing | level
        } else {
            self.passing & !level
        };
    }

    /// Forgets the answers, since the fields have changed.
    pub(super) fn forget(&mut self) {
        self.known = 0;
        self.passing = 0;
        self.fields = Version(self.fields.0.wrapping_add(1));
    }
}

const fn bit(level: Level) -> u8 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 4,
        Level::DEBUG => 8,
        Level::TRACE => 16,
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::{Answers, Change};

    #[test]
    fn answer_counts_for_its_level_and_change() {
        let (before, after) = (Change::next(), Change::next());
        let mut answers = Answers::default();
        answers.keep(before, Level::DEBUG, true, answers.version());
        answers.keep(before, Level::TRACE, false, answers.version());
        assert_eq!(answers.after(before, Level::DEBUG), Some(true));
        assert_eq!(answers.after(before, Level::TRACE), Some(false));
        assert_eq!(answers.after(before, Level::INFO), None);
        assert_eq!(answers.after(after, Level::DEBUG), None);
        answers.keep(after, Level::TRACE, true, answers.version());
        assert_eq!(answers.after(after, Level::DEBUG), None);
        assert_eq!(answers.after(after, Level::TRACE), Some(true));
    }

    #[test]
    fn answer_about_fields_before_a_record_is_not_kept() {
        let change = Change::next();
        let mut answers = Answers::default();
        let asked = answers.version();
        answers.forget();
        answers.keep(change, Level::DEBUG, false, asked);
        assert_eq!(answers.after(change, Level::DEBUG), None);
        answers.keep(change, Level::DEBUG, true, answers.version());
        assert_eq!(answers.after(change, Level::DEBUG), Some(true));
        answers.forget();
        assert_eq!(answers.after(change, Level::DEBUG), None);
    }

    #[test]
    fn span_that_the_filter_knows_is_not_asked_about() {
        let (before, after) = (Change::next(), Change::next());
        let mut answers = Answers::of_new(before);
        answers.forget();
        assert_eq!(answers.after(before, Level::DEBUG), Some(false));
        assert_eq!(answers.after(after, Level::DEBUG), None);
    }
}
