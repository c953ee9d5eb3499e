//! The struct of a catalog's scope labels, and the statics that it refers to.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Visibility;

use super::{
    expand_checks::check,
    expand_stage_module,
    model::{Catalog, Unread},
    scope::Scope,
};
use crate::diagnostic::TokenRange;

/// The struct, in a module, and its public name.
pub(super) fn structure(catalog: &Catalog, rt: &TokenStream) -> Option<TokenStream> {
    let Some(scope) = &catalog.scope else {
        return unread(catalog);
    };
    let (ident, vis) = (&scope.ident, &catalog.structure.vis);
    let inner = expand_stage_module::inside(vis);
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
                #inner #ident: #parameter,
            }
        });
    let module = module(catalog);
    let exported = exported(scope, vis, &module);
    Some(quote! {
        mod #module {
            #[allow(unused_imports, reason = "the path of glyph can be a relative one")]
            use super::*;
            #[doc = #doc]
            #[derive(#rt::core::clone::Clone, #rt::core::fmt::Debug)]
            #[allow(dead_code, reason = "a program may not use scopes")]
            #[must_use = "labels do nothing until code runs in their scope"]
            #inner struct #ident<#(#declared),*> { #(#fields)* }
        }
        #[allow(unreachable_pub, unused_imports, reason = "a program may not use scopes")]
        #exported
    })
}

/// A name for the scope that is missing after an error.
fn unread(catalog: &Catalog) -> Option<TokenStream> {
    let Unread { scope, unknown, .. } = &catalog.unread;
    let (ident, unknown) = (scope.as_ref()?, unknown.as_ref()?);
    let vis = &catalog.structure.vis;
    Some(quote!(#vis type #ident = #unknown;))
}

/// The name of the module with the struct.
fn module(catalog: &Catalog) -> Ident {
    catalog.module_of("scope")
}

/// The import of the struct. It has the user's own span: rustc adds no note about the macro if the name is
/// taken.
fn exported(scope: &Scope, vis: &Visibility, module: &Ident) -> TokenStream {
    let ident = &scope.ident;
    let range = TokenRange::of(ident);
    // Not with the user's span: rustc would propose to rename the import at the user's token.
    let source = Ident::new(&ident.to_string(), Span::call_site());
    let [start, end] = [quote!(#vis use #module::), quote!(as #ident;)];
    let [start, end] = [start, end].map(|tokens| range.as_written(tokens));
    quote!(#start #source #end)
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
    let vis = &catalog.structure.vis;
    let parameters = parameters(scope);
    let bounded: Vec<_> = parameters
        .iter()
        .map(|parameter| quote!(#parameter: #rt::ScopeValue))
        .collect();
    let methods = methods(scope, vis, rt);
    let path = path(catalog, scope);
    let associated = associated(scope, vis, &path, rt);
    let lookup = lookup(scope, &path, &bounded, rt);
    Some(quote! {
        #[automatically_derived]
        #[allow(dead_code, reason = "a program may not use scopes")]
        impl<#(#parameters),*> #path<#(#parameters),*> { #methods }
        #[automatically_derived]
        #[allow(dead_code, reason = "a program may not use scopes")]
        impl #path { #associated }
        #lookup
        #[automatically_derived]
        impl<#(#bounded),*> #rt::IntoScopeLabels for #path<#(#parameters),*> {
            fn into_scope_labels(self) -> #rt::ScopeLabels {
                self.labels()
            }
        }
    })
}

/// The path of the struct.
fn path(catalog: &Catalog, scope: &Scope) -> TokenStream {
    let (module, ident) = (module(catalog), &scope.ident);
    quote!(#module::#ident)
}

/// The lookup of the values, for structs whose values are those of labels.
fn lookup(
    scope: &Scope,
    path: &TokenStream,
    bounded: &[TokenStream],
    rt: &TokenStream,
) -> TokenStream {
    let texts: Vec<_> = (0..scope.labels.len())
        .map(|index| format_ident!("text{index}"))
        .collect();
    let resolve = quote!(#rt::resolved(&__GLYPH_SCOPES, &[#(#texts),*]));
    let labels = scope.labels.iter().zip(&texts).rev();
    let resolve = labels.fold(resolve, |inside, (label, text)| {
        let ident = &label.ident;
        quote!(#rt::ScopeValue::with_scope_text(&self.#ident, |#text| #inside))
    });
    let parameters = parameters(scope);
    // rustc names this head in errors: with the user's own span there is no note about the macro.
    let head = quote!(impl<#(#bounded),*> #rt::ScopeLookup for #path<#(#parameters),*>);
    let head = TokenRange::of(&scope.ident).as_written(head);
    quote! {
        #[automatically_derived]
        #head {
            fn look_up(&self) -> #rt::ScopeLabels {
                #resolve
            }
        }
    }
}

/// The bounds are on the methods, and name the struct: rustc then reports a value of the wrong type once,
/// where it is in the struct.
fn methods(scope: &Scope, vis: &Visibility, rt: &TokenStream) -> TokenStream {
    // With the user's own span: rustc's errors of these bounds then have no note about the macro.
    let range = TokenRange::of(&scope.ident);
    let bounds = range.as_written(quote!(where Self: #rt::ScopeLookup));
    let body = range.as_written(quote!(impl #rt::ScopeBody<Output>));
    let in_scope = range.as_written(quote!(in_scope));
    quote! {
        /// Looks the values up and returns them as scope labels.
        #vis fn labels(&self) -> #rt::ScopeLabels
        #bounds
        {
            #rt::ScopeLookup::look_up(self)
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

fn associated(
    scope: &Scope,
    vis: &Visibility,
    path: &TokenStream,
    rt: &TokenStream,
) -> TokenStream {
    let labels = scope.labels.iter();
    let fields = labels.map(|label| {
        let (ident, name) = (&label.ident, &label.name);
        quote!(#ident: values(#name))
    });
    quote! {
        /// Returns labels with the values that `values` returns for their names, for example from
        /// headers or baggage.
        #vis fn from_values<Value: #rt::ScopeValue>(
            mut values: impl #rt::core::ops::FnMut(&'static #rt::core::primitive::str) -> Value,
        ) -> #rt::ScopeLabels {
            #path { #(#fields),* }.labels()
        }

        /// Sets how long the series of an unused combination of values stay in `/metrics`.
        #vis fn idle_after(idle: #rt::Duration) {
            #rt::Scopes::idle_after(&__GLYPH_SCOPES, idle);
        }
    }
}
