//! One run of the script, and what both sides say of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use super::{
    examples::{Example, Listed},
    rules::{self, INTERVAL, Intervals, LATER, Moved},
    states::{Key, Timelines, differ, states},
};
use crate::prometheus::Prometheus;

/// The parts of the script, and for how long each is observed. The longest pending time is 30 seconds
/// here, and the longest window 10 seconds.
const SCRIPT: [(&str, Duration); 3] = [
    ("good", Duration::from_secs(6)),
    ("bad", Duration::from_secs(40)),
    ("good", Duration::from_secs(16)),
];

/// The time between two looks at both.
const LOOK: Duration = Duration::from_millis(250);

/// The time between two evaluations by the console.
const CONSOLE: Duration = Duration::from_secs(1);

/// The alerts of one run, as both sides have seen them.
pub(super) struct Run {
    console: Timelines,
    prometheus: BTreeMap<Moved, Timelines>,
    intervals: Intervals,
    /// The longest time between two looks, by which a change is seen late.
    look: Duration,
}

impl Run {
    pub(super) fn of(examples: &mut [Example], server: &Prometheus, listed: &Listed) -> Self {
        let mut run = Self {
            console: Timelines::default(),
            prometheus: rules::ALL.map(|moved| (moved, Timelines::default())).into(),
            intervals: rules::intervals(server),
            look: LOOK,
        };
        let begun = Instant::now();
        let mut end = begun;
        for (phase, time) in SCRIPT {
            for example in &mut *examples {
                example.process.say(phase);
            }
            end += time;
            while Instant::now() < end {
                let look = Instant::now();
                run.look(examples, server, listed, begun);
                thread::sleep(LOOK);
                run.look = run.look.max(look.elapsed());
            }
        }
        run
    }

    fn look(&mut self, examples: &[Example], server: &Prometheus, listed: &Listed, begun: Instant) {
        let states = examples.iter().flat_map(Example::states).collect();
        self.console.note(begun.elapsed(), &states);
        let states = rules::states(server, listed);
        for (moved, timelines) in &mut self.prometheus {
            timelines.note(begun.elapsed(), &states[moved]);
        }
    }

    /// How much later one side may be: an evaluation by each of them, and a scrape, because Prometheus
    /// evaluates what it has scraped before.
    fn late(&self, key: &Key) -> Duration {
        let name = (key.example.clone(), key.alert.clone());
        let late = INTERVAL + self.intervals[&name] + CONSOLE + self.look;
        assert!(late < LATER, "the looks are {:?} apart", self.look);
        late
    }

    fn keys(&self) -> BTreeSet<&Key> {
        let prometheus = self.prometheus[&Moved::Nothing].keys();
        self.console.keys().chain(prometheus).collect()
    }

    /// Both sides have seen the same.
    pub(super) fn agrees(&self) {
        let generated = &self.prometheus[&Moved::Nothing];
        let wrong = self.keys().into_iter().filter(|key| {
            let (console, generated) = (self.console.of(key), generated.of(key));
            differ(console, generated, self.late(key))
        });
        let wrong: Vec<_> = wrong
            .map(|key| {
                let (console, generated) = (self.console.of(key), generated.of(key));
                format!("{key:?}\n  console: {console:?}\n  Prometheus: {generated:?}")
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Each alert was inactive, fired, and was inactive again. The windows of objectives are not shorter
    /// than in production, so that these still fire.
    pub(super) fn has_all(&self, listed: &Listed) {
        for ((example, name), alert) in listed {
            let mut expected = vec!["pending", "firing", "inactive"];
            if alert.pending.is_zero() {
                expected.retain(|state| *state != "pending");
            }
            if alert.is_objective {
                expected.retain(|state| *state != "inactive");
            }
            let keys = self.keys().into_iter();
            let mut keys = keys.filter(|key| key.example == *example && key.alert == *name);
            let first = keys.next();
            assert!(first.is_some(), "{example}: {name} has not fired");
            for key in first.into_iter().chain(keys) {
                assert_eq!(states(self.console.of(key)), expected, "{key:?}");
            }
        }
    }

    /// Each alert whose threshold or pending time is moved in Prometheus differs from that of the console.
    pub(super) fn notices_what_is_moved(&self) {
        for moved in [Moved::Threshold, Moved::Time] {
            for key in self.keys() {
                let (console, other) = (self.console.of(key), self.prometheus[&moved].of(key));
                let is_noticed = differ(console, other, self.late(key));
                assert!(is_noticed, "{moved:?}: {key:?}\n{console:?}\n{other:?}");
            }
        }
    }
}
