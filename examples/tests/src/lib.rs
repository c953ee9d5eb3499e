//! Runs the example programs, for the tests of each program and for those that compare all of them
//! with the documents of the systems that they carry.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod built;
mod queries;
mod run;

pub use built::executable;
pub use queries::{found, streams};
pub use run::{Run, run, run_with};
