//! The block with its methods measured.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::block::{Block, Item, Stage};
use crate::{
    diagnostic::{Errors, attribute},
    instrument_stage::{Defaults, method},
};

pub(super) fn tokens(block: &Block, defaults: &mut Defaults, errors: &mut Errors) -> TokenStream {
    if block.items.iter().all(|item| item.stages.is_empty()) {
        let head = block.head.first();
        errors.push(syn::Error::new(
            attribute(head),
            "no method here has `#[stage(..)]`; it takes the arguments of `#[instrument_stage]`",
        ));
    }
    let items = block
        .items
        .iter()
        .map(|item| measured(item, defaults, errors));
    let mut braces = Group::new(block.braces.delimiter(), items.collect());
    braces.set_span(block.braces.span());
    let head = &block.head;
    quote!(#(#head)* #braces)
}

fn measured(item: &Item, defaults: &mut Defaults, errors: &mut Errors) -> TokenStream {
    let Some((stage, more)) = item.stages.split_first() else {
        return item.tokens.clone();
    };
    let attribute = &stage.attribute;
    for stage in more {
        errors.at(&stage.attribute, "duplicate `#[stage(..)]`: remove one");
    }
    if !item.is_method {
        errors.at(attribute, "`#[stage(..)]` goes on a method in this block");
        return item.tokens.clone();
    }
    if !item.is_conditional && stage.condition.is_none() {
        return method(attribute, item.tokens.clone(), defaults, errors);
    }
    // Under another configuration this method is absent: a later one checks the block's labels too.
    let stages = defaults.stages.clone();
    let measured = conditional(stage, &item.tokens, defaults, errors);
    defaults.stages = stages;
    measured
}

/// A method that is absent, or not measured, under some configurations.
fn conditional(
    stage: &Stage,
    plain: &TokenStream,
    defaults: &mut Defaults,
    errors: &mut Errors,
) -> TokenStream {
    let attribute = &stage.attribute;
    let Some((condition, others)) = &stage.condition else {
        return method(attribute, plain.clone(), defaults, errors);
    };
    let measured = method(attribute, quote!(#(#[#others])* #plain), defaults, errors);
    quote! {
        #[cfg(#condition)]
        #measured
        #[cfg(not(#condition))]
        #plain
    }
}
