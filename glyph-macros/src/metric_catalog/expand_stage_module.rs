//! The modules with a struct for each stage of a catalog.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{VisRestricted, Visibility};

use super::{
    expand_stage_end,
    model::{Catalog, Unread},
    stage::{Stage, StageLabel},
};
use crate::{diagnostic::TokenRange, home::hidden_module};

/// The name of the module with the structs.
pub(super) fn ident(catalog: &Catalog) -> Ident {
    catalog.module_of("stages")
}

/// The module with the structs, and the public one that exports them.
pub(super) fn modules(catalog: &Catalog) -> Option<TokenStream> {
    let public = catalog.stage_module.as_ref();
    let has_stages = !catalog.stages.is_empty() || !catalog.unread.names.is_empty();
    if public.is_none() && !has_stages {
        return None;
    }
    let inner = inside(&catalog.structure.vis);
    let module = ident(catalog);
    let rt = hidden_module(&catalog.root);
    let structs = catalog.stages.iter().map(|stage| {
        let of_end = expand_stage_end::structures(stage, &inner, &rt);
        let structure = structure(stage, &inner);
        quote!(#structure #of_end)
    });
    let unread = unread(catalog, &inner);
    let vis = &catalog.structure.vis;
    let exported = public.map(|public| exported(catalog, public, &module));
    Some(quote! {
        #[doc(hidden)]
        #[allow(
            non_camel_case_types,
            unreachable_pub,
            unused_imports,
            reason = "a stage has the name of its spans"
        )]
        #vis mod #module {
            use super::*;
            #(#structs)*
            #unread
        }
        #exported
    })
}

/// A name for each stage whose labels are unknown after an error.
fn unread(catalog: &Catalog, vis: &TokenStream) -> TokenStream {
    let Unread { names, unknown, .. } = &catalog.unread;
    quote!(#(#vis type #names = #unknown;)*)
}

/// The public name of the module. It has the user's own span: rustc adds no note about the macro if the
/// name is taken. It is an import, and no module: a catalog in the body of a function has no path.
fn exported(catalog: &Catalog, public: &Ident, module: &Ident) -> TokenStream {
    let vis = &catalog.structure.vis;
    let doc = format!("The stages of [`{}`].", catalog.structure.ident);
    let import = TokenRange::of(public).as_written(quote!(#vis use #module::{self as #public};));
    let attribute = (public == "stage").then(|| attribute(catalog, public));
    quote! {
        #[doc = #doc]
        #[doc(inline)]
        #[allow(
            unreachable_pub,
            unused_imports,
            reason = "a program may use none of its stages"
        )]
        #import
        #attribute
    }
}

/// The attribute `#[stage(..)]`, which reports that no `#[instrument_stages]` reads it. It comes with the
/// module, which the argument of `#[stage(..)]` names.
fn attribute(catalog: &Catalog, public: &Ident) -> TokenStream {
    let (vis, rt) = (&catalog.structure.vis, hidden_module(&catalog.root));
    let import = quote!(#vis use #rt::stage_outside_of_a_block as #public;);
    let import = TokenRange::of(public).as_written(import);
    quote! {
        #[doc(hidden)]
        #[allow(
            unreachable_pub,
            unused_imports,
            reason = "only a mistake uses it"
        )]
        #import
    }
}

/// The visibility `vis`, for an item one module deeper.
pub(super) fn inside(vis: &Visibility) -> TokenStream {
    let Visibility::Restricted(VisRestricted { path, .. }) = vis else {
        return match vis {
            Visibility::Inherited => quote!(pub(super)),
            other => quote!(#other),
        };
    };
    match path.segments.first() {
        Some(first) if first.ident == "self" && path.segments.len() == 1 => quote!(pub(super)),
        Some(first) if first.ident == "super" => quote!(pub(in super::#path)),
        _ => quote!(#vis),
    }
}

fn structure(stage: &Stage, vis: &TokenStream) -> TokenStream {
    let ident = &stage.ident;
    let lifetime = stage.borrows().then(|| quote!(<'a>));
    let doc = format!("Stage `{ident}`: {}", stage.help);
    let fields = stage.asked().map(
        |StageLabel {
             ident, name, ty, ..
         }| {
            let doc = format!("The label `{name}`.");
            quote! {
                #[doc = #doc]
                #vis #ident: #ty,
            }
        },
    );
    quote! {
        #[doc = #doc]
        #vis struct #ident #lifetime { #(#fields)* }
    }
}
