//! Checks that need types: one const per check, at the user's token.
//!
//! The values that they check are computed in other consts that do not panic, so that each error
//! appears once.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    artifact,
    buckets::Buckets,
    expand::{labels_of, of_metric},
    expand_scope,
    model::Catalog,
    stage::Stage,
};
use crate::diagnostic::TokenRange;

pub(super) fn tokens(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let budget = budget(catalog);
    let buckets = buckets(catalog);
    let names = label_names(catalog);
    let labels = forbidden_labels(catalog);
    let nested = nested(catalog);
    let stages = forbidden_stage_labels(catalog);
    let scope = expand_scope::checks(catalog);
    let artifacts = catalog.artifacts.iter().enumerate();
    let artifacts = artifacts.map(|(index, of)| artifact::checks(index, of, catalog));
    quote! {
        use #rt as __glyph;
        #budget
        #buckets
        #names
        #labels
        #nested
        #stages
        #scope
        #(#artifacts)*
    }
}

/// A const that calls `function` at `range`.
pub(super) fn check(range: TokenRange, function: &str, arguments: &TokenStream) -> TokenStream {
    let function = format_ident!("{function}");
    let call = range.call(quote!(__glyph::#function), arguments);
    quote!(const _: () = #call;)
}

fn budget(catalog: &Catalog) -> TokenStream {
    let name = catalog.structure.ident.to_string();
    let max = catalog.max_series;
    check(
        catalog.max_series_range,
        "check_budget",
        &quote!(#name, &__GLYPH_METRICS, #max),
    )
}

fn buckets(catalog: &Catalog) -> TokenStream {
    let metrics = catalog.metrics.iter().enumerate();
    metrics
        .filter_map(|(index, metric)| match &metric.buckets {
            Some(Buckets::Constant(constant)) => {
                let buckets = of_metric("BUCKETS", index);
                let suffix = metric.unit.suffix().filter(|_| metric.unit.is_magnitude());
                let suffix = suffix.unwrap_or_default();
                let arguments = quote!(#buckets, #suffix);
                Some(check(TokenRange::of(constant), "buckets", &arguments))
            }
            Some(Buckets::List(_)) | None => None,
        })
        .collect()
}

/// Checks that the labels have names, and that `label = ".."` is on a metric with one label.
fn label_names(catalog: &Catalog) -> TokenStream {
    let metrics = catalog.metrics.iter().enumerate();
    metrics
        .filter_map(|(index, metric)| {
            let ty = TokenRange::of(metric.labels.as_ref()?);
            let range = metric.label.as_ref().map_or(ty, TokenRange::of);
            let (labels, renamed) = (labels_of(index, metric), metric.label.is_some());
            Some(check(
                range,
                "check_label_names",
                &quote!(#labels, #renamed),
            ))
        })
        .collect()
}

fn forbidden_labels(catalog: &Catalog) -> TokenStream {
    let forbidden = &catalog.forbidden;
    if forbidden.is_empty() {
        return TokenStream::new();
    }
    let metrics = catalog.metrics.iter().enumerate();
    metrics
        .filter_map(|(index, metric)| {
            let ty = TokenRange::of(metric.labels.as_ref()?);
            let range = metric.label.as_ref().map_or(ty, TokenRange::of);
            let (field, labels) = (metric.field(), labels_of(index, metric));
            let arguments = quote!(#field, #labels, &[#(#forbidden),*]);
            Some(check(range, "check_labels_allowed", &arguments))
        })
        .collect()
}

fn forbidden_stage_labels(catalog: &Catalog) -> TokenStream {
    let forbidden = &catalog.forbidden;
    let labels = |stage| Stage::labels(stage).map(move |label| (stage, label));
    let labels = catalog.stages.iter().flat_map(labels);
    labels
        .filter(|(_, label)| forbidden.contains(&label.name))
        .map(|(stage, label)| {
            let (stage, name) = (stage.ident.to_string(), &label.name);
            let arguments = quote!(#stage, #name, &[#(#forbidden),*]);
            check(
                TokenRange::of(&label.ident),
                "check_stage_label_allowed",
                &arguments,
            )
        })
        .collect()
}

fn nested(catalog: &Catalog) -> TokenStream {
    let forbidden = &catalog.forbidden;
    let nested = catalog.nested.iter().enumerate();
    nested
        .map(|(index, nested)| {
            let descriptor = of_metric("NESTED", index);
            let arguments = quote!(&__GLYPH_METRICS, #descriptor, &[#(#forbidden),*]);
            check(TokenRange::of(&nested.ty), "check_nested", &arguments)
        })
        .collect()
}
