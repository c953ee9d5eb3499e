//! An alert, or one of an objective, that is evaluated.

use std::{num::NonZeroU32, time::Duration};

use glyph_core::catalog::Comparison;

use super::{
    active::{Groups, Now, Times},
    burn::Burn,
    measured::Measured,
};

/// An alert.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) severity: &'static str,
    /// The labels in addition to those of the group and the severity.
    pub(super) labels: &'static [(&'static str, &'static str)],
    /// The objective that it is about.
    pub(super) objective: Option<&'static str>,
    pub(super) times: Times,
    /// The condition in words.
    pub(super) condition: String,
    pub(super) kind: Kind,
    pub(super) groups: Groups,
}

/// How an alert is evaluated.
#[derive(Debug)]
pub(super) enum Kind {
    Compare {
        measured: Measured,
        comparison: Comparison,
        threshold: f64,
        unit: &'static str,
    },
    Absent(Measured),
    Burn(Burn),
    /// The reason why it is not evaluated.
    Not(String),
}

impl Rule {
    /// Evaluates the alert at this moment. New groups take bytes from `room`.
    pub(super) fn evaluate(&mut self, now: Now, room: &mut usize) {
        match &mut self.kind {
            Kind::Compare {
                measured,
                comparison,
                threshold,
                ..
            } => {
                let (values, comparison, threshold) =
                    (measured.values(now, room), *comparison, *threshold);
                let holds = |value| compares(value, comparison, threshold);
                self.groups.step(now, self.times, values, holds, room);
            }
            Kind::Absent(measured) => {
                let values = measured.values(now, room);
                self.groups.step(now, self.times, values, |_| true, room);
            }
            Kind::Burn(burn) => {
                let (burning, others) = burn.values(now, room);
                self.groups.step_of(now, self.times, &burning, others, room);
            }
            Kind::Not(_) => {}
        }
    }

    /// Divides the windows and times for a rehearsal.
    pub(super) fn shorten(&mut self, factor: NonZeroU32) {
        self.times.pending = shorter(self.times.pending, factor);
        self.times.keep_firing = shorter(self.times.keep_firing, factor);
        if let Kind::Compare { measured, .. } | Kind::Absent(measured) = &mut self.kind {
            measured.shorten(factor);
            if factor.get() > 1 {
                self.condition = format!("{}, with times divided by {factor}", self.condition);
            }
        }
    }

    /// Returns the threshold, if there is one.
    pub(super) fn threshold(&self) -> Option<f64> {
        match &self.kind {
            Kind::Compare { threshold, .. } => Some(*threshold),
            Kind::Burn(burn) => Some(burn.lowest()),
            Kind::Absent(_) | Kind::Not(_) => None,
        }
    }

    pub(super) const fn unit(&self) -> &'static str {
        match self.kind {
            Kind::Compare { unit, .. } => unit,
            Kind::Absent(_) | Kind::Burn(_) | Kind::Not(_) => "",
        }
    }

    /// Returns the bytes of what is kept, and the groups for which there was no room.
    pub(super) fn kept(&self) -> (usize, usize) {
        let (bytes, left_out) = match &self.kind {
            Kind::Compare { measured, .. } | Kind::Absent(measured) => measured.kept(),
            Kind::Burn(burn) => burn.kept(),
            Kind::Not(_) => (0, 0),
        };
        let (of_groups, groups_left_out) = self.groups.kept();
        (bytes + of_groups, left_out + groups_left_out)
    }
}

/// Compares as PromQL does.
#[expect(clippy::float_cmp, reason = "the alert is declared with `==` or `!=`")]
fn compares(value: f64, comparison: Comparison, threshold: f64) -> bool {
    match comparison {
        Comparison::Above => value > threshold,
        Comparison::AtLeast => value >= threshold,
        Comparison::Below => value < threshold,
        Comparison::AtMost => value <= threshold,
        Comparison::Equal => value == threshold,
        Comparison::Unequal => value != threshold,
    }
}

/// Divides a time for a rehearsal, into whole seconds and at least one, as generated rules do.
pub(super) fn shorter(time: Duration, factor: NonZeroU32) -> Duration {
    if time.is_zero() {
        return time;
    }
    let seconds = time.as_secs() / u64::from(factor.get());
    Duration::from_secs(seconds.max(1))
}

/// Returns a time in words: `5m`, `1h`, `90s`.
pub(super) fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let exact = units
        .iter()
        .find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    match exact {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}
