//! The JSON of a dashboard.

use serde_json::{Map, Value, json};

use super::{
    layout::{GridPos, positions},
    link::Service,
    panel::{Panel, Size},
    promql::Query,
    row::Row,
    variable,
};
use crate::{artifacts::Artifacts, artifacts::HEADER, panel_link::PanelIds, promql::Selector};
use glyph_core::catalog::PanelForm;

/// The version of the JSON model, of Grafana 11. Newer versions of Grafana migrate it.
const SCHEMA_VERSION: u32 = 39;

/// The name of a dashboard.
pub(super) struct Named<'n> {
    pub(super) uid: &'n str,
    pub(super) title: String,
}

pub(super) fn dashboard(artifacts: &Artifacts, named: &Named, rows: &[Row]) -> Value {
    let families = artifacts.families();
    let service = Service::of(artifacts);
    let mut ids = PanelIds::new(families.catalogs());
    let mut panels = Vec::new();
    for (row, (position, positions)) in rows.iter().zip(positions(rows)) {
        let id = ids.free(&format!("row {}", row.title));
        let within = row.panels().zip(positions);
        let within = within.map(|(panel, position)| panel_json(panel, position, &service));
        // A collapsed row holds its panels, and an open one precedes them.
        if row.is_collapsed {
            panels.push(row_json(id, row, position, &within.collect::<Vec<_>>()));
        } else {
            panels.push(row_json(id, row, position, &[]));
            panels.extend(within);
        }
    }
    json!({
        "annotations": { "list": annotations(artifacts) },
        "description": HEADER,
        "editable": true,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "links": service.links(),
        "liveNow": false,
        "panels": panels,
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": ["generated", artifacts.subject()],
        "templating": { "list": variable::all(artifacts) },
        "time": { "from": "now-1h", "to": "now" },
        "timezone": "browser",
        "title": named.title,
        "uid": named.uid,
    })
}

fn metrics() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

/// Returns the annotations: those that users add, and the firing alerts.
fn annotations(artifacts: &Artifacts) -> Vec<Value> {
    let manual = json!({
        "builtIn": 1,
        "datasource": { "type": "grafana", "uid": "-- Grafana --" },
        "enable": true,
        "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "type": "dashboard",
    });
    let names = artifacts.alert_names();
    if names.is_empty() {
        return vec![manual];
    }
    let firing = Selector::new("ALERTS").equal("alertstate", ["firing"]);
    // An alert on absent series can have no target labels.
    let kept = artifacts.kept_labels().into_iter();
    let firing = kept.fold(firing.equal("alertname", names), |firing, label| {
        firing.matching(format!("{label}=~\"${label}|\""))
    });
    let alerts = json!({
        "datasource": metrics(),
        "enable": true,
        "expr": firing.to_string(),
        "iconColor": "red",
        "name": "Alerts",
        "step": "30s",
        "tagKeys": "severity",
        "textFormat": "",
        "titleFormat": "{{alertname}}",
        "useValueForTime": false,
    });
    vec![manual, alerts]
}

fn row_json(id: u32, row: &Row, position: GridPos, panels: &[Value]) -> Value {
    json!({
        "collapsed": row.is_collapsed,
        "gridPos": position.json(),
        "id": id,
        "panels": panels,
        "title": row.title,
        "type": "row",
    })
}

fn panel_json(panel: &Panel, position: GridPos, service: &Service) -> Value {
    let targets = panel.queries.iter().zip('A'..='Z');
    let targets: Vec<Value> = targets
        .map(|(query, letter)| target(query, letter, panel.form))
        .collect();
    let (kind, options) = options(panel);
    json!({
        "datasource": metrics(),
        "description": panel.description,
        "fieldConfig": { "defaults": field(panel), "overrides": [] },
        "gridPos": position.json(),
        "id": panel.id,
        "links": panel.links.json(service),
        "options": options,
        "targets": targets,
        "title": panel.title,
        "type": kind,
    })
}

fn target(query: &Query, letter: char, form: PanelForm) -> Value {
    let is_number = matches!(form, PanelForm::Stat | PanelForm::Gauge);
    json!({
        "datasource": metrics(),
        "editorMode": "code",
        "exemplar": query.exemplars && !is_number,
        "expr": query.expr.to_string(),
        "format": if query.heatmap { "heatmap" } else { "time_series" },
        "instant": false,
        "legendFormat": query.legend,
        "range": true,
        "refId": letter.to_string(),
    })
}

fn field(panel: &Panel) -> Value {
    let mut field = Map::new();
    let has_steps = !panel.thresholds.is_empty();
    field.insert("unit".to_owned(), panel.unit.as_str().into());
    field.insert("thresholds".to_owned(), steps(panel));
    let (color, custom) = match panel.form {
        PanelForm::TimeSeries => ("palette-classic", Some(lines(has_steps, panel.reaches))),
        PanelForm::Heatmap => ("palette-classic", None),
        PanelForm::Stat | PanelForm::Gauge => ("thresholds", None),
    };
    field.insert("color".to_owned(), json!({ "mode": color }));
    if panel.from_zero {
        field.insert("min".to_owned(), 0.into());
    }
    if let Some(custom) = custom {
        field.insert("custom".to_owned(), custom);
    }
    Value::Object(field)
}

/// Returns the thresholds. Values below the first one have the base color.
fn steps(panel: &Panel) -> Value {
    let first = json!({ "color": panel.base, "value": null });
    let others = panel
        .thresholds
        .iter()
        .map(|threshold| json!({ "color": threshold.color, "value": threshold.from }));
    let steps: Vec<Value> = std::iter::once(first).chain(others).collect();
    json!({ "mode": "absolute", "steps": steps })
}

fn lines(has_steps: bool, reaches: Option<f64>) -> Value {
    let mut lines = json!({
        "drawStyle": "line",
        "fillOpacity": 10,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": false,
        "thresholdsStyle": { "mode": if has_steps { "dashed" } else { "off" } },
    });
    if let (Some(value), Some(lines)) = (reaches, lines.as_object_mut()) {
        lines.insert("axisSoftMax".to_owned(), value.into());
    }
    lines
}

/// Returns the panel type and its options.
fn options(panel: &Panel) -> (&'static str, Value) {
    let reduced = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
    match panel.form {
        PanelForm::Stat => (
            "stat",
            json!({
                "colorMode": "value",
                "graphMode": "area",
                "justifyMode": "auto",
                "orientation": "auto",
                "reduceOptions": reduced,
                "textMode": "auto",
            }),
        ),
        PanelForm::Gauge => (
            "gauge",
            json!({
                "orientation": "auto",
                "reduceOptions": reduced,
                "showThresholdLabels": false,
                "showThresholdMarkers": true,
            }),
        ),
        PanelForm::TimeSeries => (
            "timeseries",
            json!({
                "legend": { "calcs": ["last", "max"], "displayMode": "table", "placement": legend_side(panel.size), "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
        ),
        PanelForm::Heatmap => ("heatmap", heatmap(&panel.unit)),
    }
}

/// Returns the side of the graph where its legend is. Below the graph, Grafana shows two or three rows of
/// a legend and cuts the others off.
fn legend_side(size: Size) -> &'static str {
    match size {
        Size::Half | Size::Burn => "right",
        Size::Number | Size::Graph | Size::Budget => "bottom",
    }
}

fn heatmap(unit: &str) -> Value {
    json!({
        "calculate": false,
        "cellGap": 1,
        "color": { "exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": false, "scale": "exponential", "scheme": "Oranges", "steps": 64 },
        "exemplars": { "color": "rgba(255,0,255,0.7)" },
        "filterValues": { "le": 1e-9 },
        "legend": { "show": true },
        "rowsFrame": { "layout": "auto" },
        "tooltip": { "mode": "single", "showColorScale": false, "yHistogram": false },
        "yAxis": { "axisPlacement": "left", "reverse": false, "unit": unit },
    })
}
