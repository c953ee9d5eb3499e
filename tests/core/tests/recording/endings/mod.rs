//! Every form of call with every ending: one record of the right outcome, nothing left in flight,
//! no open span.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod blocks;
mod form;
mod functions;
mod futures;
mod record;
#[path = "../../declared/attribute_cases/records.rs"]
mod records;
mod streams;
mod table;
mod ways;

use crate::endings::table::assert_all;

#[test]
fn synchronous_functions_record_every_ending() {
    assert_all(&functions::FORMS);
}

#[test]
fn functions_returning_a_future_record_every_ending() {
    assert_all(&futures::FORMS);
}

#[test]
fn functions_returning_a_stream_record_every_ending() {
    assert_all(&streams::FORMS);
}

#[test]
fn blocks_record_every_ending() {
    assert_all(&blocks::FORMS);
}

#[test]
fn every_ending_is_recorded_once_with_records() {
    records::again_with_records("endings::");
}
