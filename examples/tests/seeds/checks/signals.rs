//! Which signals a program has, and what its metrics are about.

use serde_json::Value;

use super::{Checked, all, alloy::AGENT, collection, responses};
use crate::{rows::Row, system::System};

/// Holds a row on signals.
pub(super) fn signal(row: &Row, system: &System) -> Checked {
    if row.text("backend") == Some("Sentry") {
        return errors(row, system);
    }
    if row.has("backend") {
        return collection::signal(row);
    }
    let names: Vec<_> = metrics(system);
    match row.text("topic") {
        Some("collection") => {
            let tool = row.text("tool")?;
            let writer = AGENT.writer("prometheus.scrape", &tool.to_lowercase());
            let path = row.text("path")?;
            let is_served = !system.served.to("GET", path).is_empty();
            Some(if writer.is_some() && is_served {
                Ok("the agent scrapes, and Prometheus stores".to_owned())
            } else {
                Err(format!("{tool} does not get {path}"))
            })
        }
        Some("visualisation") => {
            let panels = system.panels();
            let queries: Vec<_> = panels
                .iter()
                .map(|panel| panel["targets"].to_string())
                .collect();
            let shows = |what: &str| {
                let word = match what {
                    "latency" => "_duration_seconds_bucket",
                    "throughput" => "rate(",
                    "errors" => "_errors_total",
                    _ => return false,
                };
                queries.iter().any(|query| query.contains(word))
            };
            Some(all(row.texts("covers"), "the dashboard", shows))
        }
        Some("health") => responses::endpoint(row, system),
        Some("parity") => parity(row),
        Some("subsystems") => {
            let has = |group: &str| names.iter().any(|name| belongs(name, group));
            Some(all(row.texts("values"), "the schema", has))
        }
        Some("categories") => categories(row, &names),
        _ => {
            let values = row.texts("values");
            (!values.is_empty()).then(|| all(values, "a run", |value| has(system, value)))
        }
    }
}

/// Each service sends its errors itself, with the ids of their traces.
fn errors(row: &Row, system: &System) -> Checked {
    if row.text("name")? != "Errors" {
        return None;
    }
    if row.text("collector")? != "SDK (per-service)" {
        return Some(Err("each service has a client of Sentry".to_owned()));
    }
    let services = ["gateway", "content", "ingest"];
    let sends = |service: &str| {
        let mut events = system.reports.iter();
        events.any(|event| {
            let tags = &event["tags"];
            let ids = &event["contexts"]["trace"];
            tags["service"] == service
                && tags["trace_id"].is_string()
                && ids["trace_id"] == tags["trace_id"]
        })
    };
    let place = "a sink that speaks Sentry's protocol, one client in each service";
    Some(all(services, place, sends))
}

fn metrics(system: &System) -> Vec<&str> {
    let metrics = system.schema["metrics"].as_array().into_iter().flatten();
    metrics
        .filter_map(|metric| metric["name"].as_str())
        .collect()
}

/// Whether a metric belongs to a subsystem.
fn belongs(name: &str, group: &str) -> bool {
    name.strip_prefix(&group.to_lowercase())
        .is_some_and(|rest| rest.starts_with('_'))
}

/// Looks for metrics of each subsystem whose names have the words of the row.
fn categories(row: &Row, names: &[&str]) -> Checked {
    let mut missing = Vec::new();
    for (group, words) in row.0.as_object()? {
        let Value::Array(words) = words else {
            continue;
        };
        for word in words.iter().filter_map(Value::as_str) {
            let stem = word
                .trim_end_matches("ies")
                .trim_end_matches('s')
                .replace(' ', "_");
            let has = |name: &&str| belongs(name, group) && name.contains(&stem);
            if !names.iter().any(has) {
                missing.push(format!("{word} of {group}"));
            }
        }
    }
    Some(if missing.is_empty() {
        Ok("the schema".to_owned())
    } else {
        Err(format!("the schema lacks {}", missing.join(", ")))
    })
}

/// Whether a run has a signal.
fn has(system: &System, signal: &str) -> bool {
    match signal {
        "traces by OpenTelemetry" => system.served.batches.iter().sum::<usize>() > 0,
        "metrics for Prometheus" => system.served.page().contains("# TYPE "),
        "log lines in JSON" => !system.served.log.is_empty(),
        "metrics" => system.output.contains("# TYPE "),
        "traces" => !system.spans.is_empty(),
        "structured audit log" => !system.audit.is_empty(),
        _ => false,
    }
}

/// Each writer of the agent reads its address from the environment, and has a local one otherwise.
fn parity(row: &Row) -> Checked {
    let backends = [
        ("loki.source.docker", "loki"),
        ("prometheus.scrape", "prometheus"),
        ("otelcol.receiver.otlp", "tempo"),
        ("pyroscope.scrape", "pyroscope"),
    ];
    let is_free = |(kind, backend): &(&str, &str)| {
        let writer = AGENT.writer(kind, backend);
        writer.is_some_and(|writer| writer.body.contains("coalesce(sys.env("))
    };
    let is_asked = row.0["local"] == true && row.0["production"] == true;
    Some(if is_asked && backends.iter().all(is_free) {
        Ok(
            "deploy/alloy/config.alloy (not run here): the address of each back end is a variable"
                .to_owned(),
        )
    } else {
        Err("an address is fixed".to_owned())
    })
}

/// Holds a row on the registry of all metrics.
pub(super) fn registry(row: &Row, system: &System) -> Checked {
    let names = metrics(system);
    if row.has("groups") {
        let has = |group: &str| names.iter().any(|name| belongs(name, group));
        return Some(all(row.texts("groups"), "the schema", has));
    }
    if row.has("names") {
        let has = |asked: &str| match asked.split_once('*') {
            Some((start, end)) => names
                .iter()
                .any(|name| name.starts_with(start) && format!("{name}_total").ends_with(end)),
            None => system.metric(asked).is_some(),
        };
        return Some(all(row.texts("names"), "the schema", has));
    }
    if let Some(count) = row.0["registries"].as_u64() {
        let mut types: Vec<_> = system
            .output
            .lines()
            .filter(|line| line.starts_with("# TYPE "))
            .collect();
        let all = types.len();
        types.sort_unstable();
        types.dedup();
        return Some(if count == 1 && types.len() == all && all >= names.len() {
            Ok(format!(
                "one page has each of {} families once",
                names.len()
            ))
        } else {
            Err(format!("{all} families, {} names", types.len()))
        });
    }
    if row.text("name") == Some("Registry") && !row.has("registered") {
        let name = super::identity::attribute(system, "service.name");
        return Some(match name {
            Some(name) if name == system.program => Ok(format!("the page of `{name}`")),
            name => Err(format!("the service is {name:?}")),
        });
    }
    if row.text("topic") == Some("bounded catalog") {
        return bounded(system);
    }
    if let Some(registered) = row.text("registered") {
        // The program writes the schema without any work.
        return Some(if registered == "at start, by init" && !names.is_empty() {
            Ok(format!(
                "the schema of {} metrics, which needs no run",
                names.len()
            ))
        } else {
            Err("metrics are registered at another time".to_owned())
        });
    }
    None
}

/// Each label has a list of values or a limit.
fn bounded(system: &System) -> Checked {
    let metrics = system.schema["metrics"].as_array()?.iter();
    let labels = metrics.flat_map(|metric| metric["labels"].as_array().into_iter().flatten());
    let labels: Vec<_> = labels.collect();
    let open = labels
        .iter()
        .find(|label| label["values"].is_null() && label["max"].is_null());
    Some(match open {
        None => Ok(format!(
            "{} labels, each with values or a limit",
            labels.len()
        )),
        Some(label) => Err(format!("{} has no limit", label["name"])),
    })
}
