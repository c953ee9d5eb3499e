//! What groups of series have counted in a window of time.

use std::{
    collections::{BTreeMap, VecDeque},
    iter, mem,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use super::rule::shorter;
use crate::console::number::float;

/// The parts of a window: counts are kept at their ends.
const PARTS: u32 = 60;

/// The shortest part of a window.
const SHORTEST: Duration = Duration::from_secs(5);

/// The shortest part of a window in a rehearsal.
const SHORTEST_REHEARSED: Duration = Duration::from_secs(1);

/// The most points of a group: two more than the ends of the parts, for a moment.
const POINTS: usize = PARTS as usize + 3;

/// The bytes of a group in addition to its key and its points: its place in the map, and what the allocator
/// adds.
const GROUP: usize = 256;

/// The counts of groups in a window.
#[derive(Debug)]
pub(super) struct Track {
    window: Duration,
    /// The shortest part of the window.
    shortest: Duration,
    groups: BTreeMap<String, Group>,
    /// The last time of [`record`](Self::record).
    last: Option<Instant>,
    /// The groups for which there was no room.
    pub(super) left_out: usize,
}

/// The counts of a group at several times, the oldest first. The first one is at the start of the window or
/// before it, once there is one. All memory is there from the beginning.
#[derive(Debug)]
struct Group {
    times: VecDeque<Instant>,
    /// As many for each time as there are sums.
    counts: VecDeque<u64>,
    sums: usize,
    seen: Instant,
    size: usize,
}

/// What a group has counted.
#[derive(Debug)]
pub(super) struct Counted {
    /// Since the start of the window, or since the start of the process.
    counts: Vec<u64>,
    /// The time since then. It can be a little longer than the window.
    covered: Duration,
    window: Duration,
}

impl Track {
    pub(super) const fn new(window: Duration) -> Self {
        Self {
            window,
            shortest: SHORTEST,
            groups: BTreeMap::new(),
            last: None,
            left_out: 0,
        }
    }

    /// Divides the window for a rehearsal, before anything is recorded.
    pub(super) fn shorten(&mut self, factor: NonZeroU32) {
        self.window = shorter(self.window, factor);
        self.shortest = SHORTEST_REHEARSED;
    }

    pub(super) const fn window(&self) -> Duration {
        self.window
    }

    /// Returns the bytes that the groups take.
    pub(super) fn bytes(&self) -> usize {
        self.groups.values().map(|group| group.size).sum()
    }

    /// Adds the sums of groups. New groups take bytes from `room`.
    pub(super) fn record(
        &mut self,
        at: Instant,
        sums: &BTreeMap<String, Vec<u64>>,
        room: &mut usize,
    ) {
        let part = (self.window / PARTS).max(self.shortest);
        let start = at.checked_sub(self.window);
        // A group that had no room before may have counted long ago.
        let was_full = mem::take(&mut self.left_out) > 0;
        let before = self.last.filter(|_| !was_full);
        for (key, sums) in sums {
            if !self.groups.contains_key(key) && !self.add(key, sums.len(), (before, at), room) {
                self.left_out += 1;
            }
            if let Some(group) = self.groups.get_mut(key) {
                group.record(at, sums, part);
                group.forget(start);
            }
        }
        self.groups
            .retain(|_, group| start.is_none_or(|start| group.seen > start));
        self.last = Some(at);
    }

    /// Adds a group. If it was not there before, it has counted from zero.
    fn add(
        &mut self,
        key: &str,
        counts: usize,
        (before, at): (Option<Instant>, Instant),
        room: &mut usize,
    ) -> bool {
        let point = size_of::<Instant>() + counts * size_of::<u64>();
        let size = GROUP + key.len() + POINTS * point;
        let Some(left) = room.checked_sub(size) else {
            return false;
        };
        *room = left;
        let mut group = Group {
            times: VecDeque::with_capacity(POINTS),
            counts: VecDeque::with_capacity(POINTS * counts),
            sums: counts,
            seen: at,
            size,
        };
        if let Some(before) = before {
            group.push(before, iter::repeat_n(0, counts));
        }
        self.groups.insert(key.to_owned(), group);
        true
    }

    /// Returns what each group has counted in the window that ends with the last record.
    pub(super) fn counted(&self) -> BTreeMap<String, Counted> {
        let groups = self.groups.iter();
        let here = groups.filter(|(_, group)| Some(group.seen) == self.last);
        here.filter_map(|(key, group)| Some((key.clone(), group.counted(self.window)?)))
            .collect()
    }
}

impl Group {
    /// The last point moves until a part of the window has passed since the one before.
    fn record(&mut self, at: Instant, sums: &[u64], part: Duration) {
        let before = self.times.len().checked_sub(2);
        let before = before.and_then(|index| self.times.get(index));
        let last = self.times.back();
        let moves = before
            .zip(last)
            .is_some_and(|(before, last)| last.duration_since(*before) < part && last != before);
        if moves {
            self.times.pop_back();
            let others = self.counts.len().saturating_sub(self.sums);
            self.counts.truncate(others);
        }
        self.push(at, sums.iter().copied());
        self.seen = at;
    }

    fn push(&mut self, at: Instant, sums: impl Iterator<Item = u64>) {
        self.times.push_back(at);
        self.counts.extend(sums.take(self.sums));
    }

    /// Removes points before the start of the window, except the last of them.
    fn forget(&mut self, start: Option<Instant>) {
        let is_before =
            |time: Option<&Instant>| time.zip(start).is_some_and(|(at, start)| *at <= start);
        while is_before(self.times.get(1)) {
            self.times.pop_front();
            self.counts.drain(..self.sums.min(self.counts.len()));
        }
    }

    fn counted(&self, window: Duration) -> Option<Counted> {
        let (first, last) = (self.times.front()?, self.times.back()?);
        let latest = self.counts.len().checked_sub(self.sums)?;
        let pairs = self.counts.iter().skip(latest).zip(&self.counts);
        Some(Counted {
            // Sums fall when an idle scope is removed. Those counts are missing here.
            counts: pairs
                .map(|(last, first)| last.saturating_sub(*first))
                .collect(),
            covered: last.duration_since(*first),
            window,
        })
    }
}

impl Counted {
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Returns the first count.
    pub(super) fn first(&self) -> u64 {
        self.counts.first().copied().unwrap_or_default()
    }

    /// Returns the factor from a count to one of the whole window. As in Prometheus, a process that is
    /// younger than the window has counted nothing before its start.
    pub(super) fn scale(&self) -> f64 {
        self.window.as_secs_f64() / self.covered.max(self.window).as_secs_f64()
    }

    /// Returns the share of the first count in the second one.
    pub(super) fn share(&self) -> f64 {
        let at = |index: usize| float(self.counts.get(index).copied().unwrap_or_default());
        at(0) / at(1)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        time::{Duration, Instant},
    };

    use super::{PARTS, POINTS, Track};

    const STEP: Duration = Duration::from_secs(5);

    fn sums(key: &str, count: u64) -> BTreeMap<String, Vec<u64>> {
        BTreeMap::from([(key.to_owned(), vec![count])])
    }

    fn count(track: &Track, key: &str) -> Option<u64> {
        track.counted().get(key).map(super::Counted::first)
    }

    #[test]
    fn window_has_what_was_counted_in_it() {
        let mut track = Track::new(Duration::from_secs(60));
        let (begun, mut room) = (Instant::now(), 1 << 20);
        for number in 0..30_u32 {
            track.record(
                begun + STEP * number,
                &sums("a", u64::from(number)),
                &mut room,
            );
            let expected = u64::from(number.min(12));
            assert_eq!(count(&track, "a"), Some(expected), "at {number}");
        }
    }

    #[test]
    fn long_window_keeps_a_limited_number_of_points() {
        let mut track = Track::new(Duration::from_secs(6 * 3600));
        let (begun, mut room) = (Instant::now(), 1 << 20);
        for number in 0..10_000_u32 {
            track.record(
                begun + STEP * number,
                &sums("a", u64::from(number)),
                &mut room,
            );
        }
        let group = track.groups.values().next();
        let points = group.map(|group| (group.times.len(), group.counts.len()));
        let is_limited = |(times, counts): (usize, usize)| {
            times == counts && times > PARTS as usize && times <= POINTS
        };
        assert!(points.is_some_and(is_limited), "{points:?}");
        let room = group.map(|group| (group.times.capacity(), group.counts.capacity()));
        assert_eq!(room, Some((POINTS, POINTS)));
        let counted = count(&track, "a").unwrap_or_default();
        assert!((4320..=4320 + 73).contains(&counted), "{counted}");
    }

    #[test]
    fn group_that_appears_later_has_counted_from_zero() {
        let mut track = Track::new(Duration::from_secs(60));
        let (begun, mut room) = (Instant::now(), 1 << 20);
        track.record(begun, &sums("a", 100), &mut room);
        assert_eq!(count(&track, "a"), Some(0), "it was there before");
        let mut both = sums("a", 100);
        both.extend(sums("b", 3));
        track.record(begun + STEP, &both, &mut room);
        assert_eq!((count(&track, "a"), count(&track, "b")), (Some(0), Some(3)));
    }

    #[test]
    fn group_that_had_no_room_has_not_counted_from_zero() {
        let mut track = Track::new(Duration::from_secs(60));
        let begun = Instant::now();
        track.record(begun, &sums("a", 1_000_000), &mut 0);
        assert_eq!((track.left_out, count(&track, "a")), (1, None));
        track.record(begun + STEP, &sums("a", 1_000_000), &mut 5000);
        assert_eq!((track.left_out, count(&track, "a")), (0, Some(0)));
        track.record(begun + STEP * 2, &sums("a", 1_000_002), &mut 0);
        assert_eq!(count(&track, "a"), Some(2));
    }

    #[test]
    fn groups_without_room_are_counted_and_old_ones_make_room() {
        let mut track = Track::new(Duration::from_secs(60));
        let begun = Instant::now();
        let mut room = 5000;
        let many: BTreeMap<_, _> = (0..20).map(|group| (group.to_string(), vec![1])).collect();
        track.record(begun, &many, &mut room);
        assert!(
            track.left_out > 0 && track.left_out < 20,
            "{}",
            track.left_out
        );
        assert!(track.bytes() <= 5000, "{}", track.bytes());
        track.record(begun + Duration::from_secs(61), &BTreeMap::new(), &mut room);
        assert_eq!(track.bytes(), 0);
    }
}
