//! `#[instrument_stage]`: a function that is measured as a stage of a catalog.

mod args;
mod body;
mod event_args;
mod expand;
mod expand_span;
mod function;
mod judge;
mod model;
mod returned;
mod span_args;
mod tail;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::diagnostic::Errors;

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let read = |input: ParseStream<'_>| Ok(args::Args::read(input, &mut errors));
    let args = read.parse2(args);
    let args = errors.ok(args);
    let function = errors.ok(syn::parse2(item.clone()));
    let site = args
        .zip(function)
        .and_then(|(args, function)| model::Site::read(args, function, &mut errors));
    match site {
        Some(site) if errors.len() == 0 => expand::tokens(&site),
        _ => [item, errors.into_tokens()].into_iter().collect(),
    }
}
