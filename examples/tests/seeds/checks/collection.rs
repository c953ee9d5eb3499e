//! How signals get from the programs to the back ends, by the files of the stack.

use serde_json::Value;

use super::{
    Checked, all,
    alloy::AGENT,
    stack::{self, Stack},
};
use crate::{
    rows::Row,
    system::{self, System},
};

const ALLOY: &str = "deploy/alloy/config.alloy (not run here)";
const SOURCES: &str = "deploy/grafana/provisioning/datasources/datasources.yml (not run here)";

/// Returns the place if the condition holds, and else what is missing.
fn holds(condition: bool, place: &str, missing: &str) -> Checked {
    Some(if condition {
        Ok(place.to_owned())
    } else {
        Err(missing.to_owned())
    })
}

/// The components that take in what a document names.
fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "Logs" | "Docker logs" | "docker log tailing" => "loki.source.docker",
        "Metrics" | "Prometheus metrics" | "scrape /metrics" => "prometheus.scrape",
        "Profiles" | "Go pprof endpoints" => "pyroscope.scrape",
        "Traces" | "OTLP traces" | "OTLP gRPC" => "otelcol.receiver.otlp",
        "browser telemetry" | "Frontend" | "faro.receiver" | "POST /collect" => "faro.receiver",
        _ => return None,
    })
}

/// Looks for the way of a signal through the agent to its back end.
pub(super) fn signal(row: &Row) -> Checked {
    let (name, backend) = (row.text("name")?, row.text("backend")?);
    let source = source(name)?;
    let is_by_agent = match row.text("collector")? {
        "Alloy" | "Alloy (OTLP)" => true,
        "Alloy (Faro receiver)" => source == "faro.receiver",
        _ => false,
    };
    if !is_by_agent {
        return Some(Err("the agent alone does not collect it".to_owned()));
    }
    let reaches = |backend: &str| AGENT.writer(source, &backend.to_lowercase()).is_some();
    let missing = format!("`{source}` does not reach {backend}");
    holds(backend.split(" + ").all(reaches), ALLOY, &missing)
}

/// Looks for a step of the way of a signal.
pub(super) fn step(row: &Row, system: &System) -> Checked {
    let stack = stack::of(system);
    if row.has("receiver") || row.has("exporters") {
        return collector(row);
    }
    if row.has("collects") {
        let has = |name: &str| source(name).is_some_and(|kind| AGENT.component(kind).is_some());
        return Some(all(row.texts("collects"), ALLOY, has));
    }
    match (row.text("from"), row.text("to")) {
        (Some("Services" | "Services (Go)"), Some("Alloy")) => into_agent(row, stack),
        (Some("Browser (Faro SDK)"), Some("Alloy")) => {
            listens(source(row.text("by")?)?, row, stack)
        }
        (Some("Alloy"), Some(backend)) => out_of_agent(row, stack, &backend.to_lowercase()),
        (Some("faro.receiver"), Some(backend)) => {
            let writer = AGENT.writer("faro.receiver", &backend.to_lowercase());
            holds(
                writer.is_some(),
                ALLOY,
                &format!("nothing reaches {backend}"),
            )
        }
        (Some("origin server"), Some("Alloy")) => {
            let body = &AGENT.component("faro.receiver")?.body;
            let loads = body.contains("sourcemaps {") && body.contains("download_from_origins");
            holds(loads, ALLOY, "the receiver loads no source maps")
        }
        (Some("Grafana"), Some("Backends")) => sources(row, stack),
        (None, None) if row.has("name") => listens(row.text("name")?, row, stack),
        _ => None,
    }
}

/// The agent takes in signals of the services, and at the port.
fn into_agent(row: &Row, stack: &Stack) -> Checked {
    let by = row.text("by")?;
    let component = match by {
        // The stack has profiles of its own programs too.
        "scrape /debug/pprof" => AGENT.named("pyroscope.scrape.profiled"),
        by => source(by).and_then(|kind| AGENT.component(kind)),
    };
    let Some(component) = component else {
        return Some(Err(format!("no component of {ALLOY} takes in by {by}")));
    };
    if let Some(port) = row.0["port"].as_u64()
        && !(component.has_address(&format!("0.0.0.0:{port}")) && stack.publishes("alloy", port))
    {
        return Some(Err(format!("it does not listen at {port}")));
    }
    // The page of a program is at the default path of a scrape.
    if by.contains("/metrics") && component.body.contains("metrics_path") {
        return Some(Err("another path is scraped".to_owned()));
    }
    Some(Ok(format!("`{}` in {ALLOY}", component.name())))
}

/// The agent pushes to a back end, at the port.
fn out_of_agent(row: &Row, stack: &Stack, backend: &str) -> Checked {
    let sources = [
        "loki.source.docker",
        "prometheus.scrape",
        "pyroscope.scrape",
        "otelcol.receiver.otlp",
    ];
    let mut writers = sources
        .iter()
        .filter_map(|kind| AGENT.writer(kind, backend));
    let Some(writer) = writers.next() else {
        return Some(Err(format!("nothing is pushed to {backend}")));
    };
    if row.text("by") != Some("push") {
        return Some(Err("the agent pushes".to_owned()));
    }
    let port = row.0["port"].as_u64();
    let is_right = match port {
        Some(port) => writer.has_address(&format!("{backend}:{port}")),
        // No port leads to it from outside of the stack.
        None => stack.service(backend)?["ports"].is_null(),
    };
    let place = format!("`{}` in {ALLOY}", writer.name());
    holds(is_right, &place, "its port is another")
}

/// Grafana asks all back ends, which are services of the stack.
fn sources(row: &Row, stack: &Stack) -> Checked {
    let file = system::yaml("deploy/grafana/provisioning/datasources/datasources.yml");
    let host = |source: &Value| {
        let url = source["url"].as_str()?.strip_prefix("http://")?;
        Some(url.split(':').next()?.to_owned())
    };
    let hosts: Vec<_> = file["datasources"].as_array()?.iter().map(host).collect();
    let asked = ["loki", "prometheus", "tempo", "pyroscope"];
    let all = asked.iter().all(|backend| {
        hosts.iter().flatten().any(|host| host == backend) && stack.service(backend).is_some()
    });
    let is_open = row.0["port"]
        .as_u64()
        .is_none_or(|port| stack.publishes("grafana", port));
    let is_by_query = row.text("by") == Some("query datasources");
    holds(
        all && is_open && is_by_query,
        SOURCES,
        &format!("it asks {hosts:?}"),
    )
}

/// A receiver of the agent, with its port.
fn listens(kind: &str, row: &Row, stack: &Stack) -> Checked {
    let Some(component) = AGENT.component(kind) else {
        return Some(Err(format!("{ALLOY} has no such component")));
    };
    let port = row.0["port"].as_u64()?;
    let is_open = component.body.contains(&format!("= {port}\n")) && stack.publishes("alloy", port);
    let place = format!("`{}` in {ALLOY}", component.name());
    holds(is_open, &place, &format!("it does not listen at {port}"))
}

/// The OpenTelemetry Collector in place of the agent.
fn collector(row: &Row) -> Checked {
    let place = "deploy/collector/collector.yml (not run here)";
    let file = system::yaml("deploy/collector/collector.yml");
    let pipeline = &file["service"]["pipelines"]["traces"];
    let parts = |part: &str| -> Vec<String> {
        let list = pipeline[part].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let exporters = [row.texts("exporter"), row.texts("exporters")].concat();
    let tempo = &file["exporters"]["otlp/tempo"]["endpoint"].to_string();
    // Jaeger takes the protocol of the exporter, at the address of a variable.
    let exports = |name: &str| match name {
        "Tempo" => {
            parts("exporters").contains(&"otlp/tempo".to_owned()) && tempo.contains("tempo:")
        }
        "Jaeger" => tempo.contains("${env:"),
        _ => false,
    };
    if let Err(missing) = all(exporters, "the pipeline of traces", exports) {
        return Some(Err(missing));
    }
    if let Some(processor) = row.text("processor")
        && !parts("processors").iter().any(|name| name == processor)
    {
        return Some(Err(format!("no processor is `{processor}`")));
    }
    if row
        .text("receiver")
        .is_some_and(|receiver| receiver != "OTLP/HTTP")
    {
        return Some(Err("the receiver is OTLP/HTTP".to_owned()));
    }
    let http = file["receivers"]["otlp"]["protocols"]["http"]["endpoint"].as_str()?;
    let port = row.0["port"].as_u64().unwrap_or(4318);
    holds(
        http.ends_with(&format!(":{port}")),
        place,
        &format!("it listens at {http}"),
    )
}

/// The sampler of the collector keeps each trace with an error, which a response from 500 on is.
pub(super) fn tail(row: &Row) -> Checked {
    let file = system::yaml("deploy/collector/collector.yml");
    let processors = &file["service"]["pipelines"]["traces"]["processors"];
    let is_used = processors
        .as_array()?
        .iter()
        .any(|name| name == "tail_sampling");
    let mut policies = file["processors"]["tail_sampling"]["policies"]
        .as_array()?
        .iter();
    let keeps_errors = policies.any(|policy| {
        let is_by_status = policy["type"] == "status_code";
        is_by_status && policy["status_code"]["status_codes"][0] == "ERROR"
    });
    let is_asked = row.text("keeps") == Some("traces with 5xx") && row.number("share") == Some(1.0);
    let place = "`tail_sampling` in deploy/collector/collector.yml (not run here)";
    let holds_all = is_used && keeps_errors && is_asked;
    holds(holds_all, place, "the collector drops traces with errors")
}

/// Looks for a link from one signal to another.
pub(super) fn link(row: &Row) -> Checked {
    let file = system::yaml("deploy/grafana/provisioning/datasources/datasources.yml");
    let source = |name: &str| {
        let mut sources = file["datasources"].as_array().into_iter().flatten();
        sources.find(|source| source["name"] == name).cloned()
    };
    let data = |name: &str| source(name).unwrap_or_default()["jsonData"].clone();
    let has = match (row.text("from")?, row.text("to")?) {
        ("Loki", "Tempo") => {
            let key = row.text("key")?;
            let fields = data("Loki")["derivedFields"].clone();
            let mut fields = fields.as_array().into_iter().flatten();
            fields.any(|field| field["matcherRegex"] == key && field["datasourceUid"] == "tempo")
        }
        ("Tempo", "Loki") => data("Tempo")["tracesToLogsV2"]["datasourceUid"] == "loki",
        // Jaeger can be the store of traces in place of Tempo.
        ("exemplar", "trace") => {
            let to = data("Prometheus")["exemplarTraceIdDestinations"].clone();
            to[0]["datasourceUid"] == "tempo" && row.texts("in") == ["Tempo", "Jaeger"]
        }
        _ => return None,
    };
    holds(has, SOURCES, "there is no such link")
}

/// Labels of the streams of lines, and the label of an environment on every signal.
pub(super) fn label(row: &Row) -> Checked {
    let names = [row.texts("name"), row.texts("names")].concat();
    let writer = |signal: &str| match signal {
        "logs" => Some("loki.write"),
        "metrics" => Some("prometheus.remote_write"),
        "profiles" => Some("pyroscope.write"),
        "traces" => Some("otelcol.processor.transform"),
        _ => None,
    };
    let containers = AGENT.named("discovery.relabel.containers");
    let from_container = |name: &str| {
        let target = format!("target_label  = \"{name}\"\n");
        containers.is_some_and(|component| component.body.contains(&target))
    };
    let stamps = |signal: &str, name: &str| {
        let component = writer(signal).and_then(|kind| AGENT.component(kind));
        let stamp = [
            format!("{name} = coalesce("),
            format!("attributes[\"{name}\"]"),
        ];
        component.is_some_and(|component| stamp.iter().any(|stamp| component.body.contains(stamp)))
    };
    if row.text("of") == Some("Loki streams") {
        let lines = &AGENT.component("loki.process")?.body;
        let from_line = |name: &str| {
            let labels = lines.split("stage.labels {").nth(1).unwrap_or_default();
            let labels = labels.split("\n  }").next().unwrap_or_default();
            labels.contains(&format!("{name} = \"\"")) && from_container(name)
        };
        return Some(all(names, ALLOY, |name| {
            from_line(name) || stamps("logs", name)
        }));
    }
    let signals = row.texts("on");
    (!signals.is_empty()).then(|| {
        all(signals, ALLOY, |signal| {
            names.iter().all(|name| stamps(signal, name))
        })
    })
}
