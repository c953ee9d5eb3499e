//! The current trace and baggage, and how they reach other tasks and processes.

mod adapter;
mod annotated;
mod baggage;
mod correlation;
mod current;
mod exemplar_filter;
pub(crate) mod function_names;
mod in_context;
pub(crate) mod kept;
pub mod propagation;
mod remote;
pub(crate) mod stage_recorder;
mod unsampled;

pub use adapter::connect;
pub(crate) use adapter::{function_name, kept_exemplar};
pub(crate) use annotated::Annotated;
pub(crate) use baggage::is_visible;
pub use baggage::{Baggage, BaggageError, MAX_BYTES, MAX_ENTRIES, baggage};
pub use correlation::{CorrelationId, correlation_id};
pub use current::{Context, spawn, spawn_blocking};
pub(crate) use exemplar_filter::set_exemplar_filter;
pub use in_context::InContext;
pub use remote::remote;
pub use unsampled::{build_unsampled_spans, unsampled_spans_are_built};
