//! `#[metric_catalog]`: a struct whose fields are the metrics of a program.

mod aggregate;
mod args;
mod artifact;
mod buckets;
mod expand;
mod expand_checks;
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
mod unit;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Fields, GenericParam, Generics, ItemStruct, parse::Parser};

use crate::{diagnostic::Errors, home::Home};

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
    let errors = errors.into_tokens();
    quote!(#tokens #errors)
}

/// The item, if it can be a catalog.
fn catalog(item: TokenStream, errors: &mut Errors) -> Option<ItemStruct> {
    let message = "expected a struct with named fields, one for each metric";
    let Ok(mut structure) = syn::parse2::<ItemStruct>(item.clone()) else {
        errors.at(item, message);
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

#[cfg(test)]
mod tests;
