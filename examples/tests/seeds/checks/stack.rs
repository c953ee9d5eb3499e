//! The stack of a system: the services of Compose that its profile starts, with the values of its file.

use std::{collections::BTreeMap, fs, sync::LazyLock};

use serde_json::Value;

use super::{Checked, all};
use crate::{
    rows::Row,
    system::{self, System},
};

pub(super) const COMPOSE: &str = "deploy/compose.yml";

/// The services of a profile.
pub(super) struct Stack {
    program: &'static str,
    /// As in the file, with variables.
    pub(super) file: Value,
    values: BTreeMap<String, String>,
}

/// Returns the stack of a system.
pub(super) fn of(system: &System) -> &'static Stack {
    static STACKS: LazyLock<BTreeMap<&str, Stack>> = LazyLock::new(|| {
        let programs = ["glyphoxa", "voxray", "ibex", "xgen", "gospelib"];
        let stacks = programs.map(|program| (program, Stack::read(program)));
        stacks.into()
    });
    &STACKS[system.program]
}

impl Stack {
    fn read(program: &'static str) -> Self {
        let path = format!("deploy/profiles/{program}.env");
        let text = fs::read_to_string(system::file(&path)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let values = lines.map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self {
            program,
            values: values.collect(),
            file: system::yaml(COMPOSE),
        }
    }

    /// Returns the place of a fact.
    pub(super) fn place(&self) -> String {
        format!("{COMPOSE} with deploy/profiles/{}.env", self.program)
    }

    /// Returns a service that this profile, or the other one, starts.
    pub(super) fn service_of(&self, profile: &str, name: &str) -> Option<&Value> {
        let service = &self.file["services"][name];
        let profiles = service["profiles"].as_array();
        let starts = profiles.is_none_or(|profiles| profiles.iter().any(|is| is == profile));
        (!service.is_null() && starts).then_some(service)
    }

    /// Returns a service that the profile of the system starts.
    pub(super) fn service(&self, name: &str) -> Option<&Value> {
        self.service_of(self.program, name)
    }

    /// Returns the first service of the system.
    pub(super) fn first(&self) -> &'static str {
        match self.program {
            "ibex" => "ibex-auth",
            "gospelib" => "gateway",
            program => program,
        }
    }

    /// Replaces variables, `${NAME:-default}`, by their values.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, variable)) = rest.split_once("${") {
            let (variable, after) = variable.split_once('}').unwrap();
            let (name, default) = variable.split_once(":-").unwrap();
            let value = self.values.get(name);
            filled += before;
            filled += value.map_or(default, String::as_str);
            rest = after;
        }
        filled + rest
    }

    /// Whether a port of this machine leads to a service.
    pub(super) fn publishes(&self, service: &str, port: u64) -> bool {
        let ports = self.service(service).map(|service| &service["ports"]);
        let mut ports = ports.and_then(Value::as_array).into_iter().flatten();
        let start = format!("127.0.0.1:{port}:");
        ports.any(|open| self.filled(open.as_str().unwrap()).starts_with(&start))
    }

    /// Whether a service listens at a port in the network of the stack.
    pub(super) fn listens(&self, service: &str, port: u64) -> bool {
        let ports = self.service(service).map(|service| &service["ports"]);
        let mut ports = ports.and_then(Value::as_array).into_iter().flatten();
        ports.any(|open| open.as_str().unwrap().ends_with(&format!(":{port}")))
    }

    /// Returns a variable of a service.
    pub(super) fn environment(&self, service: &str, name: &str) -> Option<String> {
        let set = self.service(service)?["environment"][name].as_str()?;
        Some(self.filled(set))
    }

    /// Returns the configuration of Prometheus.
    pub(super) fn prometheus(&self) -> (String, Value) {
        let command = self.service("prometheus").unwrap()["command"].to_string();
        let command = self.filled(&command);
        let (_, name) = command.split_once("/etc/prometheus/").unwrap();
        let path = format!("deploy/prometheus/{}", name.split('"').next().unwrap());
        let file = system::yaml(&path);
        (path, file)
    }
}

/// Compares a command that starts the stack, or that asks its programs.
pub(super) fn command(row: &Row, system: &System) -> Checked {
    let command = row.text("command")?;
    let stack = of(system);
    if command.starts_with("docker compose --profile ") {
        let profile = command.split(' ').nth(3)?;
        let starts = stack.service_of(profile, stack.first()).is_some();
        let text = fs::read_to_string(system::file("deploy/README.md")).unwrap();
        let is_written = text.contains(&format!("{command}\n"));
        return Some(if starts && is_written {
            Ok("deploy/README.md".to_owned())
        } else {
            Err(format!(
                "no profile of {COMPOSE} is `{profile}`, or no command"
            ))
        });
    }
    let address = command.split("http://localhost:").nth(1)?;
    let (port, path) = address.split_once('/')?;
    let path = path.split(' ').next()?;
    if path != "metrics" {
        return Some(Err(format!("`{path}` is not the page of metrics")));
    }
    if let Some((_, start)) = command.split_once("grep ")
        && !system.served.page().contains(&format!("\n{start}"))
    {
        return Some(Err(format!("no line of the page begins with {start}")));
    }
    let ports = row
        .numbers("ports")
        .into_iter()
        .map(|port| port.to_string());
    let ports: Vec<_> = ports.chain([port.to_owned()]).collect();
    let services = stack.file["services"].as_object()?;
    let is_open = |port: &str| {
        let number = port.parse().unwrap_or_default();
        let mut own = services
            .keys()
            .filter(|name| name.starts_with(system.program));
        own.any(|name| stack.publishes(name, number))
    };
    Some(all(
        ports.iter().map(String::as_str),
        &stack.place(),
        is_open,
    ))
}
