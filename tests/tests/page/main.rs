//! The page as a scraper reads it.

mod exposition;
mod facade;
mod open_labels;
#[expect(dead_code, reason = "collectors that misbehave are for other tests")]
#[path = "../otlp_receiver/mod.rs"]
mod otlp_receiver;
mod telemetry;
mod tenants;
