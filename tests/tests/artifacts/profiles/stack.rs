//! Compares the ports, retention and credentials that each document asks for with those that docker-compose
//! reads from the profile.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

const DEPLOY: &str = "../deploy";

/// The settings that the document of a system asks for.
pub(super) struct Profile {
    pub(super) name: &'static str,
    /// The services of the systems, with the ports of this machine that lead to them.
    pub(super) services: &'static [(&'static str, &'static [&'static str])],
    pub(super) retention: &'static str,
    pub(super) password: &'static str,
    /// Whether Alloy scrapes in place of Prometheus.
    pub(super) is_pushed: bool,
}

const GLYPHOXA: (&str, &[&str]) = ("glyphoxa", &["8080"]);
const VOXRAY: (&str, &[&str]) = ("voxray", &["8090", "8100/udp", "20 of UDP"]);
const XGEN: (&str, &[&str]) = ("xgen", &["8888", "9464"]);
const LIBRARY: [(&str, &[&str]); 3] = [("content", &[]), ("gateway", &["8081"]), ("ingest", &[])];

pub(super) const PROFILES: [Profile; 7] = [
    Profile::of("glyphoxa", &[GLYPHOXA], "30d"),
    Profile::of("collector", &[GLYPHOXA], "30d"),
    Profile::of("voxray", &[VOXRAY], "15d"),
    Profile::of(
        "ibex",
        &[("ibex-auth", &["8081"]), ("ibex-proxy", &["8080"])],
        "15d",
    ),
    Profile::of("xgen", &[XGEN], "15d"),
    Profile {
        password: "localdev",
        is_pushed: true,
        ..Profile::of("gospelib", &LIBRARY, "7d")
    },
    Profile {
        is_pushed: true,
        ..Profile::of(
            "all",
            &[
                LIBRARY[0],
                LIBRARY[1],
                GLYPHOXA,
                ("ibex-auth", &["8083"]),
                ("ibex-proxy", &["8082"]),
                LIBRARY[2],
                VOXRAY,
                XGEN,
            ],
            "30d",
        )
    },
];

impl Profile {
    const fn of(
        name: &'static str,
        services: &'static [(&'static str, &'static [&'static str])],
        retention: &'static str,
    ) -> Self {
        Self {
            name,
            services,
            retention,
            password: "admin",
            is_pushed: false,
        }
    }

    pub(super) fn file(&self) -> String {
        format!("profiles/{}.env", self.name)
    }

    /// Returns the services that the profile starts, as docker-compose understands them.
    pub(super) fn started(&self) -> serde_json::Map<String, Value> {
        let file = self.file();
        let words = ["--env-file", &file, "--profile", self.name, "config"];
        let mut config = config(&words);
        let services = config["services"].as_object_mut().unwrap();
        services.retain(|_, service| {
            let profiles = service["profiles"].as_array();
            profiles.is_none_or(|profiles| profiles.iter().any(|profile| profile == self.name))
        });
        std::mem::take(services)
    }
}

/// Returns what docker-compose makes of the file, without variables of this shell.
pub(super) fn config(words: &[&str]) -> Value {
    let path = std::env::var_os("PATH").unwrap();
    let mut command = Command::new("docker-compose");
    let command = command.current_dir(DEPLOY).env_clear().env("PATH", path);
    let output = command.args(["-f", "compose.yml"]).args(words).output();
    let output = output.unwrap_or_else(|error| {
        panic!("cannot start docker-compose: {error}; .ci/run installs what these tests need")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    yaml_serde::from_slice(&output.stdout).unwrap()
}

pub(super) fn read(path: &str) -> String {
    fs::read_to_string(Path::new(DEPLOY).join(path)).unwrap()
}

pub(super) fn yaml(path: &str) -> Value {
    yaml_serde::from_str(&read(path)).unwrap()
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().into_iter().flatten();
    list.map(|text| text.as_str().unwrap())
}

/// Returns the published ports of a service: the address, the port there, and that of the container.
pub(super) fn ports(service: &Value) -> Vec<(&str, String, String)> {
    let ports = list(&service["ports"]).map(|port| {
        let parts: Vec<_> = port.split(':').collect();
        let inside = parts[2].trim_end_matches("/tcp");
        let outside = match inside.strip_suffix("/udp") {
            Some(_) => format!("{}/udp", parts[1]),
            None => parts[1].to_owned(),
        };
        (parts[0], outside, inside.to_owned())
    });
    ports.collect()
}

/// Returns the ports of this machine that lead to a service. Of those of UDP, the first and how many there are.
pub(super) fn published(service: &Value) -> Vec<String> {
    let all = ports(service).into_iter().map(|(_, port, _)| port);
    let (of_udp, mut published): (Vec<_>, Vec<_>) = all.partition(|port| port.ends_with("/udp"));
    published.sort_unstable();
    if let Some(first) = of_udp.iter().min() {
        published.extend([first.clone(), format!("{} of UDP", of_udp.len())]);
    }
    published
}
