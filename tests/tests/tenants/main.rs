//! Labels that come from the scope: each tenant of a service seen apart.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

mod bounds;
mod catalog;
