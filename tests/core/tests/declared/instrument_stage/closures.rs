//! The signature determines the type of a returned closure, as without the attribute.

use std::{collections::HashMap, fmt};

use futures_util::FutureExt;
use glyph_core::{Outcome, instrument_stage};

use crate::instrument_stage::tally::{assert_ended, stage};

#[instrument_stage(stage::call, labels(function = "closures: same"))]
fn same<T>() -> impl Fn(&T) -> &T {
    |x| x
}

#[instrument_stage(stage::call, labels(function = "closures: shortest"))]
fn shortest<'t, T: AsRef<str> + 't>(
    least: usize,
) -> impl for<'a> FnMut(&'a [T], &'t T) -> Option<&'a T> + 't {
    move |texts, least_of_all| {
        let longer = |text: &&'_ T| text.as_ref().len() >= least.max(least_of_all.as_ref().len());
        texts.iter().find(longer)
    }
}

#[instrument_stage(stage::call, labels(function = "closures: async"))]
async fn length() -> impl Fn(String, &mut Vec<u8>) -> usize {
    |text: String, bytes: &mut Vec<u8>| {
        bytes.extend(text.bytes());
        bytes.len()
    }
}

#[instrument_stage(stage::call, labels(function = "closures: shown"))]
fn shown(text: &str) -> impl Fn(&mut fmt::Formatter, &dyn fmt::Display) -> fmt::Result {
    move |formatter, other| write!(formatter, "{text}{other}")
}

#[instrument_stage(stage::call, labels(function = "closures: function"))]
fn function() -> impl Fn(&str) -> &str + Send + Sync + 'static {
    str::trim
}

struct Table<Key, Value>(HashMap<Key, Value>);

impl<Key: std::hash::Hash + Eq, Value> Table<Key, Value> {
    #[instrument_stage(stage::call, labels(function = "closures: method"))]
    fn look_up<'t>(&'t self) -> impl Fn(&Key) -> Option<&'t Value> {
        |key| self.0.get(key)
    }

    #[instrument_stage(stage::call, labels(function = "closures: of self"))]
    fn swap() -> impl FnOnce(Self, &mut Self) -> Self {
        |new, old| std::mem::replace(old, new)
    }
}

struct Shown<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>, &dyn fmt::Display) -> fmt::Result> fmt::Display for Shown<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(formatter, &'!')
    }
}

#[test]
fn arguments_of_a_returned_closure_need_no_types() {
    assert_eq!(same()(&7), &7);
    assert_ended("closures: same", &[Outcome::Ok]);
    let texts = ["a".to_owned(), "four".to_owned()];
    let two = "two".to_owned();
    assert_eq!(shortest(1)(&texts, &two), Some(&texts[1]));
    assert_ended("closures: shortest", &[Outcome::Ok]);
    assert_eq!(Shown(shown("text")).to_string(), "text!");
    assert_ended("closures: shown", &[Outcome::Ok]);
    assert_eq!(function()(" a "), "a");
    assert_ended("closures: function", &[Outcome::Ok]);
}

#[test]
fn closure_of_an_async_function_needs_written_types() {
    let length = length().now_or_never().unwrap();
    assert_eq!(length("four".to_owned(), &mut vec![1]), 5);
    assert_ended("closures: async", &[Outcome::Ok]);
}

#[test]
fn types_of_the_surrounding_block_are_in_scope() {
    let mut table = Table(HashMap::from([(1, "one")]));
    assert_eq!(table.look_up()(&1), Some(&"one"));
    assert_ended("closures: method", &[Outcome::Ok]);
    let old = Table::swap()(Table(HashMap::new()), &mut table);
    assert!(table.0.is_empty() && old.0.len() == 1);
    assert_ended("closures: of self", &[Outcome::Ok]);
}
