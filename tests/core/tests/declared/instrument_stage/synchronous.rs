//! Synchronous functions.

use std::{num::ParseIntError, panic::catch_unwind};

use glyph_core::{Outcome, instrument_stage};

use crate::instrument_stage::tally::{Tally, assert_ended, stage};

#[test]
fn value_is_ok_and_error_is_an_error() {
    #[instrument_stage(stage::call, labels(function = "sync: result"))]
    fn parse(text: &str) -> Result<u8, ParseIntError> {
        let number = text.parse()?;
        Ok(number)
    }
    assert_eq!(parse("7"), Ok(7));
    assert!(parse("seven").is_err());
    assert_ended("sync: result", &[Outcome::Ok, Outcome::Error]);
}

#[test]
fn early_return_is_recorded() {
    #[instrument_stage(stage::call, labels(function = "sync: early return"))]
    fn first_even(numbers: &[u8]) -> Result<u8, String> {
        for number in numbers {
            if number % 2 == 0 {
                return Ok(*number);
            }
        }
        Err("all odd".into())
    }
    assert_eq!(first_even(&[1, 2]), Ok(2));
    assert!(first_even(&[1, 3]).is_err());
    assert_ended("sync: early return", &[Outcome::Ok, Outcome::Error]);
}

#[test]
fn value_other_than_a_result_is_ok() {
    #[instrument_stage(stage::call, labels(function = "sync: no result"))]
    fn nothing() {}
    #[instrument_stage(stage::call, labels(function = "sync: no result"))]
    fn none() -> Option<u8> {
        None
    }
    nothing();
    assert_eq!(none(), None);
    assert_ended("sync: no result", &[Outcome::Ok; 2]);
}

#[test]
fn result_alias_is_a_result() {
    #[instrument_stage(stage::call, labels(function = "sync: alias"))]
    fn read() -> std::io::Result<()> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    #[instrument_stage(stage::call, labels(function = "sync: alias"))]
    fn format() -> std::fmt::Result {
        Err(std::fmt::Error)
    }
    assert!(read().is_err());
    assert!(format().is_err());
    assert_ended("sync: alias", &[Outcome::Error; 2]);
}

#[test]
fn panic_is_recorded_and_propagates() {
    #[instrument_stage(stage::call, labels(function = "sync: panic"))]
    fn divide(by: u8) -> u8 {
        7 / by
    }
    assert!(catch_unwind(|| divide(0)).is_err());
    assert_ended("sync: panic", &[Outcome::Panicked]);
}

#[test]
fn diverging_function_ends_with_its_panic() {
    #[instrument_stage(stage::call, labels(function = "sync: never"))]
    fn give_up(why: &str) -> ! {
        std::panic::resume_unwind(Box::new(why.to_owned()))
    }
    assert!(catch_unwind(|| give_up("no reason")).is_err());
    assert_ended("sync: never", &[Outcome::Panicked]);
}

#[test]
fn call_is_in_flight_while_it_runs() {
    #[instrument_stage(stage::call, labels(function = "sync: in flight"))]
    fn nested(depth: u8) -> f64 {
        if depth == 0 {
            Tally::running("sync: in flight")
        } else {
            nested(depth - 1)
        }
    }
    assert_eq!(nested(2), 3.0);
    assert_ended("sync: in flight", &[Outcome::Ok; 3]);
}

#[test]
fn call_during_another_panic_has_its_own_outcome() {
    struct Cleaner;
    impl Drop for Cleaner {
        fn drop(&mut self) {
            clean();
        }
    }
    #[instrument_stage(stage::call, labels(function = "sync: while panicking"))]
    fn clean() {}
    let panic = catch_unwind(|| {
        let _cleaner = Cleaner;
        std::panic::resume_unwind(Box::new(()))
    });
    assert!(panic.is_err());
    assert_ended("sync: while panicking", &[Outcome::Ok]);
}
