//! `#[instrument_stage]`: measures a function as a stage of a catalog.

mod args;
mod body;
mod body_variables;
mod boxed;
mod closure;
mod current_span;
mod end_labels;
mod event_args;
mod expand;
mod expand_span;
mod field_arg;
mod function;
mod model;
mod outcome_rule;
mod returned;
mod secret;
mod span_args;
mod tail;
#[cfg(test)]
mod tests;

pub(crate) use args::{Defaults, labels};
pub(crate) use function::is_function;

use proc_macro2::TokenStream;
use syn::{
    Attribute, Meta,
    parse::{ParseStream, Parser},
};

use crate::{diagnostic::Errors, home::Home, inert};

pub(crate) fn expand(home: Home, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let read =
        |input: ParseStream<'_>| Ok(args::Args::read("instrument_stage", input, &mut errors));
    let args = read.parse2(args);
    let args = errors.ok(args);
    let function = errors.ok(syn::parse2(item.clone()));
    let site = args.zip(function).and_then(|(mut args, function)| {
        let root = home.root(args.root.take(), "instrument_stage", &mut errors);
        model::InstrumentedFunction::read(args, root, function, &mut errors)
    });
    match site {
        Some(site) if errors.len() == 0 => expand::tokens(&site),
        _ => {
            let item = inert::without(item, &[secret::NAME]);
            [item, errors.into_tokens()].into_iter().collect()
        }
    }
}

/// A method measured as its `#[stage(..)]` states, or unchanged after an error.
pub(crate) fn method(
    stage: &Attribute,
    method: TokenStream,
    defaults: &mut Defaults,
    errors: &mut Errors,
) -> TokenStream {
    let before = errors.len();
    let args = stage_args(stage, errors).map(|args| args.with(defaults, errors));
    let function = errors.ok(syn::parse2(method.clone()));
    let site = args.zip(function).and_then(|((args, root), function)| {
        model::InstrumentedFunction::read(args, root, function, errors)
    });
    match site {
        Some(site) if errors.len() == before => expand::tokens(&site),
        _ => inert::without(method, &[secret::NAME]),
    }
}

fn stage_args(stage: &Attribute, errors: &mut Errors) -> Option<args::Args> {
    let Meta::List(_) = &stage.meta else {
        errors.at(
            &stage.meta,
            "expected `#[stage(stage::stt, ..)]`, with the arguments of `#[instrument_stage]`",
        );
        return None;
    };
    let args = stage
        .parse_args_with(|input: ParseStream<'_>| Ok(args::Args::read("stage", input, errors)));
    errors.ok(args)
}
