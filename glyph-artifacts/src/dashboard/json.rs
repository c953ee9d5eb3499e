//! The JSON of a dashboard.

use serde_json::{Map, Value, json};

use super::{
    heading,
    layout::{GridPos, positions},
    panel::Panel,
    promql::Query,
    row::Row,
    variable,
};
use crate::{artifacts::Artifacts, artifacts::HEADER, promql::Selector};
use glyph_core::catalog::{PanelForm, Threshold};

/// The version of the JSON model, of Grafana 11. Newer versions of Grafana migrate it.
const SCHEMA_VERSION: u32 = 39;

/// The selected environments, as a regular expression (Grafana, "Variable syntax").
const ENVIRONMENTS: &str = "${env:pipe}";

pub(super) fn dashboard(artifacts: &Artifacts, rows: &[Row]) -> Value {
    let subject = artifacts.subject();
    let mut panels = Vec::new();
    for (row, (position, panel_positions)) in rows.iter().zip(positions(rows)) {
        panels.push(row_json(panels.len() + 1, &row.title, position));
        for (panel, position) in row.panels.iter().zip(panel_positions) {
            panels.push(panel_json(panels.len() + 1, panel, position, artifacts));
        }
    }
    json!({
        "annotations": { "list": annotations(artifacts) },
        "description": HEADER,
        "editable": true,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "links": [all_traces(&subject, artifacts)],
        "liveNow": false,
        "panels": panels,
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": ["generated", subject],
        "templating": { "list": variable::all(artifacts) },
        "time": { "from": "now-1h", "to": "now" },
        "timezone": "browser",
        "title": heading(&subject),
        "uid": subject,
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

fn row_json(id: usize, title: &str, position: GridPos) -> Value {
    json!({
        "collapsed": false,
        "gridPos": position.json(),
        "id": id,
        "panels": [],
        "title": title,
        "type": "row",
    })
}

fn panel_json(id: usize, panel: &Panel, position: GridPos, artifacts: &Artifacts) -> Value {
    let targets = panel.queries.iter().zip('A'..='Z');
    let targets: Vec<Value> = targets
        .map(|(query, letter)| target(query, letter, panel.form))
        .collect();
    let (kind, options) = options(panel.form, &panel.unit);
    let links = panel.stage.into_iter();
    let links = links.map(|stage| stage_traces(stage, artifacts));
    json!({
        "datasource": metrics(),
        "description": panel.description,
        "fieldConfig": { "defaults": field(panel), "overrides": [] },
        "gridPos": position.json(),
        "id": id,
        "links": links.collect::<Vec<_>>(),
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
    field.insert("thresholds".to_owned(), steps(&panel.thresholds));
    let (color, custom) = match panel.form {
        PanelForm::TimeSeries => ("palette-classic", Some(lines(has_steps))),
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

/// Returns the thresholds. Values below the first one are green.
fn steps(thresholds: &[Threshold]) -> Value {
    let first = json!({ "color": "green", "value": null });
    let others = thresholds
        .iter()
        .map(|threshold| json!({ "color": threshold.color, "value": threshold.from }));
    let steps: Vec<Value> = std::iter::once(first).chain(others).collect();
    json!({ "mode": "absolute", "steps": steps })
}

fn lines(has_steps: bool) -> Value {
    json!({
        "drawStyle": "line",
        "fillOpacity": 10,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": false,
        "thresholdsStyle": { "mode": if has_steps { "dashed" } else { "off" } },
    })
}

/// Returns the panel type and its options.
fn options(form: PanelForm, unit: &str) -> (&'static str, Value) {
    let reduced = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
    match form {
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
                "legend": { "calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
        ),
        PanelForm::Heatmap => ("heatmap", heatmap(unit)),
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

fn all_traces(service: &str, artifacts: &Artifacts) -> Value {
    let query = spans(&format!("resource.service.name=\"{service}\""), artifacts);
    traces(&query, &format!("Traces of {service}"))
}

fn stage_traces(stage: &str, artifacts: &Artifacts) -> Value {
    traces(
        &spans(&format!("name=\"{stage}\""), artifacts),
        &format!("Traces through {stage}"),
    )
}

/// Returns a `TraceQL` selector of spans, limited to the selected environments if `env` is a target
/// label.
fn spans(matcher: &str, artifacts: &Artifacts) -> String {
    match artifacts.environment() {
        Some(label) => format!("{{{matcher} && resource.{label}=~\"{ENVIRONMENTS}\"}}"),
        None => format!("{{{matcher}}}"),
    }
}

fn traces(query: &str, tooltip: &str) -> Value {
    json!({
        "asDropdown": false,
        "icon": "external link",
        "includeVars": false,
        "keepTime": false,
        "tags": [],
        "targetBlank": true,
        "title": "Traces",
        "tooltip": tooltip,
        "type": "link",
        "url": explore_url(query),
    })
}

/// Returns a link to Explore with a query for traces (Grafana, "Explore URL parameters"). Variables
/// are not percent-encoded, so that Grafana replaces them.
fn explore_url(query: &str) -> String {
    let panes = json!({
        "traces": {
            "datasource": "${traces}",
            "queries": [{
                "datasource": { "type": "tempo", "uid": "${traces}" },
                "limit": 20,
                "query": query,
                "queryType": "traceql",
                "refId": "A",
            }],
            "range": { "from": "${__from}", "to": "${__to}" },
        },
    });
    let variables = ["${traces}", "${__from}", "${__to}", ENVIRONMENTS];
    let mut panes = percent_encoded(&panes.to_string());
    for variable in variables {
        panes = panes.replace(&percent_encoded(variable), variable);
    }
    format!("/explore?schemaVersion=1&panes={panes}")
}

/// Returns a string with all characters percent-encoded, except unreserved ones (RFC 3986, section
/// 2.3).
fn percent_encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}
