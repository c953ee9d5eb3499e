//! The client of a console, in a program that serves none.

#[path = "client/mod.rs"]
pub mod client;
