//! Who says how a call ended: `outcome = |result| ..`, `none = error`, or else the type of what it gives.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, LitStr, Token, ext::IdentExt, parse::ParseStream, spanned::Spanned};

use super::event_args::EventArgs;
use crate::{
    arguments::assigned,
    diagnostic::{Errors, Place},
    suggestion::did_you_mean,
};

/// What an `Option` that is `None` may mean, in the attribute and in the runtime.
const OUTCOMES: [(&str, &str); 4] = [
    ("ok", "Ok"),
    ("error", "Error"),
    ("timeout", "Timeout"),
    ("cancelled", "Cancelled"),
];

#[derive(Default)]
pub(super) enum Judge {
    /// The type of the value.
    #[default]
    Type,
    /// A closure, or the path of a function, that takes a reference to the value.
    Function(Box<Expr>),
    /// What `None` means.
    None { key: Ident, meaning: Meaning },
}

pub(super) enum Meaning {
    Outcome(&'static str),
    /// A value of a status label. But for that the call went well.
    Word(LitStr),
}

/// The constant that holds what the word of `none = "miss"` stands for.
const WORD: &str = "__GLYPH_NONE";

impl Judge {
    /// Reads what stands behind the key `outcome` or `none`.
    pub(super) fn read(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let judge = if key == "outcome" {
            Self::Function(Box::new(assigned(input)?))
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
                "`outcome` and `none` both say how a call ended: leave one out",
            ));
        }
        *self = judge;
        Ok(())
    }

    /// Refuses to judge what a function does not give.
    pub(super) fn refuse(&self, message: &str, errors: &mut Errors) {
        match self {
            Self::Type => {}
            Self::Function(function) => errors.at(function, message),
            Self::None { key, .. } => errors.at(key, message),
        }
    }

    /// The closure that judges a reference to the value, and logs it before.
    pub(super) fn closure(&self, events: &EventArgs, rt: &TokenStream) -> TokenStream {
        let result = Ident::new("__result", Span::mixed_site());
        let (events, verdict) = (events.of(&result, rt), self.verdict(&result, rt));
        if events.is_empty() {
            quote!(|#result| #verdict)
        } else {
            quote!(|#result| { #events #verdict })
        }
    }

    fn verdict(&self, result: &Ident, rt: &TokenStream) -> TokenStream {
        let verdict = quote!(#rt::classify(#result).result());
        match self {
            Self::Type => verdict,
            Self::Function(function) => {
                let judge = Place::of(function).start(quote!(#rt::outcome_by));
                let arguments = quote_spanned!(function.span()=> (#result, #function));
                quote!(#verdict.with_outcome(#judge #arguments))
            }
            Self::None { key, meaning } => {
                // Where it is no `Option`, the compiler points to the key.
                let option = Place::of(key).start(quote!(#result));
                match meaning {
                    Meaning::Outcome(outcome) => {
                        let outcome = format_ident!("{outcome}");
                        quote!(#rt::outcome_of_option(#option, #rt::Outcome::#outcome))
                    }
                    Meaning::Word(_) => {
                        let word = Ident::new(WORD, Span::mixed_site());
                        quote!(#rt::status_of_option(#option, #word))
                    }
                }
            }
        }
    }

    /// Looks up the word of `none = "miss"`, if there is one. `stage` is the stage's struct, made in a constant.
    pub(super) fn word(
        &self,
        stage: impl FnOnce() -> TokenStream,
        rt: &TokenStream,
    ) -> Option<TokenStream> {
        let Self::None {
            meaning: Meaning::Word(word),
            ..
        } = self
        else {
            return None;
        };
        let (constant, stage) = (Ident::new(WORD, Span::mixed_site()), stage());
        let look_up = Place::of(word).start_call(quote!(#rt::status_offset), quote!(#stage, #word));
        Some(quote!(const #constant: #rt::StatusOffset = #look_up;))
    }
}

impl Meaning {
    fn read(word: LitStr) -> Self {
        let text = word.value();
        let outcome = OUTCOMES.iter().find(|(known, _)| *known == text);
        outcome.map_or_else(|| Self::Word(word), |(_, outcome)| Self::Outcome(outcome))
    }
}

fn outcome(word: &Ident) -> syn::Result<&'static str> {
    let name = word.unraw().to_string();
    if let Some((_, outcome)) = OUTCOMES.iter().find(|(known, _)| *known == name) {
        return Ok(outcome);
    }
    let known = OUTCOMES.map(|(known, _)| known);
    Err(syn::Error::new_spanned(
        word,
        format!(
            "unknown outcome `{name}`; {}`none` is one of: {}, or in quotes the value of a status label",
            did_you_mean(&name, &known),
            known.join(", ")
        ),
    ))
}
