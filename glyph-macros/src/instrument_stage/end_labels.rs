//! Labels that are read from the returned value: `labels(cache = |reply| ..)`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    args::{LabelArg, LabelValue},
    expand::hidden,
    model::InstrumentedFunction,
};
use crate::diagnostic::{Errors, TokenRange};

/// The variable that knows the type of the stage's labels.
pub(super) fn known() -> Ident {
    hidden("__end_labels")
}

/// Reports and removes each such label of a form of function that has no value to read it from.
pub(super) fn reject(labels: &mut Vec<LabelArg>, message: &str, errors: &mut Errors) {
    labels.retain(|label| {
        if let LabelValue::AtEnd(closure) = &label.value {
            errors.at(closure, message);
        }
        !label.is_at_end()
    });
}

/// The closure that sets the labels of a call from a reference to its value.
pub(super) fn closure(site: &InstrumentedFunction, rt: &TokenStream) -> TokenStream {
    let [guard, result, labels] = ["__guard", "__result", "__labels"].map(hidden);
    let known = known();
    let set = site.labels.iter().filter_map(|label| {
        let LabelValue::AtEnd(closure) = &label.value else {
            return None;
        };
        let name = &label.name;
        let set = TokenRange::of(name).start(quote!(#rt::set_label));
        // The path in place of the closure would be the value of a label that is known at the start.
        Some(quote! {
            #[allow(
                clippy::redundant_closure,
                clippy::redundant_closure_for_method_calls,
                reason = "the attribute takes a closure"
            )]
            #set(&mut #labels.#name, #result, #closure);
        })
    });
    quote!(|#guard, #result| {
        let mut #labels = #rt::declared_labels(#known);
        #(#set)*
        #rt::settle(#guard, #known, &#labels);
    })
}
