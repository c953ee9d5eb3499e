//! Expansions of declarations, with any lints and names around them.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

mod conversions;
mod descriptor;
mod lists;
pub mod public;
mod shadowed;
mod single;
mod surroundings;
