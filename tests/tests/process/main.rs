//! Global state of a process: its environment, what it installs, and its end.

mod callsites;
mod configuration;
mod installed;
mod refused_lookup;
mod shutdown;
mod traces_of_everything;
