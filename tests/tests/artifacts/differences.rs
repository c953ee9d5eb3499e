//! The effect of changed declarations on queries of the metrics.

use glyph_runtime::artifacts::{ArtifactArgs, Artifacts, Schema, diff};

use crate::shop::ShopMetrics;

/// Returns the changes after `edit` of the schema.
pub(crate) fn changes(edit: impl FnOnce(&mut Schema)) -> Vec<String> {
    let old = Artifacts::of::<ShopMetrics>().schema();
    let mut new = old.clone();
    edit(&mut new);
    diff(&old, &new).iter().map(ToString::to_string).collect()
}

/// Returns the changes after `edit` of the counter of payments.
fn payments(edit: impl FnOnce(&mut glyph_runtime::artifacts::MetricSchema)) -> Vec<String> {
    changes(|schema| {
        let mut metrics = schema.metrics.iter_mut();
        edit(
            metrics
                .find(|metric| metric.name == "shop_payments")
                .unwrap(),
        );
    })
}

#[test]
fn schema_is_read_back_unchanged() {
    let schema = Artifacts::of::<ShopMetrics>().schema();
    let json = schema.to_json().unwrap();
    assert_eq!(Schema::from_json(&json).unwrap(), schema);
    assert!(Schema::from_json("{").is_err());
    assert!(changes(|_| {}).is_empty());
}

#[test]
fn removed_added_and_renamed_metrics_are_reported() {
    assert_eq!(
        changes(|schema| schema
            .metrics
            .retain(|metric| metric.name != "shop_baskets")),
        ["breaking: metric `shop_baskets` was removed"]
    );
    assert_eq!(
        changes(|schema| {
            let mut metrics = schema.metrics.iter_mut();
            let metric = metrics.find(|metric| metric.name == "shop_payments");
            let metric = metric.unwrap();
            metric.name = "shop_charges".to_owned();
            metric.otel_name = "shop.charges".to_owned();
            for alert in &mut schema.alerts {
                alert.expr = alert.expr.replace("shop_payments", "shop_charges");
            }
        }),
        ["breaking: metric `shop_payments` was renamed to `shop_charges`"]
    );
    let old = Schema::default();
    let new = Artifacts::of::<ShopMetrics>().schema();
    assert!(diff(&old, &new).iter().all(|change| !change.is_breaking()));
}

#[test]
fn kinds_units_and_buckets_are_compared() {
    assert_eq!(
        payments(|metric| metric.kind = "gauge".to_owned()),
        ["breaking: metric `shop_payments` changed from counter to gauge"]
    );
    assert_eq!(
        payments(|metric| {
            metric.name = "shop_payments_bytes".to_owned();
            metric.unit = "bytes".to_owned();
        }),
        ["breaking: unit of metric `shop_payments_bytes` changed from none to `bytes`"]
    );
    let buckets = |from: f64, to: f64| {
        changes(|schema| {
            let bounds = schema
                .metrics
                .iter_mut()
                .flat_map(|metric| &mut metric.buckets);
            for bound in bounds {
                if (*bound - from).abs() < f64::EPSILON {
                    *bound = to;
                }
            }
        })
    };
    assert_eq!(
        buckets(0.5, 0.25),
        [
            "breaking: bucket bounds of `shop_order_duration_seconds` changed: removed [0.5], added [0.25]"
        ]
    );
}

#[test]
fn labels_changed_to_open_or_closed_are_reported() {
    let country = |edit: fn(&mut glyph_runtime::artifacts::LabelSchema)| {
        payments(|metric| {
            let mut labels = metric.labels.iter_mut();
            edit(labels.find(|label| label.name == "country").unwrap());
        })
    };
    assert_eq!(
        country(|label| label.max = Some(10)),
        ["breaking: limit of label `country` of `shop_payments` changed from 20 to 10 values"]
    );
    assert_eq!(
        country(|label| label.max = Some(30)),
        ["compatible: limit of label `country` of `shop_payments` changed from 20 to 30 values"]
    );
    assert_eq!(
        country(|label| {
            label.max = None;
            label.values = Some(vec!["nl".to_owned()]);
        }),
        ["breaking: label `country` of `shop_payments` now accepts only listed values"]
    );
    let method = payments(|metric| {
        let mut labels = metric.labels.iter_mut();
        let method = labels.find(|label| label.name == "method").unwrap();
        method.values = None;
        method.max = Some(9);
    });
    assert_eq!(
        method,
        ["compatible: label `method` of `shop_payments` now accepts any string"]
    );
}

#[test]
fn comparison_fails_if_a_change_breaks_queries() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::of::<ShopMetrics>();
    artifacts.write(folder.path()).unwrap();
    let mut arguments = ArtifactArgs::new(folder.path());
    arguments.diff = true;
    let schema = folder.path().join("metrics.json");
    let unchanged = format!("no changes since {}", schema.display());
    assert_eq!(arguments.run(&artifacts).unwrap(), [unchanged]);

    let written = std::fs::read_to_string(&schema).unwrap();
    std::fs::write(&schema, written.replace("\"method\"", "\"way\"")).unwrap();
    arguments.folder = schema.clone();
    let refused = arguments.run(&artifacts).unwrap_err().to_string();
    assert_eq!(
        refused,
        "breaking: label `way` of `shop_payments` was renamed to `method`"
    );

    std::fs::write(&schema, written.replace("\"invoice\"", "\"card\"")).unwrap();
    let added = "compatible: label `method` of `shop_payments` has a new value `invoice`";
    assert_eq!(arguments.run(&artifacts).unwrap(), [added]);
}

#[test]
fn labels_and_values_are_compared() {
    let label = |metric: &mut glyph_runtime::artifacts::MetricSchema, name: &str| {
        metric
            .labels
            .iter()
            .position(|label| label.name == name)
            .unwrap()
    };
    assert_eq!(
        payments(|metric| {
            let method = label(metric, "method");
            metric.labels.remove(method);
        }),
        ["breaking: label `method` of `shop_payments` was removed"]
    );
    assert_eq!(
        payments(|metric| {
            let method = label(metric, "method");
            metric.labels.get_mut(method).unwrap().name = "way".to_owned();
        }),
        ["breaking: label `method` of `shop_payments` was renamed to `way`"]
    );
    assert_eq!(
        payments(|metric| {
            let method = label(metric, "method");
            let values = &mut metric.labels.get_mut(method).unwrap().values;
            *values = Some(vec!["card".to_owned(), "cash".to_owned()]);
        }),
        [
            "breaking: label `method` of `shop_payments` no longer has the value `invoice`",
            "compatible: label `method` of `shop_payments` has a new value `cash`",
        ]
    );
}
