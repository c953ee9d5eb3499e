//! The grammar of an alert's condition: `p95 > 2s`, `rate{status = error} > 10/s`, `ratio(a / b) > 5%`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Ident, Token, parenthesized,
    parse::{Parse, ParseStream},
    token::Paren,
};

use super::selection::{self, Matcher, SelectionArg};
use crate::{
    metric_catalog::quantity::{Quantity, Threshold},
    suggestion::did_you_mean,
};

/// What is measured and what it is compared with.
pub(super) struct ConditionArg {
    pub(super) measure: MeasureArg,
    pub(super) comparison: Option<(Comparison, Threshold)>,
}

/// What is measured.
pub(super) struct MeasureArg {
    /// The first word; none where a gauge's value is compared.
    pub(super) word: Option<Ident>,
    pub(super) function: Function,
    /// `rate(10m)`.
    pub(super) window: Option<Quantity>,
    /// `rate{status = error}`.
    pub(super) matchers: Vec<Matcher>,
}

pub(super) enum Function {
    Value,
    Quantile(f64),
    Rate,
    Increase,
    Absent,
    Ratio(SelectionArg, SelectionArg),
    Share,
}

const WORDS: [&str; 10] = [
    "p50", "p90", "p95", "p99", "rate", "increase", "ratio", "share", "absent", "value",
];

impl Parse for ConditionArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let measure: MeasureArg = input.parse()?;
        if matches!(measure.function, Function::Absent) {
            return Ok(Self {
                measure,
                comparison: None,
            });
        }
        let comparison = Comparison::parse(input, &measure)?;
        Ok(Self {
            measure,
            comparison: Some((comparison, input.parse()?)),
        })
    }
}

impl Parse for MeasureArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident) {
            return Ok(Self {
                word: None,
                function: Function::Value,
                window: None,
                matchers: Vec::new(),
            });
        }
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "ratio" => Self::ratio(word, input),
            "share" => Self::share(word, input),
            _ => Self::plain(word, input),
        }
    }
}

impl MeasureArg {
    fn plain(word: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let name = word.to_string();
        let function = match name.as_str() {
            "value" => Function::Value,
            "rate" => Function::Rate,
            "increase" => Function::Increase,
            "absent" => Function::Absent,
            _ => Function::Quantile(quantile(&word)?),
        };
        let window = if input.peek(Paren) {
            let content;
            parenthesized!(content in input);
            Some(content.parse()?)
        } else {
            None
        };
        Ok(Self {
            word: Some(word),
            function,
            window,
            matchers: selection::matchers(input)?,
        })
    }

    fn ratio(word: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let part = content.parse()?;
        content.parse::<Token![/]>()?;
        let whole = content.parse()?;
        if !content.is_empty() {
            return Err(content.error("a ratio has two sides: `ratio(part / whole)`"));
        }
        Ok(Self {
            word: Some(word),
            function: Function::Ratio(part, whole),
            window: None,
            matchers: Vec::new(),
        })
    }

    fn share(word: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let matchers = selection::list(&content)?;
        if matchers.is_empty() {
            return Err(syn::Error::new_spanned(
                word,
                "say whose share: `share(status = error)`",
            ));
        }
        Ok(Self {
            word: Some(word),
            function: Function::Share,
            window: None,
            matchers,
        })
    }
}

/// `p95` is 0.95, `p999` is 0.999.
pub(super) fn quantile(word: &Ident) -> syn::Result<f64> {
    let name = word.to_string();
    let digits = name.strip_prefix('p').unwrap_or_default();
    let known = digits.len() >= 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let quantile = known.then(|| format!("0.{digits}").parse().ok()).flatten();
    quantile.filter(|quantile| *quantile > 0.0).ok_or_else(|| {
        let hint = did_you_mean(&name, &WORDS);
        syn::Error::new_spanned(
            word,
            format!("unknown measure `{name}`; {hint}there are p50 to p999, rate, increase, ratio, share, absent, and a comparison alone for a gauge"),
        )
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Unequal,
}

impl Comparison {
    fn parse(input: ParseStream<'_>, measure: &MeasureArg) -> syn::Result<Self> {
        if input.peek(Token![>=]) {
            input.parse::<Token![>=]>().map(|_| Self::AtLeast)
        } else if input.peek(Token![<=]) {
            input.parse::<Token![<=]>().map(|_| Self::AtMost)
        } else if input.peek(Token![==]) {
            input.parse::<Token![==]>().map(|_| Self::Equal)
        } else if input.peek(Token![!=]) {
            input.parse::<Token![!=]>().map(|_| Self::Unequal)
        } else if input.peek(Token![>]) {
            input.parse::<Token![>]>().map(|_| Self::Above)
        } else if input.peek(Token![<]) {
            input.parse::<Token![<]>().map(|_| Self::Below)
        } else {
            let message = "compare it: `>`, `>=`, `<`, `<=`, `==` or `!=` and a number";
            Err(match &measure.word {
                Some(word) => syn::Error::new_spanned(word, message),
                None => input.error(message),
            })
        }
    }

    pub(super) fn variant(self) -> Ident {
        let name = match self {
            Self::Above => "Above",
            Self::AtLeast => "AtLeast",
            Self::Below => "Below",
            Self::AtMost => "AtMost",
            Self::Equal => "Equal",
            Self::Unequal => "Unequal",
        };
        Ident::new(name, proc_macro2::Span::call_site())
    }
}

impl ToTokens for MeasureArg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
    }
}
