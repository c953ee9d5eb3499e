//! Support for the runtime. Not public API.

pub use crate::{
    metric::CurrentTrace,
    span::{ParentSpanId, SpanCallsite, SpanParent, Traces, TypeName, connect, parent_span},
};
