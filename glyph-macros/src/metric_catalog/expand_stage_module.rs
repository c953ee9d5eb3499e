//! The module with a struct for each stage of a catalog.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{VisRestricted, Visibility};

use super::{
    expand_stage_end,
    model::Catalog,
    stage::{Stage, StageLabel},
};
use crate::home::hidden_module;

pub(super) fn module(catalog: &Catalog) -> Option<TokenStream> {
    let module = catalog.stage_module.as_ref()?;
    let vis = &catalog.structure.vis;
    let inner = inside(vis);
    let doc = format!("The stages of [`{}`](super::{0}).", catalog.structure.ident);
    let rt = hidden_module(&catalog.root);
    let structs = catalog.stages.iter().map(|stage| {
        let of_end = expand_stage_end::structures(stage, &inner, &rt);
        let structure = structure(stage, &inner);
        quote!(#structure #of_end)
    });
    Some(quote! {
        #[doc = #doc]
        #[allow(non_camel_case_types, unused_imports, reason = "a stage has the name of its spans")]
        #vis mod #module {
            use super::*;
            #(#structs)*
        }
    })
}

/// The visibility `vis`, for an item one module deeper.
fn inside(vis: &Visibility) -> TokenStream {
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
