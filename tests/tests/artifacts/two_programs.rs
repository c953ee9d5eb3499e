//! Two programs with an objective of the same name, whose rules one Prometheus evaluates.

use glyph_runtime::{Counter, artifacts::Artifacts, metric_catalog};

use crate::{
    objectives::{Order, books},
    promtool,
};

/// A program whose objective has the name of another one's, and another target.
#[metric_catalog(namespace = "toys")]
pub(crate) struct ToyMetrics {
    /// Orders.
    #[objective(availability = 90%, by(cover), name = Orders, absent = never)]
    pub(crate) orders: Counter<Order>,
}

/// One order in five fails in both programs. The first may lose one in a hundred, the second one in
/// ten.
const TWO_PROGRAMS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'books_orders_total{job="books", cover="paper", status="ok"}', values: '0+80x60' }
      - { series: 'books_orders_total{job="books", cover="paper", status="error"}', values: '0+20x60' }
      - { series: 'books_orders_total{job="books", cover="cloth", status="ok"}', values: '0+100x60' }
      - { series: 'books_orders_total{job="books", cover="cloth", status="error"}', values: '0x60' }
      - { series: 'toys_orders_total{job="toys", cover="paper", status="ok"}', values: '0+80x60' }
      - { series: 'toys_orders_total{job="toys", cover="paper", status="error"}', values: '0+20x60' }
    promql_expr_test:
      - expr: 'count by (alertname, job, cover, indicator) (ALERTS{objective="Orders", alertstate="firing"})'
        eval_time: 60m
        exp_samples:
          - { labels: '{alertname="OrdersBurnsFast", job="books", cover="paper", indicator="books_orders"}', value: 1 }
          - { labels: '{alertname="OrdersBurnsSlowly", job="toys", cover="paper", indicator="toys_orders"}', value: 1 }
      - expr: 'count(objective:budget_remaining:ratio_rate30d{objective="Orders"})'
        eval_time: 60m
        exp_samples: [{ labels: '{}', value: 3 }]
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn objectives_of_one_name_in_two_programs_do_not_meet() {
    let toys = Artifacts::of::<ToyMetrics>().rules().unwrap();
    let (_, toys) = toys.split_once("groups:\n").unwrap();
    promtool::passes(&(books().rules().unwrap() + toys), TWO_PROGRAMS);
}
