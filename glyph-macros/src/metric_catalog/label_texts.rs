//! The texts of labels, all at once.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::expand_stage::Expansion;
use crate::home::option;

/// The variable with the text of the label of this number.
pub(super) fn name(number: usize) -> Ident {
    format_ident!("text{number}")
}

/// `inside`, nested in a closure for each label, to which the label lends its text. `values` are
/// references to the values.
pub(super) fn within(values: &[TokenStream], inside: TokenStream, rt: &TokenStream) -> TokenStream {
    let values = values.iter().enumerate().rev();
    values.fold(inside, |inside, (number, value)| {
        let text = name(number);
        quote!(#rt::LabelRef(#value).with_text(|#text: &#rt::core::primitive::str| #inside))
    })
}

impl Expansion<'_> {
    /// Reads the labels, of which those that are known at the end have no value.
    pub(super) fn label_values(&self) -> TokenStream {
        let rt = self.rt;
        let labels = self.stage.labels.iter().enumerate();
        let (at_end, at_start): (Vec<_>, Vec<_>) = labels.partition(|(_, label)| label.is_at_end);
        let at_start = at_start.into_iter();
        let values: Vec<_> = at_start
            .map(|(index, label)| self.value(index, label))
            .collect();
        let texts: Vec<_> = (0..values.len()).map(name).collect();
        let known = values.iter().zip(&texts);
        let known = known.map(|(value, text)| quote!(#rt::LabelRef(#value).text(#text)));
        let absent = at_end.iter().map(|_| option(rt, None));
        let unknown = at_end.iter().map(|_| quote!(#rt::LabelText::Absent));
        let read = quote!(read(
            &[#(#rt::value(&#texts),)* #(#absent),*],
            &[#(#known,)* #(#unknown),*]
        ));
        within(&values, read, rt)
    }
}
