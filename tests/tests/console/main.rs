//! The console: its page, its API, and who may ask.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

mod api;
mod assistant;
mod audited;
mod client;
mod described;
mod guard;
mod heat_map;
mod hostile;
mod instructions;
mod live;
mod logs;
mod page;
mod program;
mod programs;
mod switch;
