//! The server in a process of its own, called by clients in processes of theirs.
#![cfg(target_os = "linux")]
#![expect(clippy::indexing_slicing, reason = "the length was compared before")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod browser;
mod faults;
mod model;
mod ordinary;
mod recordings;
mod server;
mod store;
