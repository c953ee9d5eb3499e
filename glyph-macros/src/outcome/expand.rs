//! The implementation of `ErrorOutcome`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Generics, parse_quote, spanned::Spanned};

use super::model::{Error, OutcomeSource};
use crate::home::hidden_module;

pub(super) fn tokens(error: &Error) -> TokenStream {
    let rt = hidden_module(&error.root);
    let ident = &error.ident;
    let generics = bounded(error, &rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    // In one method, so that rustc reports a field without an outcome once.
    let both = by_case(error, &rt);
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::ErrorOutcome for #ident #ty_generics #where_clause {
            fn outcome(&self) -> #rt::Outcome {
                #rt::ErrorOutcome::told(self).0
            }
            fn error_type(&self) -> &'static #rt::core::primitive::str {
                #rt::ErrorOutcome::told(self).1
            }
            fn told(&self) -> (#rt::Outcome, &'static #rt::core::primitive::str) {
                #both
            }
        }
    }
}

/// A match over the cases: the outcome and the error type of each, or those of the `from` field.
fn by_case(error: &Error, rt: &TokenStream) -> TokenStream {
    if !error.is_whole {
        // It never runs: an error was reported.
        return quote!(loop {});
    }
    if error.cases.is_empty() {
        return quote!(match *self {});
    }
    let arms = error.cases.iter().map(|case| {
        let path = &case.path;
        match &case.source {
            OutcomeSource::Outcome(outcome) => {
                let outcome = Ident::new(outcome, Span::call_site());
                let error_type = &case.error_type;
                quote!(#path { .. } => (#rt::Outcome::#outcome, #error_type),)
            }
            OutcomeSource::From(member, ty) => {
                let inner = Ident::new("__inner", Span::mixed_site().located_at(ty.span()));
                let value = quote_spanned!(ty.span()=> #rt::ErrorOutcome::told(#inner));
                quote!(#path { #member: #inner } => #value,)
            }
        }
    });
    quote!(match self { #(#arms)* })
}

/// The generics, with the bounds that `from` fields of generic types need.
fn bounded(error: &Error, rt: &TokenStream) -> Generics {
    let mut generics = error.generics.clone();
    if generics.type_params().next().is_none() {
        return generics;
    }
    for case in &error.cases {
        if let OutcomeSource::From(_, ty) = &case.source {
            let clause = generics.make_where_clause();
            clause.predicates.push(parse_quote!(#ty: #rt::ErrorOutcome));
        }
    }
    generics
}
