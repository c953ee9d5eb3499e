//! Variables of features that are not enabled.

use super::setting::SETTINGS;

/// A feature, and the beginnings of the variables that only it reads.
pub(super) struct Feature {
    pub(super) name: &'static str,
    pub(super) is_enabled: bool,
    pub(super) prefixes: &'static [&'static str],
}

/// The variable names what only the feature does, so that it has no other use for an operator. An
/// exporter such as `none` is what happens without the feature, and `RUST_LOG` has other readers.
pub(super) const FEATURES: [Feature; 5] = [
    Feature {
        name: "otlp-http",
        is_enabled: cfg!(any(feature = "otlp-grpc", feature = "otlp-http")),
        prefixes: &[
            "GLYPH_OTLP_",
            "OTEL_BLRP_",
            "OTEL_EXPORTER_OTLP_",
            "OTEL_METRIC_EXPORT_",
        ],
    },
    Feature {
        name: "trace",
        is_enabled: cfg!(feature = "trace"),
        prefixes: &["GLYPH_TRACES_", "OTEL_BSP_", "OTEL_TRACES_SAMPLER"],
    },
    Feature {
        name: "log",
        is_enabled: cfg!(feature = "log"),
        prefixes: &["GLYPH_AUDIT_", "GLYPH_LOG_"],
    },
    Feature {
        name: "console",
        is_enabled: cfg!(feature = "console"),
        prefixes: &["GLYPH_CONSOLE"],
    },
    Feature {
        name: "admin",
        is_enabled: cfg!(feature = "admin"),
        prefixes: &["GLYPH_ADMIN_", "OTEL_EXPORTER_PROMETHEUS_"],
    },
];

/// The variables that are no [`Setting`](super::Setting).
const OTHERS: [&str; 2] = [
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "OTEL_EXPORTER_PROMETHEUS_PORT",
];

/// The parts of variables that are those of one signal. None for all signals.
const SIGNALS: [&str; 4] = ["", "_TRACES", "_METRICS", "_LOGS"];

/// Returns the variables of the features that are not enabled, with the name of the feature.
pub(super) fn without_feature(features: &[Feature]) -> Vec<(String, &'static str)> {
    let settings = SETTINGS.iter().flat_map(|spec| {
        let of_signals = SIGNALS
            .iter()
            .filter(|signal| signal.is_empty() || spec.variable.contains("{}"));
        of_signals.map(|signal| spec.variable.replace("{}", signal))
    });
    let all = settings.chain(OTHERS.map(str::to_owned));
    let missing = |name: String| {
        let needs = |feature: &&Feature| {
            feature
                .prefixes
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        let feature = features.iter().find(needs)?;
        (!feature.is_enabled).then_some((name, feature.name))
    };
    all.filter_map(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, Feature, without_feature};

    fn names(is_enabled: impl Fn(&str) -> bool) -> Vec<(String, &'static str)> {
        without_feature(&FEATURES.map(|feature| Feature {
            is_enabled: is_enabled(feature.name),
            ..feature
        }))
    }

    #[test]
    fn variables_need_their_feature() {
        let missing = names(|_| false);
        for pair in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp-http"),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "otlp-http"),
            ("OTEL_TRACES_SAMPLER_ARG", "trace"),
            ("GLYPH_AUDIT_FILE", "log"),
            ("GLYPH_CONSOLE", "console"),
            ("OTEL_EXPORTER_PROMETHEUS_PORT", "admin"),
        ] {
            let pair = (pair.0.to_owned(), pair.1);
            let count = missing.iter().filter(|known| **known == pair).count();
            assert_eq!(count, 1, "{pair:?} in {missing:?}");
        }
        let others = missing
            .iter()
            .filter(|(name, _)| name == "OTEL_SERVICE_NAME");
        assert_eq!(others.count(), 0);
        let admin = names(|name| name != "admin");
        assert!(
            admin.iter().all(|(_, feature)| *feature == "admin"),
            "{admin:?}"
        );
        assert_eq!(names(|_| true), []);
    }
}
