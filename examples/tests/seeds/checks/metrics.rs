//! Metrics, their labels and bounds, and queries of them.

use serde_json::Value;

use super::{Checked, all, responses::has_format};
use crate::{rows::Row, system::System};

const SCHEMA: &str = "the schema";

/// Compares a metric with its declaration: kind, unit, labels, bounds and help.
pub(super) fn metric(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    let Some(metric) = system.metric(name) else {
        return Some(Err(format!("there is no metric {name}")));
    };
    let mut differences = Vec::new();
    let mut same = |what: &str, asked: &str, is: &str| {
        if asked != is {
            differences.push(format!("{what} is {is:?} and not {asked:?}"));
        }
    };
    if let Some(kind) = row.text("type") {
        same("the kind", kind, metric["kind"].as_str()?);
    }
    if let Some(unit) = row.text("unit") {
        same("the unit", unit, metric["unit"].as_str()?);
    }
    if let Some(help) = row.text("help") {
        let end = ['.', ' '];
        let is = metric["help"].as_str()?.trim_end_matches(end);
        same("the help text", help.trim_end_matches(end), is);
    }
    if row.has("labels") {
        let mut asked = row.texts("labels");
        let mut is = System::labels(metric);
        asked.sort_unstable();
        is.sort_unstable();
        same("the labels", &asked.join(" "), &is.join(" "));
    }
    let labels = metric["labels"].to_string();
    for flow in row.texts("flows") {
        if !labels.contains(&format!("\"{flow}\"")) {
            differences.push(format!("no label has the value {flow}"));
        }
    }
    differences.extend(other_bounds(row, metric));
    Some(if differences.is_empty() {
        Ok(format!("`{name}`"))
    } else {
        Err(differences.join("; "))
    })
}

/// Returns how the bounds of a histogram differ from those in a row.
fn other_bounds(row: &Row, metric: &Value) -> Option<String> {
    let bounds: Vec<f64> = metric["buckets"]
        .as_array()?
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    let asked = row.numbers("buckets");
    if !asked.is_empty() && asked != bounds {
        return Some(format!("the bounds are {bounds:?}"));
    }
    let ends = [
        ("first_bucket", bounds.first()),
        ("last_bucket", bounds.last()),
    ];
    let other = ends.into_iter().find(|(key, bound)| {
        let asked = row.number(key);
        asked.is_some() && asked.as_ref() != *bound
    });
    other.map(|_| format!("the bounds are {bounds:?}"))
}

/// Compares the bounds of the histograms that a row names, or of all.
pub(super) fn bounds(row: &Row, system: &System) -> Checked {
    let metrics = system.schema["metrics"].as_array()?.iter();
    let names = row.texts("used_by");
    let is_meant = |metric: &&Value| {
        names == ["all histograms"] || names.iter().any(|name| metric["name"] == **name)
    };
    let histograms = metrics
        .filter(|metric| metric["kind"] == "histogram")
        .filter(is_meant);
    let mut compared = 0;
    for metric in histograms {
        compared += 1;
        if row.has("unit") && row.0["unit"] != metric["unit"] {
            return Some(Err(format!("the unit is {}", metric["unit"])));
        }
        if let Some(difference) = other_bounds(row, metric) {
            let name = metric["name"].as_str()?;
            return Some(Err(format!("`{name}`: {difference}")));
        }
    }
    (compared > 0).then(|| Ok(format!("the {compared} histograms")))
}

/// Looks for labels on any metric.
pub(super) fn label(row: &Row, system: &System) -> Checked {
    let names = [row.texts("name"), row.texts("names")].concat();
    let metrics = system.schema["metrics"].as_array()?;
    let labels: Vec<_> = metrics
        .iter()
        .flat_map(|metric| metric["labels"].as_array().into_iter().flatten())
        .filter_map(|label| label["name"].as_str())
        .collect();
    (!names.is_empty()).then(|| all(names, "the labels", |name| labels.contains(&name)))
}

/// Looks for the values of a label that is closed.
pub(super) fn values(row: &Row, system: &System) -> Checked {
    let asked = row.texts("values");
    let name = row.text("name")?;
    let metrics = row.texts("used_by");
    let metric = system.metric(metrics.first()?)?;
    let labels = metric["labels"].as_array()?;
    let label = labels.iter().find(|label| label["name"] == name);
    let Some(label) = label else {
        return Some(Err(format!("`{name}` is no label of it")));
    };
    let values = label["values"].as_array();
    if let Some(values) = values
        && !asked.is_empty()
    {
        let has = |asked: &str| values.iter().any(|value| *value == asked);
        return Some(all(asked, &format!("the values of `{name}`"), has));
    }
    Some(if label["max"].is_null() {
        Err(format!("`{name}` has no limit"))
    } else {
        Ok(format!("`{name}`, any value up to its limit"))
    })
}

/// Fails if a label that is forbidden is on any metric.
pub(super) fn never(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    Some(match label(row, system)? {
        Ok(_) => Err(format!("`{name}` is a label")),
        Err(_) => Ok(format!("no metric has `{name}`")),
    })
}

/// Compares both names of one metric.
pub(super) fn naming(row: &Row, system: &System) -> Checked {
    let example = &row.0["example"];
    let name = example["prometheus"].as_str()?;
    let metric = system.metric(name)?;
    Some(if metric["otel_name"] == example["otel"] {
        Ok(format!("`{name}`"))
    } else {
        Err(format!("its other name is {}", metric["otel_name"]))
    })
}

/// Looks for the metrics that a query of Prometheus names.
pub(super) fn query(row: &Row, system: &System) -> Checked {
    let is_promql = row
        .text("language")
        .is_none_or(|language| language == "PromQL");
    let expression = row.text("expr_adapted").or(row.text("expr"));
    let expression = expression.filter(|_| is_promql)?;
    let is_name =
        |text: &&str| text.contains('_') && text.starts_with(|at: char| at.is_ascii_lowercase());
    let words = expression.split(|at: char| !(at.is_ascii_alphanumeric() || at == '_'));
    let suffixes = ["_bucket", "_count", "_sum"];
    let base = |name: &str| {
        let end = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
        end.unwrap_or(name).to_owned()
    };
    let is_function =
        |name: &&str| matches!(*name, "histogram_quantile" | "label_replace" | "group_left");
    let labels = |name: &str| {
        let metrics = system.schema["metrics"].as_array();
        let mut labels = metrics
            .into_iter()
            .flatten()
            .filter_map(|metric| metric["labels"].as_array());
        labels.any(|labels| labels.iter().any(|label| label["name"] == name))
    };
    let names: Vec<_> = words
        .filter(is_name)
        .filter(|name| !is_function(name))
        .collect();
    let has = |name: &str| system.metric(&base(name)).is_some() || labels(name);
    (!names.is_empty()).then(|| all(names, SCHEMA, has))
}

/// Looks for an exemplar with the label.
pub(super) fn exemplar(row: &Row, system: &System) -> Checked {
    let label = row.text("label")?;
    let has = system.output.contains(&format!(" # {{{label}=\""));
    Some(if has {
        Ok("the page of a run".to_owned())
    } else {
        Err(format!("no exemplar of a run has `{label}`"))
    })
}

/// Compares the values of a label on the page of a run: those of a list, or of a pattern.
pub(super) fn shown(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    let pattern = row.text("pattern")?;
    let start = format!("{name}=\"");
    let parts = system.output.split(&start).skip(1);
    let mut values: Vec<_> = parts.filter_map(|rest| rest.split('"').next()).collect();
    values.sort_unstable();
    values.dedup();
    let forms: Vec<_> = pattern.split('|').collect();
    let fits = |value: &str| forms.iter().any(|form| has_format(form, value));
    let other = values.iter().find(|value| !fits(value));
    if let Some(other) = other {
        return Some(Err(format!("a value of `{name}` is {other}")));
    }
    let has = |asked: &str| values.contains(&asked) && values.len() > 1;
    Some(all(
        row.texts("values"),
        &format!("the values of `{name}`"),
        has,
    ))
}
