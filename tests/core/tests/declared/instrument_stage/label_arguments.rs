//! Arguments that only labels and fields use, under `#[async_trait]`: they are not unused.
#![deny(warnings, reason = "a warning is what this file is about")]

use glyph_core::{Outcome, instrument_stage, instrument_stages};

use crate::instrument_stage::tally::{assert_ended, stage};

#[async_trait::async_trait]
trait Count {
    async fn count(&self, name: String) -> u8;
    async fn add(&mut self, name: String, number: u8, other: u8) -> u8;
}

struct Above(u8);

#[async_trait::async_trait]
#[instrument_stages]
impl Count for Above {
    #[stage(stage::call, labels(function = name.as_str()))]
    async fn count(&self, name: String) -> u8 {
        self.0
    }

    #[stage(stage::call, labels(function = name.trim_end()), fields(number))]
    async fn add(&mut self, name: String, number: u8, other: u8) -> u8 {
        self.0 + other
    }
}

struct Below(u8);

#[instrument_stages]
#[async_trait::async_trait]
impl Count for Below {
    #[stage(stage::call, labels(function = name.as_str()))]
    async fn count(&self, name: String) -> u8 {
        self.0
    }

    #[stage(stage::call, labels(function = name.trim_end()), fields(number))]
    async fn add(&mut self, name: String, number: u8, other: u8) -> u8 {
        self.0 + other
    }
}

struct OnMethods(u8);

#[async_trait::async_trait]
impl Count for OnMethods {
    #[instrument_stage(stage::call, labels(function = name.as_str()))]
    async fn count(&self, name: String) -> u8 {
        self.0
    }

    #[instrument_stage(stage::call, labels(function = name.as_str()), fields(number))]
    async fn add(&mut self, name: String, number: u8, other: u8) -> u8 {
        self.0 + other
    }
}

async fn call_each(mut counter: impl Count, function: &str) {
    assert_eq!(counter.count(function.to_owned()).await, 1);
    assert_eq!(counter.add(function.to_owned(), 7, 2).await, 3);
    assert_ended(function, &[Outcome::Ok; 2]);
}

#[tokio::test]
async fn arguments_of_labels_are_used_under_async_trait() {
    call_each(Above(1), "label arguments: above").await;
    call_each(Below(1), "label arguments: below").await;
    call_each(OnMethods(1), "label arguments: of methods").await;
}
