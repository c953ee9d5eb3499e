//! Rules that use each other, and queries of dashboards other than those of panels.

use serde_json::{Value, json};

use super::artifacts;

fn in_rules(yaml: &str) -> Vec<String> {
    let problems = artifacts().problems_in_rules(yaml, "rules.yml").unwrap();
    problems.iter().map(ToString::to_string).collect()
}

fn in_dashboard(dashboard: &Value) -> Vec<String> {
    let json = serde_json::to_string_pretty(dashboard).unwrap();
    let problems = artifacts()
        .problems_in_dashboard(&json, "shop.json")
        .unwrap();
    let told = problems.iter();
    told.map(|problem| format!("{}: {}", problem.what, problem.message))
        .collect()
}

const RECORDING: &str = r#"
groups:
  - name: shop
    interval: 30s
    rules:
      - record: shop:payments:rate5m
        expr: sum by (method) (rate(shop_payments_total[5m]))
        labels:
          team: payments
      - record: shop:payments:share
        expr: shop:payments:rate5m / on () group_left sum(shop:payments:rate5m)
      - alert: Rare
        expr: sum by (team, method) (shop:payments:rate5m) < 1 and shop:payments:share > 0
        labels:
          severity: 1
        annotations:
          summary: "{{ $labels.method }} of {{ $labels.team }}"
"#;

#[test]
fn rules_may_use_what_the_file_records() {
    assert_eq!(in_rules(RECORDING), [""; 0]);
}

#[test]
fn recorded_series_have_the_labels_that_their_rule_leaves() {
    let wrong = RECORDING.replace("sum by (team, method)", "sum by (country)");
    assert_eq!(
        in_rules(&wrong),
        [
            "rules.yml:12: alert `Rare`: the inner expression drops label `country`: keep it there",
            "rules.yml:12: alert `Rare`: the sides of `and` never match, as only the right side has `method`, `team`: write `and on ()`",
            "rules.yml:12: alert `Rare`: the result has no label `method`, which the expression drops: keep it there or remove it from `summary`",
            "rules.yml:12: alert `Rare`: the result has no label `team`, which the expression drops: keep it there or remove it from `summary`",
        ]
    );
    let wrong = RECORDING.replace(
        "< 1 and shop:payments:share",
        "< 1 and shop:payments:sharee",
    );
    assert_eq!(
        in_rules(&wrong),
        [
            "rules.yml:12: alert `Rare`: no catalog declares `shop:payments:sharee`; did you mean `shop:payments:share`? list metrics of other programs in `Artifacts::external(..)`"
        ]
    );
}

/// Prometheus 3 has labels of groups.
#[test]
fn labels_of_a_group_are_those_of_its_rules() {
    let grouped = RECORDING.replace("    interval: 30s\n", "    labels: { tier: gold }\n");
    let grouped = grouped.replace("by (team, method)", "by (team, method, tier)");
    assert_eq!(in_rules(&grouped), [""; 0]);
    let without = grouped.replace("    labels: { tier: gold }\n", "");
    assert_eq!(in_rules(&without).len(), 1, "{:?}", in_rules(&without));
}

#[test]
fn resources_of_the_operator_are_read_as_rule_files() {
    let lines = RECORDING.lines();
    let indented = lines.fold(String::new(), |text, line| text + "  " + line + "\n");
    let resource =
        format!("apiVersion: v1\nkind: ConfigMap\n---\nkind: PrometheusRule\nspec:{indented}");
    assert_eq!(in_rules(&resource), [""; 0]);
    let wrong = resource.replace("shop_payments_total", "shop_payment_total");
    assert_eq!(in_rules(&wrong).len(), 1, "{:?}", in_rules(&wrong));
}

#[test]
fn folder_knows_the_records_of_all_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    file("prometheus/first.yaml", RECORDING);
    file(
        "prometheus/second.yml",
        "groups: [{name: a, rules: [{alert: A, expr: 'shop:payments:share > 1 or shop:gone:rate5m > 1'}]}]",
    );
    file(
        "kubernetes/app.yml",
        "kind: Deployment\nspec: {replicas: 1}\n",
    );
    let dashboard = json!({ "panels": [{ "title": "Share", "targets": [
        { "expr": "shop:payments:share" }, { "expr": "shop:gone:rate5m" },
    ] }] });
    file("grafana/dashboards/own.json", &dashboard.to_string());
    let problems = artifacts().problems_in(folder.path()).unwrap();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    let unknown = "no catalog declares `shop:gone:rate5m`; list metrics of other programs in `Artifacts::external(..)`";
    assert_eq!(told, [unknown, unknown]);
}

#[test]
fn metrics_of_another_program_in_the_namespace_can_be_named() {
    let yaml = "groups: [{name: a, rules: [{alert: A, expr: 'shop_admin_logins_total > 1'}]}]";
    assert_eq!(in_rules(yaml).len(), 1);
    let named = artifacts().external(["shop_admin_.*"]);
    assert_eq!(named.problems_in_rules(yaml, "rules.yml").unwrap(), []);
    let wrong = artifacts().external(["shop_admin_("]);
    let problems = wrong.problems_in_rules(yaml, "rules.yml").unwrap();
    assert!(
        problems
            .iter()
            .any(|problem| problem.message.contains("is not a regular expression")),
        "{problems:?}"
    );
}

/// Nothing in them is about the catalogs.
#[test]
fn files_of_other_programs_have_no_problems() {
    for rules in [
        include_str!("../published/nodeExporter-prometheusRule.yaml"),
        include_str!("../published/prometheus-prometheusRule.yaml"),
    ] {
        assert!(rules.matches("expr:").count() > 10);
        assert_eq!(in_rules(rules), [""; 0]);
    }
    let dashboard = include_str!("../published/kubelet.json");
    assert!(dashboard.matches("\"expr\"").count() > 10);
    let problems = artifacts().problems_in_dashboard(dashboard, "kubelet.json");
    assert_eq!(problems.unwrap(), []);
}

#[test]
fn panels_with_a_data_source_by_name_are_checked() {
    let sources = [
        json!("Prometheus"),
        json!("$source"),
        json!("${source}"),
        json!({ "uid": "${source}" }),
        json!({ "uid": "abc" }),
        json!({ "type": "prometheus", "uid": "abc" }),
        Value::Null,
    ];
    let variable = json!({ "name": "source", "type": "datasource", "query": "prometheus" });
    for source in sources {
        let dashboard = json!({
            "templating": { "list": [variable] },
            "rows": [{ "panels": [{
                "title": "Old",
                "datasource": source,
                "targets": [{ "expr": "shop_baskts" }],
            }] }],
        });
        let told = in_dashboard(&dashboard);
        assert_eq!(told.len(), 1, "{source}");
        assert!(
            told[0].starts_with("panel `Old`: no catalog declares `shop_baskts`"),
            "{told:?}"
        );
    }
}

#[test]
fn queries_of_other_data_sources_are_not_checked() {
    let target = |source: Value, expr: &str| json!({ "datasource": source, "expr": expr });
    let dashboard = json!({
        "templating": { "list": [{ "name": "logs", "type": "datasource", "query": "loki" }] },
        "panels": [{ "title": "Logs", "datasource": { "type": "loki" }, "targets": [
            { "expr": "{app=\"shop\"} |= `shop_baskts`" },
            target(json!("$logs"), "shop_baskts"),
            target(json!("Logs"), "{app=\"shop\"} |= `x` | json"),
            target(json!("Logs"), "sum(rate({app=\"shop\"}[5m]))"),
            target(json!({ "type": "graphite" }), "shop_baskts"),
        ] }],
    });
    assert_eq!(in_dashboard(&dashboard), [""; 0]);
}

#[test]
fn comments_of_a_query_are_skipped() {
    let expr = "# it's the rate\nsum(rate(shop_payments_total{job=\"$job\"}[$interval]))";
    let dashboard = json!({ "panels": [{ "title": "Rate", "targets": [{ "expr": expr }] }] });
    assert_eq!(in_dashboard(&dashboard), [""; 0]);
}

#[test]
fn template_variables_and_annotations_are_checked() {
    let variable = |name: &str, query: Value| json!({ "name": name, "type": "query", "datasource": "Prometheus", "query": query });
    let dashboard = json!({
        "templating": { "list": [
            variable("job", json!("label_values(shop_baskets, job)")),
            variable("method", json!({ "query": "label_values(shop_payments_total{job=~\"$job\"}, method)" })),
            variable("any", json!("label_values(tenant)")),
            variable("names", json!("metrics(shop_.*)")),
            variable("result", json!("query_result(topk(3, sum by (country) (shop_payments_total)))")),
            variable("metric", json!("label_values(shop_paymnts_total, method)")),
            variable("label", json!({ "query": "label_values(shop_payments_total{job=~\"$job\"}, methd)" })),
            variable("top", json!("query_result(rate(shop_baskets[5m]))")),
        ] },
        "annotations": { "list": [
            { "name": "Built in", "datasource": "-- Grafana --", "builtIn": 1 },
            { "name": "Starts", "expr": "changes(process_start_time_seconds{job=\"$job\"}[5m]) > 0" },
            { "name": "Old", "expr": "shop_baskts > 5" },
            { "name": "New", "datasource": { "type": "prometheus" }, "target": { "expr": "shop_baskts > 5" } },
        ] },
    });
    let unknown = "no catalog declares `shop_baskts`; did you mean `shop_baskets`? list metrics of other programs in `Artifacts::external(..)`";
    assert_eq!(
        in_dashboard(&dashboard),
        [
            "variable `metric`: no catalog declares `shop_paymnts_total`; did you mean `shop_payments_total`? list metrics of other programs in `Artifacts::external(..)`",
            "variable `label`: no series in the expression has a label `methd`; did you mean `method`? allowed: country, env, instance, job, method, status",
            "variable `top`: `rate` is for counters and `shop_baskets` is a gauge: use `deriv`",
            &format!("annotation `Old`: {unknown}"),
            &format!("annotation `New`: {unknown}"),
        ]
    );
}
