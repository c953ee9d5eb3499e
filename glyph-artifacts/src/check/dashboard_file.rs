//! The queries of a dashboard: panels, template variables and annotations.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// A query of a dashboard.
pub(super) struct DashboardQuery<'json> {
    /// The subject: ``panel `Orders` ``.
    pub(super) what: String,
    /// The text of the file near the query.
    pub(super) place: String,
    pub(super) expr: &'json str,
    /// The label whose values a template variable has.
    pub(super) label: Option<&'json str>,
    pub(super) legend: Option<&'json str>,
}

/// Returns the queries of a dashboard that go to a Prometheus.
pub(super) fn queries(dashboard: &Value) -> Vec<DashboardQuery<'_>> {
    let panels = panels(dashboard).flat_map(|panel| of_panel(panel, dashboard));
    let variables = inner_list(dashboard, "templating");
    let variables = variables.filter_map(|variable| of_variable(variable, dashboard));
    let annotations = inner_list(dashboard, "annotations");
    let annotations = annotations.filter_map(|annotation| of_annotation(annotation, dashboard));
    panels.chain(variables).chain(annotations).collect()
}

/// Returns all panels, including those in rows.
fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    let rows = list(dashboard, "rows");
    let top = list(dashboard, "panels").chain(rows);
    top.flat_map(|panel| std::iter::once(panel).chain(list(panel, "panels")))
}

fn of_panel<'json>(
    panel: &'json Value,
    dashboard: &'json Value,
) -> impl Iterator<Item = DashboardQuery<'json>> {
    let title = text(panel, "title").unwrap_or_default();
    list(panel, "targets").filter_map(move |target| {
        let expr = text(target, "expr")?;
        is_promql(expr, &[target, panel], dashboard).then(|| DashboardQuery {
            what: format!("panel `{title}`"),
            place: named("title", title),
            expr,
            label: None,
            legend: text(target, "legendFormat"),
        })
    })
}

fn of_variable<'json>(
    variable: &'json Value,
    dashboard: &'json Value,
) -> Option<DashboardQuery<'json>> {
    static LABEL_VALUES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?s)^\s*label_values\(\s*(?:(.*),)?\s*["']?([^,"'()]*?)["']?\s*\)\s*$"#).ok()
    });
    static RESULT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?s)^\s*query_result\((.*)\)\s*$").ok());
    if text(variable, "type") != Some("query") {
        return None;
    }
    let name = text(variable, "name").unwrap_or_default();
    let query = variable.get("query")?;
    let query = query.as_str().or_else(|| text(query, "query"))?;
    let query = if query.is_empty() {
        text(variable, "definition")?
    } else {
        query
    };
    let found = LABEL_VALUES.as_ref()?.captures(query);
    let (expr, label) = match (found, RESULT.as_ref()?.captures(query)) {
        (Some(found), _) => (
            found.get(1)?.as_str(),
            found.get(2).map(|label| label.as_str()),
        ),
        (None, Some(found)) => (found.get(1)?.as_str(), None),
        // `metrics(..)`, `label_names(..)`.
        (None, None) => return None,
    };
    is_promql(expr, &[variable], dashboard).then(|| DashboardQuery {
        what: format!("variable `{name}`"),
        place: named("name", name),
        expr,
        label,
        legend: None,
    })
}

fn of_annotation<'json>(
    annotation: &'json Value,
    dashboard: &'json Value,
) -> Option<DashboardQuery<'json>> {
    let name = text(annotation, "name").unwrap_or_default();
    let target = annotation.get("target").unwrap_or(&Value::Null);
    let expr = text(annotation, "expr").or_else(|| text(target, "expr"))?;
    is_promql(expr, &[target, annotation], dashboard).then(|| DashboardQuery {
        what: format!("annotation `{name}`"),
        place: named("name", name),
        expr,
        label: None,
        legend: None,
    })
}

/// Returns whether a query is for Prometheus, by the first data source in these objects.
fn is_promql(expr: &str, objects: &[&Value], dashboard: &Value) -> bool {
    let mut sources = objects.iter().filter_map(|object| object.get("datasource"));
    let source = sources.find(|source| !source.is_null());
    match source.and_then(|source| kind(source, dashboard)) {
        Some(kind) => kind.contains("prometheus") || kind.contains("victoriametrics-metrics"),
        // A data source by name can have any type.
        None => !is_logql(expr),
    }
}

/// Returns the type of a data source; `None` if only its name is known.
fn kind<'json>(source: &'json Value, dashboard: &'json Value) -> Option<&'json str> {
    if let Some(kind) = text(source, "type") {
        return Some(kind);
    }
    let name = source.as_str().or_else(|| text(source, "uid"))?;
    let variable = name.strip_prefix('$')?;
    let variable = variable.trim_matches(['{', '}']);
    let mut variables = inner_list(dashboard, "templating");
    let known = variables.find(|known| text(known, "name") == Some(variable))?;
    (text(known, "type") == Some("datasource")).then(|| text(known, "query"))?
}

/// Returns whether an expression is for Loki: it selects streams, which have no name.
fn is_logql(expr: &str) -> bool {
    static STREAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[(\s,])\{\s*([A-Za-z]\w*|_\w*[^_\W])\s*(?:=|!=|=~|!~)\s*["`]"#).ok()
    });
    STREAM.as_ref().is_some_and(|stream| stream.is_match(expr))
}

fn list<'value>(value: &'value Value, key: &str) -> impl Iterator<Item = &'value Value> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Returns the member `list` of a member.
fn inner_list<'value>(value: &'value Value, key: &str) -> impl Iterator<Item = &'value Value> {
    let inner = value.get(key).into_iter();
    inner.flat_map(|inner| list(inner, "list"))
}

fn text<'value>(value: &'value Value, key: &str) -> Option<&'value str> {
    value.get(key)?.as_str()
}

/// Returns a member of a JSON object as files have it.
fn named(key: &str, name: &str) -> String {
    format!("\"{key}\": {}", Value::from(name))
}
