//! Names under another namespace.

use crate::descriptor::MetricDescriptor;

/// Whether a namespace is one: words of lowercase letters and digits, with one `_` or `.` between them.
/// Empty for no prefix.
pub(super) fn is_namespace(namespace: &str) -> bool {
    let is_word = |word: &str| {
        let mut letters = word.chars();
        !word.is_empty()
            && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    let starts_with_letter = namespace.starts_with(|first: char| first.is_ascii_lowercase());
    namespace.is_empty() || (starts_with_letter && namespace.split(['_', '.']).all(is_word))
}

/// Returns the namespace that replaces `declared` if `from` is replaced by `to`. `None` if it stays.
pub(super) fn moved(declared: &str, from: &str, to: &str) -> Option<String> {
    let rest = declared.strip_prefix(from)?;
    let is_below = !from.is_empty() && rest.starts_with(['.', '_']);
    match (rest, to) {
        ("", to) => Some(to.to_owned()),
        (rest, "") if is_below => rest.get(1..).map(str::to_owned),
        (rest, to) if is_below => Some(format!("{to}{rest}")),
        _ => None,
    }
}

/// Returns the OpenTelemetry name and the family of a metric whose namespace is replaced.
pub(super) fn renamed(metric: &MetricDescriptor, from: &str, to: &str) -> (String, String) {
    let own = metric.otel_name.strip_prefix(from);
    let own = own.map_or(metric.otel_name, |own| own.trim_start_matches('.'));
    let otel = match to {
        "" => own.to_owned(),
        to => format!("{to}.{own}"),
    };
    let unit = metric.unit.suffix();
    let separator = if unit.is_empty() { "" } else { "_" };
    let family = format!("{}{separator}{unit}", otel.replace('.', "_"));
    (otel, family)
}

#[cfg(test)]
mod tests {
    #![expect(dead_code, reason = "only the declaration matters here")]

    use super::{is_namespace, moved, renamed};
    use crate::{Catalog, Counter, Gauge, Histogram, metric_catalog};

    #[metric_catalog(namespace = "name.view", crate = crate)]
    struct Metrics {
        /// Jobs.
        #[metric(name = "jobs.done")]
        jobs: Counter,
        /// Time of a job.
        #[metric(unit = seconds)]
        duration: Histogram,
        /// Share of the disk in use.
        #[metric(unit = ratio)]
        usage: Gauge,
    }

    #[test]
    fn names_under_the_declared_namespace_are_the_declared_names() {
        for metric in Metrics::DESCRIPTOR.metrics {
            let (otel, family) = renamed(metric, "name.view", "name.view");
            assert_eq!((&*otel, &*family), (metric.otel_name, metric.name));
        }
    }

    #[test]
    fn another_namespace_replaces_the_declared_one() {
        let [jobs, duration, _] = Metrics::DESCRIPTOR.metrics else {
            unreachable!("three metrics are declared")
        };
        let names = |metric, to| renamed(metric, "name.view", to);
        let owned = |(otel, family): (&str, &str)| (otel.to_owned(), family.to_owned());
        let expected = owned(("shop.jobs.done", "shop_jobs_done"));
        assert_eq!(names(jobs, "shop"), expected);
        let expected = owned(("duration", "duration_seconds"));
        assert_eq!(names(duration, ""), expected);
    }

    #[test]
    fn nested_namespaces_follow_words_and_not_letters() {
        let cases = [
            ("shop", "shop", "store", Some("store")),
            ("shop.prices", "shop", "store", Some("store.prices")),
            ("shop_prices", "shop", "store", Some("store_prices")),
            ("shop.prices", "shop", "", Some("prices")),
            ("shopping", "shop", "store", None),
            ("http", "shop", "store", None),
            // A catalog without a namespace has none that others could start with.
            ("http", "", "store", None),
            ("", "", "store", Some("store")),
        ];
        for (declared, from, to, expected) in cases {
            let moved = moved(declared, from, to);
            assert_eq!(moved.as_deref(), expected, "{declared} {from} {to}");
        }
    }

    #[test]
    fn malformed_namespaces_are_rejected() {
        for namespace in ["", "shop", "shop.db", "shop_db2"] {
            assert!(is_namespace(namespace), "{namespace}");
        }
        for namespace in ["Shop", "2shop", "shop-db", "shop..db", "shop.", "sh\u{f6}p"] {
            assert!(!is_namespace(namespace), "{namespace}");
        }
    }
}
