//! The source location of a failed lookup's message. One test, since the panic hook is global.

use std::{
    panic::{catch_unwind, set_hook, take_hook},
    sync::mpsc,
};

use glyph_runtime::{Counter, Status, metric_catalog, testing};
use glyph_tests::children::alone;
use glyph_tests::wait;

#[metric_catalog(namespace = "failed_lookup")]
struct Metrics {
    /// Jobs that ended.
    jobs: Counter,
}

#[test]
fn failed_lookup_panics_at_the_caller() {
    alone(|| {
        let (sender, seen) = mpsc::channel();
        set_hook(Box::new(move |info| {
            let place = info.location().map(|at| (at.file().to_owned(), at.line()));
            let _ = sender.send(place);
        }));
        let line = line!() + 3;
        let refused = catch_unwind(|| {
            let jobs = testing::capture().counter(&Metrics::global().jobs);
            let _ = jobs.with(Status::Ok);
        });
        drop(take_hook());
        assert!(refused.is_err());
        assert_eq!(
            wait::received("the place of the panic", &seen),
            Some((file!().to_owned(), line))
        );
    });
}
