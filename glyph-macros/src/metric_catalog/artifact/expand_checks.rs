//! Checks of alerts, objectives and panels that need types, each at the user's token.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{
    Artifacts,
    alert::{Alert, Condition},
    alert_texts::Mention,
    annotation::Annotation,
    measure::quantile_metric,
    objective::{Indicator, Objective},
    selection::Selection,
};
use crate::{
    diagnostic::TokenRange,
    metric_catalog::{
        args::IdentOrStr,
        expand::{labels_of, of_metric},
        expand_checks::check,
        field::Metric,
        model::Catalog,
    },
};

/// The checks of the alerts, objectives and panel of the metric at `index`.
pub(in crate::metric_catalog) fn tokens(
    index: usize,
    artifacts: &Artifacts,
    catalog: &Catalog,
) -> TokenStream {
    let checks = Checks {
        metrics: &catalog.metrics,
        target_labels: &catalog.target_labels,
    };
    let alerts = artifacts.alerts.iter().map(|alert| checks.alert(alert));
    let objectives = artifacts.objectives.iter();
    let objectives = objectives.map(|objective| checks.objective(objective));
    let panel = artifacts.panel.iter().flat_map(|panel| &panel.by);
    let panel = panel.map(|label| checks.label(index, label));
    alerts.chain(objectives).chain(panel).collect()
}

struct Checks<'catalog> {
    metrics: &'catalog [Metric],
    target_labels: &'catalog [String],
}

impl Checks<'_> {
    fn alert(&self, alert: &Alert) -> TokenStream {
        let selections = alert.condition.selections();
        let mut checks = self.labels(&alert.by, &selections);
        if let Condition::Compare {
            measure,
            threshold,
            range,
            ..
        } = &alert.condition
            && let Some((index, metric)) = quantile_metric(measure, self.metrics)
        {
            let (field, buckets) = (metric.field(), of_metric("BUCKETS", index));
            let arguments = quote!(#field, #buckets, __GLYPH_METRICS[#index].unit, #threshold);
            checks.extend(check(*range, "check_quantile_reach", &arguments));
        }
        if let Some(of) = selections.first() {
            let mentions = alert.mentions.iter();
            checks.extend(mentions.map(|mention| self.mention(of.metric, mention)));
        }
        if let (true, [of]) = (alert.keeps_labels(), selections.as_slice()) {
            let annotations = alert.annotations();
            checks.extend(annotations.flat_map(|text| self.annotation(of, alert, text)));
        }
        checks
    }

    fn objective(&self, objective: &Objective) -> TokenStream {
        let selections = objective.indicator.selections();
        let mut checks = self.labels(&objective.by, &selections);
        match &objective.indicator {
            Indicator::Latency {
                of,
                threshold,
                written,
                range,
                interpolated,
            } => {
                let index = of.metric;
                let (field, buckets) = (self.field(index), of_metric("BUCKETS", index));
                let unit = quote!(__GLYPH_METRICS[#index].unit);
                let arguments = quote!(#field, #buckets, #unit, #threshold, #written);
                let Some(word) = interpolated else {
                    checks.extend(check(*range, "check_objective_bound", &arguments));
                    return checks;
                };
                checks.extend(check(*range, "check_objective_reach", &arguments));
                let arguments = quote!(#field, #buckets, #threshold, #written);
                checks.extend(check(*word, "check_objective_between", &arguments));
            }
            Indicator::Outcome { of, range } => {
                let (field, labels) = (self.field(of.metric), self.labels_of(of.metric));
                checks.extend(check(
                    *range,
                    "check_outcome_known",
                    &quote!(#field, #labels),
                ));
            }
            Indicator::Errors { .. } => {}
        }
        checks
    }

    /// The checks of the labels that group each metric, and of those that select.
    fn labels(&self, by: &[IdentOrStr], selections: &[&Selection]) -> TokenStream {
        let mut checks = TokenStream::new();
        for label in by {
            let checked: &mut Vec<usize> = &mut Vec::new();
            for selection in selections {
                if !checked.contains(&selection.metric) {
                    checks.extend(self.label(selection.metric, label));
                    checked.push(selection.metric);
                }
            }
        }
        for selection in selections {
            for matcher in &selection.matchers {
                checks.extend(self.label(selection.metric, &matcher.label));
                let (labels, label) = (self.labels_of(selection.metric), matcher.label.value());
                for value in &matcher.values {
                    let text = value.value();
                    let arguments = quote!(#labels, #label, #text);
                    checks.extend(check(
                        TokenRange::of(value),
                        "check_artifact_value",
                        &arguments,
                    ));
                }
            }
        }
        checks
    }

    fn label(&self, metric: usize, label: &IdentOrStr) -> TokenStream {
        self.named_label(metric, &label.value(), TokenRange::of(label))
    }

    fn annotation(&self, of: &Selection, alert: &Alert, text: &Annotation) -> Vec<TokenStream> {
        let range = TokenRange::of(&text.text);
        let checked = |label: &String| {
            let Some(value) = alert.added(label) else {
                return self.named_label(of.metric, label, range);
            };
            let labels = self.labels_of(of.metric);
            check(
                range,
                "check_artifact_text",
                &quote!(#labels, #label, #value),
            )
        };
        text.labels.iter().map(checked).collect()
    }

    fn mention(&self, metric: usize, mention: &Mention) -> TokenStream {
        let Mention {
            text,
            near,
            message,
        } = mention;
        let (labels, targets) = (self.labels_of(metric), self.target_labels);
        check(
            TokenRange::of(text),
            "check_artifact_mention",
            &quote!(#labels, &__GLYPH_SCOPE_LABELS, &[#(#targets),*], #near, #message),
        )
    }

    fn named_label(&self, metric: usize, label: &str, range: TokenRange) -> TokenStream {
        let (field, labels) = (self.field(metric), self.labels_of(metric));
        let targets = self.target_labels;
        check(
            range,
            "check_artifact_label",
            &quote!(#field, #labels, &__GLYPH_SCOPE_LABELS, &[#(#targets),*], #label),
        )
    }

    fn field(&self, index: usize) -> String {
        self.metrics
            .get(index)
            .map_or_else(String::new, Metric::field)
    }

    fn labels_of(&self, index: usize) -> TokenStream {
        self.metrics.get(index).map_or_else(
            || quote!(&[]),
            |metric| labels_of(index, metric).into_token_stream(),
        )
    }
}
