//! Global state of a process: its environment, what it installs, and its end.

mod callsites;
mod configuration;
mod failed_lookup;
mod installed;
#[cfg(target_os = "linux")]
mod listener;
mod log_filter;
mod shutdown;
mod stage_spans;
mod subscribers;
mod traces_of_everything;
