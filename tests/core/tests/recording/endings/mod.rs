//! Every form of call under every way to end that it has: one record, of the right outcome, nothing left in
//! flight, and no span left open.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod blocks;
mod form;
mod functions;
mod futures;
mod record;
mod streams;
mod table;
mod ways;

use crate::endings::table::assert_all;

#[test]
fn functions_that_run_to_their_end_at_once() {
    assert_all(&functions::FORMS);
}

#[test]
fn functions_whose_work_is_a_future() {
    assert_all(&futures::FORMS);
}

#[test]
fn functions_that_return_a_stream() {
    assert_all(&streams::FORMS);
}

#[test]
fn blocks_of_a_function() {
    assert_all(&blocks::FORMS);
}
