//! The exposition as a scraper reads it.

mod calls;
mod captured;
mod exemplar_filter;
mod exemplar_times;
mod exposition;
mod facade;
mod functions;
mod numbers;
mod open_labels;
mod proc;
mod process;
mod recorded;
mod telemetry;
mod tenants;
mod unregistered;
mod views;
mod waits;
