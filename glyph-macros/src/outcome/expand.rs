//! The implementation of `ErrorOutcome`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Generics, parse_quote, spanned::Spanned};

use super::model::{Case, Ending, Error};
use crate::runtime_path::hidden_module;

pub(super) fn tokens(error: &Error) -> TokenStream {
    let rt = hidden_module(error.runtime.as_ref());
    let ident = &error.ident;
    let generics = bounded(error, &rt);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let outcome = by_case(error, &rt, "outcome", |_, outcome| {
        let outcome = Ident::new(outcome, Span::call_site());
        quote!(#rt::Outcome::#outcome)
    });
    let error_type = by_case(error, &rt, "error_type", |case, _| {
        let error_type = &case.error_type;
        quote!(#error_type)
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::ErrorOutcome for #ident #ty_generics #where_clause {
            fn outcome(&self) -> #rt::Outcome {
                #outcome
            }
            fn error_type(&self) -> &'static #rt::core::primitive::str {
                #error_type
            }
        }
    }
}

/// A match over the cases: what `own` gives for an outcome, and what the field's `method` does for `from`.
fn by_case(
    error: &Error,
    rt: &TokenStream,
    method: &str,
    own: impl Fn(&Case, &str) -> TokenStream,
) -> TokenStream {
    if !error.is_whole {
        // The program does not get as far as running it.
        return quote!(loop {});
    }
    if error.cases.is_empty() {
        return quote!(match *self {});
    }
    let method = Ident::new(method, Span::call_site());
    let arms = error.cases.iter().map(|case| {
        let path = &case.path;
        match &case.ending {
            Ending::Outcome(outcome) => {
                let value = own(case, outcome);
                quote!(#path { .. } => #value,)
            }
            Ending::From(member, ty) => {
                let inner = Ident::new("__inner", Span::mixed_site().located_at(ty.span()));
                let value = quote_spanned!(ty.span()=> #rt::ErrorOutcome::#method(#inner));
                quote!(#path { #member: #inner } => #value,)
            }
        }
    });
    quote!(match self { #(#arms)* })
}

/// The generics, with the bounds that fields of generic types ask for.
fn bounded(error: &Error, rt: &TokenStream) -> Generics {
    let mut generics = error.generics.clone();
    if generics.type_params().next().is_none() {
        return generics;
    }
    for case in &error.cases {
        if let Ending::From(_, ty) = &case.ending {
            let clause = generics.make_where_clause();
            clause.predicates.push(parse_quote!(#ty: #rt::ErrorOutcome));
        }
    }
    generics
}
