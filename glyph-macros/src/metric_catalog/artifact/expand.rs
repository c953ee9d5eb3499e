//! The descriptors of alerts, objectives and panels.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;

use super::{
    Artifacts,
    alert::{Alert, Condition},
    annotation::Annotation,
    measure::Measure,
    objective::{Indicator, Objective},
    on_call::OnCall,
    panel::Panel,
    selection::{Matcher, Selection},
};
use crate::{
    home::option,
    metric_catalog::{
        aggregate::Aggregate,
        args::IdentOrStr,
        expand::{line, of_metric},
        field::Metric,
    },
};

/// The consts that the descriptor of one metric refers to.
pub(in crate::metric_catalog) fn metric_consts(
    index: usize,
    artifacts: &Artifacts,
    metrics: &[Metric],
    rt: &TokenStream,
) -> TokenStream {
    let expansion = Expansion { metrics, rt };
    let alerts = (!artifacts.alerts.is_empty()).then(|| {
        let name = of_metric("ALERTS", index);
        let alerts = artifacts.alerts.iter().map(|alert| expansion.alert(alert));
        quote!(const #name: &[#rt::AlertDescriptor] = &[#(#alerts),*];)
    });
    let objectives = (!artifacts.objectives.is_empty()).then(|| {
        let name = of_metric("OBJECTIVES", index);
        let objectives = artifacts.objectives.iter();
        let objectives = objectives.map(|objective| expansion.objective(objective));
        quote!(const #name: &[#rt::ObjectiveDescriptor] = &[#(#objectives),*];)
    });
    let panel = artifacts.panel.as_ref().map(|panel| {
        let name = of_metric("PANEL", index);
        let panel = expansion.panel(panel);
        quote!(const #name: &#rt::PanelDescriptor = &#panel;)
    });
    quote!(#alerts #objectives #panel)
}

/// The fields of one metric's descriptor.
pub(in crate::metric_catalog) fn descriptor_fields(
    index: usize,
    artifacts: &Artifacts,
    rt: &TokenStream,
) -> TokenStream {
    let list = |name: &str, is_empty: bool| {
        if is_empty {
            quote!(&[])
        } else {
            of_metric(name, index).into_token_stream()
        }
    };
    let alerts = list("ALERTS", artifacts.alerts.is_empty());
    let objectives = list("OBJECTIVES", artifacts.objectives.is_empty());
    let panel = artifacts
        .panel
        .as_ref()
        .map(|_| of_metric("PANEL", index).into_token_stream());
    let panel = option(rt, panel);
    quote! {
        alerts: #alerts,
        objectives: #objectives,
        panel: #panel,
    }
}

struct Expansion<'catalog> {
    metrics: &'catalog [Metric],
    rt: &'catalog TokenStream,
}

impl Expansion<'_> {
    fn alert(&self, alert: &Alert) -> TokenStream {
        let rt = self.rt;
        let name = alert.name.value();
        let line = line(alert.name.span().start().line);
        let condition = self.condition(&alert.condition);
        let (by, severity) = (names(&alert.by), &alert.severity);
        let aggregate = Aggregate::tokens(alert.aggregate, rt);
        let on_call = self.on_call(&alert.on_call);
        let (summary, description) = (
            text(alert.summary.as_ref()),
            text(alert.description.as_ref()),
        );
        quote! {
            #rt::AlertDescriptor {
                name: #name,
                condition: #condition,
                by: #by,
                aggregate: #aggregate,
                severity: #severity,
                summary: #summary,
                description: #description,
                #on_call
                file: #rt::core::file!(),
                line: #line,
            }
        }
    }

    /// The fields that alerts and objectives share.
    fn on_call(&self, on_call: &OnCall) -> TokenStream {
        let (pending, keep_firing) = (
            self.duration(on_call.pending),
            self.duration(on_call.keep_firing),
        );
        let annotations = on_call.annotations.iter().map(|(name, annotation)| {
            let template = &annotation.template;
            quote!((#name, #template))
        });
        let labels = on_call.labels.iter();
        let labels = labels.map(|(name, value)| quote!((#name, #value)));
        quote! {
            pending: #pending,
            keep_firing_for: #keep_firing,
            annotations: &[#(#annotations),*],
            labels: &[#(#labels),*],
        }
    }

    fn condition(&self, condition: &Condition) -> TokenStream {
        let rt = self.rt;
        match condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
                ..
            } => {
                let measure = self.measure(measure);
                let (comparison, threshold) = (comparison.variant(), number(*threshold));
                quote! {
                    #rt::Condition::Compare {
                        measure: #measure,
                        comparison: #rt::Comparison::#comparison,
                        threshold: #threshold,
                    }
                }
            }
            Condition::Absent { of, over } => {
                let of = self.selection(of);
                let over = option(rt, over.map(|over| self.duration(over)));
                quote!(#rt::Condition::Absent { of: #of, over: #over })
            }
            Condition::Expression {
                promql,
                external,
                fires,
                silent,
            } => {
                let promql = promql.value();
                let (external, fires, silent) =
                    (strings(external), strings(fires), strings(silent));
                quote! {
                    #rt::Condition::Expression {
                        promql: #promql,
                        external: #external,
                        fires: #fires,
                        silent: #silent,
                    }
                }
            }
        }
    }

    fn measure(&self, measure: &Measure) -> TokenStream {
        let rt = self.rt;
        match measure {
            Measure::Value(of) => {
                let of = self.selection(of);
                quote!(#rt::Measure::Value(#of))
            }
            Measure::Quantile { quantile, of, over } => {
                let (quantile, of) = (number(*quantile), self.selection(of));
                let over = self.duration(*over);
                quote!(#rt::Measure::Quantile { quantile: #quantile, of: #of, over: #over })
            }
            Measure::Rate { of, over } => {
                let (of, over) = (self.selection(of), self.duration(*over));
                quote!(#rt::Measure::Rate { of: #of, over: #over })
            }
            Measure::Increase { of, over } => {
                let (of, over) = (self.selection(of), self.duration(*over));
                quote!(#rt::Measure::Increase { of: #of, over: #over })
            }
            Measure::Ratio { part, whole, over } => {
                let (part, whole) = (self.selection(part), self.selection(whole));
                let over = self.duration(*over);
                quote!(#rt::Measure::Ratio { part: #part, whole: #whole, over: #over })
            }
        }
    }

    fn selection(&self, selection: &Selection) -> TokenStream {
        let rt = self.rt;
        let metric = self.metrics.get(selection.metric);
        let metric = metric.map_or("", |metric| metric.name.family.as_str());
        let matchers = selection.matchers.iter().map(|matcher| {
            let Matcher {
                label,
                equal,
                values,
            } = matcher;
            let (label, values) = (label.value(), names(values));
            quote!(#rt::Matcher { label: #label, equal: #equal, values: #values })
        });
        quote!(#rt::Selection { metric: #metric, matchers: &[#(#matchers),*] })
    }

    fn objective(&self, objective: &Objective) -> TokenStream {
        let rt = self.rt;
        let (name, target) = (&objective.name, number(objective.target));
        let by = names(&objective.by);
        let (burn, on_call) = (objective.burn.tokens(rt), self.on_call(&objective.on_call));
        let line = line(objective.span.start().line);
        let indicator = match &objective.indicator {
            Indicator::Latency {
                of,
                threshold,
                interpolated,
                ..
            } => {
                let (of, threshold) = (self.selection(of), number(*threshold));
                let interpolated = interpolated.is_some();
                quote!(Latency { of: #of, threshold: #threshold, interpolated: #interpolated })
            }
            Indicator::Outcome { of, .. } => {
                let of = self.selection(of);
                quote!(Outcome { of: #of })
            }
            Indicator::Errors { errors, of } => {
                let (errors, of) = (self.selection(errors), self.selection(of));
                quote!(Errors { errors: #errors, of: #of })
            }
        };
        quote! {
            #rt::ObjectiveDescriptor {
                name: #name,
                indicator: #rt::Indicator::#indicator,
                target: #target,
                by: #by,
                #burn
                #on_call
                file: #rt::core::file!(),
                line: #line,
            }
        }
    }

    fn panel(&self, panel: &Panel) -> TokenStream {
        let rt = self.rt;
        let optional =
            |text: &Option<String>| option(rt, text.as_ref().map(ToTokens::to_token_stream));
        let (title, row, unit) = (
            optional(&panel.title),
            optional(&panel.row),
            optional(&panel.unit),
        );
        let form = panel.form.map(|form| {
            let form = format_ident!("{form}");
            quote!(#rt::PanelForm::#form)
        });
        let form = option(rt, form);
        let (by, hidden) = (names(&panel.by), panel.hidden);
        let aggregate = Aggregate::tokens(panel.aggregate, rt);
        let quantiles = panel.quantiles.iter().map(|quantile| number(*quantile));
        let thresholds = panel.thresholds.iter().map(|(color, from)| {
            let from = number(*from);
            quote!(#rt::Threshold { color: #color, from: #from })
        });
        quote! {
            #rt::PanelDescriptor {
                title: #title,
                row: #row,
                unit: #unit,
                form: #form,
                by: #by,
                aggregate: #aggregate,
                quantiles: &[#(#quantiles),*],
                thresholds: &[#(#thresholds),*],
                hidden: #hidden,
            }
        }
    }

    fn duration(&self, seconds: u64) -> TokenStream {
        let rt = self.rt;
        quote!(#rt::core::time::Duration::from_secs(#seconds))
    }
}

fn names(names: &[IdentOrStr]) -> TokenStream {
    let names = names.iter().map(IdentOrStr::value);
    quote!(&[#(#names),*])
}

fn strings(strings: &[syn::LitStr]) -> TokenStream {
    quote!(&[#(#strings),*])
}

fn text(annotation: Option<&Annotation>) -> &str {
    annotation.map_or("", |annotation| annotation.template.as_str())
}

fn number(value: f64) -> TokenStream {
    let minus = value.is_sign_negative().then(|| quote!(-));
    let literal = Literal::f64_suffixed(value.abs());
    quote!(#minus #literal)
}
