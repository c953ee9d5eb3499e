//! Scope labels in rules, panels and other artifacts.

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status,
    artifacts::{Artifacts, diff},
    metric_catalog,
};

use crate::{
    dashboards::{expressions, on_one_line, panel, parsed, variables, without_blanks},
    promtool,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    White,
    Black,
}

#[derive(LabelSet)]
pub(crate) struct Move {
    pub(crate) side: Side,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct OfSide {
    pub(crate) side: Side,
}

#[metric_catalog(namespace = "chess", scope(tenant_id: max 1000, campaign_id: max 5000))]
pub(crate) struct ChessMetrics {
    /// Time until a move is answered.
    #[metric(name = "answer.duration", unit = seconds, buckets = [100ms, 500ms, 1s, 5s])]
    #[alert(SlowAnswers, p95 > 1s, for = 5m, summary = "Answers are slow")]
    #[alert(SlowForTenant, p95 > 1s, for = 5m, by(tenant_id), summary = "{tenant_id} waits")]
    #[objective(latency = 500ms, target = 99%)]
    #[objective(latency = 1s, target = 95%, by(tenant_id), name = EachTenant)]
    pub(crate) answer_duration: Histogram,

    /// Moves that were tried.
    #[alert(MovesFail, share(status = error) > 5%, summary = "Moves fail")]
    #[alert(MovesOfTenantFail, share(status = error) > 5%, by(side, tenant_id),
        summary = "{side} of {tenant_id} fails")]
    #[alert(AcmeMovesOften, rate{tenant_id = "acme"} > 10/s)]
    #[alert(NobodyAtAcme, absent{tenant_id = "acme"}, summary = "{tenant_id} is gone")]
    #[alert(
        BusyCampaign,
        expr = "sum by (campaign_id) (rate(chess_moves_total{tenant_id!=\"\"}[5m])) > 10",
        summary = "{campaign_id} is busy",
        fires(
            "chess_moves_total{side=\"white\", status=\"ok\", tenant_id=\"a\", campaign_id=\"c\"} 0+1200"
        ),
        silent("chess_moves_total{side=\"white\", status=\"ok\"} 0+1200")
    )]
    #[objective(availability = 99%)]
    #[panel(title = "Moves by tenant", by(tenant_id))]
    pub(crate) moves: Counter<Move>,

    /// Boards in use.
    #[alert(BoardsFull, > 100, for = 1m, summary = "{side} has no boards left")]
    #[alert(BoardsOfTenantFull, > 10, by(tenant_id), summary = "{tenant_id} has no boards left")]
    pub(crate) boards: Gauge<OfSide>,

    #[catalog]
    pub(crate) clocks: ClockMetrics,
}

#[metric_catalog(namespace = "clocks")]
pub(crate) struct ClockMetrics {
    /// Clocks that run.
    #[alert(ClocksRunning, > 5)]
    #[alert(
        ClocksOfTenant,
        expr = "sum by (tenant_id) (clocks_running) > 5",
        summary = "{tenant_id} has too many clocks"
    )]
    pub(crate) running: Gauge,
}

#[metric_catalog(namespace = "chess", scope(MisspeltContext { tenant_id: max 1000 }))]
pub(crate) struct Misspelt {
    /// Moves.
    #[alert(
        Typo,
        expr = "sum by (tenant) (rate(chess_moves_total{tenant_ids=\"a\"}[5m])) > 1"
    )]
    pub(crate) moves: Counter,
}

fn chess() -> Artifacts {
    Artifacts::of::<ChessMetrics>()
}

/// Returns the expression of an alert in one line.
pub(crate) fn expression(rules: &str, alert: &str) -> String {
    let (_, rule) = rules.split_once(&format!("alert: {alert}\n")).unwrap();
    let (expr, _) = rule.split_once("  labels:").unwrap();
    let (expr, _) = expr.split_once("  for:").unwrap_or((expr, ""));
    let words: Vec<_> = expr.split_whitespace().collect();
    let words = words.join(" ").replace("( ", "(").replace(" )", ")");
    words.replace("expr: |- ", "").replace("expr: ", "")
}

glyph_runtime::artifacts::check!(scope_labels_are_known: ChessMetrics; "env");

#[test]
fn rule_sums_over_tenants_unless_grouped_by_tenant() {
    let rules = chess().rules().unwrap();
    let expected = [
        (
            "SlowAnswers",
            "histogram_quantile(0.95, sum by (le, job, env) (rate(chess_answer_duration_seconds_bucket[5m]))) > 1",
        ),
        (
            "SlowForTenant",
            "histogram_quantile(0.95, sum by (le, tenant_id, job, env) (rate(chess_answer_duration_seconds_bucket[5m]))) > 1",
        ),
        (
            "MovesFail",
            "sum by (job, env) (rate(chess_moves_total{status=\"error\"}[5m])) / sum by (job, env) (rate(chess_moves_total[5m])) > 0.05",
        ),
        (
            "BoardsFull",
            "sum without (tenant_id, campaign_id) (chess_boards) > 100",
        ),
        (
            "BoardsOfTenantFull",
            "sum by (tenant_id, job, env) (chess_boards) > 10",
        ),
        (
            "ClocksRunning",
            "sum without (tenant_id, campaign_id) (clocks_running) > 5",
        ),
    ];
    for (alert, expr) in expected {
        assert_eq!(expression(&rules, alert), expr, "{alert}");
    }
    let told_apart = chess().target_labels(["tenant_id"]).rules().unwrap();
    assert_eq!(
        expression(&told_apart, "BoardsFull"),
        "sum without (campaign_id) (chess_boards) > 100"
    );
}

#[test]
fn misspelled_scope_label_is_reported_with_a_suggestion() {
    let problems = Artifacts::of::<Misspelt>().problems();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "`chess_moves_total` has no label `tenant_ids`; did you mean `tenant_id`? allowed: env, instance, job, tenant_id",
            "no series in the expression has a label `tenant`; did you mean `tenant_id`? allowed: env, instance, job, tenant_id",
        ]
    );
}

#[test]
fn nested_catalog_inherits_the_outer_scope() {
    let problems = Artifacts::of::<ClockMetrics>().problems();
    let [problem] = problems.as_slice() else {
        panic!("{problems:#?}");
    };
    assert!(problem.message.contains("label `tenant_id`"), "{problem}");
    let in_any_order = Artifacts::of::<ClockMetrics>().and::<ChessMetrics>();
    assert_eq!(in_any_order.problems(), []);
}

#[test]
fn dashboard_has_a_variable_for_each_scope_label() {
    let dashboard = parsed(&chess());
    assert_eq!(
        variables(&dashboard),
        [
            "datasource",
            "traces",
            "logs",
            "job",
            "env",
            "instance",
            "tenant_id",
            "campaign_id"
        ]
    );
    let list = dashboard["templating"]["list"].as_array().unwrap();
    let campaign = list.last().unwrap();
    assert_eq!(campaign["label"], "Campaign");
    assert_eq!(campaign["allValue"], ".*");
    assert_eq!(
        campaign["query"]["query"],
        "label_values({__name__=~\"(chess_answer_duration_seconds|chess_moves|chess_boards|clocks_running)(_total|_count)?\"}, campaign_id)"
    );
    let chosen = r#"job=~"$job", env=~"$env", instance=~"$instance", tenant_id=~"$tenant_id", campaign_id=~"$campaign_id""#;
    assert_eq!(
        on_one_line(panel(&dashboard, "Clocks: running")),
        [without_blanks(format!("sum(clocks_running{{{chosen}}})"))]
    );
    let moves = expressions(panel(&dashboard, "Moves by tenant"));
    let rate = format!("rate(chess_moves_total{{{chosen}}}[$__rate_interval])");
    let [moves] = moves.as_slice() else {
        panic!("{moves:?}");
    };
    let moves: Vec<_> = moves.split_whitespace().collect();
    assert_eq!(
        moves.concat(),
        format!("sumby(tenant_id)({})", rate.replace(' ', ""))
    );
    for panel in crate::dashboards::panels(&dashboard) {
        for expr in expressions(panel) {
            let is_recorded = expr.starts_with("objective:");
            let keeps_tenants = expr.contains("EachTenant");
            assert_eq!(
                expr.contains("tenant_id=~\"$tenant_id\""),
                !is_recorded || keeps_tenants,
                "{expr}"
            );
        }
    }
    let written = chess().dashboard().unwrap();
    assert_eq!(
        chess()
            .problems_in_dashboard(&written, "generated")
            .unwrap(),
        []
    );
}

#[test]
fn reference_and_registry_mark_scope_labels() {
    let reference = chess().reference().unwrap();
    for line in [
        "| `chess.moves` | `chess_moves_total` | - | `side`, `status`, `tenant_id`, `campaign_id` | Moves that were tried. |",
        "| `tenant_id` | `chess.answer.duration`, `chess.moves`, `chess.boards`, `clocks.running` | any string, at most 1000 values; from the scope, absent outside it |",
    ] {
        assert!(reference.contains(line), "{reference}");
    }
    let registry = chess().weaver_registry().unwrap();
    for part in [
        "  - id: tenant_id\n    type: string\n",
        "  - ref: side\n    requirement_level: required\n",
        "  - ref: campaign_id\n    requirement_level: recommended\n",
    ] {
        assert!(registry.contains(part), "{registry}");
    }
    assert_eq!(registry, chess().weaver_registry().unwrap());
}

mod next {
    use super::*;

    #[metric_catalog(namespace = "chess", scope(tenant_id: max 1000, campaign_id: max 5000))]
    pub(crate) struct Now {
        /// Moves.
        pub(crate) moves: Counter,

        /// Boards.
        pub(crate) boards: Gauge,
    }

    macro_rules! once {
        ($name:ident, $($scope:tt)*) => {
            #[metric_catalog(namespace = "chess" $($scope)*)]
            pub(crate) struct $name {
                /// Moves.
                pub(crate) moves: Counter,

                /// Boards.
                pub(crate) boards: Gauge,
            }
        };
    }

    once!(Without,);
    once!(Lower, , scope(LowerContext { tenant_id: max 500, campaign_id: max 5000 }));
    once!(Higher, , scope(HigherContext { tenant_id: max 2000, campaign_id: max 5000 }));
    once!(Called, , scope(CalledContext { tenant: max 1000, campaign_id: max 5000 }));
}

#[test]
fn changed_scope_is_reported_once_for_all_metrics() {
    let now = Artifacts::of::<next::Now>().schema();
    let since = |old: &Artifacts| -> Vec<String> {
        let changes = diff(&old.schema(), &now);
        changes.iter().map(ToString::to_string).collect()
    };
    let of = "of `chess_boards`, `chess_moves`";
    assert_eq!(
        since(&Artifacts::of::<next::Without>()),
        [
            format!("breaking: scope label `campaign_id` {of} was added"),
            format!("breaking: scope label `tenant_id` {of} was added"),
        ]
    );
    assert_eq!(
        since(&Artifacts::of::<next::Lower>()),
        [format!(
            "compatible: scope label `tenant_id` {of} changed its limit from 500 to 1000 values"
        )]
    );
    assert_eq!(
        since(&Artifacts::of::<next::Higher>()),
        [format!(
            "breaking: scope label `tenant_id` {of} changed its limit from 2000 to 1000 values"
        )]
    );
    assert_eq!(
        since(&Artifacts::of::<next::Called>()),
        [format!(
            "breaking: scope label `tenant` {of} was renamed to `tenant_id`"
        )]
    );
    let gone = diff(&now, &Artifacts::of::<next::Without>().schema());
    let gone: Vec<_> = gone.iter().map(ToString::to_string).collect();
    assert_eq!(
        gone,
        [
            format!("breaking: scope label `campaign_id` {of} was removed"),
            format!("breaking: scope label `tenant_id` {of} was removed"),
        ]
    );
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_a_scoped_catalog_fire_and_stay_quiet() {
    promtool::agrees(&chess());
    promtool::agrees(&chess().target_labels(["tenant_id"]));
}

/// Two tenants and no tenant: 60 boards each, none of them too many alone.
const TENANTS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'chess_boards{job="a", side="white"}', values: '60x10' }
      - { series: 'chess_boards{job="a", side="white", tenant_id="a"}', values: '60x10' }
      - { series: 'chess_boards{job="a", side="white", tenant_id="b", campaign_id="c"}', values: '60x10' }
      - { series: 'chess_moves_total{job="a", side="black", status="ok"}', values: '0+600x10' }
      - { series: 'chess_moves_total{job="a", side="black", status="ok", tenant_id="a"}', values: '0+60x10' }
      - { series: 'chess_moves_total{job="a", side="black", status="error", tenant_id="a"}', values: '0+60x10' }
    alert_rule_test:
      - eval_time: 10m
        alertname: BoardsFull
        exp_alerts:
          - exp_labels: { severity: warning, job: a, side: white }
            exp_annotations: { summary: white has no boards left, description: 'chess_boards is 180, above 100, for job a side white.' }
      - eval_time: 10m
        alertname: BoardsOfTenantFull
        exp_alerts:
          - exp_labels: { severity: warning, job: a }
            exp_annotations: { summary: ' has no boards left', description: 'chess_boards is 60, above 10, for job a.' }
          - exp_labels: { severity: warning, job: a, tenant_id: a }
            exp_annotations: { summary: a has no boards left, description: 'chess_boards is 60, above 10, for job a tenant_id a.' }
          - exp_labels: { severity: warning, job: a, tenant_id: b }
            exp_annotations: { summary: b has no boards left, description: 'chess_boards is 60, above 10, for job a tenant_id b.' }
      - eval_time: 10m
        alertname: MovesFail
        exp_alerts:
          - exp_labels: { severity: warning, job: a }
            exp_annotations: { summary: Moves fail, description: 'The ratio of chess_moves (status error) to chess_moves over 5m is 8.333%, above 5%, for job a.' }
      - eval_time: 10m
        alertname: MovesOfTenantFail
        exp_alerts:
          - exp_labels: { severity: warning, job: a, side: black, tenant_id: a }
            exp_annotations: { summary: black of a fails, description: 'The ratio of chess_moves (status error) to chess_moves over 5m is 50%, above 5%, for job a side black tenant_id a.' }
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn rule_alerts_once_for_all_tenants_or_once_for_each() {
    promtool::passes(&chess().rules().unwrap(), TENANTS);
}
