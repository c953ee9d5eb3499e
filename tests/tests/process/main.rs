//! Global state of a process: its environment, what it installs, and its end.

mod callsites;
mod configuration;
mod failed_lookup;
mod installed;
mod listener;
mod shutdown;
mod traces_of_everything;
