//! Selections of one metric's series: `self`, `provider_errors{kind = stt | tts}`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Ident, Token, braced,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    token::Brace,
};

use super::{super::args::IdentOrStr, MetricField, never::check_matchers};
use crate::{
    arguments::{drain, skip_argument},
    diagnostic::Errors,
    suggestion::did_you_mean,
};

/// The tokens of a selection.
pub(super) struct SelectionArg {
    /// The field, or `self`.
    metric: Ident,
    matchers: Vec<Matcher>,
}

/// `label = value | value`, or `label != value`.
pub(super) struct Matcher {
    pub(super) label: IdentOrStr,
    pub(super) equal: bool,
    pub(super) values: Vec<IdentOrStr>,
}

impl Parse for SelectionArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            metric: input.call(Ident::parse_any)?,
            matchers: matchers(input)?,
        })
    }
}

impl ToTokens for SelectionArg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.metric.to_tokens(tokens);
    }
}

/// The matchers between braces, if any.
pub(super) fn matchers(input: ParseStream<'_>) -> syn::Result<Vec<Matcher>> {
    if !input.peek(Brace) {
        return Ok(Vec::new());
    }
    let content;
    braced!(content in input);
    let matchers = list(&content);
    drain(&content);
    matchers
}

/// Matchers between commas, up to the end of the input.
pub(super) fn list(content: ParseStream<'_>) -> syn::Result<Vec<Matcher>> {
    let mut matchers = Vec::new();
    while !content.is_empty() {
        matchers.push(content.parse()?);
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    check_matchers(&matchers)?;
    Ok(matchers)
}

impl Parse for Matcher {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let label = input.parse()?;
        let equal = if input.peek(Token![!=]) {
            input.parse::<Token![!=]>()?;
            false
        } else {
            input.parse::<Token![=]>()?;
            true
        };
        let mut values = vec![input.parse()?];
        while input.peek(Token![|]) {
            input.parse::<Token![|]>()?;
            values.push(input.parse()?);
        }
        Ok(Self {
            label,
            equal,
            values,
        })
    }
}

/// A selection whose metric was found.
pub(super) struct Selection {
    pub(super) metric: usize,
    pub(super) matchers: Vec<Matcher>,
}

impl MetricField<'_> {
    /// Selects series of the metric with the attribute.
    pub(super) fn own(&self, matchers: Vec<Matcher>) -> Selection {
        Selection {
            metric: self.index,
            matchers,
        }
    }

    /// Finds the metric of a selection.
    pub(super) fn selection(&self, arg: SelectionArg, errors: &mut Errors) -> Option<Selection> {
        let name = arg.metric.unraw().to_string();
        let metrics = self.known.metrics;
        let found = if name == "self" {
            Some(self.index)
        } else {
            metrics.iter().position(|metric| metric.field() == name)
        };
        if found.is_none() && !self.known.rejected.contains(&name) {
            let fields: Vec<_> = metrics.iter().map(super::Metric::field).collect();
            let hint = did_you_mean(&name, &fields);
            let catalog = self.known.catalog;
            errors.at(
                &arg.metric,
                format!("`{catalog}` has no metric `{name}`; {hint}use field names here, and `self` for this metric"),
            );
        }
        Some(Selection {
            metric: found?,
            matchers: arg.matchers,
        })
    }
}

/// Reports the error of an argument and skips the argument.
pub(super) fn skipped<T>(
    input: ParseStream<'_>,
    errors: &mut Errors,
    result: syn::Result<T>,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            errors.push(error);
            skip_argument(input);
            None
        }
    }
}
