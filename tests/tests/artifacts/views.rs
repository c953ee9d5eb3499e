//! Artifacts of a library's catalog under a program's view.

use glyph_runtime::{
    CallStatus, Catalog, Counter, Gauge, Histogram, Label, LabelSet, View, artifacts::Artifacts,
    metric::GaugeMerge, metric_catalog,
};
use glyph_tests::environment;
use serde_json::Value;

use crate::promtool::agrees;

#[derive(Label, Clone, Copy, Debug)]
enum Found {
    Hit,
    Miss,
}

#[derive(LabelSet)]
struct Lookup<'a> {
    found: Found,
    #[label(max = 8)]
    table: &'a str,
}

#[derive(LabelSet)]
struct Load {
    status: CallStatus,
}

#[derive(LabelSet)]
struct Shard<'a> {
    #[label(max = 8)]
    shard: &'a str,
}

/// The catalog of a library, with an alert for each thing that a view can take away.
#[metric_catalog(namespace = "viewed", stages = stage)]
struct CacheMetrics {
    /// Lookups of values.
    #[alert(FewHits, ratio(self{found = hit} / self) < 50%, for = 10m, summary = "the cache seldom has the value")]
    #[alert(TableIsIdle, rate(10m) < 0.1/s, by(table), for = 10m, summary = "nobody asks for {table}")]
    #[alert(
        CacheIsBusy,
        expr = "sum by (found) (rate(viewed_lookups_total[5m])) > 1000",
        summary = "many lookups",
        fires("viewed_lookups_total{found=\"hit\", table=\"a\"} 0+120000"),
        silent("viewed_lookups_total{found=\"hit\", table=\"a\"} 0+60")
    )]
    #[alert(
        TableIsBusy,
        expr = "rate(viewed_lookups_total[5m]) > 1000",
        summary = "many lookups"
    )]
    #[panel(by(found, table))]
    lookups: Counter<Lookup<'_>>,

    /// Time to load a value.
    #[metric(name = "load.duration", unit = seconds, buckets = [10ms, 100ms, 1s, 10s])]
    #[stage(load, requests = loads)]
    #[alert(LoadIsSlow, p95 > 500ms, for = 5m, summary = "values load slowly")]
    #[alert(LoadHangs, p95 > 5s, for = 5m, summary = "values do not load")]
    #[alert(
        LoadIsRarelyFast,
        expr = "rate(viewed_load_duration_seconds_bucket{le=\"0.01\"}[5m]) < 1",
        summary = "few fast loads"
    )]
    #[objective(latency = 100ms, target = 99%)]
    load_duration: Histogram,

    /// Loads by how they ended.
    #[objective(availability = 99%)]
    loads: Counter<Load>,

    /// Values that were removed to make room.
    #[alert(CacheIsFull, rate(10m) > 10/s, for = 10m, summary = "values are evicted")]
    evictions: Counter,

    /// Age of the oldest value.
    #[metric(name = "oldest.age", unit = seconds)]
    #[alert(CacheIsStale, value > 1h, for = 5m, summary = "a shard is stale")]
    #[alert(ShardIsStale, value > 2h, summary = "a shard is stale", annotations(first_step = "restart {shard}"))]
    oldest: Gauge<Shard<'_>>,
}

fn view() -> View<CacheMetrics> {
    View::of(CacheMetrics::global())
}

fn artifacts(view: View<CacheMetrics>) -> Artifacts {
    Artifacts::default().and_view(view)
}

/// Returns the alerts and objectives that are left out, each with its reason.
fn left_out(artifacts: &Artifacts) -> Vec<String> {
    let left_out = artifacts.left_out().iter();
    left_out
        .map(|problem| format!("{}: {}", problem.what, problem.message))
        .collect()
}

/// Returns the names of the alerts in the rules.
fn alerts(artifacts: &Artifacts) -> Vec<String> {
    let rules = artifacts.rules().unwrap();
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    alerts.map(str::to_owned).collect()
}

/// Returns the artifacts of a view, once it has all alerts but these.
fn has_all_alerts_but(view: View<CacheMetrics>, missing: &[&str]) -> Artifacts {
    let viewed = artifacts(view);
    let all = alerts(&Artifacts::of::<CacheMetrics>());
    assert!(
        missing
            .iter()
            .all(|name| all.iter().any(|known| known == name)),
        "{all:?}"
    );
    let expected = all
        .into_iter()
        .filter(|name| !missing.contains(&name.as_str()));
    assert_eq!(alerts(&viewed), expected.collect::<Vec<_>>());
    viewed
}

#[test]
fn view_without_changes_has_the_artifacts_of_the_catalog() {
    let declared = Artifacts::of::<CacheMetrics>().files().unwrap();
    assert_eq!(artifacts(view()).files().unwrap(), declared);
}

#[test]
fn other_namespace_is_in_every_file() {
    let renamed = artifacts(view().namespace("shop.cache"));
    assert!(renamed.left_out().is_empty());
    for file in renamed.files().unwrap() {
        assert!(
            !file.content.to_lowercase().contains("viewed"),
            "{}:\n{}",
            file.path.display(),
            file.content
        );
    }
    // Namespace and all, the rest is as it was.
    let declared = Artifacts::of::<CacheMetrics>().rules().unwrap();
    let expected = declared
        .replace("viewed_", "shop_cache_")
        .replace("viewed.", "shop.cache.")
        // The default names of objectives start with the namespace.
        .replace("Viewed", "ShopCache");
    // Other expressions are too long for one line, and begin with `|-`.
    let words = |rules: &str| {
        let words = rules.split_whitespace().filter(|word| *word != "|-");
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(words(&renamed.rules().unwrap()), words(&expected));
}

#[test]
fn schema_and_panels_have_the_labels_and_buckets_of_the_view() {
    let viewed = artifacts(
        view()
            .without(|metrics| &metrics.evictions)
            .without_label(|metrics| &metrics.lookups, |labels| labels.table)
            .buckets(|metrics| &metrics.load_duration, [0.1, 10.0]),
    );
    let schema = viewed.schema();
    let names: Vec<_> = schema
        .metrics
        .iter()
        .map(|metric| metric.name.as_str())
        .collect();
    let expected = [
        "viewed_load_duration_seconds",
        "viewed_loads",
        "viewed_lookups",
        "viewed_oldest_age_seconds",
    ];
    assert_eq!(names, expected);
    let labels: Vec<_> = schema.metrics[2]
        .labels
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    assert_eq!(labels, ["found"]);
    assert_eq!(schema.metrics[0].buckets, [0.1, 10.0]);
    let dashboard: Value = serde_json::from_str(&viewed.dashboard().unwrap()).unwrap();
    let dashboard = dashboard.to_string();
    assert!(dashboard.contains("by (found)"), "{dashboard}");
    assert!(!dashboard.contains("table\")"), "{dashboard}");
    assert!(!dashboard.contains("evictions"), "{dashboard}");
}

#[test]
fn alerts_of_a_metric_that_is_left_out_are_left_out_with_a_notice() {
    let view = view().without(|metrics| &metrics.evictions);
    let viewed = has_all_alerts_but(view, &["CacheIsFull"]);
    let notice = "alert `CacheIsFull`: left out, because the view leaves out `viewed_evictions`";
    assert_eq!(left_out(&viewed), [notice]);
    assert!(
        viewed
            .rules()
            .unwrap()
            .starts_with(&format!("# {notice}\n"))
    );
    let problem = &viewed.left_out()[0];
    assert_eq!((&*problem.file, problem.line > 0), (file!(), true));
}

#[test]
fn alerts_that_distinguish_a_label_are_left_out_with_it() {
    let view = view().without_label(|metrics| &metrics.lookups, |labels| labels.table);
    let viewed = has_all_alerts_but(view, &["TableIsIdle", "TableIsBusy"]);
    let expected = [
        "alert `TableIsIdle`: left out, because the view leaves out label `table` of `viewed_lookups`",
        "alert `TableIsBusy`: left out, because the view leaves out label `table` of `viewed_lookups`, whose series it \
         distinguishes",
    ];
    assert_eq!(left_out(&viewed), expected);
    let view = self::view().without_label(|metrics| &metrics.lookups, |labels| labels.found);
    let viewed = has_all_alerts_but(view, &["FewHits", "CacheIsBusy", "TableIsBusy"]);
    assert_eq!(viewed.left_out().len(), 3);
}

#[test]
fn rules_that_need_a_bucket_are_left_out_with_it() {
    let view = view().buckets(|metrics| &metrics.load_duration, [1.0]);
    let missing = [
        "ViewedLoadDurationLatencyBurnsFast",
        "ViewedLoadDurationLatencyBurnsSlowly",
        "ViewedLoadDurationLatencyAbsent",
        "LoadIsSlow",
        "LoadHangs",
        "LoadIsRarelyFast",
    ];
    let viewed = has_all_alerts_but(view, &missing);
    let expected = [
        "alert `LoadIsSlow`: left out, because quantiles of `viewed_load_duration_seconds` below 1, the lowest bucket \
         bound of the view, are interpolated",
        "alert `LoadHangs`: left out, because quantiles of `viewed_load_duration_seconds` never exceed 1, the highest \
         bucket bound of the view",
        "alert `LoadIsRarelyFast`: left out, because the view leaves out bucket bounds of \
         `viewed_load_duration_seconds`, and it needs `le=\"0.01\"`",
        "objective `ViewedLoadDurationLatency`: left out, because the view leaves out bucket bound 0.1 of \
         `viewed_load_duration_seconds`",
    ];
    assert_eq!(left_out(&viewed), expected);
}

#[test]
fn objective_needs_the_outcome_label() {
    let view = view().without_label(|metrics| &metrics.loads, |labels| labels.status);
    let viewed = artifacts(view);
    let expected = "objective `ViewedLoadsAvailability`: left out, because the view leaves out label `status` of `viewed_loads`";
    assert_eq!(left_out(&viewed), [expected]);
}

#[test]
fn gauge_is_compared_if_its_merge_keeps_the_meaning() {
    let merged =
        |merge| view().without_gauge_label(|metrics| &metrics.oldest, |labels| labels.shard, merge);
    let viewed = has_all_alerts_but(merged(GaugeMerge::Max), &["ShardIsStale"]);
    // An annotation of this one has the label.
    let reason = "the view leaves out label `shard` of `viewed_oldest_age_seconds`";
    let annotated = format!("alert `ShardIsStale`: left out, because {reason}");
    assert_eq!(left_out(&viewed), [annotated]);
    let missing = ["CacheIsStale", "ShardIsStale"];
    let viewed = has_all_alerts_but(merged(GaugeMerge::Sum), &missing);
    let expected = missing.map(|alert| {
        format!("alert `{alert}`: left out, because {reason}, whose series it compares")
    });
    assert_eq!(left_out(&viewed), expected);
}

#[test]
fn telemetry_has_the_artifacts_of_its_views() {
    let changed = || {
        view()
            .namespace("shop.cache")
            .without(|metrics| &metrics.evictions)
    };
    let telemetry = environment::telemetry("shop")
        .catalog(changed())
        .build()
        .unwrap();
    let expected = artifacts(changed()).service_name("shop");
    assert_eq!(
        telemetry.artifacts().files().unwrap(),
        expected.files().unwrap()
    );
}

#[test]
fn view_that_does_not_fit_is_a_problem_at_the_catalog() {
    let wrong = artifacts(
        view()
            .namespace("Shop")
            .buckets(|metrics| &metrics.load_duration, [0.2]),
    );
    let error = wrong.rules().unwrap_err().to_string();
    let at = format!(
        "{}:{}: view of catalog `CacheMetrics`: ",
        file!(),
        CacheMetrics::DESCRIPTOR.line
    );
    assert!(error.starts_with(&at), "{error}");
    assert!(error.contains("`Shop` is not a namespace"), "{error}");
    assert!(error.contains("`0.2` is not a bucket bound"), "{error}");
}

#[metric_catalog(namespace = "viewed_shop")]
struct ShopMetrics {
    #[catalog]
    cache: CacheMetrics,
}

#[test]
fn nested_catalog_has_one_view() {
    let twice = Artifacts::of::<ShopMetrics>().and_view(view().namespace("shop"));
    let error = twice.rules().unwrap_err().to_string();
    let expected = "catalog `CacheMetrics`: it is exposed twice, and not in the same way: add it once, with the view";
    assert!(error.contains(expected), "{error}");
    let nested = View::of(ShopMetrics::global())
        .nested_namespace(|metrics| metrics.cache, "shop.cache")
        .without(|metrics| &metrics.cache.evictions);
    let nested = Artifacts::default().and_view(nested);
    let rules = nested.rules().unwrap();
    assert!(
        rules.contains("rate(shop_cache_lookups_total{found=\"hit\"}[5m])"),
        "{rules}"
    );
    assert!(left_out(&nested)[0].contains("`viewed_evictions`"));
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn rules_of_a_view_fire_and_stay_quiet() {
    let changed = view()
        .namespace("shop.cache")
        .without(|metrics| &metrics.evictions)
        .without_label(|metrics| &metrics.lookups, |labels| labels.table)
        .without_gauge_label(
            |metrics| &metrics.oldest,
            |labels| labels.shard,
            GaugeMerge::Max,
        )
        .buckets(|metrics| &metrics.load_duration, [0.1, 10.0]);
    agrees(&artifacts(changed));
}
