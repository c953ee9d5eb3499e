//! The source of a call's outcome: `outcome = |result| ..`, `none = error`, or the returned type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, LitStr, Token, ext::IdentExt, parse::ParseStream, spanned::Spanned};

use super::event_args::EventArgs;
use crate::{
    arguments::assigned,
    diagnostic::{Errors, TokenRange},
    suggestion::did_you_mean,
};

/// The outcomes that `None` may stand for: in the attribute, and as variants of `Outcome`.
const OUTCOMES: [(&str, &str); 4] = [
    ("ok", "Ok"),
    ("error", "Error"),
    ("timeout", "Timeout"),
    ("cancelled", "Cancelled"),
];

#[derive(Default)]
pub(super) enum OutcomeRule {
    /// The type of the returned value.
    #[default]
    Type,
    /// The key, and a closure or the path of a function that takes the value by reference.
    Function(Ident, Box<Expr>),
    /// `None` stands for an outcome or a status.
    None { key: Ident, meaning: Meaning },
}

pub(super) enum Meaning {
    Outcome(&'static str),
    /// A value of a status label. The outcome is `ok`.
    Status(LitStr),
}

/// The constant with the result of looking up the status of `none = "miss"`.
const STATUS: &str = "__GLYPH_NONE";

impl OutcomeRule {
    /// Reads the value of the key `outcome` or `none`.
    pub(super) fn read(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let rule = if key == "outcome" {
            Self::Function(key.clone(), Box::new(assigned(input)?))
        } else {
            input.parse::<Token![=]>()?;
            let meaning = if input.peek(LitStr) {
                Meaning::read(input.parse()?)
            } else {
                Meaning::Outcome(outcome(&input.call(Ident::parse_any)?)?)
            };
            Self::None {
                key: key.clone(),
                meaning,
            }
        };
        if !matches!(self, Self::Type) {
            return Err(syn::Error::new_spanned(
                key,
                "`outcome` and `none` exclude each other: remove one",
            ));
        }
        *self = rule;
        Ok(())
    }

    /// The expression after `outcome =`.
    pub(super) fn function(&self) -> Option<&Expr> {
        match self {
            Self::Function(_, function) => Some(function),
            Self::Type | Self::None { .. } => None,
        }
    }

    /// Reports and removes a rule that does not apply to this form of function.
    pub(super) fn reject(&mut self, message: &str, errors: &mut Errors) {
        match std::mem::take(self) {
            Self::Type => {}
            Self::Function(key, _) | Self::None { key, .. } => errors.at(key, message),
        }
    }

    /// The closure that logs and classifies the value, by reference.
    pub(super) fn closure(&self, events: &EventArgs, rt: &TokenStream) -> TokenStream {
        let result = Ident::new("__result", Span::mixed_site());
        let body = events.around(&self.call_result(&result, rt), &result, rt);
        quote!(|#result| #body)
    }

    fn call_result(&self, result: &Ident, rt: &TokenStream) -> TokenStream {
        let call_result = quote!(#rt::classify(#result).result());
        match self {
            Self::Type => call_result,
            Self::Function(_, function) => {
                let judge = TokenRange::of(function).start(quote!(#rt::outcome_by));
                let arguments = quote_spanned!(function.span()=> (#result, #function));
                quote!(#call_result.with_outcome(#judge #arguments))
            }
            Self::None { key, meaning } => {
                // rustc reports a value that is not an `Option` at the method, which is at the key.
                let (method, none) = match meaning {
                    Meaning::Outcome(outcome) => {
                        let outcome = format_ident!("{outcome}");
                        ("outcome_of_option", quote!(#rt::Outcome::#outcome))
                    }
                    Meaning::Status(_) => {
                        let status = Ident::new(STATUS, Span::mixed_site());
                        ("status_of_option", quote!(#status))
                    }
                };
                let returned = TokenRange::of(key).call(quote!(#rt::returned), &quote!(#result));
                let method = Ident::new(method, key.span());
                quote!(#returned.#method(#none))
            }
        }
    }

    /// The constant that looks up the status of `none = "miss"`, if there is one. `stage` returns
    /// the stage's struct.
    pub(super) fn status(
        &self,
        stage: impl FnOnce() -> TokenStream,
        rt: &TokenStream,
    ) -> Option<TokenStream> {
        let Self::None {
            meaning: Meaning::Status(status),
            ..
        } = self
        else {
            return None;
        };
        let (constant, stage) = (Ident::new(STATUS, Span::mixed_site()), stage());
        let arguments = quote!(#stage, #status);
        let check = TokenRange::of(status).call(quote!(#rt::check_status), &arguments);
        Some(quote! {
            const _: () = #check;
            const #constant: #rt::StatusOffset = #rt::status_offset(#arguments);
        })
    }
}

impl Meaning {
    fn read(written: LitStr) -> Self {
        let text = written.value();
        let outcome = OUTCOMES.iter().find(|(known, _)| *known == text);
        outcome.map_or_else(
            || Self::Status(written),
            |(_, outcome)| Self::Outcome(outcome),
        )
    }
}

fn outcome(written: &Ident) -> syn::Result<&'static str> {
    let name = written.unraw().to_string();
    if let Some((_, outcome)) = OUTCOMES.iter().find(|(known, _)| *known == name) {
        return Ok(outcome);
    }
    let known = OUTCOMES.map(|(known, _)| known);
    Err(syn::Error::new_spanned(
        written,
        format!(
            "`{name}` is not an outcome; {}allowed: {}, or a value of a status label in quotes",
            did_you_mean(&name, &known),
            known.join(", ")
        ),
    ))
}
