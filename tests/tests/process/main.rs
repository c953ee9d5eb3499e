//! What belongs to a whole process: its environment, what it installs, and its end.

mod callsites;
mod configuration;
mod installed;
#[path = "../otlp_receiver/mod.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod otlp_receiver;
mod refused_lookup;
mod shutdown;
mod traces_of_everything;
