//! The procedural macros of glyph.
//!
//! They are documented where users find them, at their re-export in `glyph-runtime`.
#![expect(
    missing_docs,
    reason = "documented at the re-export in glyph-runtime, where examples compile"
)]

mod arguments;
mod diagnostic;
mod inert;
mod instrument_stage;
mod instrument_stages;
mod label;
mod label_name;
mod label_set;
mod lifetimes;
mod metric_catalog;
mod outcome;
mod runtime_path;
mod span_site;
mod suggestion;

use proc_macro::TokenStream;

#[proc_macro_derive(Label, attributes(label))]
pub fn derive_label(item: TokenStream) -> TokenStream {
    label::expand(item.into()).into()
}

#[proc_macro_derive(LabelSet, attributes(label))]
pub fn derive_label_set(item: TokenStream) -> TokenStream {
    label_set::expand(item.into()).into()
}

#[proc_macro_derive(Outcome, attributes(outcome))]
pub fn derive_outcome(item: TokenStream) -> TokenStream {
    outcome::expand(item.into()).into()
}

#[proc_macro_attribute]
pub fn metric_catalog(args: TokenStream, item: TokenStream) -> TokenStream {
    metric_catalog::expand(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn instrument_stage(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stage::expand(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn instrument_stages(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument_stages::expand(args.into(), item.into()).into()
}
