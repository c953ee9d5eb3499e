//! A thread without a capture does not disable a callsite for threads with one.

use std::thread;

use glyph_core::testing;
use tracing::{info, trace_span};

const THREADS: usize = 32;

#[test]
fn threads_with_and_without_a_capture_share_a_callsite() {
    fn place(times: usize) {
        for _ in 0..times {
            trace_span!("crowded").in_scope(|| info!("here"));
        }
    }
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                if thread % 2 == 0 {
                    return place(100);
                }
                for times in 1..20 {
                    let captured = testing::capture();
                    place(times);
                    assert_eq!(captured.spans().len(), times);
                    assert_eq!(captured.events().len(), times);
                }
            });
        }
    });
}
