//! Labels, metrics, catalogs and stages that the compiler checks.
//!
//! This crate is the API that libraries and functions write against. A program also depends on
//! `glyph-runtime`, which re-exports all of this crate and exports what is recorded.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod catalog;
mod clock;
mod descriptor;
mod hex;
mod isolation;
pub mod label;
mod macros;
pub mod metric;
pub mod scope;
mod span;
pub mod stage;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod wait;
mod within;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[doc(hidden)]
#[path = "runtime.rs"]
pub mod __runtime;

pub use catalog::Catalog;
pub use descriptor::buckets;
pub use label::{Label, LabelSet, Status};
pub use macros::{Label, LabelSet, Outcome, instrument_stage, instrument_stages, metric_catalog};
pub use metric::{Counter, Exemplar, Gauge, Histogram};
pub use span::Secret;
pub use stage::Outcome;
