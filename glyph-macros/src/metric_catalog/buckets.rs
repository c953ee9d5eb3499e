//! The bucket bounds of a histogram: their grammar and their values.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Expr, Lit, Token, bracketed,
    parse::{Parse, ParseStream, discouraged::Speculative},
    punctuated::Punctuated,
};

use super::unit::Unit;
use crate::diagnostic::Errors;

/// More would make one series of a histogram hundreds of lines.
const MAX_BUCKETS: usize = 256;

/// Bounds for durations, in seconds, where none are stated: those that OpenTelemetry's semantic
/// conventions advise for `http.server.request.duration`.
const DURATIONS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// What stands behind `buckets =`.
pub(super) enum BucketsArg {
    List(BucketList),
    Constant(Box<Expr>),
}

pub(super) struct BucketList {
    bracketed: TokenStream,
    bounds: Vec<BoundArg>,
}

struct BoundArg {
    minus: Option<Token![-]>,
    literal: Lit,
}

impl Parse for BucketsArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        if let Ok(list) = ahead.parse() {
            input.advance_to(&ahead);
            return Ok(Self::List(list));
        }
        Ok(Self::Constant(Box::new(input.parse()?)))
    }
}

impl Parse for BucketList {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        let bracket = bracketed!(content in input);
        let bounds: Punctuated<BoundArg, Token![,]> =
            content.parse_terminated(BoundArg::parse, Token![,])?;
        let mut bracketed = TokenStream::new();
        bracket.surround(&mut bracketed, |_| {});
        Ok(Self {
            bracketed,
            bounds: bounds.into_iter().collect(),
        })
    }
}

impl Parse for BoundArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let minus = input.parse()?;
        let literal = input.parse()?;
        match literal {
            Lit::Int(_) | Lit::Float(_) => Ok(Self { minus, literal }),
            other => Err(syn::Error::new_spanned(other, "expected a number")),
        }
    }
}

impl ToTokens for BucketsArg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::List(list) => list.bracketed.to_tokens(tokens),
            Self::Constant(constant) => constant.to_tokens(tokens),
        }
    }
}

impl ToTokens for BoundArg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.minus.to_tokens(tokens);
        self.literal.to_tokens(tokens);
    }
}

/// The bounds of one metric.
pub(super) enum Buckets {
    /// Known here, in the metric's unit.
    List(Vec<f64>),
    /// Known to the compiler alone.
    Constant(Box<Expr>),
}

impl Buckets {
    /// The bounds where none were stated, if the unit has any.
    pub(super) fn default_of(unit: &Unit) -> Option<Self> {
        (*unit == Unit::Seconds).then(|| Self::List(DURATIONS.to_vec()))
    }

    pub(super) fn read(arg: BucketsArg, unit: &Unit, errors: &mut Errors) -> Self {
        let list = match arg {
            BucketsArg::Constant(constant) => return Self::Constant(constant),
            BucketsArg::List(list) => list,
        };
        if list.bounds.is_empty() || list.bounds.len() > MAX_BUCKETS {
            errors.at(
                &list.bracketed,
                format!(
                    "a histogram has between 1 and {MAX_BUCKETS} buckets, not {}",
                    list.bounds.len()
                ),
            );
        }
        Self::List(rising(&list.bounds, unit, errors))
    }
}

fn rising(bounds: &[BoundArg], unit: &Unit, errors: &mut Errors) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    let mut last: Option<&BoundArg> = None;
    for bound in bounds {
        let Some(value) = errors.ok(bound.value(unit)) else {
            continue;
        };
        match (values.last(), last) {
            (Some(below), Some(last)) if value <= *below => errors.at(
                bound,
                format!("buckets must rise: {} after {}", bound.text(), last.text()),
            ),
            _ => {
                values.push(value);
                last = Some(bound);
            }
        }
    }
    values
}

impl BoundArg {
    fn text(&self) -> String {
        let minus = if self.minus.is_some() { "-" } else { "" };
        format!("{minus}{}", self.literal.to_token_stream())
    }

    /// The bound in the metric's unit.
    fn value(&self, unit: &Unit) -> syn::Result<f64> {
        let (digits, suffix) = match &self.literal {
            Lit::Int(literal) => (literal.base10_digits(), literal.suffix()),
            Lit::Float(literal) => (literal.base10_digits(), literal.suffix()),
            _ => ("", ""),
        };
        let Some(scale) = Scale::of(suffix) else {
            return Err(self.error(&format!(
                "unknown unit `{suffix}`; write ns, us, ms, s, m, h, or KB, MB, GB, KiB, MiB, GiB, or a plain number"
            )));
        };
        if let Some(needed) = scale.unit
            && unit.suffix() != Some(needed)
        {
            return Err(self.error(&format!("a bound in `{suffix}` needs `unit = {needed}`")));
        }
        let value = scale.apply(digits).filter(|value| value.is_finite());
        let value = value.ok_or_else(|| self.error("a bucket bound is a finite number"))?;
        Ok(if self.minus.is_some() { -value } else { value })
    }

    fn error(&self, message: &str) -> syn::Error {
        syn::Error::new_spanned(self, message)
    }
}

/// What a literal's suffix does to its digits.
struct Scale {
    unit: Option<&'static str>,
    /// The power of ten, which is put into the digits so that nothing is rounded twice.
    exponent: i32,
    factor: f64,
}

impl Scale {
    fn of(suffix: &str) -> Option<Self> {
        let (unit, exponent, factor) = match suffix {
            "" => (None, 0, 1.0),
            "ns" => (Some("seconds"), -9, 1.0),
            "us" => (Some("seconds"), -6, 1.0),
            "ms" => (Some("seconds"), -3, 1.0),
            "s" => (Some("seconds"), 0, 1.0),
            "m" => (Some("seconds"), 0, 60.0),
            "h" => (Some("seconds"), 0, 3600.0),
            "KB" | "kB" => (Some("bytes"), 3, 1.0),
            "MB" => (Some("bytes"), 6, 1.0),
            "GB" => (Some("bytes"), 9, 1.0),
            "KiB" => (Some("bytes"), 0, 1024.0),
            "MiB" => (Some("bytes"), 0, 1_048_576.0),
            "GiB" => (Some("bytes"), 0, 1_073_741_824.0),
            _ => return None,
        };
        Some(Self {
            unit,
            exponent,
            factor,
        })
    }

    fn apply(&self, digits: &str) -> Option<f64> {
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let exponent = exponent.parse::<i32>().ok()?.checked_add(self.exponent)?;
        let value: f64 = format!("{mantissa}e{exponent}").parse().ok()?;
        Some(value * self.factor)
    }
}
