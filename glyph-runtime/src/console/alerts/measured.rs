//! What an alert measures, and the values of its groups.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use glyph_core::catalog::Aggregate;

use super::{
    active::Now,
    rule::shorter,
    selected::{Read, Selected},
    track::{Counted, Track},
};
use crate::console::quantile::quantile;

/// The value of each group.
pub(super) type Values = BTreeMap<String, f64>;

/// What is measured.
#[derive(Debug)]
pub(super) enum Measured {
    /// A gauge.
    Value(Selected, Aggregate),
    /// A quantile of a histogram.
    Quantile(f64, Tracked),
    Rate(Tracked),
    Increase(Tracked),
    Ratio(Side, Side),
    /// The time for which series have been absent.
    Absent(Absent),
}

/// Groups whose counts are kept over a window.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) of: Selected,
    read: Read,
    pub(super) track: Track,
}

/// One side of a ratio.
#[derive(Debug)]
pub(super) enum Side {
    Gauge(Selected, Aggregate),
    Counted(Tracked),
}

/// Series that can be absent.
#[derive(Debug)]
pub(super) struct Absent {
    pub(super) of: Selected,
    pub(super) over: Duration,
    seen: Option<Now>,
}

impl Tracked {
    pub(super) const fn new(of: Selected, read: Read, over: Duration) -> Self {
        Self {
            of,
            read,
            track: Track::new(over),
        }
    }

    fn record(&mut self, now: Now, room: &mut usize) {
        self.track.record(now.at, &self.of.sums(self.read), room);
    }

    fn each(&self, value: impl Fn(&Counted) -> f64) -> Values {
        let counted = self.track.counted().into_iter();
        counted
            .map(|(group, counted)| (group, value(&counted)))
            .collect()
    }

    fn increases(&self) -> Values {
        self.each(|counted| self.of.amount(counted.first()) * counted.scale())
    }

    /// Returns the rates a second.
    fn rates(&self) -> Values {
        let seconds = self.track.window().as_secs_f64();
        let increases = self.increases().into_iter();
        increases
            .map(|(group, increase)| (group, increase / seconds))
            .collect()
    }
}

impl Absent {
    pub(super) const fn new(of: Selected, over: Option<Duration>) -> Self {
        Self {
            of,
            over: match over {
                Some(over) => over,
                None => Duration::ZERO,
            },
            seen: None,
        }
    }

    /// Returns one value in one group while the series are absent.
    fn values(&mut self, now: Now) -> Values {
        if self.of.is_present() {
            self.seen = Some(now);
        }
        let is_absent = self.seen.is_none_or(|seen| {
            let gone = now.at.duration_since(seen.at);
            !gone.is_zero() && gone >= self.over
        });
        let value = is_absent.then(|| (String::new(), 1.0));
        value.into_iter().collect()
    }
}

impl Side {
    fn values(&self) -> Values {
        match self {
            Self::Gauge(of, aggregate) => of.values(*aggregate),
            Self::Counted(tracked) => tracked.rates(),
        }
    }

    const fn tracked(&mut self) -> Option<&mut Tracked> {
        match self {
            Self::Gauge(..) => None,
            Self::Counted(tracked) => Some(tracked),
        }
    }
}

impl Measured {
    /// Returns the values of all groups. New groups take bytes from `room`.
    pub(super) fn values(&mut self, now: Now, room: &mut usize) -> Values {
        for tracked in self.tracked() {
            tracked.record(now, room);
        }
        match self {
            Self::Value(of, aggregate) => of.values(*aggregate),
            Self::Quantile(share, tracked) => tracked.each(|counted| {
                let bounds = tracked.of.descriptor().buckets;
                quantile(*share, bounds, counted.counts()).unwrap_or(f64::NAN)
            }),
            Self::Rate(tracked) => tracked.rates(),
            Self::Increase(tracked) => tracked.increases(),
            Self::Ratio(part, whole) => divided(part.values(), &whole.values()),
            Self::Absent(absent) => absent.values(now),
        }
    }

    /// Divides the windows for a rehearsal.
    pub(super) fn shorten(&mut self, factor: NonZeroU32) {
        for tracked in self.tracked() {
            tracked.track.shorten(factor);
        }
        if let Self::Absent(absent) = self {
            absent.over = shorter(absent.over, factor);
        }
    }

    fn tracked(&mut self) -> impl Iterator<Item = &mut Tracked> {
        let (first, second) = match self {
            Self::Value(..) | Self::Absent(_) => (None, None),
            Self::Quantile(_, tracked) | Self::Rate(tracked) | Self::Increase(tracked) => {
                (Some(tracked), None)
            }
            Self::Ratio(part, whole) => (part.tracked(), whole.tracked()),
        };
        first.into_iter().chain(second)
    }

    /// Returns the bytes of what is kept, and the groups for which there was no room.
    pub(super) fn kept(&self) -> (usize, usize) {
        let of = |tracked: &Tracked| (tracked.track.bytes(), tracked.track.left_out);
        let of_side = |side: &Side| match side {
            Side::Gauge(..) => (0, 0),
            Side::Counted(tracked) => of(tracked),
        };
        match self {
            Self::Value(..) | Self::Absent(_) => (0, 0),
            Self::Quantile(_, tracked) | Self::Rate(tracked) | Self::Increase(tracked) => {
                of(tracked)
            }
            Self::Ratio(part, whole) => {
                let (part, whole) = (of_side(part), of_side(whole));
                (part.0 + whole.0, part.1 + whole.1)
            }
        }
    }
}

/// Divides the values of groups that both sides have.
fn divided(part: Values, whole: &Values) -> Values {
    let quotient = |(group, part): (String, f64)| {
        let whole = whole.get(&group)?;
        Some((group, part / whole))
    };
    part.into_iter().filter_map(quotient).collect()
}
