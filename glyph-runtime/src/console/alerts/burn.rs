//! How fast the error budget of an objective is spent.

use std::{collections::BTreeMap, time::Duration};

use glyph_core::catalog::BurnWindows;

use super::{
    active::Now,
    measured::Values,
    selected::{Read, Selected},
    track::{Counted, Track},
};
use crate::console::number::float;

/// The calls of an objective.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) all: Selected,
    pub(super) bad: Bad,
}

/// The bad calls of an objective.
#[derive(Debug)]
pub(super) enum Bad {
    /// Other series, or buckets of the same.
    Counted(Selected, Read),
    /// The calls above the bucket with this index, and this share of those in it.
    Estimated(usize, f64),
}

/// The burn rates of an objective over pairs of windows.
#[derive(Debug)]
pub(super) struct Burn {
    calls: Calls,
    /// The share of calls that may be bad.
    budget: f64,
    /// The least number of calls in the long window.
    least: u64,
    pairs: Vec<Pair>,
}

#[derive(Debug)]
struct Pair {
    factor: f64,
    short: Track,
    long: Track,
}

impl Calls {
    /// Returns the bad calls and all calls of each group, and those in the bucket of an estimate.
    fn sums(&self) -> BTreeMap<String, Vec<u64>> {
        let bad = match &self.bad {
            Bad::Counted(selected, read) => selected.sums(*read),
            Bad::Estimated(bucket, _) => return self.all.sums(Read::Around(*bucket)),
        };
        let all = self.all.sums(Read::Count).into_iter();
        let of = |group: &str| bad.get(group).and_then(|bad| bad.first()).copied();
        all.map(|(group, all)| {
            let bad = of(&group).unwrap_or_default();
            let all = all.first().copied().unwrap_or_default();
            (group, vec![bad, all])
        })
        .collect()
    }

    /// Returns the share of bad calls.
    fn share(&self, counted: &Counted) -> f64 {
        let Bad::Estimated(_, late) = self.bad else {
            return counted.share();
        };
        let at = |index: usize| float(counted.counts().get(index).copied().unwrap_or_default());
        (at(0) + late * at(2)) / at(1)
    }
}

impl Burn {
    /// Burn rates that are not reached even if all calls fail are omitted.
    pub(super) fn new(calls: Calls, target: f64, least: u64, windows: &[BurnWindows]) -> Self {
        let budget = 1.0 - target;
        let reached = windows
            .iter()
            .filter(|windows| windows.factor * budget < 1.0);
        let pairs = reached.map(|windows| Pair {
            factor: windows.factor,
            short: Track::new(windows.short),
            long: Track::new(windows.long),
        });
        Self {
            calls,
            budget,
            least,
            pairs: pairs.collect(),
        }
    }

    /// Whether it can fire at all.
    pub(super) const fn can_fire(&self) -> bool {
        !self.pairs.is_empty()
    }

    pub(super) const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Returns the lowest burn rate for which it fires.
    pub(super) fn lowest(&self) -> f64 {
        self.pairs
            .iter()
            .map(|pair| pair.factor)
            .fold(f64::INFINITY, f64::min)
    }

    /// Returns the pairs of windows with their burn rates.
    pub(super) fn windows(&self) -> impl Iterator<Item = (f64, Duration, Duration)> {
        let pairs = self.pairs.iter();
        pairs.map(|pair| (pair.factor, pair.short.window(), pair.long.window()))
    }

    /// Returns how many times too fast the budget is spent, for the groups in which the condition holds,
    /// and for the others.
    pub(super) fn values(&mut self, now: Now, room: &mut usize) -> (Values, Values) {
        let sums = self.calls.sums();
        let (mut burning, mut others) = (Values::new(), Values::new());
        for pair in &mut self.pairs {
            pair.short.record(now.at, &sums, room);
            pair.long.record(now.at, &sums, room);
            let long = pair.long.counted();
            for (group, short) in pair.short.counted() {
                let rate = self.calls.share(&short) / self.budget;
                let burns = rate > pair.factor
                    && long.get(&group).is_some_and(|long| {
                        self.calls.share(long) / self.budget > pair.factor
                            && calls(long) >= float(self.least)
                    });
                let values = if burns { &mut burning } else { &mut others };
                values.entry(group).or_insert(rate);
            }
        }
        others.retain(|group, _| !burning.contains_key(group));
        (burning, others)
    }

    /// Returns the bytes of what is kept, and the groups for which there was no room.
    pub(super) fn kept(&self) -> (usize, usize) {
        let tracks = self.pairs.iter().flat_map(|pair| [&pair.short, &pair.long]);
        tracks.fold((0, 0), |(bytes, left_out), track| {
            (bytes + track.bytes(), left_out + track.left_out)
        })
    }
}

/// Returns the calls in a window, or since the start of the process, as the rule for Prometheus does.
fn calls(counted: &Counted) -> f64 {
    let all = counted.counts().get(1).copied().unwrap_or_default();
    float(all) * counted.scale()
}
