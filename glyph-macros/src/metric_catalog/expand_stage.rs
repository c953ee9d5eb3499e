//! The implementation of `Stage`, which binds a stage to the catalog's cells.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{
    expand::{labels_of, line, of_metric, open_of},
    expand_checks, expand_stage_block, expand_stage_end, expand_stage_module,
    field::Metric,
    model::Catalog,
    role::{self, DURATION, ROLES, Role},
    stage::{Binding, Stage, StageLabel},
};
use crate::{diagnostic::TokenRange, home::option};

pub(super) fn implementations(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let module = &expand_stage_module::ident(catalog);
    let stages = catalog.stages.iter().enumerate();
    stages
        .map(|(index, stage)| {
            let expansion = Expansion {
                catalog,
                stage,
                index,
                rt,
            };
            let consts = expansion.consts(module);
            let implementation = expansion.implementation(module);
            let methods = expand_stage_block::methods(stage, &catalog.structure.vis, module, rt);
            let of_end = expand_stage_end::implementations(&expansion, module);
            quote!(#consts #implementation #methods #of_end)
        })
        .collect()
}

pub(super) fn descriptors(catalog: &Catalog, rt: &TokenStream) -> Vec<TokenStream> {
    let stages = catalog.stages.iter().enumerate();
    stages
        .map(|(index, stage)| {
            Expansion {
                catalog,
                stage,
                index,
                rt,
            }
            .descriptor()
        })
        .collect()
}

impl Role {
    fn field(&self) -> Ident {
        format_ident!("{}", self.name)
    }
}

/// One stage, with the data that its expansion needs.
pub(super) struct Expansion<'model> {
    pub(super) catalog: &'model Catalog,
    pub(super) stage: &'model Stage,
    index: usize,
    pub(super) rt: &'model TokenStream,
}

impl Expansion<'_> {
    pub(super) fn of_stage(&self, what: &str) -> Ident {
        of_metric(&format!("STAGE_{what}"), self.index)
    }

    pub(super) fn given(&self, label: usize) -> Ident {
        format_ident!("__GLYPH_GIVEN_{}_{}", self.index, label)
    }

    pub(super) fn strides(&self, role: &Role) -> Ident {
        self.of_stage(&format!("{}_STRIDES", role.name.to_uppercase()))
    }

    /// The metrics whose labels the stage fills.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (&'static Role, &Binding, &Metric)> {
        role::all().filter_map(|role| {
            let binding = self.stage.binding(role)?;
            let metric = self.catalog.metrics.get(binding.metric)?;
            metric.labels.is_some().then_some((role, binding, metric))
        })
    }

    fn consts(&self, module: &Ident) -> TokenStream {
        let rt = self.rt;
        let labels = &self.stage.labels;
        let (name, count) = (self.of_stage("LABELS"), labels.len());
        let described = labels
            .iter()
            .enumerate()
            .map(|(index, label)| self.label(index, label, module));
        let given = labels.iter().enumerate().filter_map(|(index, label)| {
            let (name, ty) = (self.given(index), &label.static_ty);
            let value = match &label.given {
                Some(value) => value.to_token_stream(),
                None if label.is_at_end => quote!(<#ty as #rt::Label>::ANY),
                None => return None,
            };
            Some(quote!(const #name: #ty = #value;))
        });
        let types = labels
            .iter()
            .enumerate()
            .map(|(index, label)| self.type_check(index, label));
        let strides = self
            .labelled()
            .map(|(role, binding, metric)| self.strides_consts(role, binding, metric));
        quote! {
            const #name: [#rt::StageLabel; #count] = [#(#described),*];
            #(#given)*
            #(#types)*
            #(#strides)*
        }
    }

    /// The check that the type of a label is not `#[label(never)]`, and is that of the metrics.
    fn type_check(&self, index: usize, label: &StageLabel) -> TokenStream {
        let (stage, labels) = (self.stage.ident.to_string(), self.of_stage("LABELS"));
        // After an error, labels may be missing.
        let metrics = self.labelled().filter(|_| self.stage.is_whole);
        let metrics = metrics.map(|(_, binding, metric)| {
            let (field, labels) = (metric.field(), labels_of(binding.metric, metric));
            quote!((#field, #labels))
        });
        let arguments = quote!(#stage, &#labels[#index], &[#(#metrics),*]);
        expand_checks::check(TokenRange::of(&label.ty), "check_stage_label", &arguments)
    }

    fn label(&self, index: usize, label: &StageLabel, module: &Ident) -> TokenStream {
        let (rt, stage) = (self.rt, &self.stage.ident);
        let StageLabel { ident, name, .. } = label;
        let (is_at_end, is_given) = (label.is_at_end, label.given.is_some() && !label.is_at_end);
        let value = if is_given || is_at_end {
            let value = self.given(index);
            quote!(|(): &()| &#value)
        } else {
            let lifetime = self.stage.borrows().then(|| quote!(<'static>));
            quote!(|stage: &#module::#stage #lifetime| &stage.#ident)
        };
        let described = quote!(#rt::stage_label(#value, #name, #is_given, #is_at_end));
        self.catalog
            .label_ranges
            .of(&label.ty)
            .as_written(described)
    }

    /// The position of the stage's labels in the series index of one metric, and the check that
    /// they fill all of its labels.
    fn strides_consts(&self, role: &Role, binding: &Binding, metric: &Metric) -> TokenStream {
        let rt = self.rt;
        let (name, given, count) = (
            self.strides(role),
            self.of_stage("LABELS"),
            self.stage.labels.len(),
        );
        let labels = labels_of(binding.metric, metric);
        let range = TokenRange::of(&binding.field);
        let (stage, field) = (self.stage.ident.to_string(), metric.field());
        // The function is between parentheses: an editor would take its name for what the field leads to.
        let check = range.call(
            quote!((__glyph::stage_strides::<#count, { #labels.len() }>)),
            &quote!(#stage, #field, #labels, &#given),
        );
        // After an error, labels may be missing.
        let check = self
            .stage
            .is_whole
            .then(|| quote!(const _: [#rt::LabelStride; #count] = #check;));
        let running = role.while_running.map(|what| {
            // At the field, from which the label is to be removed.
            let arguments = quote!(#what, #field, #labels);
            let range = TokenRange::of(&metric.ident);
            expand_checks::check(range, "check_labels_while_running", &arguments)
        });
        let at_end = (self.stage.has_end_labels() && !role.is_at_end()).then(|| {
            let check = range.call(
                quote!((__glyph::check_end_labels)),
                &quote!(#stage, #field, #labels, &#given),
            );
            quote!(const _: () = #check;)
        });
        quote! {
            const #name: [#rt::LabelStride; #count] =
                #rt::stage_strides_or_stub::<#count, { #labels.len() }>(#labels, &#given);
            #check
            #running
            #at_end
        }
    }

    fn implementation(&self, module: &Ident) -> TokenStream {
        let (rt, ident) = (self.rt, &self.stage.ident);
        let name = ident.to_string();
        let lifetime = self.stage.borrows().then(|| quote!(<'_>));
        let (cells, body) = self.cells();
        let rows = self.rows();
        let status_labels = ["duration", "requests"].map(|role| self.labels_of(role));
        let names = self.stage.labels.iter().map(|label| &label.name);
        let label_values = self.label_values();
        let has_open = self.has_open(|role| role.every_call.is_some());
        let late = self.late();
        let end_labels = expand_stage_end::end_labels(self.stage, module, rt);
        let whole = (!self.stage.is_whole)
            .then(|| quote!(const IS_WHOLE: #rt::core::primitive::bool = false;));
        let (spans, site) = expand_stage_block::spans(self.stage, module, rt);
        quote! {
            #cells
            #[automatically_derived]
            impl #rt::Stage for #module::#ident #lifetime {
                const NAME: &'static #rt::core::primitive::str = #name;
                const STATUS_LABELS: [&'static [#rt::LabelDescriptor]; 2] = [#(#status_labels),*];
                type Checked = Self;
                type EndLabels = #end_labels;
                #whole
                #[inline]
                fn cells() -> &'static #rt::StageCells {
                    #body
                }
                const HAS_OPEN: #rt::core::primitive::bool = #has_open;
                const LATE: #rt::LateLabels = #late;
                #[inline]
                fn series(&self, begun: #rt::core::primitive::bool) -> #rt::StageSeries {
                    #rows
                }
                const LABELS: &'static [&'static #rt::core::primitive::str] = &[#(#names),*];
                fn span_callsite() -> &'static #rt::SpanCallsite {
                    #spans
                    &#site
                }
                fn label_values(&self, read: &mut dyn #rt::core::ops::FnMut(&[#rt::FieldValue<'_>], &[#rt::LabelText<'_>])) {
                    #label_values
                }
            }
        }
    }

    /// The labels of the metric of this role; empty if no metric is bound.
    fn labels_of(&self, role: &str) -> TokenStream {
        let found = self.labelled().find(|(of, ..)| of.name == role);
        found.map_or_else(
            || quote!(&[]),
            |(_, binding, metric)| labels_of(binding.metric, metric),
        )
    }

    /// The static with the bound metrics, and a reference to it.
    fn cells(&self) -> (Option<TokenStream>, TokenStream) {
        let rt = self.rt;
        let name = self.of_stage("CELLS");
        let Some(duration) = self.stage.binding(&DURATION) else {
            return (None, quote!(loop {}));
        };
        let bound = |binding: &Binding| {
            let index = binding.metric;
            quote!(#rt::BoundMetric::new(&__GLYPH_CELLS[#index], &FAILURES))
        };
        let duration = bound(duration);
        let status = ["requests", "duration"].map(|role| self.labels_of(role));
        let cancelled = self.stage.cancelled_fails;
        let others = ROLES.iter().map(|role| {
            let field = role.field();
            let value = option(rt, self.stage.binding(role).map(bound));
            quote!(#field: #value)
        });
        let late = self.late();
        let end_labels = option(rt, expand_stage_end::of_cells(self));
        let is_event = |role: &&Role| matches!(role.name, "retries" | "fallbacks");
        let mut events = ROLES.iter().filter(is_event);
        let has_events = events.any(|role| self.stage.binding(role).is_some());
        let cells = quote! {
            static #name: #rt::StageCells = {
                const FAILURES: #rt::Failures = #rt::Failures::of([#(#status),*], #cancelled);
                #rt::StageCells {
                    duration: #duration,
                    #(#others,)*
                    failures: FAILURES,
                    has_events: #has_events,
                    late: #late,
                    end_labels: #end_labels,
                }
            };
        };
        (Some(cells), quote!(&#name))
    }

    fn rows(&self) -> TokenStream {
        let rt = self.rt;
        let rows = role::all().map(|role| {
            let field = role.field();
            let found = self.labelled().find(|(of, ..)| of.name == role.name);
            let row = match found {
                Some((_, binding, metric)) if self.has_labels_at_start() => {
                    self.row(role, binding, metric)
                }
                _ => quote!(#rt::SeriesIndex::FIRST),
            };
            quote!(#field: #row)
        });
        quote! {{
            let mut lookup = #rt::CallLookup::new(begun);
            #rt::StageSeries { #(#rows,)* overflowed: lookup.overflowed() }
        }}
    }

    fn has_labels_at_start(&self) -> bool {
        self.stage.labels.iter().any(|label| !label.is_at_end)
    }

    /// The open labels of the metrics that some calls feed.
    fn late(&self) -> TokenStream {
        let rt = self.rt;
        let labels = |is_every: bool| {
            let roles = role::all().filter(move |role| role.every_call.is_some() == is_every);
            let labels = roles.map(|role| self.labels_of(role.name));
            quote!(&[#(#labels),*])
        };
        let (every, some) = (labels(true), labels(false));
        quote!(#rt::LateLabels::of(#every, #some))
    }

    /// Whether a bound metric of these roles has an open label.
    fn has_open(&self, is_meant: fn(&Role) -> bool) -> TokenStream {
        let rt = self.rt;
        let metrics = self.labelled().filter(|(role, ..)| is_meant(role));
        let counts = metrics.map(|(_, binding, metric)| {
            let labels = labels_of(binding.metric, metric);
            quote!(#rt::open_labels(#labels))
        });
        quote!(0 #(+ #counts)* > 0)
    }

    fn row(&self, role: &Role, binding: &Binding, metric: &Metric) -> TokenStream {
        let (rt, strides) = (self.rt, self.strides(role));
        let open = open_of(binding.metric, metric);
        let labels = self.stage.labels.iter().enumerate();
        let labels = labels.filter(|(_, label)| !label.is_at_end);
        let terms = labels.map(|(index, label)| {
            let value = self.value(index, label);
            role.every_call.map_or_else(
                || quote!(#rt::LabelRef(#value).closed(&#strides[#index])),
                |number| quote! {
                    #rt::LabelRef(#value).call_offset(&mut lookup, &#strides[#index], #open, (#index, #number))
                },
            )
        });
        quote!(#rt::SeriesIndex::new(#(#terms)+*))
    }

    /// A reference to a label's value.
    pub(super) fn value(&self, index: usize, label: &StageLabel) -> TokenStream {
        if label.given.is_some() {
            let given = self.given(index);
            return quote!(&#given);
        }
        let ident = &label.ident;
        quote!(&self.#ident)
    }

    fn descriptor(&self) -> TokenStream {
        let rt = self.rt;
        let name = self.stage.ident.to_string();
        let labels = self.of_stage("LABELS");
        let family = |role: &Role| {
            let metric = self.catalog.metrics.get(self.stage.binding(role)?.metric)?;
            Some(metric.name.family.as_str())
        };
        let duration = family(&DURATION).unwrap_or_default();
        let others = ROLES.iter().map(|role| {
            let field = role.field();
            let family = option(rt, family(role).map(ToTokens::to_token_stream));
            quote!(#field: #family)
        });
        let line = line(self.stage.line);
        quote! {
            #rt::StageDescriptor {
                name: #name,
                labels: &#labels,
                duration: #duration,
                #(#others,)*
                file: #rt::core::file!(),
                line: #line,
            }
        }
    }
}
