//! `#[label(never)]`: a type whose values may be seen but not label.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path};

use super::args::EnumArgs;
use crate::{diagnostic::Errors, home::hidden_module};

/// An implementation of `Label` that every declaration refuses by the type's name: without one, the compiler could
/// only say that the type is no label.
pub(super) fn tokens(
    input: &DeriveInput,
    args: &EnumArgs,
    root: &Path,
    errors: &mut Errors,
) -> TokenStream {
    let rt = hidden_module(root);
    let meaningless = "a type under `#[label(never)]` has no values on the page: leave this out";
    if let Some(rename) = &args.rename_all {
        errors.at(rename, meaningless);
    }
    if let Some(outcome) = &args.outcome {
        errors.at(outcome, meaningless);
    }
    let ident = &input.ident;
    let name = ident.to_string();
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let refusal =
        format!("`{name}` is marked `#[label(never)]`: put it into `fields(..)` of a span instead");
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::Label for #ident #ty_generics #where_clause {
            const VALUES: #rt::core::option::Option<&'static [&'static #rt::core::primitive::str]> =
                #rt::core::option::Option::None;
            const NEVER: #rt::core::option::Option<&'static #rt::core::primitive::str> =
                #rt::core::option::Option::Some(#name);
            const ANY: Self = #rt::core::panic!(#refusal);
            fn digit(
                &self,
                _: #rt::core::option::Option<(&#rt::OpenValues, #rt::core::primitive::usize)>,
            ) -> #rt::core::primitive::usize {
                0
            }
            fn literal(_: #rt::core::primitive::usize, _: &'static #rt::core::primitive::str) -> Self {
                // No declaration lets a literal get here.
                loop {}
            }
            fn with_text<R>(&self, read: impl #rt::core::ops::FnOnce(&#rt::core::primitive::str) -> R) -> R {
                read("")
            }
        }
    }
}
