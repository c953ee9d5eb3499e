//! `#[label(never)]`: a type that is allowed in spans and logs, never as a label.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path};

use super::args::EnumArgs;
use crate::{diagnostic::Errors, home::hidden_module};

/// An implementation of `Label` that every declaration rejects. Without one, rustc could only say
/// that the type is not a label; with one, the error names `#[label(never)]`.
pub(super) fn tokens(
    input: &DeriveInput,
    args: &EnumArgs,
    root: &Path,
    errors: &mut Errors,
) -> TokenStream {
    let rt = hidden_module(root);
    let message = "a `#[label(never)]` type has no label values: remove this";
    for text in args.rename_all.iter().chain(&args.name) {
        errors.at(text, message);
    }
    let keys = args.outcome.iter().chain(&args.serde);
    for key in keys.chain(&args.not_secret).chain(&args.skipped) {
        errors.at(key, message);
    }
    let ident = &input.ident;
    let name = ident.to_string();
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let rejection =
        format!("`{name}` is `#[label(never)]`: put it in `fields(..)` of a span instead");
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::Label for #ident #ty_generics #where_clause {
            const VALUES: #rt::core::option::Option<&'static [&'static #rt::core::primitive::str]> =
                #rt::core::option::Option::None;
            const NEVER: #rt::core::option::Option<&'static #rt::core::primitive::str> =
                #rt::core::option::Option::Some(#name);
            const ANY: Self = #rt::core::panic!(#rejection);
            fn digit(
                &self,
                _: #rt::core::option::Option<(&#rt::OpenValues, #rt::core::primitive::usize)>,
            ) -> #rt::core::primitive::usize {
                0
            }
            fn literal(_: #rt::core::primitive::usize, _: &'static #rt::core::primitive::str) -> Self {
                // Not reachable: every declaration with this type fails to compile.
                loop {}
            }
            fn with_text<R>(&self, read: impl #rt::core::ops::FnOnce(&#rt::core::primitive::str) -> R) -> R {
                read("")
            }
        }
    }
}
