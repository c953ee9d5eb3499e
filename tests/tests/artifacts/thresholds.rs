//! Thresholds of alerts that are set when the files are generated.

use std::fs;

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet,
    artifacts::{ArtifactArgs, ArtifactError, Artifacts},
    metric_catalog,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Ok,
    Failed,
}

#[derive(LabelSet)]
pub(crate) struct Ended {
    pub(crate) code: Code,
}

#[metric_catalog(namespace = "mill", max_series = 1000)]
pub(crate) struct MillMetrics {
    #[catalog]
    pub(crate) queues: QueueMetrics,

    /// Time that a grain takes.
    #[metric(unit = seconds, buckets = [100ms, 1s, 10s])]
    #[alert(GrainIsSlow, p95 > 2s, for = 5m)]
    pub(crate) grain: Histogram,

    /// Sacks.
    #[alert(SacksFail, share(code = "failed") > 5%)]
    #[alert(ManySacks, rate > 100/s)]
    pub(crate) sacks: Counter<Ended>,

    /// Flour in store.
    #[metric(unit = bytes)]
    #[alert(StoreIsFull, > 64KiB)]
    #[alert(StoreIsUnknown, absent)]
    pub(crate) flour: Gauge,
}

#[metric_catalog(namespace = "mill_queue")]
pub(crate) struct QueueMetrics {
    /// Carts that wait.
    #[alert(QueueIsLong, > 20)]
    pub(crate) length: Gauge,
}

/// Returns the rule file, its tests and the reference.
fn generated(artifacts: &Artifacts) -> [String; 3] {
    [
        artifacts.rules().unwrap(),
        artifacts.rule_tests("rules.yml").unwrap(),
        artifacts.reference().unwrap(),
    ]
}

#[test]
fn thresholds_of_every_kind_are_set_as_if_they_were_declared() {
    let declared = Artifacts::of::<MillMetrics>();
    let settings = [
        ("QueueIsLong", "200", "> 20\n", "> 200\n"),
        ("GrainIsSlow", "2500ms", "> 2\n", "> 2.5\n"),
        ("SacksFail", "12.5%", "> 0.05\n", "> 0.125\n"),
        ("ManySacks", "600/m", "> 100\n", "> 10\n"),
        ("StoreIsFull", "1MiB", "> 65536\n", "> 1048576\n"),
    ];
    let set = settings.map(|(name, threshold, ..)| (name, threshold));
    let set = declared.clone().thresholds(set).unwrap();
    let ([before, tests_before, page_before], [after, tests, page]) =
        (generated(&declared), generated(&set));
    for (name, _, old, new) in settings {
        let of = |rules: &str| {
            let rule = rules.split("- alert: ").find(|rule| rule.starts_with(name));
            rule.unwrap().to_owned()
        };
        assert!(of(&before).contains(old), "{}", of(&before));
        assert!(of(&after).contains(new), "{}", of(&after));
    }
    assert_ne!(tests, tests_before);
    assert_ne!(page, page_before);
    // What is set to the declared value changes nothing.
    let same = [
        ("GrainIsSlow", "2s"),
        ("SacksFail", "0.05"),
        ("ManySacks", "100/s"),
    ];
    let same = declared.clone().thresholds(same).unwrap();
    assert_eq!(generated(&same), generated(&declared));
}

#[test]
fn what_cannot_be_set_is_refused_with_the_fix() {
    for (name, threshold, message) in [
        (
            "QueueIsLnog",
            "5",
            "`QueueIsLnog` is not an alert; did you mean `QueueIsLong`?",
        ),
        (
            "Nothing",
            "5",
            "`Nothing` is not an alert; allowed: GrainIsSlow, SacksFail, ManySacks, StoreIsFull, StoreIsUnknown, \
             QueueIsLong",
        ),
        (
            "QueueIsLong",
            "5s",
            "alert `QueueIsLong`: `s` is not its unit; write a number such as `200`",
        ),
        (
            "QueueIsLong",
            "many",
            "alert `QueueIsLong`: `many` is not a number; write a number such as `200`",
        ),
        (
            "GrainIsSlow",
            "3",
            "alert `GrainIsSlow`: `3` has no unit; write `3s` or `3ms`",
        ),
        (
            "GrainIsSlow",
            "64KiB",
            "alert `GrainIsSlow`: `KiB` is not its unit; write `250ms`, `5s` or `2m`",
        ),
        (
            "GrainIsSlow",
            "10s",
            "alert `GrainIsSlow`: the buckets of `mill_grain_seconds` resolve quantiles from 100 ms to 10 s",
        ),
        (
            "ManySacks",
            "5",
            "alert `ManySacks`: `5` is not a rate; write `10/s`, `10/m` or `10/h`",
        ),
        (
            "SacksFail",
            "100%",
            "alert `SacksFail`: no value passes this threshold, so the alert would never fire",
        ),
        (
            "StoreIsUnknown",
            "5",
            "alert `StoreIsUnknown`: it has no threshold to set: change its attribute",
        ),
    ] {
        let set = Artifacts::of::<MillMetrics>().thresholds([(name, threshold)]);
        let error = set.unwrap_err();
        assert!(matches!(error, ArtifactError::Thresholds(_)), "{error}");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn subcommand_writes_and_checks_the_same_thresholds() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::of::<MillMetrics>();
    let mut arguments = ArtifactArgs::new(folder.path());
    arguments.set = vec![("QueueIsLong".to_owned(), "200".to_owned())];
    arguments.run(&artifacts).unwrap();
    let rules = fs::read_to_string(folder.path().join("prometheus/rules.yml")).unwrap();
    assert!(rules.contains("> 200\n"), "{rules}");
    arguments.check = true;
    arguments.run(&artifacts).unwrap();
    arguments.set.clear();
    assert!(matches!(
        arguments.run(&artifacts),
        Err(ArtifactError::Stale { .. })
    ));
}
