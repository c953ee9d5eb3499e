//! The struct of a catalog's scope labels, and the statics that it refers to.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{expand_checks::check, model::Catalog, scope::Scope};
use crate::diagnostic::TokenRange;

/// The struct, next to the catalog.
pub(super) fn structure(catalog: &Catalog, rt: &TokenStream) -> Option<TokenStream> {
    let scope = catalog.scope.as_ref()?;
    let (ident, vis) = (&scope.ident, &catalog.structure.vis);
    let doc = format!(
        "The scope labels of [`{}`]: every metric recorded in the scope has them.",
        catalog.structure.ident
    );
    let parameters = parameters(scope);
    let declared = parameters
        .iter()
        .map(|parameter| quote!(#parameter = #rt::String));
    let fields = scope
        .labels
        .iter()
        .zip(&parameters)
        .map(|(label, parameter)| {
            let (ident, name) = (&label.ident, &label.name);
            let doc = format!("The label `{name}`. Absent if `None` or empty.");
            quote! {
                #[doc = #doc]
                #vis #ident: #parameter,
            }
        });
    Some(quote! {
        #[doc = #doc]
        #[derive(#rt::core::clone::Clone, #rt::core::fmt::Debug)]
        #[allow(dead_code, reason = "a program may not use scopes")]
        #[must_use = "labels do nothing until code runs in their scope"]
        #vis struct #ident<#(#declared),*> { #(#fields)* }
    })
}

fn parameters(scope: &Scope) -> Vec<Ident> {
    let labels = 0..scope.labels.len();
    labels.map(|index| format_ident!("Value{index}")).collect()
}

pub(super) fn statics(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let Some(scope) = &catalog.scope else {
        return quote! {
            const __GLYPH_SCOPE_LABELS: [#rt::ScopeLabel; 0] = [];
        };
    };
    let ident = &catalog.structure.ident;
    let count = scope.labels.len();
    let labels = scope.labels.iter().map(|label| {
        let (name, max) = (&label.name, label.max);
        quote!(#rt::ScopeLabel { name: #name, max: #max })
    });
    let limit = scope.max_scopes;
    let idle = Literal::u64_suffixed(scope.idle_seconds);
    quote! {
        const __GLYPH_SCOPE_LABELS: [#rt::ScopeLabel; #count] = [#(#labels),*];
        static __GLYPH_SCOPES: #rt::Scopes = #rt::Scopes::new(#rt::ScopeParts {
            labels: &__GLYPH_SCOPE_LABELS,
            limit: #limit,
            idle_seconds: #idle,
            catalog: || -> &'static dyn #rt::AnyCatalog { #ident::global() },
        });
    }
}

/// The checks that no metric has a label of the scope.
pub(super) fn checks(catalog: &Catalog) -> TokenStream {
    let labels = catalog.scope.iter().flat_map(|scope| &scope.labels);
    let nested = (0..catalog.nested.len()).map(|index| super::expand::of_metric("NESTED", index));
    let nested = quote!(&[#(#nested),*]);
    labels
        .map(|label| {
            let name = &label.name;
            let arguments = quote!(#name, &__GLYPH_METRICS, #nested);
            check(
                TokenRange::of(&label.ident),
                "check_scope_label",
                &arguments,
            )
        })
        .collect()
}

pub(super) fn implementation(catalog: &Catalog, rt: &TokenStream) -> Option<TokenStream> {
    let scope = catalog.scope.as_ref()?;
    let (ident, vis) = (&scope.ident, &catalog.structure.vis);
    let parameters = parameters(scope);
    let bounded: Vec<_> = parameters
        .iter()
        .map(|parameter| quote!(#parameter: #rt::ScopeValue))
        .collect();
    let methods = methods(scope, vis, &bounded, rt);
    let associated = associated(scope, vis, rt);
    Some(quote! {
        #[automatically_derived]
        #[allow(dead_code, reason = "a program may not use scopes")]
        impl<#(#parameters),*> #ident<#(#parameters),*> { #methods }
        #[automatically_derived]
        #[allow(dead_code, reason = "a program may not use scopes")]
        impl #ident { #associated }
        #[automatically_derived]
        impl<#(#bounded),*> #rt::IntoScopeLabels for #ident<#(#parameters),*> {
            fn into_scope_labels(self) -> #rt::ScopeLabels {
                self.labels()
            }
        }
    })
}

/// The bounds are on the methods: rustc then reports a value of the wrong type once.
fn methods(
    scope: &Scope,
    vis: &syn::Visibility,
    bounded: &[TokenStream],
    rt: &TokenStream,
) -> TokenStream {
    // With the user's own span: rustc's errors of these bounds then have no note about the macro.
    let range = TokenRange::of(&scope.ident);
    let bounds = range.as_written(quote!(where #(#bounded),*));
    let body = range.as_written(quote!(impl #rt::ScopeBody<Output>));
    let in_scope = range.as_written(quote!(in_scope));
    let texts: Vec<_> = (0..scope.labels.len())
        .map(|index| format_ident!("text{index}"))
        .collect();
    let resolve = quote!(#rt::resolved(&__GLYPH_SCOPES, &[#(#texts),*]));
    let labels = scope.labels.iter().zip(&texts).rev();
    let resolve = labels.fold(resolve, |inside, (label, text)| {
        let ident = &label.ident;
        quote!(#rt::ScopeValue::with_scope_text(&self.#ident, |#text| #inside))
    });
    quote! {
        /// Looks the values up and returns them as scope labels.
        #vis fn labels(&self) -> #rt::ScopeLabels
        #bounds
        {
            #resolve
        }

        /// Wraps a future or a stream: it is polled and dropped in this scope.
        #vis fn scope<Work>(&self, work: Work) -> #rt::InScope<Work>
        #bounds
        {
            #rt::ScopeLabels::scope(self.labels(), work)
        }

        /// Runs `work` in this scope.
        #vis fn #in_scope<Output>(&self, work: #body) -> Output
        #bounds
        {
            #rt::ScopeLabels::in_scope(&self.labels(), work)
        }
    }
}

fn associated(scope: &Scope, vis: &syn::Visibility, rt: &TokenStream) -> TokenStream {
    let labels = scope.labels.iter();
    let fields = labels.map(|label| {
        let (ident, name) = (&label.ident, &label.name);
        quote!(#ident: values(#name))
    });
    let ident = &scope.ident;
    quote! {
        /// Returns labels with the values that `values` returns for their names, for example from
        /// headers or baggage.
        #vis fn from_values<Value: #rt::ScopeValue>(
            mut values: impl #rt::core::ops::FnMut(&'static #rt::core::primitive::str) -> Value,
        ) -> #rt::ScopeLabels {
            #ident { #(#fields),* }.labels()
        }

        /// Sets how long the series of an unused combination of values stay in `/metrics`.
        #vis fn idle_after(idle: #rt::Duration) {
            #rt::Scopes::idle_after(&__GLYPH_SCOPES, idle);
        }
    }
}
