//! The panels of a metric.

use super::{
    link::Links,
    name::{CatalogName, metric_phrase, panel_title, without_quantiles},
    promql::{Query, Subject},
    unit,
};
use crate::{
    families::Families,
    objective::{self, OutcomeLabel, outcome_label},
    panel_link::Aspect,
};
use glyph_core::{
    catalog::{
        CatalogDescriptor, Indicator, Kind, MetricDescriptor, PanelDescriptor, PanelForm,
        ProcessSign, Threshold, Unit,
    },
    label::LabelValues,
};

/// The quantiles of a histogram whose panel names none.
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];

/// The most series of a panel whose labels are not declared.
const SERIES: usize = 24;

/// The share that an axis of shares reaches at least. Without it, the axis of zeros goes up to 10000%.
const SHARE_AXIS: f64 = 0.05;

/// The settings of a metric without `#[panel(..)]`.
const DEFAULT_PANEL: PanelDescriptor = PanelDescriptor {
    title: None,
    row: None,
    unit: None,
    form: None,
    by: &[],
    aggregate: None,
    quantiles: &[],
    thresholds: &[],
    hidden: false,
};

/// A panel without its position.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) id: u32,
    pub(super) title: String,
    /// What tells the panel apart if another one has its title.
    pub(super) subject: String,
    pub(super) description: String,
    pub(super) form: PanelForm,
    pub(super) size: Size,
    /// The unit, by its name in Grafana.
    pub(super) unit: String,
    pub(super) queries: Vec<Query>,
    /// The color of values below all thresholds.
    pub(super) base: &'static str,
    pub(super) thresholds: Vec<Threshold>,
    /// Whether the axis starts at zero, as no value is negative.
    pub(super) from_zero: bool,
    /// The value that the axis reaches at least, so that a threshold below it is always drawn and zeros have
    /// a fitting axis.
    pub(super) reaches: Option<f64>,
    pub(super) links: Links,
}

/// How much space a panel has in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// A single number, next to others.
    Number,
    /// One of a pair that shares the width: quantiles, and the distribution.
    Half,
    /// A graph, next to others.
    Graph,
    /// What is left of a budget, next to how fast it burns.
    Budget,
    /// How fast a budget burns.
    Burn,
}

/// A metric with what its panels depend on.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) families: &'a Families,
    pub(super) catalog: &'static CatalogDescriptor,
    pub(super) name: &'a CatalogName,
    pub(super) metric: &'static MetricDescriptor,
    /// The labels of the dashboard's variables.
    pub(super) scope: &'a [String],
}

impl Shown<'_> {
    /// Returns the panels of the metric.
    pub(super) fn panels(&self) -> Vec<Panel> {
        let Some(id) = self.families.value_panel(self.metric) else {
            return Vec::new();
        };
        let distribution = self.distribution();
        let mut own = self.own(id);
        if distribution.is_some() {
            own.size = Size::Half;
        }
        let failures = self.failures();
        [Some(own), distribution, failures]
            .into_iter()
            .flatten()
            .collect()
    }

    fn settings(&self) -> &'static PanelDescriptor {
        self.metric.panel.unwrap_or(&DEFAULT_PANEL)
    }

    fn form(&self) -> PanelForm {
        self.settings().form.unwrap_or(PanelForm::TimeSeries)
    }

    fn title(&self) -> String {
        panel_title(self.name, self.catalog, self.metric, self.settings())
    }

    fn phrase(&self) -> String {
        metric_phrase(self.catalog, self.metric)
    }

    /// Returns the panel of the metric's values.
    fn own(&self, id: u32) -> Panel {
        let (metric, settings, form) = (self.metric, self.settings(), self.form());
        let stages = self.catalog.stages.iter();
        let mut stages = stages.filter(|stage| stage.duration == metric.name);
        let is_number = matches!(form, PanelForm::Stat | PanelForm::Gauge);
        let (queries, default_unit) = self.queries();
        let unit = settings.unit.map_or(default_unit, str::to_owned);
        Panel {
            id,
            title: self.title(),
            subject: metric.name.to_owned(),
            description: metric.help.to_owned(),
            form,
            size: if is_number { Size::Number } else { Size::Graph },
            reaches: (unit == unit::SHARE).then_some(SHARE_AXIS),
            unit,
            queries,
            base: "green",
            thresholds: thresholds(metric, settings),
            from_zero: metric.kind != Kind::Gauge,
            links: Links::to_stage(stages.next().map(|stage| stage.name)),
        }
    }

    /// Returns the queries of the metric's values, and their unit.
    fn queries(&self) -> (Vec<Query>, String) {
        let (metric, settings, form) = (self.metric, self.settings(), self.form());
        let (by, phrase) = (self.lines(), self.phrase());
        let subject = self.subject(&by, &phrase);
        let unit = unit::unit(metric);
        match metric.kind {
            Kind::Histogram if form == PanelForm::Heatmap => (vec![subject.heat(true)], unit),
            Kind::Histogram => {
                let quantiles: &[f64] = match settings.quantiles {
                    [] => &QUANTILES,
                    quantiles => quantiles,
                };
                (subject.quantiles(quantiles), unit)
            }
            Kind::Counter if metric.sign == Some(ProcessSign::Starts) => {
                (vec![subject.starts()], unit::NUMBER.to_owned())
            }
            Kind::Counter => (vec![subject.rate()], unit),
            Kind::Gauge if self.is_age() => (vec![subject.age(settings.aggregate)], "s".to_owned()),
            Kind::Gauge => (vec![subject.value(settings.aggregate)], unit),
        }
    }

    /// Whether the panel shows the time since the metric's points in time, which are numbers that a
    /// person cannot read.
    fn is_age(&self) -> bool {
        let settings = self.settings();
        let is_raw = settings.unit.is_some() || !settings.thresholds.is_empty();
        unit::is_timestamp(self.metric) && !is_raw
    }

    fn subject<'a>(&'a self, by: &'a [&'a str], name: &'a str) -> Subject<'a> {
        Subject {
            families: self.families,
            metric: self.metric,
            scope: self.scope,
            by,
            name,
        }
    }

    /// Returns the panel of the distribution of a latency, next to its quantiles.
    fn distribution(&self) -> Option<Panel> {
        let metric = self.metric;
        let is_latency = metric.kind == Kind::Histogram && metric.unit == Unit::Seconds;
        let is_drawn = self.form() == PanelForm::TimeSeries && !metric.buckets.is_empty();
        if !is_latency || !is_drawn {
            return None;
        }
        let title = self.title();
        Some(Panel {
            id: self
                .families
                .panel_ids()
                .get(Aspect::Distribution, metric.name)?,
            title: format!("{} heat map", without_quantiles(&title)),
            subject: metric.name.to_owned(),
            description: format!("Observations of `{}` in each bucket.", metric.name),
            form: PanelForm::Heatmap,
            size: Size::Half,
            unit: unit::unit(metric),
            queries: vec![self.subject(&[], "").heat(false)],
            base: "green",
            thresholds: Vec::new(),
            from_zero: true,
            reaches: None,
            links: Links::default(),
        })
    }

    /// Returns the panel of the share of failed calls, if the counter has an outcome label.
    fn failures(&self) -> Option<Panel> {
        let metric = self.metric;
        let outcome = outcome_of_failures(metric)?;
        let budget = metric.objectives.iter().find_map(|objective| {
            (!matches!(objective.indicator, Indicator::Latency { .. }))
                .then(|| objective::budget(objective))
        });
        let limit = budget.map(|from| Threshold { color: "red", from });
        let by = self.settings().by.iter().copied();
        let by: Vec<&str> = by.filter(|label| *label != outcome.name).collect();
        Some(Panel {
            id: self.families.failures_panel(metric)?,
            title: self.name.title(&format!("{} that fail", self.phrase())),
            subject: metric.name.to_owned(),
            description: format!("Share of `{}` that failed.", metric.name),
            form: PanelForm::TimeSeries,
            size: Size::Graph,
            unit: unit::SHARE.to_owned(),
            queries: vec![self.subject(&by, "failing").failing(&outcome)],
            base: "green",
            thresholds: limit.into_iter().collect(),
            from_zero: true,
            reaches: Some(budget.map_or(SHARE_AXIS, |limit| limit * 1.5)),
            links: Links::to_errors(),
        })
    }

    /// Returns the labels whose combinations have a line each: those of the panel or, in time
    /// series, the closed labels, as long as there are few lines. The outcome label is not among
    /// these: failures have a separate panel.
    fn lines(&self) -> Vec<&'static str> {
        let (settings, form) = (self.settings(), self.form());
        if !settings.by.is_empty() || form != PanelForm::TimeSeries {
            return settings.by.to_vec();
        }
        let queries = match (self.metric.kind, settings.quantiles.len()) {
            (Kind::Histogram, 0) => QUANTILES.len(),
            (Kind::Histogram, quantiles) => quantiles,
            _ => 1,
        };
        let mut series = queries;
        let labels = self.metric.labels.iter();
        let labels = labels.filter(|label| label.outcomes.is_none());
        let few = labels.filter_map(|label| {
            let LabelValues::Closed(values) = label.values else {
                return None;
            };
            let more = series * values.len();
            // The only value of a label tells nothing apart.
            (values.len() > 1 && more <= SERIES).then(|| {
                series = more;
                label.name
            })
        });
        few.collect()
    }
}

impl Families {
    /// Returns the id of the panel of the share of failed calls of a metric, if it has one.
    pub(crate) fn failures_panel(&self, metric: &MetricDescriptor) -> Option<u32> {
        outcome_of_failures(metric)?;
        self.panel_ids().get(Aspect::Failures, metric.name)
    }
}

/// Returns the outcome label by which a panel shows the share of failed calls of a metric.
fn outcome_of_failures(metric: &MetricDescriptor) -> Option<OutcomeLabel> {
    let form = metric.panel.and_then(|panel| panel.form);
    let is_drawn = form.is_none_or(|form| form == PanelForm::TimeSeries);
    // With failures alone, or without any, the share would never change.
    let varies = |label: &OutcomeLabel| !label.bad.is_empty() && label.good.is_some();
    let counts = metric.kind == Kind::Counter && is_drawn;
    outcome_label(metric).filter(|label| counts && varies(label))
}

/// Returns the thresholds of the panel, or else the lowest bound of the metric's latency
/// objectives.
fn thresholds(metric: &MetricDescriptor, settings: &PanelDescriptor) -> Vec<Threshold> {
    if !settings.thresholds.is_empty() {
        return settings.thresholds.to_vec();
    }
    let bounds = metric.objectives.iter().filter_map(|objective| {
        let Indicator::Latency { threshold, .. } = objective.indicator else {
            return None;
        };
        Some(Threshold {
            color: "red",
            from: threshold,
        })
    });
    let lowest = bounds.min_by(|left, right| left.from.total_cmp(&right.from));
    lowest.into_iter().collect()
}
