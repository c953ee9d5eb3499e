//! The page as a scraper reads it.

mod exposition;
mod facade;
mod open_labels;
mod telemetry;
mod tenants;
