//! The grammar of an alert's condition: `p95 > 2s`, `rate{status = error} > 10/s`,
//! `ratio(a / b) > 5%`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Ident, Token, parenthesized,
    parse::{Parse, ParseStream},
    token::Paren,
};

use super::selection::{self, Matcher, SelectionArg};
use crate::{
    arguments::drain,
    metric_catalog::quantity::{Quantity, Threshold},
    suggestion::did_you_mean,
};

/// The measure, and the threshold that it is compared with.
pub(super) struct ConditionArg {
    pub(super) measure: MeasureArg,
    pub(super) comparison: Option<(Comparison, Threshold)>,
}

/// The measure.
pub(super) struct MeasureArg {
    /// The name of the measure. `None` for a comparison of a gauge's value.
    pub(super) name: Option<Ident>,
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

const MEASURES: [&str; 10] = [
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
                name: None,
                function: Function::Value,
                window: None,
                matchers: Vec::new(),
            });
        }
        let name: Ident = input.parse()?;
        match name.to_string().as_str() {
            "ratio" => Self::ratio(name, input),
            "share" => Self::share(name, input),
            _ => Self::plain(name, input),
        }
    }
}

impl MeasureArg {
    /// Rejects a comparison by `==` or `!=` of a measure that is an estimate.
    fn check_equality(&self, operator: impl ToTokens) -> syn::Result<()> {
        if matches!(self.function, Function::Quantile(_)) {
            let message = "a quantile is an estimate: compare with `>` or `<`, not `==` or `!=`";
            return Err(syn::Error::new_spanned(operator, message));
        }
        Ok(())
    }

    fn plain(name: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let function = match name.to_string().as_str() {
            "value" => Function::Value,
            "rate" => Function::Rate,
            "increase" => Function::Increase,
            "absent" => Function::Absent,
            _ => Function::Quantile(quantile(&name)?),
        };
        let window = if input.peek(Paren) {
            let content;
            parenthesized!(content in input);
            Some(content.parse()?)
        } else {
            None
        };
        Ok(Self {
            name: Some(name),
            function,
            window,
            matchers: selection::matchers(input)?,
        })
    }

    fn ratio(name: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let part = content.parse()?;
        content.parse::<Token![/]>()?;
        let whole = content.parse()?;
        if !content.is_empty() {
            return Err(content.error("expected two sides: `ratio(part / whole)`"));
        }
        Ok(Self {
            name: Some(name),
            function: Function::Ratio(part, whole),
            window: None,
            matchers: Vec::new(),
        })
    }

    fn share(name: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let matchers = selection::list(&content);
        drain(&content);
        let matchers = matchers?;
        if matchers.is_empty() {
            return Err(syn::Error::new_spanned(
                name,
                "`share` needs a selection: `share(status = error)`",
            ));
        }
        Ok(Self {
            name: Some(name),
            function: Function::Share,
            window: None,
            matchers,
        })
    }
}

/// `p95` is 0.95, `p999` is 0.999.
pub(super) fn quantile(written: &Ident) -> syn::Result<f64> {
    let name = written.to_string();
    let digits = name.strip_prefix('p').unwrap_or_default();
    // `p100` and `p101` are no shares of a thousand.
    let is_share = digits.len() == 2 || (digits.len() > 2 && digits >= "5");
    let known = is_share && digits.bytes().all(|digit| digit.is_ascii_digit());
    let quantile = known.then(|| format!("0.{digits}").parse().ok()).flatten();
    quantile.filter(|quantile| *quantile > 0.0).ok_or_else(|| {
        let hint = did_you_mean(&name, &MEASURES);
        syn::Error::new_spanned(
            written,
            format!("`{name}` is not a measure; {hint}allowed: p50 to p999, rate, increase, ratio, share, absent; compare a gauge without one, `> 100`"),
        )
    })
}

/// Whether this is the name of a measure.
pub(super) fn is_measure(name: &Ident) -> bool {
    MEASURES.iter().any(|measure| name == measure) || quantile(name).is_ok()
}

/// Whether a comparison comes next, or `=>` or `=<` in place of one.
pub(super) fn is_comparison(input: ParseStream<'_>) -> bool {
    input.peek(Token![<])
        || input.peek(Token![>])
        || input.peek(Token![==])
        || input.peek(Token![!=])
        || input.peek(Token![=>])
        || (input.peek(Token![=]) && input.peek2(Token![<]))
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
            let operator: Token![==] = input.parse()?;
            measure.check_equality(operator).map(|()| Self::Equal)
        } else if input.peek(Token![!=]) {
            let operator: Token![!=] = input.parse()?;
            measure.check_equality(operator).map(|()| Self::Unequal)
        } else if input.peek(Token![>]) {
            input.parse::<Token![>]>().map(|_| Self::Above)
        } else if input.peek(Token![<]) {
            input.parse::<Token![<]>().map(|_| Self::Below)
        } else if input.peek(Token![=>]) {
            let operator: Token![=>] = input.parse()?;
            let message = "`=>` is not a comparison: write `>=`";
            Err(syn::Error::new_spanned(operator, message))
        } else if is_comparison(input) {
            Err(input.error("`=<` is not a comparison: write `<=`"))
        } else {
            let name = measure.name.as_ref();
            let written = name.map_or_else(|| "> 2".to_owned(), |name| format!("{name} > 2"));
            let message = format!(
                "missing comparison: write `{written}`, with `>`, `>=`, `<`, `<=`, `==` or `!=`"
            );
            Err(match &measure.name {
                Some(name) => syn::Error::new_spanned(name, message),
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
        self.name.to_tokens(tokens);
    }
}
