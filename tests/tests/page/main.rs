//! The exposition as a scraper reads it.

mod captured;
mod exposition;
mod facade;
mod open_labels;
mod recorded;
mod telemetry;
mod tenants;
mod unregistered;
mod waits;
