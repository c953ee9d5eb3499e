//! The files of the stack fit together.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

/// Paths of probes and scrapes, which the service serves.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

fn read(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    fs::read_to_string(folder.join(path)).unwrap()
}

fn yaml(path: &str) -> Value {
    yaml_serde::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the values of a list of strings.
fn texts(list: &Value) -> Vec<&str> {
    let list = list
        .as_array()
        .unwrap_or_else(|| panic!("{list} is not a list"));
    list.iter().map(|text| text.as_str().unwrap()).collect()
}

/// Returns the names of a map.
fn names(map: &Value) -> Vec<&str> {
    let map = map
        .as_object()
        .unwrap_or_else(|| panic!("{map} is not a map"));
    map.keys().map(String::as_str).collect()
}

/// Returns the environment of a service of Compose.
fn environment<'c>(compose: &'c Value, service: &str) -> &'c Value {
    &compose["services"][service]["environment"]
}

#[test]
fn collector_pipelines_name_components_that_exist() {
    let collector = yaml("collector/collector.yml");
    let pipelines = &collector["service"]["pipelines"];
    assert_eq!(names(pipelines), ["logs", "metrics", "traces"]);
    for (signal, pipeline) in pipelines.as_object().unwrap() {
        for part in ["receivers", "processors", "exporters"] {
            for component in texts(&pipeline[part]) {
                let defined = collector[part].as_object().unwrap();
                assert!(defined.contains_key(component), "{signal}: {component}");
            }
        }
        assert!(texts(&pipeline["receivers"]).contains(&"otlp"), "{signal}");
    }
}

#[test]
fn service_exports_its_log_records_to_the_collector() {
    let file = read("profiles/collector.env");
    let set = |name: &str| {
        let line = file.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.strip_prefix('='))
    };
    assert_eq!(set("LOGS_EXPORTER"), Some("otlp"));
    assert!(!read("profiles/glyphoxa.env").contains("LOGS_EXPORTER"));
    let endpoint = set("OTLP_ENDPOINT").unwrap();
    let address = endpoint.strip_prefix("http://").unwrap();
    let (host, port) = address.split_once(':').unwrap();
    let compose = yaml("compose.yml");
    assert!(names(&compose["services"]).contains(&host), "{endpoint}");
    let received = &yaml("collector/collector.yml")["receivers"]["otlp"]["protocols"];
    let http = received["http"]["endpoint"].as_str().unwrap();
    assert!(http.ends_with(&format!(":{port}")), "{http}");
}

#[test]
fn collector_reads_only_variables_that_compose_sets() {
    let compose = yaml("compose.yml");
    let set = names(environment(&compose, "otel-collector"));
    let text = read("collector/collector.yml");
    let read = text.split("${env:").skip(1);
    let read: Vec<_> = read.map(|rest| rest.split(":-").next().unwrap()).collect();
    assert!(read.len() >= 5, "{read:?}");
    for variable in read {
        assert!(set.contains(&variable), "{variable}");
    }
}

/// A variable that is not set is empty, and the agent has a default for it.
#[test]
fn agent_reads_only_variables_that_compose_sets() {
    let compose = yaml("compose.yml");
    let set = names(environment(&compose, "alloy"));
    let text = read("alloy/config.alloy");
    let read = text.split("sys.env(\"").skip(1);
    let read: BTreeSet<_> = read.map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(read, set.into_iter().collect());
}

#[test]
fn sampling_drops_probes_and_scrapes_and_keeps_a_share_of_sessions() {
    let collector = yaml("collector/collector.yml");
    let policies = &collector["processors"]["tail_sampling"]["policies"];
    let policies = policies.as_array().unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        let found = policies.iter().filter(|policy| policy["type"] == kind);
        found.map(|policy| &policy[kind]).collect()
    };
    let dropped = &of("drop")[0]["drop_sub_policy"];
    assert_eq!(dropped.as_array().unwrap().len(), 1);
    let probe = dropped[0]["ottl_condition"]["span"][0].as_str().unwrap();
    let (span, routes) = probe.split_once(" and (").unwrap();
    // A probe by a job, and one that fails, drop no trace.
    assert_eq!(span, "IsRootSpan() and status.code != STATUS_CODE_ERROR");
    let routes = routes.strip_suffix(')').unwrap().split(" or ");
    let expected = PROBES.map(|route| format!("attributes[\"http.route\"] == \"{route}\""));
    assert!(routes.eq(expected), "{probe}");
    // A session is one trace, longer than any limit of latency, so no policy may look at the length
    // of a trace.
    assert_eq!(of("latency"), [&Value::Null; 0]);
    let slow = of("ottl_condition")[0]["span"][0].as_str().unwrap();
    assert!(
        slow.contains("name == \"s2s\"") && !slow.contains("session"),
        "{slow}"
    );
    let share = of("probabilistic")[0]["sampling_percentage"]
        .as_f64()
        .unwrap();
    assert!((0.1..100.0).contains(&share), "{share}");
}

#[test]
fn probes_and_scrapes_are_in_no_objective() {
    let rules = yaml("prometheus/rules.yml");
    let groups = rules["groups"].as_array().unwrap();
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap());
    let of_requests = rules.filter(|rule| {
        let expr = rule["expr"].as_str().unwrap();
        rule.get("record").is_some() && expr.contains("glyphoxa_http_request_duration_seconds_")
    });
    let probes = format!("path!~\"{}\"", PROBES.join("|"));
    let mut checked = 0;
    for rule in of_requests {
        let expr = rule["expr"].as_str().unwrap();
        let selectors = expr
            .matches("glyphoxa_http_request_duration_seconds_")
            .count();
        assert_eq!(expr.matches(&probes).count(), selectors, "{expr}");
        checked += 1;
    }
    assert_eq!(checked, 2);
}

#[test]
fn alertmanager_has_the_generated_routes() {
    let (used, generated) = (
        yaml("alertmanager/alertmanager.yml"),
        yaml("alertmanager/routes.yml"),
    );
    for part in ["route", "inhibit_rules"] {
        assert_eq!(used[part], generated[part], "{part}");
    }
    let receivers = |of: &Value| -> Vec<String> {
        let receivers = of["receivers"].as_array().unwrap().iter();
        let names = receivers.map(|receiver| receiver["name"].as_str().unwrap().to_owned());
        names.collect()
    };
    assert_eq!(receivers(&used), receivers(&generated));
}

#[test]
fn tempo_generates_the_service_graph_that_grafana_shows() {
    let tempo = yaml("tempo/tempo.yml");
    let processors = &tempo["overrides"]["defaults"]["metrics_generator"]["processors"];
    assert!(texts(processors).contains(&"service-graphs"));
    let generator = &tempo["metrics_generator"];
    assert_eq!(
        texts(&generator["processor"]["service_graphs"]["dimensions"]),
        ["env"]
    );
    let url = generator["storage"]["remote_write"][0]["url"]
        .as_str()
        .unwrap();
    let compose = yaml("compose.yml");
    assert!(url.starts_with("http://prometheus:9090/"), "{url}");
    let prometheus = texts(&compose["services"]["prometheus"]["command"]);
    assert!(prometheus.contains(&"--web.enable-remote-write-receiver"));

    let sources = yaml("grafana/provisioning/datasources/datasources.yml");
    let sources = sources["datasources"].as_array().unwrap();
    let of = |kind: &str| {
        sources
            .iter()
            .find(|source| source["type"] == kind)
            .unwrap()
    };
    let graph = &of("tempo")["jsonData"]["serviceMap"]["datasourceUid"];
    assert_eq!(*graph, of("prometheus")["uid"]);
}

#[test]
fn queries_for_the_lines_of_a_span_fit_lines_and_records() {
    let sources = yaml("grafana/provisioning/datasources/datasources.yml");
    let sources = sources["datasources"].as_array().unwrap();
    let tempo = sources
        .iter()
        .find(|source| source["type"] == "tempo")
        .unwrap();
    let query = tempo["jsonData"]["tracesToLogsV2"]["query"]
        .as_str()
        .unwrap();
    // Records have the id in their metadata and no JSON, and Alloy adds it to the lines.
    assert!(!query.contains("json"), "{query}");
    let alloy = read("alloy/config.alloy");
    let (_, metadata) = alloy.split_once("stage.structured_metadata {").unwrap();
    let (metadata, _) = metadata.split_once("forward_to").unwrap();
    assert!(metadata.contains("trace_id = \"\""), "{metadata}");
    let (_, lines) = alloy
        .split_once("loki.source.docker \"containers\" {")
        .unwrap();
    let (lines, _) = lines.split_once("\n}").unwrap();
    assert!(lines.contains("[loki.process.ids.receiver]"), "{lines}");
    assert_eq!(
        yaml("loki/loki.yml")["limits_config"]["allow_structured_metadata"],
        true
    );
}

/// Returns the addresses that a part of the agent's file scrapes.
fn addresses(alloy: &str) -> Vec<&str> {
    let lines = alloy.lines();
    lines
        .filter_map(|line| line.split("\"__address__\" = \"").nth(1)?.split('"').next())
        .collect()
}

/// The services of the library of texts have profiles, and the agent has their token.
#[test]
fn profiles_are_scraped_with_the_token_of_the_services() {
    let compose = yaml("compose.yml");
    let alloy = read("alloy/config.alloy");
    let (_, profiled) = alloy
        .split_once("discovery.relabel \"profiled\" {")
        .unwrap();
    let (profiled, writer) = profiled.split_once("pyroscope.write").unwrap();
    assert!(!writer.contains("bearer_token"));
    let asked = addresses(profiled);
    assert_eq!(asked, ["content:8083", "gateway:8081", "ingest:8084"]);
    assert!(profiled.contains("bearer_token    = sys.env(\"GLYPH_ADMIN_TOKEN\")"));
    for address in asked {
        let (name, port) = address.split_once(':').unwrap();
        let command = texts(&compose["services"][name]["command"]);
        assert!(command.contains(&format!("0.0.0.0:{port}").as_str()));
        for service in [name, "alloy"] {
            let environment = environment(&compose, service);
            let (own, shared) = (environment, &environment["<<"]);
            let has_token = |set: &Value| set["GLYPH_ADMIN_TOKEN"].is_string();
            assert!(
                has_token(own) || has_token(shared),
                "{service} has no token"
            );
        }
    }
}
