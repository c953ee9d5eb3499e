//! What the declaring macros make of a declaration, under whatever lints and names surround it.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

mod descriptor;
mod lists;
pub mod public;
mod shadowed;
mod surroundings;
