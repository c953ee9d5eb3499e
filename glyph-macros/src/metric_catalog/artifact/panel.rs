//! The model of `#[panel(..)]`.

use syn::LitStr;

use super::{
    MetricField, condition, labels,
    panel_args::{PanelArgs, ThresholdArg},
};
use crate::{
    diagnostic::Errors,
    metric_catalog::{aggregate::Aggregate, args::IdentOrStr, field::Kind, quantity::Dimension},
    suggestion::{closest, did_you_mean},
};

const COLORS: [&str; 5] = ["green", "yellow", "orange", "red", "blue"];

/// The units of Grafana that panels of a program often have.
const GRAFANA_UNITS: [&str; 18] = [
    "none",
    "short",
    "percent",
    "percentunit",
    "s",
    "ms",
    "ns",
    "bytes",
    "decbytes",
    "bits",
    "kbytes",
    "Bps",
    "reqps",
    "ops",
    "cps",
    "hertz",
    "celsius",
    "dateTimeAsIso",
];

/// The units of metrics that have another name in Grafana.
const METRIC_UNITS: [(&str, &str); 2] = [("seconds", "s"), ("ratio", "percentunit")];

/// The forms of a panel, each with its variant.
const FORMS: [(&str, &str); 4] = [
    ("stat", "Stat"),
    ("timeseries", "TimeSeries"),
    ("gauge", "Gauge"),
    ("heatmap", "Heatmap"),
];

pub(super) struct Panel {
    pub(super) title: Option<String>,
    pub(super) row: Option<String>,
    pub(super) unit: Option<String>,
    /// The variant.
    pub(super) form: Option<&'static str>,
    pub(super) by: Vec<IdentOrStr>,
    pub(super) aggregate: Option<Aggregate>,
    pub(super) quantiles: Vec<f64>,
    pub(super) thresholds: Vec<(String, f64)>,
    pub(super) hidden: bool,
}

impl MetricField<'_> {
    pub(super) fn panel(&self, args: PanelArgs, errors: &mut Errors) -> Panel {
        if self.metric.kind != Kind::Histogram
            && let Some(key) = &args.quantiles_key
        {
            errors.at(key, "only a histogram has quantiles: remove them");
        }
        let form = args.form.as_ref().and_then(|written| form(written, errors));
        if form == Some("Heatmap") && self.metric.kind != Kind::Histogram {
            errors.at(&args.form, "only a histogram can be a heatmap");
        }
        let aggregate = args
            .aggregate
            .and_then(|written| Aggregate::of(self.metric.kind, &written, errors));
        let quantiles = args.quantiles.iter();
        let quantiles = quantiles.filter_map(|written| errors.ok(condition::quantile(written)));
        Panel {
            quantiles: quantiles.collect(),
            title: args.title.as_ref().map(LitStr::value),
            row: args.row.as_ref().map(LitStr::value),
            unit: args.unit.as_ref().map(|written| unit(written, errors)),
            form,
            by: labels::once(args.by, errors),
            aggregate,
            thresholds: self.thresholds(&args.thresholds, errors),
            hidden: args.hidden,
        }
    }

    fn thresholds(&self, args: &[ThresholdArg], errors: &mut Errors) -> Vec<(String, f64)> {
        let dimension = match self.metric.kind {
            Kind::Counter => Dimension::PerSecond(&self.metric.unit),
            Kind::Gauge | Kind::Histogram => Dimension::Of(&self.metric.unit),
        };
        let mut thresholds: Vec<(String, f64)> = Vec::new();
        for arg in args {
            let color = arg.color.to_string();
            if !COLORS.contains(&color.as_str()) {
                let hint = did_you_mean(&color, &COLORS);
                errors.at(
                    &arg.color,
                    format!(
                        "`{color}` is not a color; {hint}allowed: {}",
                        COLORS.join(", ")
                    ),
                );
            }
            let Some(from) = errors.ok(arg.from.value(&dimension)) else {
                continue;
            };
            if thresholds.last().is_some_and(|(_, below)| from <= *below) {
                errors.at(&arg.from, "thresholds must rise");
            }
            thresholds.push((color, from));
        }
        thresholds
    }
}

/// Grafana's name for the unit: any of Grafana's, or one of a metric.
fn unit(written: &IdentOrStr, errors: &mut Errors) -> String {
    let unit = written.value();
    if GRAFANA_UNITS.contains(&unit.as_str()) {
        return unit;
    }
    if let Some((_, name)) = METRIC_UNITS.iter().find(|(of, _)| *of == unit) {
        return (*name).to_owned();
    }
    let known: Vec<&str> = METRIC_UNITS
        .iter()
        .map(|(of, _)| *of)
        .chain(GRAFANA_UNITS)
        .collect();
    // Shorter names are near to many others.
    if let Some(meant) = closest(&unit, &known).filter(|_| unit.len() > 3) {
        errors.at(
            written,
            format!("`{unit}` is not a unit; did you mean `{meant}`? write `unit = {meant}`, or another unit of Grafana"),
        );
    }
    unit
}

fn form(written: &IdentOrStr, errors: &mut Errors) -> Option<&'static str> {
    let name = written.value();
    let found = FORMS.iter().find(|(known, _)| *known == name);
    if found.is_none() {
        let known = FORMS.map(|(known, _)| known);
        let hint = did_you_mean(&name, &known);
        errors.at(
            written,
            format!(
                "`{name}` is not a panel form; {hint}allowed: {}",
                known.join(", ")
            ),
        );
    }
    found.map(|(_, variant)| *variant)
}
