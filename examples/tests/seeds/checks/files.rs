//! The files of the stack.

use serde_json::Value;

use super::{Checked, plain};
use crate::{rows::Row, system};

fn compose() -> Value {
    system::yaml("deploy/compose.yml")
}

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
    for key in ["initialDelaySeconds", "periodSeconds", "failureThreshold"] {
        if row.has(key) && probe[key] != row.0[key] {
            return Some(Err(format!("`{key}` is {}", probe[key])));
        }
    }
    Some(Ok(format!("`{name}` in deploy/kubernetes/glyphoxa.yml")))
}

/// Compares how long Prometheus keeps samples.
pub(super) fn retention(row: &Row) -> Checked {
    let service = row.text("service")?;
    let value = row.text("value")?;
    let command = compose()["services"][plain(service)]["command"].to_string();
    if service != "Prometheus" {
        return None;
    }
    Some(if command.contains(&format!("retention.time={value}")) {
        Ok("deploy/compose.yml".to_owned())
    } else {
        Err(format!("the command is {command}"))
    })
}

/// Compares an interval of Prometheus.
pub(super) fn scrape(row: &Row) -> Checked {
    let (name, value) = (row.text("name")?, row.text("value")?);
    let file = system::yaml("deploy/prometheus/prometheus.yml");
    let is = &file["global"][name];
    Some(if *is == value {
        Ok("deploy/prometheus/prometheus.yml".to_owned())
    } else {
        Err(format!("`{name}` is {is}"))
    })
}

/// Looks for a service of the stack, and for its port.
pub(super) fn service(row: &Row) -> Checked {
    let compose = compose();
    let names = [row.texts("name"), row.texts("names")].concat();
    for name in &names {
        if compose["services"][plain(name)].is_null() {
            return Some(Err(format!("deploy/compose.yml has no service {name}")));
        }
    }
    let first = compose["services"][plain(names.first()?)].clone();
    if let Some(port) = row.0["port"].as_u64() {
        let ports = first["ports"].to_string();
        if !ports.contains(&format!(":{port}\"")) {
            return Some(Err(format!("its ports are {ports}")));
        }
    }
    Some(Ok("deploy/compose.yml".to_owned()))
}
