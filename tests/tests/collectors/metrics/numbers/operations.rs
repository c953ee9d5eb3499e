//! Operations with any numbers, and those at the edges of their types.

use std::time::Duration;

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(super) enum Operation {
    Count(u64),
    Inc,
    CountSeconds(u64),
    CountDuration(Duration),
    Add(f64),
    AddInteger(u64),
    Sub(f64),
    Step(bool),
    Set(f64),
    Observe(usize, f64),
    ObserveInteger(usize, u64),
    ObserveDuration(usize, Duration),
}

/// How an operation is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) by_facade: bool,
    pub(super) on_another_thread: bool,
}

fn floats() -> impl Strategy<Value = f64> {
    let edges = [
        0.0,
        -0.0,
        1.0,
        0.1,
        1e17,
        -1e17,
        4e9,
        4e18,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    prop_oneof![
        prop::num::f64::ANY,
        prop::sample::select(edges.to_vec()),
        -10.0..10.0
    ]
}

fn integers() -> impl Strategy<Value = u64> {
    let edges = [0, 1, 1 << 57, 1 << 62, 1 << 63, u64::MAX - 1, u64::MAX];
    prop_oneof![
        any::<u64>(),
        prop::sample::select(edges.to_vec()),
        0_u64..100
    ]
}

fn durations() -> impl Strategy<Value = Duration> {
    let long = integers().prop_map(Duration::from_secs);
    let short = integers().prop_map(Duration::from_nanos);
    prop_oneof![any::<Duration>(), Just(Duration::MAX), long, short]
}

pub(super) fn operations() -> impl Strategy<Value = Operation> {
    prop_oneof![
        integers().prop_map(Operation::Count),
        Just(Operation::Inc),
        integers().prop_map(Operation::CountSeconds),
        durations().prop_map(Operation::CountDuration),
        floats().prop_map(Operation::Add),
        integers().prop_map(Operation::AddInteger),
        floats().prop_map(Operation::Sub),
        any::<bool>().prop_map(Operation::Step),
        floats().prop_map(Operation::Set),
        (0..3_usize, floats()).prop_map(|(of, value)| Operation::Observe(of, value)),
        (0..3_usize, integers()).prop_map(|(of, value)| Operation::ObserveInteger(of, value)),
        // A histogram of bytes takes no duration.
        (0..2_usize, durations()).prop_map(|(of, value)| Operation::ObserveDuration(of * 2, value)),
    ]
}

pub(super) fn manners() -> impl Strategy<Value = Manner> {
    (any::<bool>(), any::<bool>()).prop_map(|(by_facade, on_another_thread)| Manner {
        by_facade,
        on_another_thread,
    })
}
