//! The expansion of a catalog: its struct, cells and descriptor.
//!
//! Names of consts and statics start with `__GLYPH`: items are not hygienic.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use syn::{Type, ext::IdentExt};

use super::{
    aggregate::Aggregate,
    artifact::{self, Artifacts},
    buckets::Buckets,
    expand_checks,
    expand_global::{self, of_nested},
    expand_names, expand_scope, expand_stage, expand_stage_module,
    field::{Kind, Metric},
    model::Catalog,
    sign::Sign,
    unit::Unit,
};
use crate::{
    diagnostic::TokenRange,
    home::{hidden_module, option},
    span_callsite::source_crate,
};

pub(super) fn tokens(catalog: &Catalog) -> TokenStream {
    let rt = hidden_module(&catalog.root);
    let structure = &catalog.structure;
    let stage_modules = expand_stage_module::modules(catalog);
    let scope = expand_scope::structure(catalog, &rt);
    let metrics = catalog.metrics.iter().enumerate();
    let labels = metrics.map(|(index, metric)| metric_consts(index, metric, catalog, &rt));
    let artifacts = catalog.artifacts.iter().enumerate();
    let artifacts =
        artifacts.map(|(index, of)| artifact::metric_consts(index, of, &catalog.metrics, &rt));
    let nested = nested_consts(catalog, &rt);
    let statics = statics(catalog, &rt);
    let checks = expand_checks::tokens(catalog, &rt);
    let stages = expand_stage::implementations(catalog, &rt);
    let global = expand_global::tokens(catalog);
    let implementations = implementations(catalog, &rt);
    let unbound = expand_names::unbound(catalog);
    let scope_statics = expand_scope::statics(catalog, &rt);
    let scope_implementation = expand_scope::implementation(catalog, &rt);
    quote! {
        #structure
        #stage_modules
        #scope
        #[allow(
            deprecated,
            unused_qualifications,
            reason = "a deprecated metric warns its users; some paths have the span of a type, for errors"
        )]
        const _: () = {
            #(#labels)*
            #(#artifacts)*
            #nested
            #statics
            #scope_statics
            #checks
            #stages
            #global
            #scope_implementation
            #implementations
            #unbound
        };
    }
}

/// The name of a const or static of the metric at `index`.
pub(super) fn of_metric(what: &str, index: usize) -> Ident {
    format_ident!("__GLYPH_{what}_{index}")
}

/// A reference to the labels of a metric.
pub(super) fn labels_of(index: usize, metric: &Metric) -> TokenStream {
    if metric.labels.is_none() {
        return quote!(&[]);
    }
    let labels = of_metric("LABELS", index);
    quote!(#labels)
}

/// A reference to the values of a metric's open labels.
pub(super) fn open_of(index: usize, metric: &Metric) -> TokenStream {
    if metric.labels.is_none() {
        return quote!(&[]);
    }
    let open = of_metric("OPEN", index);
    quote!(&#open)
}

/// The consts and statics that a metric's descriptor and cells refer to.
fn metric_consts(
    index: usize,
    metric: &Metric,
    catalog: &Catalog,
    rt: &TokenStream,
) -> TokenStream {
    let labels = metric.labels.as_ref().map(|ty| {
        let (labels, strides, open) = (
            of_metric("LABELS", index),
            of_metric("STRIDES", index),
            of_metric("OPEN", index),
        );
        let descriptors = named_labels(metric, ty, catalog, rt);
        quote! {
            const #labels: &[#rt::LabelDescriptor] = #descriptors;
            static #strides: [#rt::LabelStride; #labels.len()] = #rt::strides(#labels);
            static #open: [#rt::OpenValues; #rt::open_labels(#labels)] =
                [const { #rt::OpenValues::new() }; #rt::open_labels(#labels)];
        }
    });
    let buckets = metric.buckets.as_ref().map(|buckets| {
        let (name, bounds) = (of_metric("BUCKETS", index), of_metric("BOUNDS", index));
        let list = bucket_list(buckets);
        let unit = unit(&metric.unit, rt);
        quote! {
            const #name: &[#rt::core::primitive::f64] = #list;
            static #bounds: [#rt::core::primitive::f64; #name.len()] =
                #rt::scaled_bounds(#name, #unit);
        }
    });
    quote!(#labels #buckets)
}

/// The labels under the name that the metric has for its only label, if it has one.
fn named_labels(
    metric: &Metric,
    labels: &Type,
    catalog: &Catalog,
    rt: &TokenStream,
) -> TokenStream {
    let labels = labels_of_field(metric, labels, catalog, rt);
    match &metric.label {
        Some(name) => quote!(&[#rt::renamed_label(#labels, #name)]),
        None => labels,
    }
}

/// The labels, from the type of the field. rustc then reports a misspelled label set once.
fn labels_of_field(
    metric: &Metric,
    labels: &Type,
    catalog: &Catalog,
    rt: &TokenStream,
) -> TokenStream {
    let (ident, field) = (&catalog.structure.ident, &metric.ident);
    let range = catalog.set_ranges.of(labels);
    range.as_written(quote!(#rt::metric_labels(|catalog: &#ident| &catalog.#field)))
}

fn bucket_list(buckets: &Buckets) -> TokenStream {
    match buckets {
        // rustc reports a constant of another type at the constant.
        Buckets::Constant(constant) => {
            let range = TokenRange::of(constant);
            let reference = range.as_written(quote!(&));
            quote!(#reference #constant)
        }
        Buckets::List(values) => {
            let values = values.iter().map(|value| {
                let minus = value.is_sign_negative().then(|| quote!(-));
                let literal = Literal::f64_suffixed(value.abs());
                quote!(#minus #literal)
            });
            quote!(&[#(#values),*])
        }
    }
}

fn nested_consts(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let consts = catalog.nested.iter().enumerate().map(|(index, nested)| {
        let name = of_metric("NESTED", index);
        let descriptor = of_nested(&nested.ty, &quote!(DESCRIPTOR), rt);
        quote!(const #name: &#rt::CatalogDescriptor = &#descriptor;)
    });
    quote!(#(#consts)*)
}

fn statics(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let count = catalog.metrics.len();
    let offsets = count + 1;
    let metrics = || catalog.metrics.iter().enumerate();
    let descriptors = metrics().zip(&catalog.artifacts);
    let descriptors =
        descriptors.map(|((index, metric), artifacts)| descriptor(index, metric, artifacts, rt));
    let cells = metrics().map(|(index, metric)| cell(index, metric, rt));
    let states = (0..count).map(
        |index| quote!(#rt::MetricState::new(&__GLYPH_METRICS[#index], __GLYPH_FIRST[#index])),
    );
    let (name, line) = (
        catalog.structure.ident.unraw().to_string(),
        line(catalog.line),
    );
    let source_crate = source_crate(rt);
    quote! {
        const __GLYPH_METRICS: [#rt::MetricDescriptor; #count] = [#(#descriptors),*];
        const __GLYPH_FIRST: [#rt::core::primitive::usize; #offsets] = #rt::offsets(&__GLYPH_METRICS);
        static __GLYPH_DESCRIPTORS: [#rt::MetricDescriptor; #count] = __GLYPH_METRICS;
        static __GLYPH_CATALOG_CELLS: #rt::CatalogCells = #rt::CatalogCells::new(
            __GLYPH_FIRST[#count],
            #rt::DeclaredCatalog {
                name: #name,
                source_crate: #source_crate,
                file: #rt::core::file!(),
                line: #line,
            },
            &__GLYPH_THREAD_SLOT,
            __glyph_mask,
        );
        #rt::thread_local! {
            static __GLYPH_THREAD_SLOT: #rt::ThreadSlot = const { #rt::ThreadSlot::new() };
        }
        #[inline]
        fn __glyph_thread_cells() -> #rt::ThreadCells {
            #rt::cells_in(&__GLYPH_THREAD_SLOT)
        }
        fn __glyph_mask(is_masked: #rt::core::primitive::bool) {
            #rt::mask_in(&__GLYPH_THREAD_SLOT, is_masked)
        }
        static __GLYPH_STATES: [#rt::MetricState; #count] = [#(#states),*];
        static __GLYPH_CELLS: [#rt::Metric; #count] = [#(#cells),*];
    }
}

fn descriptor(
    index: usize,
    metric: &Metric,
    artifacts: &Artifacts,
    rt: &TokenStream,
) -> TokenStream {
    let Metric {
        name,
        help,
        sparse,
        aggregate,
        sign,
        ..
    } = metric;
    let aggregate = Aggregate::tokens(*aggregate, rt);
    let sign = Sign::tokens(sign.as_ref(), rt);
    let (otel_name, family) = (&name.otel, &name.family);
    let field = metric.field();
    let (kind, unit) = (kind(metric.kind), unit(&metric.unit, rt));
    let labels = labels_of(index, metric);
    let buckets = metric.buckets.as_ref().map_or_else(
        || quote!(&[]),
        |_| of_metric("BUCKETS", index).into_token_stream(),
    );
    let line = line(metric.line);
    let artifacts = artifact::descriptor_fields(index, artifacts, rt);
    quote! {
        #rt::MetricDescriptor {
            field: #field,
            otel_name: #otel_name,
            name: #family,
            kind: #rt::Kind::#kind,
            unit: #unit,
            help: #help,
            labels: #labels,
            buckets: #buckets,
            sparse: #sparse,
            aggregate: #aggregate,
            sign: #sign,
            #artifacts
            file: #rt::core::file!(),
            line: #line,
        }
    }
}

fn cell(index: usize, metric: &Metric, rt: &TokenStream) -> TokenStream {
    let strides = of_metric("STRIDES", index);
    let strides = metric
        .labels
        .as_ref()
        .map_or_else(|| quote!(&[]), |_| quote!(&#strides));
    let bounds = of_metric("BOUNDS", index);
    let bounds = metric
        .buckets
        .as_ref()
        .map_or_else(|| quote!(&[]), |_| quote!(&#bounds));
    let open = open_of(index, metric);
    quote! {
        #rt::Metric::new(#rt::MetricParts {
            descriptor: &__GLYPH_DESCRIPTORS[#index],
            cells: &__GLYPH_CATALOG_CELLS,
            thread_cells: __glyph_thread_cells,
            index: #index,
            first: __GLYPH_FIRST[#index],
            strides: #strides,
            open: #open,
            bounds: #bounds,
            state: &__GLYPH_STATES[#index],
        })
    }
}

pub(super) fn kind(kind: Kind) -> Ident {
    match kind {
        Kind::Counter => format_ident!("Counter"),
        Kind::Gauge => format_ident!("Gauge"),
        Kind::Histogram => format_ident!("Histogram"),
    }
}

fn unit(unit: &Unit, rt: &TokenStream) -> TokenStream {
    match unit {
        Unit::None => quote!(#rt::Unit::None),
        Unit::Seconds => quote!(#rt::Unit::Seconds),
        Unit::Bytes => quote!(#rt::Unit::Bytes),
        Unit::Ratio => quote!(#rt::Unit::Ratio),
        Unit::Other(unit) => quote!(#rt::Unit::Other(#unit)),
    }
}

pub(super) fn line(line: usize) -> Literal {
    Literal::u32_suffixed(u32::try_from(line).unwrap_or(u32::MAX))
}

fn implementations(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let ident = &catalog.structure.ident;
    let name = ident.to_string();
    let Catalog {
        namespace,
        max_series,
        target_labels,
        ..
    } = catalog;
    let stages = expand_stage::descriptors(catalog, rt);
    let nested = (0..catalog.nested.len()).map(|index| of_metric("NESTED", index));
    let erased = catalog.nested.iter().map(|nested| {
        let field = &nested.ident;
        let erased = of_nested(&nested.ty, &quote!(erased), rt);
        quote!(#erased(self.#field))
    });
    let bound = catalog
        .stages
        .iter()
        .flat_map(|stage| stage.fields(&catalog.metrics));
    let line = line(catalog.line);
    let interval = catalog.rule_interval;
    let interval = interval.map(|interval| quote!(#rt::Duration::from_secs(#interval)));
    let interval = option(rt, interval);
    quote! {
        static __GLYPH_DESCRIPTOR: #rt::CatalogDescriptor = <#ident as #rt::Catalog>::DESCRIPTOR;
        #[automatically_derived]
        impl #rt::Catalog for #ident {
            const DESCRIPTOR: #rt::CatalogDescriptor = #rt::CatalogDescriptor {
                name: #name,
                namespace: #namespace,
                max_series: #max_series,
                metrics: &__GLYPH_METRICS,
                stages: &[#(#stages),*],
                scope: &__GLYPH_SCOPE_LABELS,
                target_labels: &[#(#target_labels),*],
                rule_interval: #interval,
                nested: &[#(#nested),*],
                file: #rt::core::file!(),
                line: #line,
            };
        }
        #[automatically_derived]
        impl #rt::AnyCatalog for #ident {
            fn descriptor(&self) -> &'static #rt::CatalogDescriptor {
                &__GLYPH_DESCRIPTOR
            }
            fn metrics(&self) -> &'static [#rt::Metric] {
                // Stages bypass these fields: read them here, or rustc reports dead code. An editor finds the
                // field of a name in `#[stage(..)]` by these tokens.
                #(let _ = &self.#bound;)*
                &__GLYPH_CELLS
            }
            fn nested(&self) -> #rt::Vec<&'static dyn #rt::AnyCatalog> {
                #rt::vec![#(#erased),*]
            }
        }
    }
}
