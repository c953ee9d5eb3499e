//! The modules with a struct for each stage of a catalog.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::quote;
use syn::{VisRestricted, Visibility};

use super::{
    expand_stage_end,
    model::Catalog,
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
    if public.is_none() && catalog.stages.is_empty() {
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
    let public = public.map(|public| public_module(catalog, public, &inner));
    Some(quote! {
        #[allow(non_camel_case_types, unused_imports, reason = "a stage has the name of its spans")]
        mod #module {
            use super::*;
            #(#structs)*
        }
        #public
    })
}

/// The public module. It has the user's own span: rustc adds no note about the macro if the name is taken.
fn public_module(catalog: &Catalog, public: &Ident, inner: &TokenStream) -> TokenStream {
    let (vis, module) = (&catalog.structure.vis, ident(catalog));
    let doc = format!("The stages of [`{}`](super::{0}).", catalog.structure.ident);
    // One by one: rustc names a struct by its path if a glob exports it.
    let exported = catalog.stages.iter().flat_map(|stage| {
        let running = expand_stage_end::exported(stage);
        [&stage.ident]
            .into_iter()
            .cloned()
            .chain(running)
            .map(macro_ident)
    });
    let head = TokenRange::of(public).as_written(quote!(#vis mod #public));
    let mut body = Group::new(
        Delimiter::Brace,
        quote!(#(#inner use super::#module::#exported;)*),
    );
    body.set_span(public.span());
    quote! {
        #[doc = #doc]
        #[allow(
            unreachable_pub,
            unused_imports,
            clippy::module_inception,
            reason = "a catalog names its module, and a program may use none of its stages"
        )]
        #head #body
    }
}

/// The name without the user's span, which is that of the declaration.
fn macro_ident(mut ident: Ident) -> Ident {
    ident.set_span(Span::call_site());
    ident
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
