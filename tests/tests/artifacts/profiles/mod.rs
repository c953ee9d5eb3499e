//! The profiles of the stack, as docker-compose reads them back: one for each system, and one for all.

mod stack;

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use self::stack::{PROFILES, list, ports, published, read, yaml};

#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn profiles_start_their_systems_at_the_ports_of_their_guides() {
    for profile in &PROFILES {
        let started = profile.started();
        let built = started
            .iter()
            .filter(|(_, service)| !service["build"].is_null());
        let built = built.map(|(name, service)| (name.clone(), published(service)));
        let asked = profile.services.iter().map(|(name, ports)| {
            let ports: Vec<_> = ports.iter().map(|port| (*port).to_owned()).collect();
            ((*name).to_owned(), ports)
        });
        assert_eq!(
            built.collect::<Vec<_>>(),
            asked.collect::<Vec<_>>(),
            "{}",
            profile.name
        );
        // No two services publish the same port.
        let all = started.values().flat_map(ports);
        let mut seen = BTreeSet::new();
        for (address, outside, _) in all {
            assert_eq!(address, "127.0.0.1", "{}: {outside}", profile.name);
            assert!(seen.insert(outside.clone()), "{}: {outside}", profile.name);
        }
        for service in [
            "alertmanager",
            "grafana",
            "loki",
            "prometheus",
            "pyroscope",
            "tempo",
        ] {
            assert!(started.contains_key(service), "{}: {service}", profile.name);
        }
        let agents = ["alloy", "otel-collector"].map(|agent| started.contains_key(agent));
        let asked = match profile.name {
            "all" => [true, true],
            "xgen" | "collector" => [false, true],
            _ => [true, false],
        };
        assert_eq!(agents, asked, "{}", profile.name);
        assert_eq!(
            started.contains_key("redis"),
            ["all", "ibex"].contains(&profile.name)
        );
    }
}

/// Documents name these.
#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn profiles_of_the_guides_are_those_of_the_systems() {
    let config = stack::config(&["config"]);
    for (asked, system) in [("alpha", "glyphoxa"), ("observability", "gospelib")] {
        for (name, service) in config["services"].as_object().unwrap() {
            let has = |profile: &str| list(&service["profiles"]).any(|is| is == profile);
            assert_eq!(has(asked), has(system), "{name}");
        }
    }
    // Without a file, the values are those of the first system.
    let file = PROFILES[0].file();
    let with_file = stack::config(&["--env-file", &file, "config"]);
    assert_eq!(config, with_file);
}

/// Returns the ports at which the program of an image listens, by its own files.
fn served(name: &str) -> Vec<String> {
    let digits = |text: &str| -> Vec<String> {
        let addresses = text.split("0.0.0.0:").skip(1);
        let ports = addresses.map(|rest| rest.split(|at: char| !at.is_ascii_digit()).next());
        ports.map(|port| port.unwrap().to_owned()).collect()
    };
    match name {
        "alloy" => {
            let file = read("alloy/config.alloy");
            let (_, browsers) = file.split_once("listen_port          = ").unwrap();
            let browsers = browsers.lines().next().unwrap().to_owned();
            // The user interface is in the command line.
            [digits(&file), vec![browsers, "12345".to_owned()]].concat()
        }
        "loki" => vec![yaml("loki/loki.yml")["server"]["http_listen_port"].to_string()],
        "otel-collector" => digits(&read("collector/collector.yml")),
        // These have no file, and these are their defaults.
        "alertmanager" => vec!["9093".to_owned()],
        "grafana" => vec!["3000".to_owned()],
        "prometheus" => vec!["9090".to_owned()],
        "pyroscope" => vec!["4040".to_owned()],
        _ => Vec::new(),
    }
}

#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn published_ports_lead_to_ports_at_which_programs_listen() {
    for profile in &PROFILES {
        for (name, service) in profile.started() {
            let command: Vec<_> = list(&service["command"]).collect();
            let command = command.join(" ");
            for (_, _, inside) in ports(&service) {
                let listens = if service["build"].is_null() {
                    served(&name).contains(&inside)
                } else if let Some(port) = inside.strip_suffix("/udp") {
                    let (_, range) = command.split_once("--media-ports=").unwrap();
                    let (first, last) = range.split_once('-').unwrap();
                    (first..=last).contains(&port)
                } else {
                    let address = format!("0.0.0.0:{inside}");
                    command.split([' ', '=']).any(|word| word == address)
                };
                assert!(listens, "{}: {name} {inside}: {command}", profile.name);
            }
        }
    }
}

#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn profiles_have_the_retention_and_the_credentials_of_their_guides() {
    for profile in &PROFILES {
        let started = profile.started();
        let retention = format!("--storage.tsdb.retention.time={}", profile.retention);
        let prometheus = &started["prometheus"];
        assert!(
            list(&prometheus["command"]).any(|word| word == retention),
            "{prometheus}"
        );
        let grafana = &started["grafana"]["environment"];
        assert_eq!(grafana["GF_SECURITY_ADMIN_USER"], "admin");
        assert_eq!(grafana["GF_SECURITY_ADMIN_PASSWORD"], profile.password);
        for (name, service) in &started {
            if let Some(image) = service["image"].as_str() {
                let (_, version) = image.split_once(':').unwrap();
                let version = version.trim_start_matches('v');
                let parts: Vec<_> = version.split(['.', '-']).take(3).collect();
                assert_eq!(parts.len(), 3, "{name}: {image}");
                let is_number = |part: &&str| part.parse::<u32>().is_ok();
                assert!(parts.iter().all(is_number), "{name}: {image}");
            }
        }
    }
}

/// Each service of a profile is scraped by one program, at the port at which it listens, and nothing else is.
#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn services_are_scraped_once() {
    for profile in &PROFILES {
        let started = profile.started();
        let command: Vec<_> = list(&started["prometheus"]["command"]).collect();
        let config = command[0]
            .strip_prefix("--config.file=/etc/prometheus/")
            .unwrap();
        let config = yaml(&format!("prometheus/{config}"));
        let mut scraped: Vec<String> = Vec::new();
        for job in config["scrape_configs"].as_array().into_iter().flatten() {
            let fixed = &job["static_configs"][0];
            assert_eq!(job["metrics_path"], "/metrics");
            assert_eq!(fixed["labels"]["env"], "local");
            scraped.extend(
                list(&fixed["targets"])
                    .map(|target| format!("{}={target}", job["job_name"].as_str().unwrap())),
            );
        }
        assert_eq!(scraped.is_empty(), profile.is_pushed, "{}", profile.name);
        let pattern = started
            .get("alloy")
            .map(|alloy| &alloy["environment"]["SCRAPED"]);
        let pattern = pattern.and_then(Value::as_str).unwrap_or("none");
        scraped.extend(pushed().into_iter().filter(|target| {
            let job = target.split('=').next().unwrap();
            pattern == ".+" || pattern.split('|').any(|name| name == job)
        }));
        let listening = profile.services.iter().map(|(name, _)| {
            let command: Vec<_> = list(&started[*name]["command"]).collect();
            let command = command.join("=");
            let (_, address) = command.split_once("--listen=0.0.0.0:").unwrap();
            format!("{name}={name}:{}", address.split('=').next().unwrap())
        });
        scraped.sort_unstable();
        assert_eq!(scraped, listening.collect::<Vec<_>>(), "{}", profile.name);
        // Its rules are those of its systems.
        let rules: Vec<_> = list(&config["rule_files"]).collect();
        for rule in &rules {
            assert!(
                read(&format!("prometheus/{rule}")).contains("alert:"),
                "{rule}"
            );
        }
        let systems = if profile.name == "all" { 5 } else { 1 };
        assert_eq!(rules.len(), systems, "{}", profile.name);
    }
}

/// Returns the jobs and the targets that Alloy scrapes if SCRAPED selects them.
fn pushed() -> Vec<String> {
    let file = read("alloy/config.alloy");
    let (_, jobs) = file.split_once("discovery.relabel \"services\" {").unwrap();
    let (jobs, _) = jobs.split_once("rule {").unwrap();
    let jobs = jobs.lines().filter_map(|line| {
        let words: Vec<_> = line.split('"').collect();
        let (target, job) = (words.get(3)?, words.get(7)?);
        Some(format!("{job}={target}"))
    });
    jobs.collect()
}

/// Spans go to a service of the profile, at a port at which it takes them.
#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn spans_go_to_a_program_of_the_profile() {
    for profile in &PROFILES {
        let started = profile.started();
        for (name, _) in profile.services {
            let environment = &started[*name]["environment"];
            let endpoint = environment["OTEL_EXPORTER_OTLP_ENDPOINT"].as_str().unwrap();
            let address = endpoint.strip_prefix("http://").unwrap();
            let (host, port) = address.split_once(':').unwrap();
            assert!(started.contains_key(host), "{}: {endpoint}", profile.name);
            let takes = match host {
                "tempo" => read("tempo/tempo.yml").contains(&format!("endpoint: 0.0.0.0:{port}")),
                host => served(host).contains(&port.to_owned()),
            };
            let protocol = if port == "4317" {
                "grpc"
            } else {
                "http/protobuf"
            };
            assert_eq!(environment["OTEL_EXPORTER_OTLP_PROTOCOL"], protocol);
            assert!(takes, "{}: {endpoint}", profile.name);
        }
    }
}

/// Services with a client of Sentry get its address, which is empty unless the shell or a file has one.
#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn address_of_sentry_reaches_each_service_with_a_client() {
    for profile in &PROFILES {
        let started = profile.started();
        for (name, _) in profile.services {
            let address = &started[*name]["environment"]["SENTRY_DSN"];
            let has_client = !["glyphoxa", "voxray", "xgen"].contains(name);
            assert_eq!(
                address == "",
                has_client,
                "{}: {name}: {address}",
                profile.name
            );
        }
    }
}

#[test]
#[ignore = "needs docker-compose, of Debian's package of that name"]
fn files_and_services_that_a_profile_names_exist() {
    let compose = read("compose.yml");
    let sources = yaml("grafana/provisioning/datasources/datasources.yml");
    for profile in &PROFILES {
        let started = profile.started();
        for (name, service) in &started {
            for volume in list(&service["volumes"]) {
                let source = volume.split(':').next().unwrap();
                let is_named = !source.starts_with('/');
                let exists =
                    is_named || source == "/var/run/docker.sock" || Path::new(source).exists();
                assert!(exists, "{}: {name} mounts {source}", profile.name);
            }
            let needed = match &service["depends_on"] {
                Value::Object(map) => map.keys().map(String::as_str).collect(),
                depends => list(depends).collect::<Vec<_>>(),
            };
            for needed in needed {
                assert!(started.contains_key(needed), "{}: {needed}", profile.name);
            }
        }
        for source in sources["datasources"].as_array().unwrap() {
            let url = source["url"].as_str().unwrap();
            let (host, _) = url
                .strip_prefix("http://")
                .unwrap()
                .split_once(':')
                .unwrap();
            assert!(started.contains_key(host), "{url}");
        }
        let file = profile.file();
        for line in read(&file).lines().filter(|line| !line.starts_with('#')) {
            let (name, _) = line.split_once('=').unwrap();
            let is_used = compose.contains(&format!("${{{name}:-"));
            assert!(is_used || name == "COMPOSE_PROJECT_NAME", "{file}: {name}");
        }
    }
}
