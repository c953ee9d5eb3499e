//! The bucket bounds of a histogram: grammar and values.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, ExprLit, Lit, LitStr, Token, bracketed,
    parse::{Parse, ParseStream, discouraged::Speculative},
    punctuated::Punctuated,
};

use super::{quantity::Quantity, unit::Unit};
use crate::diagnostic::Errors;

/// Each bucket is a line of the exposition, for each series.
const MAX_BUCKETS: usize = 256;

/// The default bounds of durations, in seconds: those that OpenTelemetry's semantic conventions
/// recommend for `http.server.request.duration`.
const DURATIONS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// The value of `buckets =`.
pub(super) enum BucketsArg {
    List(BucketList),
    Constant(Box<Expr>),
}

pub(super) struct BucketList {
    bracketed: TokenStream,
    bounds: Vec<Quantity>,
}

impl Parse for BucketsArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        if let Ok(list) = ahead.parse() {
            input.advance_to(&ahead);
            return Ok(Self::List(list));
        }
        if let Ok(list) = input.fork().parse::<Group>()
            && list.stream().into_iter().any(is_semicolon)
        {
            input.parse::<Group>()?;
            return Err(syn::Error::new_spanned(list, "expected literal"));
        }
        let constant: Expr = input.parse()?;
        match &constant {
            Expr::Lit(_) | Expr::Range(_) | Expr::Tuple(_) => {
                Err(syn::Error::new_spanned(constant, "expected literal"))
            }
            Expr::Array(array) => match array.elems.iter().find_map(text) {
                Some(text) => {
                    let message = format!("expected a number: `{}`", text.value());
                    Err(syn::Error::new_spanned(text, message))
                }
                None => Ok(Self::Constant(Box::new(constant))),
            },
            _ => Ok(Self::Constant(Box::new(constant))),
        }
    }
}

fn is_semicolon(token: TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';')
}

fn text(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        _ => None,
    }
}

impl Parse for BucketList {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        let bracket = bracketed!(content in input);
        let bounds: Punctuated<Quantity, Token![,]> =
            content.parse_terminated(Quantity::parse, Token![,])?;
        let mut bracketed = TokenStream::new();
        bracket.surround(&mut bracketed, |_| {});
        Ok(Self {
            bracketed,
            bounds: bounds.into_iter().collect(),
        })
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

/// The bounds of one metric.
pub(super) enum Buckets {
    /// Values in the metric's unit.
    List(Vec<f64>),
    /// A constant. Only rustc can read its values.
    Constant(Box<Expr>),
}

impl Buckets {
    /// The default bounds of the unit, if it has any.
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
                    "a histogram has from 1 to {MAX_BUCKETS} buckets, not {}",
                    list.bounds.len()
                ),
            );
        }
        Self::List(rising(&list.bounds, unit, errors))
    }
}

fn rising(bounds: &[Quantity], unit: &Unit, errors: &mut Errors) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    let mut last: Option<&Quantity> = None;
    for bound in bounds {
        let is_mixed = bound.is_plain() && bounds.iter().any(|other| !other.is_plain());
        if *unit == Unit::Seconds && is_mixed && !bound.is_zero() {
            let number = bound.text();
            errors.at(
                bound,
                format!("`{number}` has no unit, and other bounds have one: write `{number}ms`"),
            );
            continue;
        }
        let value = match bound.value(unit, "bound") {
            Ok(value) => value,
            // The next bounds have the same mistake.
            Err(error) => {
                errors.push(error);
                break;
            }
        };
        match (values.last(), last) {
            _ if value < 0.0 && unit.is_magnitude() => errors.at(
                bound,
                format!(
                    "a histogram of {} rejects values below zero: remove this bound",
                    unit.suffix().unwrap_or_default()
                ),
            ),
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
