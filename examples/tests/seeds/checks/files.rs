//! The files of the stack.

use serde_json::Value;

use super::{
    Checked, all,
    alloy::AGENT,
    plain,
    stack::{self, COMPOSE, Stack},
};
use crate::{
    rows::Row,
    system::{self, System},
};

/// Compares a data source of Grafana.
pub(super) fn data_source(row: &Row) -> Checked {
    let name = row.text("name")?;
    let file = system::yaml("deploy/grafana/provisioning/datasources/datasources.yml");
    let mut sources = file["datasources"].as_array()?.iter();
    let Some(source) = sources.find(|source| source["name"] == name) else {
        return Some(Err(format!("there is no data source {name}")));
    };
    for (key, ours) in [("type", "type"), ("url", "url"), ("default", "isDefault")] {
        let (asked, is) = (&row.0[key], &source[ours]);
        if !asked.is_null() && asked != is {
            return Some(Err(format!("`{ours}` is {is}")));
        }
    }
    Some(Ok(format!("data source {name}")))
}

/// Compares a probe of the container in Kubernetes.
pub(super) fn probe(row: &Row) -> Checked {
    let name = row.text("name")?;
    let text = std::fs::read_to_string(system::file("deploy/kubernetes/glyphoxa.yml")).unwrap();
    let deployment = text.split("\n---\n").map(|document| {
        let document: Value = yaml_serde::from_str(document).unwrap();
        document
    });
    let mut deployments = deployment.filter(|document| document["kind"] == "Deployment");
    let containers = deployments.next()?["spec"]["template"]["spec"]["containers"].clone();
    let probe = &containers.as_array()?.first()?[name];
    if probe["httpGet"]["path"] != row.0["path"] {
        return Some(Err(format!("its path is {}", probe["httpGet"]["path"])));
    }
    if let Some(port) = row.0["port"].as_u64() {
        let ports = &containers[0]["ports"];
        let named = probe["httpGet"]["port"].clone();
        let mut ports = ports.as_array().into_iter().flatten();
        let is_it = |open: &Value| open["name"] == named && open["containerPort"] == port;
        if named != port && !ports.any(is_it) {
            return Some(Err(format!("its port is {named}")));
        }
    }
    for key in ["initialDelaySeconds", "periodSeconds", "failureThreshold"] {
        if row.has(key) && probe[key] != row.0[key] {
            return Some(Err(format!("`{key}` is {}", probe[key])));
        }
    }
    Some(Ok(format!("`{name}` in deploy/kubernetes/glyphoxa.yml")))
}

/// Compares how long a back end keeps its data.
pub(super) fn retention(row: &Row, system: &System) -> Checked {
    let stack = stack::of(system);
    let backend = row.text("service").or(row.text("backend"))?;
    let value = row.text("value")?;
    let (place, is) = match backend {
        "Prometheus" => {
            let command = stack.service("prometheus")?["command"].to_string();
            let command = stack.filled(&command);
            let time = command.split("retention.time=").nth(1)?;
            let time = time.split('"').next()?.to_owned();
            (stack.place(), time)
        }
        "Loki" => {
            let file = system::yaml("deploy/loki/loki.yml");
            let period = file["limits_config"]["retention_period"]
                .as_str()?
                .to_owned();
            ("deploy/loki/loki.yml (not run here)".to_owned(), period)
        }
        _ => return None,
    };
    Some(if hours(&is).is_some() && hours(&is) == hours(value) {
        Ok(place)
    } else {
        Err(format!("{backend} keeps them for {is}"))
    })
}

/// Returns the hours of a text such as `7 days` or `168h`.
fn hours(text: &str) -> Option<u32> {
    let unit = text.trim_start_matches(|at: char| at.is_ascii_digit());
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    match unit.trim() {
        "h" => Some(number),
        "d" | "days" => Some(number * 24),
        _ => None,
    }
}

/// Compares an interval of Prometheus, or who scrapes.
pub(super) fn scrape(row: &Row, system: &System) -> Checked {
    let stack = stack::of(system);
    let (place, file) = stack.prometheus();
    if let Some(by) = row.text("by") {
        let agent = AGENT.writer("prometheus.scrape", "prometheus");
        let jobs = stack.environment("alloy", "SCRAPED")?;
        let is_alone = agent.is_some() && file["scrape_configs"].is_null() && jobs != "none";
        return Some(if by == "Alloy" && is_alone {
            Ok(format!("{place}, deploy/alloy/config.alloy (not run here)"))
        } else {
            Err("another program scrapes".to_owned())
        });
    }
    let name = row.text("name")?;
    if name == "scrape_configs" {
        return job(row, &place, &file);
    }
    let value = row.text("value")?;
    let is = &file["global"][name];
    Some(if *is == value {
        Ok(place)
    } else {
        Err(format!("`{name}` is {is}"))
    })
}

/// Compares the one job of Prometheus.
fn job(row: &Row, place: &str, file: &Value) -> Checked {
    let jobs = file["scrape_configs"].as_array()?;
    let is_it = |job: &Value| {
        let targets = &job["static_configs"][0]["targets"];
        job["job_name"] == row.0["job"]
            && *targets == row.0["targets"]
            && job["metrics_path"] == row.0["path"]
    };
    Some(if jobs.len() == 1 && jobs.iter().all(is_it) {
        Ok(place.to_owned())
    } else {
        Err(format!("its jobs are {jobs:?}"))
    })
}

/// Looks for a service of the stack, and for its port, its profile and its volume.
pub(super) fn service(row: &Row, system: &System) -> Checked {
    let stack = stack::of(system);
    let names = [row.texts("name"), row.texts("names")].concat();
    if row.text("held_against") == Some("spans") {
        let has = |name: &str| system.pair.services.contains(name);
        return Some(all(names, "one trace of two processes", has));
    }
    // A page of a service is a part of it.
    let service = |name: &str| plain(name.trim_end_matches(" UI"));
    let profile = row.text("profile").unwrap_or(system.program);
    // A profile of a document starts the system too.
    let starts = |name: &str| stack.service_of(profile, name).is_some();
    for name in &names {
        if !(starts(&service(name)) && starts(stack.first())) {
            return Some(Err(format!("profile {profile} of {COMPOSE} has no {name}")));
        }
    }
    if let Some(volume) = row.text("volume") {
        let mounted = stack.service(&service(names[0]))?["volumes"].to_string();
        if !mounted.contains(&format!("\"{volume}:/")) || stack.file["volumes"][volume].is_null() {
            return Some(Err(format!("no volume is named {volume}: {mounted}")));
        }
    }
    let port = row.0["port"].as_u64();
    let url = row.text("url").unwrap_or_default();
    let is_open = port.is_none_or(|port| {
        let is_asked = url.is_empty() || url == format!("http://localhost:{port}");
        is_asked && stack.publishes(&service(names[0]), port)
    });
    Some(if is_open {
        Ok(stack.place())
    } else {
        Err(format!("its port is not {port:?}"))
    })
}

/// Looks for the port of a service.
pub(super) fn port(row: &Row, system: &System) -> Checked {
    let (service, port) = (row.text("service")?, row.0["port"].as_u64()?);
    let stack = stack::of(system);
    let names = [service.to_owned(), format!("{}-{service}", system.program)];
    let is_page = row.text("path").is_none_or(|path| path == "/metrics");
    let is_open = |name: &String| stack.publishes(name, port) && stack.listens(name, port);
    Some(if is_page && names.iter().any(is_open) {
        Ok(stack.place())
    } else {
        Err(format!("{COMPOSE} does not publish {port} of {service}"))
    })
}

/// Looks for a folder of dashboards that Grafana loads when it starts.
pub(super) fn dashboards(row: &Row, system: &System) -> Checked {
    if row.text("import") == Some("manual") {
        // A variable chooses the data source, so the file fits any Grafana.
        let variables = system.dashboards.first()?["templating"]["list"].clone();
        let mut variables = variables.as_array()?.iter();
        return Some(
            if variables.any(|variable| variable["type"] == "datasource") {
                Ok("`grafana/dashboards` of the generated files".to_owned())
            } else {
                Err("the data source of the dashboard is fixed".to_owned())
            },
        );
    }
    if !row.has("folder") && row.0["provisioned"] != true {
        return None;
    }
    let place = "deploy/grafana/provisioning/dashboards/dashboards.yml";
    let file = system::yaml(place);
    let own = match system.program {
        "glyphoxa" => "Glyphoxa",
        _ => "Systems",
    };
    let folder = row.text("folder").unwrap_or(own);
    let mut providers = file["providers"].as_array()?.iter();
    let Some(provider) = providers.find(|provider| provider["folder"] == folder) else {
        return Some(Err(format!("{place} has no folder {folder}")));
    };
    let volumes = stack::of(system).service("grafana")?["volumes"].to_string();
    let path = provider["options"]["path"].as_str()?;
    let is_mounted = provider["type"] == "file" && volumes.contains(path);
    let from = row.text("from").unwrap_or("filesystem");
    Some(if is_mounted && from == "filesystem" {
        Ok(place.to_owned())
    } else {
        Err(format!("they are not from the {from}"))
    })
}

/// Compares what is so unless somebody says otherwise.
pub(super) fn default(row: &Row, system: &System) -> Checked {
    let (topic, value) = (row.text("topic")?, &row.0["value"]);
    let stack = stack::of(system);
    let grafana = |name: &str| stack.environment("grafana", name);
    let is = match topic {
        "grafana user" => grafana("GF_SECURITY_ADMIN_USER")?,
        "grafana password" => grafana("GF_SECURITY_ADMIN_PASSWORD")?,
        "grafana credentials" => {
            let user = grafana("GF_SECURITY_ADMIN_USER")?;
            format!("{user} / {}", grafana("GF_SECURITY_ADMIN_PASSWORD")?)
        }
        "Faro collector" => {
            let port = 12347;
            let listens = AGENT.component("faro.receiver")?.body.contains("= 12347\n");
            if !(listens && stack.publishes("alloy", port)) {
                return Some(Err("the agent has no such receiver".to_owned()));
            }
            stack.environment("gateway", "NEXT_PUBLIC_FARO_COLLECTOR_URL")?
        }
        "backend URLs" | "local stack" => local(value.as_str()?, stack)?,
        "trace exporter" | "empty endpoint" | "tracing" => system.without_exporter(topic)?,
        _ => return None,
    };
    Some(if *value == is.as_str() {
        Ok(format!("the default is `{is}`"))
    } else {
        Err(format!("the default is `{is}`"))
    })
}

/// Whether every variable of the stack has a default, and each back end is a container of it.
fn local(asked: &str, stack: &Stack) -> Option<String> {
    let text = stack.file.to_string();
    let variables = text.matches("${").count();
    let defaults = text.matches(":-").count();
    let backends = ["loki", "prometheus", "tempo", "pyroscope"];
    let is_local = |backend: &&str| {
        let kinds = [
            "loki.source.docker",
            "prometheus.scrape",
            "otelcol.receiver.otlp",
            "pyroscope.scrape",
        ];
        let reached = kinds
            .iter()
            .any(|kind| AGENT.writer(kind, backend).is_some());
        reached && stack.service(backend).is_some()
    };
    let is_so = variables == defaults && backends.iter().all(is_local);
    let names = ["local containers", "self-contained"];
    is_so.then(|| {
        names
            .iter()
            .find(|name| **name == asked)
            .copied()
            .unwrap_or("local")
            .to_owned()
    })
}
