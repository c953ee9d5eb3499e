//! The labels of a stage that are known at the end of a call.
//!
//! The module of the stages has two more structs for a stage with such labels: one with a field for
//! each, which `#[instrument_stage]` fills, and the running call of a block, with a method for each.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Visibility, ext::IdentExt};

use super::{
    expand_stage::Expansion,
    expand_stage_module, label_texts,
    role::{self, Role},
    stage::{Stage, StageLabel, names_a_lifetime},
};
use crate::lifetimes::renamed;

/// The struct with the labels of this stage.
fn labels_ident(stage: &Stage) -> Ident {
    format_ident!("{}_end_labels", stage.ident.unraw())
}

/// The running call of a block.
fn running_ident(stage: &Stage) -> Ident {
    format_ident!("{}_running", stage.ident.unraw())
}

/// Whether the struct with the labels has a lifetime.
fn borrows(stage: &Stage) -> bool {
    stage.at_end().any(|(_, label)| names_a_lifetime(&label.ty))
}

/// The type with the labels, for any stage.
pub(super) fn end_labels(stage: &Stage, module: &Ident, rt: &TokenStream) -> TokenStream {
    if !stage.has_end_labels() {
        return quote!(#rt::StageWithoutEndLabels);
    }
    let (ident, lifetime) = (
        labels_ident(stage),
        borrows(stage).then(|| quote!(<'static>)),
    );
    quote!(#module::#ident #lifetime)
}

/// The structs of a stage with such labels, in the module of the stages.
pub(super) fn structures(stage: &Stage, vis: &TokenStream, rt: &TokenStream) -> TokenStream {
    if !stage.has_end_labels() {
        return TokenStream::new();
    }
    let (labels, running) = (labels_ident(stage), running_ident(stage));
    let lifetime = borrows(stage).then(|| quote!(<'a>));
    let fields = stage.at_end().map(|(_, label)| {
        let StageLabel {
            ident, name, ty, ..
        } = label;
        let doc = format!("The label `{name}`.");
        quote! {
            #[doc = #doc]
            #vis #ident: #ty,
        }
    });
    let name = &stage.ident;
    let doc = format!("A running call of stage `{name}`, from the method `start` of [`{name}`].");
    let count = stage.at_end().count();
    quote! {
        #[doc(hidden)]
        #vis struct #labels #lifetime { #(#fields)* }

        #[doc = #doc]
        #[must_use = "dropping it records the call as cancelled"]
        #vis struct #running(pub(super) #rt::LabelledRunning<#count>);
    }
}

/// The implementations for these structs.
pub(super) fn implementations(expansion: &Expansion<'_>, module: &Ident) -> TokenStream {
    let Expansion { stage, rt, .. } = expansion;
    if !stage.has_end_labels() {
        return TokenStream::new();
    }
    let labels = labels_implementation(expansion, module);
    let running = running_implementation(stage, &expansion.catalog.structure.vis, module, rt);
    quote!(#labels #running)
}

fn labels_implementation(expansion: &Expansion<'_>, module: &Ident) -> TokenStream {
    let Expansion { stage, rt, .. } = expansion;
    let ident = labels_ident(stage);
    let [of_static, of_call, of_any] =
        [quote!(<'static>), quote!(<'call>), quote!(<'_>)].map(|lifetime| {
            let lifetime = borrows(stage).then_some(lifetime);
            quote!(#module::#ident #lifetime)
        });
    let declared = stage.at_end().map(|(index, label)| {
        let (ident, value) = (&label.ident, expansion.given(index));
        quote!(#ident: #value,)
    });
    let values: Vec<_> = stage
        .at_end()
        .map(|(_, StageLabel { ident, .. })| quote!(&of.#ident))
        .collect();
    let texts = values.iter().enumerate().map(|(number, value)| {
        let text = label_texts::name(number);
        quote!(#rt::EndValue::new(#rt::LabelRef(#value).digit(), #text))
    });
    let read = label_texts::within(&values, quote!(read(&[#(#texts),*])), rt);
    quote! {
        #[automatically_derived]
        impl #rt::EndLabels for #of_static {
            type Of<'call> = #of_call;
            fn declared<'call>() -> Self::Of<'call> {
                #module::#ident { #(#declared)* }
            }
            fn read(of: &#of_any, read: &mut #rt::ReadEndValues<'_>) {
                #read
            }
        }
    }
}

fn running_implementation(
    stage: &Stage,
    vis: &Visibility,
    module: &Ident,
    rt: &TokenStream,
) -> TokenStream {
    let running = running_ident(stage);
    let setters = stage.at_end().enumerate().map(|(number, (_, label))| {
        let StageLabel {
            ident, name, ty, ..
        } = label;
        let set = format_ident!("set_{}", ident.unraw(), span = ident.span());
        let ty = renamed(ty, "'a", "'_");
        let doc = format!("Sets the label `{name}` of the call.");
        quote! {
            #[doc = #doc]
            #vis fn #set(&mut self, value: #ty) {
                self.0.set(#number, #rt::LabelRef(&value).shown());
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #module::#running {
            #(#setters)*

            /// Ends the call with the outcome `ok`.
            #vis fn finish(self) {
                self.0.finish();
            }

            /// Ends the call with the outcome of `error`, and sets its type on the span.
            #vis fn fail<E: #rt::ErrorOutcome + ?#rt::core::marker::Sized>(self, error: &E) {
                self.0.fail(error);
            }

            /// Ends the call with this outcome.
            #vis fn finish_as(self, outcome: #rt::Outcome) {
                self.0.finish_as(outcome);
            }
        }

        #[automatically_derived]
        impl #rt::core::fmt::Debug for #module::#running {
            fn fmt(&self, formatter: &mut #rt::core::fmt::Formatter<'_>) -> #rt::core::fmt::Result {
                #rt::core::fmt::Debug::fmt(&self.0, formatter)
            }
        }

        #[automatically_derived]
        impl #rt::core::ops::Deref for #module::#running {
            type Target = #rt::Running;

            fn deref(&self) -> &#rt::Running {
                &self.0
            }
        }
    }
}

/// The method that starts a call whose labels can be set while it runs.
pub(super) fn start(
    stage: &Stage,
    vis: &Visibility,
    module: &Ident,
    rt: &TokenStream,
) -> TokenStream {
    let running = running_ident(stage);
    quote! {
        /// Starts a call. The returned value sets the labels that are known at the end, and ends it.
        #vis fn start(self) -> #module::#running {
            #module::#running(#rt::LabelledRunning::begin(self))
        }
    }
}

/// The description of the labels among the cells of a stage.
pub(super) fn of_cells(expansion: &Expansion<'_>) -> Option<TokenStream> {
    let Expansion { stage, rt, .. } = expansion;
    if !stage.has_end_labels() {
        return None;
    }
    let module = expand_stage_module::ident(expansion.catalog);
    let labels = end_labels(stage, &module, rt);
    let names = stage.at_end().map(|(_, label)| &label.name);
    let strides = stage.at_end().map(|(index, _)| {
        let roles = role::all().filter(|role| role.is_at_end());
        let strides = roles.map(|role| stride(expansion, role, index));
        quote!([#(#strides),*])
    });
    Some(quote! {
        &#rt::EndLabelsOfStage {
            names: &[#(#names),*],
            strides: &[#(#strides),*],
            declared: #rt::declared::<#labels>,
        }
    })
}

/// The stride of a label of the stage in the metric of this role.
fn stride(expansion: &Expansion<'_>, role: &Role, label: usize) -> TokenStream {
    let rt = expansion.rt;
    let mut labelled = expansion.labelled();
    if labelled.any(|(of, ..)| of.name == role.name) {
        let strides = expansion.strides(role);
        quote!(#strides[#label])
    } else {
        quote!(#rt::LabelStride::ABSENT)
    }
}
