//! `#[instrument_stage]`: measures a function as a stage of a catalog.

mod args;
mod argument_uses;
mod block_labels;
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
mod stream_items;
mod tail;
#[cfg(test)]
mod tests;

pub(crate) use args::labels;
pub(crate) use block_labels::Defaults;
pub(crate) use function::is_function;

use function::Function;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Ident, Meta, Path, Token, Visibility,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    diagnostic::{Errors, attribute},
    home::Home,
    inert,
};

pub(crate) fn expand(home: Home, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if let Some(error) = wrong_item(&item) {
        errors.push(error);
        let item = inert::without(item, &[secret::NAME, "stage"]);
        let errors = errors.into_items();
        return quote!(#item #errors);
    }
    let read = |input: ParseStream<'_>| {
        let whole = attribute(&item);
        Ok(args::Args::read(
            "instrument_stage",
            whole,
            input,
            &mut errors,
        ))
    };
    let args = read.parse2(args);
    let args = errors.ok(args);
    let function = errors.ok(syn::parse2(item.clone()));
    let site = args.zip(function).and_then(|(mut args, function)| {
        let import = args.root.as_mut().and_then(imported);
        let root = home.root(args.root.take(), "instrument_stage", &mut errors);
        let site = model::InstrumentedFunction::read(args, root, function, &mut errors)?;
        Some((site, import))
    });
    match site {
        Some((site, import)) => {
            let errors = errors.into_items();
            expand::tokens(&site, &quote!(#import #errors))
        }
        None => unmeasured(item, errors),
    }
}

/// The import of the crate after `crate =`, which then has another name: rustc reports a path that does not
/// exist once, in the import.
fn imported(root: &mut Path) -> Option<TokenStream> {
    let first = root.segments.first()?.ident.clone();
    let is_keyword = ["$crate", "crate", "self", "super", "Self"].contains(&&*first.to_string());
    if is_keyword && root.segments.len() == 1 {
        return None;
    }
    let name = Ident::new("__glyph_crate", first.span());
    let path = std::mem::replace(root, name.clone().into());
    Some(quote!(use #path as #name;))
}

/// A method measured as its `#[stage(..)]` states, or as far as its errors allow.
pub(crate) fn method(
    stage: &Attribute,
    method: TokenStream,
    defaults: &mut Defaults,
    errors: &mut Errors,
) -> TokenStream {
    let args = stage_args(stage, errors);
    let function: Option<Function> = errors.ok(syn::parse2(method.clone()));
    let borrows_self = function
        .as_ref()
        .is_some_and(|function| block_labels::borrows_self(&function.signature));
    let args = args.map(|args| args.with(defaults, borrows_self, errors));
    let site = args.zip(function).and_then(|((args, root), function)| {
        model::InstrumentedFunction::read(args, root, function, errors)
    });
    match site {
        Some(site) => expand::tokens(&site, &TokenStream::new()),
        None => inert::without(method, &[secret::NAME]),
    }
}

/// The item without a stage, with its errors where they hide no others.
pub(crate) fn unmeasured(item: TokenStream, errors: Errors) -> TokenStream {
    let item = inert::without(item, &[secret::NAME]);
    if let Ok(function) = syn::parse2::<Function>(item.clone()) {
        let (errors, body) = (errors.into_items(), function.body.stream());
        return function.with_body(&quote!(#errors #body));
    }
    // The signature of a method without a body is among the items of a trait.
    let errors = if is_signature(item.clone()) {
        errors.into_bare_tokens()
    } else {
        errors.into_items()
    };
    quote!(#item #errors)
}

/// The error of an item that is not a function.
fn wrong_item(item: &TokenStream) -> Option<syn::Error> {
    let read = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        let rest = input.fork();
        input.parse::<Visibility>()?;
        let is_function = is_function(input);
        let is_block = input.peek(Token![impl]) || input.peek(Token![trait]);
        input.parse::<TokenStream>()?;
        let message = if is_block {
            "for the methods of a block, write `#[instrument_stages]`, and `#[stage(..)]` on each method"
        } else {
            "`#[instrument_stage]` goes on a function or a method"
        };
        let error = syn::Error::new_spanned(rest.parse::<TokenStream>()?, message);
        Ok((!is_function).then_some(error))
    };
    read.parse2(item.clone()).ok().flatten()
}

/// Whether the item is a function without a body.
fn is_signature(item: TokenStream) -> bool {
    let read = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let is_function = is_function(input);
        input.parse::<TokenStream>()?;
        Ok(is_function)
    };
    read.parse2(item).is_ok_and(|is_function| is_function)
}

fn stage_args(stage: &Attribute, errors: &mut Errors) -> Option<args::Args> {
    let Meta::List(_) = &stage.meta else {
        errors.at(
            &stage.meta,
            "expected `#[stage(stage::stt, ..)]`, with the arguments of `#[instrument_stage]`",
        );
        return None;
    };
    let whole = stage.path().span();
    let args = stage.parse_args_with(|input: ParseStream<'_>| {
        Ok(args::Args::read("stage", whole, input, errors))
    });
    errors.ok(args)
}
