//! The texts of labels, all at once.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::expand_stage::Expansion;
use crate::{diagnostic::TokenRange, home::option};

/// A reference to the value of a label, and the tokens to blame if it is not a label.
pub(super) struct LabelValue {
    pub(super) value: TokenStream,
    pub(super) range: TokenRange,
}

/// The variable with the text of the label of this number.
pub(super) fn name(number: usize) -> Ident {
    format_ident!("text{number}")
}

/// `inside`, nested in a closure for each label, to which the label lends its text.
pub(super) fn within(labels: &[LabelValue], inside: TokenStream, rt: &TokenStream) -> TokenStream {
    let labels = labels.iter().enumerate().rev();
    labels.fold(inside, |inside, (number, label)| {
        let text = name(number);
        let value = label.range.around(label.value.clone());
        let with_text = label.range.around(quote!(#rt::Label::with_text));
        quote!(#with_text(#value, |#text: &#rt::core::primitive::str| #inside))
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
            .map(|(index, label)| LabelValue {
                value: self.value(index, label),
                range: TokenRange::of(&label.ty),
            })
            .collect();
        let texts: Vec<_> = (0..values.len()).map(name).collect();
        let known = values.iter().zip(&texts).map(|(label, text)| {
            let value = &label.value;
            label
                .range
                .around(quote!(#rt::LabelText::of(#value, #text)))
        });
        let absent = at_end.iter().map(|_| option(rt, None));
        let unknown = at_end.iter().map(|_| quote!(#rt::LabelText::Absent));
        let read = quote!(read(
            &[#(#rt::value(&#texts),)* #(#absent),*],
            &[#(#known,)* #(#unknown),*]
        ));
        within(&values, read, rt)
    }
}
