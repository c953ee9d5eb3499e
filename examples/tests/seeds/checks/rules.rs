//! Alerts and dashboards.

use std::time::Duration;

use serde_json::Value;

use super::{Checked, plain};
use crate::{
    rows::Row,
    system::{System, TUNED},
};

/// Compares an alert: its name, its time, its severity, what its expression names.
pub(super) fn alert(row: &Row, system: &System) -> Checked {
    let name = row.text("name").or(row.text("title"))?;
    let is_it = |rule: &&Value| {
        rule["alert"]
            .as_str()
            .is_some_and(|alert| plain(alert) == plain(name))
    };
    let Some(rule) = system.rules.iter().find(is_it) else {
        return Some(Err(format!("there is no alert {name}")));
    };
    let expression = rule["expr"].as_str()?;
    let mut differences = Vec::new();
    if let Some(asked) = row.text("severity")
        && rule["labels"]["severity"] != asked
    {
        differences.push(format!("the severity is {}", rule["labels"]["severity"]));
    }
    if let Some(asked) = row.text("for")
        && rule["for"].as_str().and_then(duration) != duration(asked)
    {
        differences.push(format!("`for` is {}", rule["for"]));
    }
    if let Some(asked) = row.0["for_evaluations"].as_u64() {
        let interval = rule["interval"].as_str().and_then(duration);
        let evaluations = u32::try_from(asked).unwrap_or_default();
        let asked = interval.map(|interval| interval * evaluations);
        if asked.is_none() || rule["for"].as_str().and_then(duration) != asked {
            differences.push(format!("`for` is not {evaluations} evaluations"));
        }
    }
    if let Some(asked) = row.number("threshold")
        && !numbers(expression).contains(&asked)
    {
        differences.push(format!("no threshold of {asked} is in `{expression}`"));
    }
    if let Some(metric) = row.text("metric")
        && !expression.contains(metric)
    {
        differences.push(format!("`{metric}` is not in `{expression}`"));
    }
    for label in row.texts("by") {
        if !expression.contains(label) {
            differences.push(format!("`{label}` is not in `{expression}`"));
        }
    }
    if let Some(unit) = row.text("unit")
        && !is_in(unit, expression)
    {
        differences.push(format!("`{expression}` is not in {unit}"));
    }
    let alert = rule["alert"].as_str()?;
    Some(if differences.is_empty() {
        Ok(format!("alert `{alert}`"))
    } else {
        Err(differences.join("; "))
    })
}

/// Looks for a threshold that was set when the rules were generated.
pub(super) fn tuned(row: &Row, system: &System) -> Checked {
    if row.text("topic")? != "alert thresholds" {
        return None;
    }
    let (name, _) = TUNED.split_once('=')?;
    let expression = |rules: &[Value]| {
        let rule = rules.iter().find(|rule| rule["alert"] == name);
        let expression = rule.and_then(|rule| rule["expr"].as_str());
        expression.unwrap_or_default().to_owned()
    };
    let (before, after) = (expression(&system.rules), expression(&system.tuned));
    let is_set = after == before.replace("> 0.8", "> 0.93") && after != before;
    Some(if is_set && row.0["tunable"] == true {
        Ok(format!("`artifacts --set {TUNED}`"))
    } else {
        Err(format!("`{after}` in place of `{before}`"))
    })
}

/// Whether the value of an expression has a unit.
fn is_in(unit: &str, expression: &str) -> bool {
    match unit {
        "ratio" => expression.contains('/') || expression.contains("_ratio"),
        "per second" => expression.contains("rate(") && !expression.contains('/'),
        "seconds" | "days" => expression.contains("_seconds"),
        _ => false,
    }
}

/// Returns the numbers in an expression.
fn numbers(expression: &str) -> Vec<f64> {
    let words =
        expression.split(|at: char| !(at.is_ascii_alphanumeric() || at == '.' || at == '_'));
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Returns the time of a text such as `5m`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number * seconds))
}

fn queries(panel: &Value) -> Vec<&str> {
    let targets = panel["targets"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    targets
        .iter()
        .filter_map(|target| target["expr"].as_str())
        .collect()
}

/// Looks for a panel by its title, or else by its metric, and compares what it shows.
pub(super) fn panel(row: &Row, system: &System) -> Checked {
    let panels = system.panels();
    let title = row.text("title");
    let metric = row.text("metric");
    let has_title = |panel: &&&Value| {
        let is = panel["title"].as_str().map(plain);
        // The share of calls that fail has a title of glyph's.
        let is_rate = title == Some("error rate")
            && panel["title"]
                .as_str()
                .is_some_and(|is| is.ends_with(" that fail"));
        is_rate || title.is_some_and(|title| is == Some(plain(title)))
    };
    let has_metric =
        |panel: &&&Value| metric.is_some_and(|metric| queries(panel).join(" ").contains(metric));
    let found = match row.text("dashboard") {
        // A dashboard of the document is a row of ours.
        Some(dashboard) => system
            .panels_of(dashboard)
            .into_iter()
            .find(|panel| has_title(&panel)),
        None => panels
            .iter()
            .find(has_title)
            .or_else(|| panels.iter().find(has_metric))
            .copied(),
    };
    let Some(panel) = found else {
        return Some(Err(format!(
            "there is no panel {}",
            title.or(metric).or(row.text("topic"))?
        )));
    };
    let queries = queries(panel).join(" ");
    let mut differences = Vec::new();
    if let Some(metric) = metric
        && !queries.contains(metric)
    {
        differences.push(format!("`{metric}` is not in its queries"));
    }
    if let Some(kind) = row.text("type")
        && panel["type"] != plain(kind).as_str()
    {
        differences.push(format!("its type is {}", panel["type"]));
    }
    for quantile in row.numbers("quantiles") {
        if !queries.contains(&quantile.to_string()) {
            differences.push(format!("the quantile {quantile} is not in its queries"));
        }
    }
    for label in row.texts("by") {
        if !queries.contains(label) {
            differences.push(format!("`{label}` is not in its queries"));
        }
    }
    let found = panel["title"].as_str()?;
    Some(if differences.is_empty() {
        Ok(format!("panel \"{found}\""))
    } else {
        Err(format!("panel \"{found}\": {}", differences.join("; ")))
    })
}

/// Looks for a dashboard, or a row of one, by its title.
pub(super) fn dashboard(row: &Row, system: &System) -> Checked {
    let title = row.text("title")?;
    let is_it = |shown: &Value| {
        shown["title"]
            .as_str()
            .is_some_and(|shown| plain(shown) == plain(title))
    };
    let dashboard = system.dashboards.iter().find(|dashboard| is_it(dashboard));
    let panels = system.panels();
    if dashboard.is_none()
        && !panels
            .iter()
            .any(|panel| panel["type"] == "row" && is_it(panel))
    {
        return Some(Err(format!("there is no dashboard or row \"{title}\"")));
    }
    let own = dashboard.and_then(|dashboard| dashboard["panels"].as_array());
    let panels = own.map_or(panels, |own| own.iter().collect());
    let graphs = panels.iter().filter(|panel| panel["type"] != "row").count();
    if let (Some(file), Some(dashboard)) = (row.text("file"), dashboard)
        && !file.ends_with(&format!("/{}.json", dashboard["uid"].as_str()?))
    {
        return Some(Err(format!("its file is {}.json", dashboard["uid"])));
    }
    let asked = row.0["panels"].as_u64().unwrap_or_default();
    let asked = usize::try_from(asked).unwrap_or_default();
    Some(if graphs < asked {
        Err(format!("it has {graphs} panels and not {asked}"))
    } else {
        Ok(format!("\"{title}\""))
    })
}

/// Looks for a variable of a dashboard.
pub(super) fn variable(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    let mut variables = system.dashboards.iter().flat_map(|dashboard| {
        dashboard["templating"]["list"]
            .as_array()
            .into_iter()
            .flatten()
    });
    Some(if variables.any(|variable| variable["name"] == name) {
        Ok(format!("variable `{name}`"))
    } else {
        Err(format!("there is no variable `{name}`"))
    })
}
