//! Captured spans in a process without any other subscriber. One test, since a second one could
//! install one.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::thread;

use glyph_runtime::testing;
use glyph_tests::children::alone;
use tracing::{info, trace_span};

#[test]
fn callsite_first_used_by_another_thread_is_captured() {
    alone(|| {
        fn place() {
            trace_span!("place").in_scope(|| info!("here"));
        }
        let captured = testing::capture();
        thread::spawn(place).join().unwrap();
        place();
        assert_eq!(captured.spans().len(), 1);
        assert_eq!(captured.events().len(), 1);
    });
}
