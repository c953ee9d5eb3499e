//! Queries for logs and traces, checked by Grafana's grammars.

use std::{fs, process::Command};

use glyph_tests::logql::{self, Line};
use serde_json::{Value, json};

use super::FOLDER;
use crate::{
    dashboards::{panels, parsed},
    glyphoxa,
    xgen::BusMetrics,
};

/// The script that reports queries with a syntax error.
const PARSE: &str = include_str!("queries.mjs");

const SOURCES: &str = "../deploy/grafana/provisioning/datasources/datasources.yml";

const AGENT: &str = "../deploy/alloy/config.alloy";

/// Returns the invalid queries of pairs of language and query.
fn refused(queries: &[(&str, String)]) -> Vec<String> {
    let folder = tempfile::tempdir_in(&*FOLDER).unwrap();
    fs::write(folder.path().join("queries.mjs"), PARSE).unwrap();
    let output = Command::new("node")
        .arg("queries.mjs")
        .arg(json!(queries).to_string())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the queries in the links of a dashboard and its panels, each with its language.
fn linked(dashboard: &Value) -> Vec<(&'static str, String)> {
    let links = panels(dashboard).into_iter().chain([dashboard]);
    let links = links.flat_map(|holder| holder["links"].as_array().into_iter().flatten());
    let urls = links.map(|link| link["url"].as_str().unwrap());
    let queries = urls.map(|url| {
        let (_, explored) = url.split_once("&panes=").unwrap();
        let explored: Value = serde_json::from_str(&decoded(explored)).unwrap();
        let languages = [("traceql", "traces", "query"), ("logql", "logs", "expr")];
        let mut languages = languages.into_iter();
        let (language, source, query) = languages
            .find(|(_, source, _)| explored.get(source).is_some())
            .unwrap();
        let query = explored[source]["queries"][0][query].as_str().unwrap();
        let query = query
            .replace("${env:pipe}", "staging|.*")
            .replace("${job:pipe}", "a|b");
        (language, query)
    });
    queries.collect()
}

/// Returns percent-encoded text as plain text.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
#[ignore = "needs npm and its registry"]
fn links_have_valid_queries() {
    let mut queries = linked(&parsed(&glyphoxa::artifacts()));
    queries.extend(linked(&parsed(&glyph_runtime::artifacts::Artifacts::of::<
        BusMetrics,
    >())));
    for (language, part) in [
        ("traceql", "resource.env=~\"staging|.*\""),
        ("traceql", "resource.service.name=~\"a|b\""),
        ("logql", "service_name=~\"a|b\""),
    ] {
        let has_part = |(of, query): &&(&str, String)| *of == language && query.contains(part);
        let found = queries.iter().filter(has_part).count();
        assert!(found > 0, "{part}: {queries:?}");
    }
    assert_eq!(refused(&queries), Vec::<String>::new());
}

#[test]
#[ignore = "needs npm and its registry"]
fn span_log_links_are_valid_logql() {
    let sources = fs::read_to_string(SOURCES).unwrap();
    let queries = sources
        .lines()
        .filter_map(|line| line.trim().strip_prefix("query: '")?.strip_suffix('\''));
    let queries: Vec<_> = queries
        .filter(|query| query.contains("__trace"))
        .map(|query| {
            let query = query.replace("$${__tags}", r#"service_name="glyphoxa", env="local""#);
            ("logql", query.replace("$${__trace.traceId}", "4bf92f35"))
        })
        .collect();
    assert_eq!(queries.len(), 1, "{sources}");
    assert_eq!(refused(&queries), Vec::<String>::new());
}

#[test]
#[ignore = "needs npm and its registry"]
fn queries_of_the_documents_are_valid_logql() {
    let others = [logql::BROWSERS, logql::GLYPHOXA];
    let queries = logql::GOSPELIB.into_iter().chain(others);
    let queries: Vec<_> = queries.map(|query| ("logql", query.to_owned())).collect();
    assert_eq!(refused(&queries), Vec::<String>::new());
}

/// The label is the one that the deployed agent gives to what browsers send.
#[test]
fn query_for_browsers_finds_lines_with_the_label_of_the_receiver() {
    let agent = fs::read_to_string(AGENT).unwrap();
    let (_, receiver) = agent.split_once("faro.receiver").unwrap();
    let (_, labels) = receiver.split_once("extra_log_labels = {").unwrap();
    let (label, name) = labels.split_once('}').unwrap().0.split_once('=').unwrap();
    let name = name.trim().trim_matches([',', '"']);
    let lines = [name, "gateway"].map(|name| Line {
        labels: [(label.trim().to_owned(), name.to_owned())].into(),
        text: "kind=log message=clicked".to_owned(),
    });
    let query = logql::BROWSERS.replace("gospelib-web", name);
    assert_eq!(logql::find(&query, &lines).len(), 1, "{query}");
}

#[test]
#[ignore = "needs npm and its registry"]
fn invalid_query_is_rejected() {
    let wrong = [
        ("traceql", "{ nme=\"stt\" }"),
        ("traceql", "{ name=\"stt\" && }"),
        ("logql", "{service=\"a\"} | jso | x=1"),
        ("logql", "{service=\"a\""),
    ];
    let queries = wrong.map(|(language, query)| (language, query.to_owned()));
    assert_eq!(refused(&queries), wrong.map(|(_, query)| query.to_owned()));
}
