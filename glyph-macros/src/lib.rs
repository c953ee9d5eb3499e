//! Procedural macros of glyph. Use them through `glyph-core` or `glyph-runtime`.
//!
//! | macro | what it does |
//! |---|---|
//! | `#[metric_catalog]` | makes a struct a catalog of metrics, and generates its stages and its scope |
//! | `#[derive(Label)]` | makes a type a label |
//! | `#[derive(LabelSet)]` | makes a struct a set of labels |
//! | `#[derive(Outcome)]` | gives each variant of an error its outcome and its `error.type` |
//! | `#[instrument_stage]` | records each call of a function once |
//! | `#[instrument_stages]` | puts stages on the methods of an `impl` block or a trait |
//!
//! One example has all of them:
//!
//! ```
//! use glyph_core::{
//!     Counter, Histogram, Label, LabelSet, Outcome, Status, instrument_stage, instrument_stages,
//!     metric_catalog,
//! };
//!
//! /// A closed label: its values are `deepgram` and `elevenlabs`.
//! #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
//! pub enum Provider {
//!     Deepgram,
//!     Elevenlabs,
//! }
//!
//! /// The labels of a metric.
//! #[derive(LabelSet)]
//! pub struct Request {
//!     pub provider: Provider,
//!     pub status: Status,
//! }
//!
//! /// An error that knows which outcome it means.
//! #[derive(Debug, Outcome)]
//! pub enum SttError {
//!     #[outcome(timeout)]
//!     DeadlineExceeded,
//!     Silence,
//! }
//!
//! #[metric_catalog(namespace = "voice", stages = stage)]
//! pub struct VoiceMetrics {
//!     /// Latency of transcription.
//!     #[metric(name = "stt.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
//!     #[stage(stt, requests = requests, labels(provider: Provider))]
//!     pub stt_duration: Histogram,
//!     /// Requests to providers.
//!     pub requests: Counter<Request>,
//! }
//!
//! #[instrument_stage(stage::stt, labels(provider = "deepgram"))]
//! fn transcribe(audio: &[i16]) -> Result<usize, SttError> {
//!     if audio.is_empty() { Err(SttError::Silence) } else { Ok(audio.len()) }
//! }
//!
//! struct Elevenlabs;
//!
//! #[instrument_stages(labels(provider = "elevenlabs"))]
//! impl Elevenlabs {
//!     #[stage(stage::stt)]
//!     fn transcribe(&self, audio: &[i16]) -> Result<usize, SttError> {
//!         Ok(audio.len())
//!     }
//! }
//!
//! # fn main() {
//! transcribe(&[]).unwrap_err();
//! transcribe(&[0; 160]).unwrap();
//! Elevenlabs.transcribe(&[0; 160]).unwrap();
//!
//! let requests = |provider, status| VoiceMetrics::global().requests.value(Request { provider, status });
//! assert_eq!(requests(Provider::Deepgram, Status::Ok), 1);
//! assert_eq!(requests(Provider::Deepgram, Status::Error), 1);
//! assert_eq!(requests(Provider::Elevenlabs, Status::Ok), 1);
//! # }
//! ```
//!
//! Each macro has two entry points: `metric_catalog` expands to paths of `glyph_runtime`, and
//! `core_metric_catalog` to paths of `glyph_core`. Both crates re-export theirs under the plain
//! name and document it there, where the examples compile.
//!
//! The minimum supported Rust version is 1.88.
#![expect(
    missing_docs,
    reason = "documented at the re-exports, where the examples compile"
)]

mod arguments;
mod diagnostic;
mod home;
#[cfg(test)]
mod homes;
mod inert;
mod instrument_stage;
mod instrument_stages;
mod label;
mod label_name;
mod label_set;
mod lifetimes;
mod metric_catalog;
mod outcome;
#[expect(
    unreachable_pub,
    reason = "glyph-core has the same file, and exports it"
)]
mod secret_name;
mod span_callsite;
mod suggestion;

use proc_macro::TokenStream;

use home::Home;

#[proc_macro_derive(Label, attributes(label))]
pub fn label(item: TokenStream) -> TokenStream {
    label::expand(Home::Runtime, item.into()).into()
}

#[proc_macro_derive(CoreLabel, attributes(label))]
pub fn core_label(item: TokenStream) -> TokenStream {
    label::expand(Home::Core, item.into()).into()
}

#[proc_macro_derive(LabelSet, attributes(label))]
pub fn label_set(item: TokenStream) -> TokenStream {
    label_set::expand(Home::Runtime, item.into()).into()
}

#[proc_macro_derive(CoreLabelSet, attributes(label))]
pub fn core_label_set(item: TokenStream) -> TokenStream {
    label_set::expand(Home::Core, item.into()).into()
}

#[proc_macro_derive(Outcome, attributes(outcome))]
pub fn outcome(item: TokenStream) -> TokenStream {
    outcome::expand(Home::Runtime, item.into()).into()
}

#[proc_macro_derive(CoreOutcome, attributes(outcome))]
pub fn core_outcome(item: TokenStream) -> TokenStream {
    outcome::expand(Home::Core, item.into()).into()
}

#[proc_macro_attribute]
pub fn metric_catalog(args: TokenStream, item: TokenStream) -> TokenStream {
    metric_catalog::expand(Home::Runtime, args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn core_metric_catalog(args: TokenStream, item: TokenStream) -> TokenStream {
    metric_catalog::expand(Home::Core, args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn instrument_stage(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stage::expand(Home::Runtime, args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn core_instrument_stage(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stage::expand(Home::Core, args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn instrument_stages(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stages::expand(Home::Runtime, args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn core_instrument_stages(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stages::expand(Home::Core, args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn stage_outside_of_a_block(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stages::outside_of_a_block(args.into(), item.into()).into()
}
