//! `#[metric_catalog]`: a struct whose fields are the metrics of a program.

mod aggregate;
mod args;
mod artifact;
mod buckets;
mod expand;
mod expand_checks;
mod expand_global;
mod expand_names;
mod expand_scope;
mod expand_stage;
mod expand_stage_block;
mod expand_stage_end;
mod expand_stage_module;
mod field;
mod label_texts;
mod metric_name;
mod model;
mod quantity;
mod role;
mod scope;
mod scope_args;
mod sign;
mod stage;
mod stage_args;
mod type_ranges;
mod unit;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Fields, GenericParam, Generics, ItemStruct,
    parse::{ParseStream, Parser},
};

use crate::{diagnostic::Errors, home::Home, lifetimes::named_lifetime};

pub(crate) fn expand(home: Home, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let tokens = match catalog(item.clone(), &mut errors) {
        Some(structure) => {
            let args = args::CatalogArgs::parser(&mut errors).parse2(args);
            let args = errors.ok(args).unwrap_or_default();
            let model = model::Catalog::read(structure, args, home, &mut errors);
            expand::tokens(&model)
        }
        None => item,
    };
    let errors = errors.into_items();
    quote!(#tokens #errors)
}

/// The item, if it can be a catalog.
fn catalog(item: TokenStream, errors: &mut Errors) -> Option<ItemStruct> {
    let message = "expected a struct with named fields, one for each metric";
    let Ok(mut structure) = syn::parse2::<ItemStruct>(item.clone()) else {
        errors.at(without_attributes(item), message);
        return None;
    };
    if !matches!(structure.fields, Fields::Named(_)) {
        errors.at(&structure.ident, message);
        return None;
    }
    let params = &structure.generics.params;
    if params
        .iter()
        .all(|param| matches!(param, GenericParam::Lifetime(_)))
    {
        reject_undeclared_lifetimes(&structure, errors);
        // rustc suggests `struct Metrics<'a>` if a label set in it lacks its lifetime. A catalog is a
        // `static`, so all lifetimes in it are `'static`, and the parameters can be removed.
        structure.generics = Generics::default();
    } else {
        let generics = structure.generics.to_token_stream();
        errors.at(
            generics,
            "a catalog cannot be generic, it has one instance: remove the generics",
        );
        return None;
    }
    Some(structure)
}

/// Reports a lifetime that the struct does not declare: it would become `'static` with the others.
fn reject_undeclared_lifetimes(structure: &ItemStruct, errors: &mut Errors) {
    let declared: Vec<_> = structure
        .generics
        .lifetimes()
        .map(|of| &of.lifetime)
        .collect();
    for field in &structure.fields {
        if let Some(lifetime) = named_lifetime(&field.ty, &declared) {
            let message = format!("lifetime `{lifetime}` is not declared: write `'_`");
            errors.at(lifetime, message);
        }
    }
}

/// The item after its attributes.
fn without_attributes(item: TokenStream) -> TokenStream {
    let read = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<TokenStream>()
    };
    read.parse2(item.clone()).unwrap_or(item)
}

#[cfg(test)]
mod tests;
