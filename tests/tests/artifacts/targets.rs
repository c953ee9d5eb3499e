//! The targets that a dashboard offers.

use glyph_runtime::{Counter, Histogram, LabelSet, artifacts::Artifacts, metric_catalog};

use crate::dashboards::parsed;

/// The labels of a car.
#[derive(LabelSet)]
pub(crate) struct Car<'a> {
    #[label(max = 8)]
    maker: &'a str,
}

/// A catalog with a metric that is there from the start, after one that waits for its first call.
#[metric_catalog(namespace = "garage")]
pub(crate) struct GarageMetrics {
    /// Repairs of cars.
    repairs: Counter<Car<'_>>,

    /// Cars that came.
    cars: Counter,
}

/// A catalog whose metrics all wait for their first call.
#[metric_catalog(namespace = "workshop")]
pub(crate) struct WorkshopMetrics {
    /// Repairs of cars.
    repairs: Counter<Car<'_>>,

    /// Time to paint a car.
    #[metric(name = "paint.duration", unit = seconds, buckets = [60s, 600s])]
    paint_duration: Histogram<Car<'_>>,
}

fn query_of_jobs(artifacts: &Artifacts) -> String {
    let dashboard = parsed(artifacts);
    let mut list = dashboard["templating"]["list"].as_array().unwrap().iter();
    let job = list.find(|of| of["name"] == "job").unwrap();
    job["query"]["query"].as_str().unwrap().to_owned()
}

#[test]
fn job_is_offered_before_its_first_call() {
    assert_eq!(
        query_of_jobs(&Artifacts::of::<GarageMetrics>()),
        r#"label_values({__name__=~"garage_cars(_total|_count)?"}, job)"#
    );
}

#[test]
fn job_is_offered_after_its_first_call_whichever_that_is() {
    assert_eq!(
        query_of_jobs(&Artifacts::of::<WorkshopMetrics>()),
        r#"label_values({__name__=~"(workshop_repairs|workshop_paint_duration_seconds)(_total|_count)?"}, job)"#
    );
}
