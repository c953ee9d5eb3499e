//! Calls of clients and consumers: catalogs by OpenTelemetry's semantic conventions, and what
//! records into them.

mod call;
pub mod database;
mod failure;
pub mod gen_ai;
pub mod messaging;

pub use call::CallEnd;
pub use failure::Failure;
