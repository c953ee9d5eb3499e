//! The states of an alert, one for each group of its series.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

/// The most groups whose values are kept although the condition does not hold: as many as are shown.
pub(super) const MOST_SHOWN: usize = 100;

/// The bytes of an active group in addition to its key: its place in the map, and what the allocator adds.
const GROUP: usize = size_of::<Active>() + 128;

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(in crate::console) struct Now {
    pub(in crate::console) at: Instant,
    pub(in crate::console) time: SystemTime,
}

/// The groups of an alert.
#[derive(Debug, Default)]
pub(super) struct Groups {
    active: BTreeMap<String, Active>,
    /// The values of some groups in which the condition does not hold.
    values: BTreeMap<String, f64>,
    /// The groups for which there was no room.
    left_out: usize,
}

/// A group for which the condition holds, or has held a short time ago.
#[derive(Clone, Copy, Debug)]
pub(super) struct Active {
    pub(super) since: Now,
    /// Since when it fires. `None` while it is pending.
    pub(super) fires: Option<Now>,
    /// The condition no longer holds since then.
    ended: Option<Instant>,
    pub(super) value: f64,
}

/// How long an alert is pending, and how long it fires after its condition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) pending: Duration,
    pub(super) keep_firing: Duration,
}

impl Groups {
    /// Goes to the next states. `holds` decides for which values the condition holds. Groups that become active
    /// take bytes from `room`.
    pub(super) fn step(
        &mut self,
        now: Now,
        times: Times,
        values: BTreeMap<String, f64>,
        holds: impl Fn(f64) -> bool,
        room: &mut usize,
    ) {
        let (holding, others) = values.into_iter().partition(|(_, value)| holds(*value));
        self.step_of(now, times, &holding, others, room);
    }

    /// Goes to the next states, as Prometheus does at each evaluation of a rule: with the values of groups
    /// in which the condition holds, and of the others.
    pub(super) fn step_of(
        &mut self,
        now: Now,
        times: Times,
        holding: &BTreeMap<String, f64>,
        others: BTreeMap<String, f64>,
        room: &mut usize,
    ) {
        self.left_out = 0;
        for (group, value) in holding {
            if !self.active.contains_key(group) {
                let Some(left) = room.checked_sub(GROUP + group.len()) else {
                    self.left_out += 1;
                    continue;
                };
                *room = left;
            }
            let begun = Active {
                since: now,
                fires: None,
                ended: None,
                value: *value,
            };
            let active = self.active.entry(group.clone()).or_insert(begun);
            active.value = *value;
            active.ended = None;
            let is_due = now.at.duration_since(active.since.at) >= times.pending;
            if is_due && active.fires.is_none() {
                active.fires = Some(now);
            }
        }
        self.active
            .retain(|group, active| holding.contains_key(group) || active.lasts(now, times));
        self.values = others.into_iter().take(MOST_SHOWN).collect();
    }

    /// Returns the bytes of the active groups, and the groups for which there was no room.
    pub(super) fn kept(&self) -> (usize, usize) {
        let keys = self.active.keys().map(String::len);
        (
            self.active.len() * GROUP + keys.sum::<usize>(),
            self.left_out,
        )
    }

    /// Returns the groups that are active.
    pub(super) fn active(&self) -> impl Iterator<Item = (&str, Active)> {
        self.active
            .iter()
            .map(|(group, active)| (group.as_str(), *active))
    }

    /// Returns the groups that are not active, with their values.
    pub(super) fn inactive(&self) -> impl Iterator<Item = (&str, f64)> {
        let values = self.values.iter();
        values
            .filter(|(group, _)| !self.active.contains_key(*group))
            .map(|(group, value)| (group.as_str(), *value))
    }
}

impl Active {
    /// Whether it still fires, although the condition does not hold.
    fn lasts(&mut self, now: Now, times: Times) -> bool {
        let ended = *self.ended.get_or_insert(now.at);
        self.fires.is_some() && now.at.duration_since(ended) < times.keep_firing
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        time::{Duration, Instant, SystemTime},
    };

    use super::{Groups, Now, Times};

    /// Steps through the values of one group every 15 seconds, and returns its state at each: `-`, `p` or
    /// `f`.
    fn states(times: Times, values: &[f64]) -> String {
        let begun = Now {
            at: Instant::now(),
            time: SystemTime::now(),
        };
        let mut groups = Groups::default();
        let steps = (0_u32..).zip(values).map(|(number, value)| {
            let after = Duration::from_secs(15) * number;
            let now = Now {
                at: begun.at + after,
                time: begun.time + after,
            };
            let values = BTreeMap::from([(String::new(), *value)]);
            groups.step(now, times, values, |value| value > 1.0, &mut 1000);
            match groups.active().next() {
                None => '-',
                Some((_, active)) if active.fires.is_some() => 'f',
                Some(_) => 'p',
            }
        });
        steps.collect()
    }

    fn times(pending: u64, keep_firing: u64) -> Times {
        Times {
            pending: Duration::from_secs(pending),
            keep_firing: Duration::from_secs(keep_firing),
        }
    }

    #[test]
    fn alert_is_pending_before_it_fires() {
        let values = [0.0, 2.0, 2.0, 2.0, 2.0, 0.0, 2.0, 0.0];
        assert_eq!(states(times(30, 0), &values), "-ppff-p-");
        assert_eq!(states(times(0, 0), &values), "-ffff-f-");
        assert_eq!(states(times(90, 0), &values), "-pppp-p-");
    }

    #[test]
    fn alert_fires_for_some_time_after_its_condition() {
        let values = [2.0, 2.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(states(times(15, 30), &values), "pffffff--");
        assert_eq!(
            states(times(30, 30), &values[..4]),
            "pp--",
            "it has not fired"
        );
    }

    #[test]
    fn active_groups_take_their_room_and_give_it_back() {
        let now = Now {
            at: Instant::now(),
            time: SystemTime::now(),
        };
        let values = |value: f64| (0..1000).map(|group| (group.to_string(), value)).collect();
        let mut groups = Groups::default();
        let mut room = 5000;
        groups.step(
            now,
            times(0, 0),
            values(2.0),
            |value| value > 1.0,
            &mut room,
        );
        let (bytes, left_out) = groups.kept();
        assert_eq!(bytes + room, 5000);
        assert!((900..1000).contains(&left_out), "{left_out}");
        groups.step(
            now,
            times(0, 0),
            values(0.0),
            |value| value > 1.0,
            &mut room,
        );
        assert_eq!(groups.kept(), (0, 0));
        assert_eq!(groups.inactive().count(), super::MOST_SHOWN);
    }

    #[test]
    fn value_that_is_not_a_number_holds_no_condition() {
        assert_eq!(states(times(0, 0), &[f64::NAN, 2.0, f64::NAN]), "-f-");
    }
}
