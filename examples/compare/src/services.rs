//! The services, and where each of them can be misspelled.

/// A service in its folder.
pub(crate) struct Service {
    pub(crate) folder: &'static str,
    pub(crate) title: &'static str,
    /// The counter of all calls.
    pub(crate) calls: &'static str,
    /// The histogram of their duration.
    pub(crate) duration: &'static str,
    /// The gauge of calls in flight.
    pub(crate) in_flight: &'static str,
    pub(crate) typos: &'static [Typo],
}

/// A misspelled word in a function of the service.
#[derive(Debug)]
pub(crate) struct Typo {
    pub(crate) subject: Subject,
    pub(crate) original: &'static str,
    pub(crate) misspelled: &'static str,
}

/// The name or the value that a typo is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    MetricName,
    LabelName,
    LabelValue,
}

impl Subject {
    pub(crate) const ALL: [Self; 3] = [Self::MetricName, Self::LabelName, Self::LabelValue];

    /// Returns the suffix of the package with the typo.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::MetricName => "metric-name",
            Self::LabelName => "label-name",
            Self::LabelValue => "label-value",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::MetricName => "a misspelled metric",
            Self::LabelName => "a misspelled label name",
            Self::LabelValue => "a misspelled label value",
        }
    }
}

impl Service {
    /// Returns the name of the package.
    pub(crate) fn package(&self) -> String {
        format!("compare-{}", self.folder)
    }

    /// Returns the name of the package with `typo`.
    pub(crate) fn package_with(&self, typo: &Typo) -> String {
        format!("{}-{}", self.package(), typo.subject.suffix())
    }

    /// Returns the typo of `subject`, or `None` if functions do not write that.
    pub(crate) fn typo(&self, subject: Subject) -> Option<&'static Typo> {
        self.typos.iter().find(|typo| typo.subject == subject)
    }
}

const fn typo(subject: Subject, original: &'static str, misspelled: &'static str) -> Typo {
    Typo {
        subject,
        original,
        misspelled,
    }
}

pub(crate) const SERVICES: [Service; 4] = [
    Service {
        folder: "glyph",
        title: "glyph",
        calls: "shop_calls_total",
        duration: "shop_call_duration_seconds",
        in_flight: "shop_calls_in_flight",
        typos: &[
            typo(Subject::MetricName, "global().quotes", "global().qoutes"),
            typo(
                Subject::LabelName,
                "Quote { product }",
                "Quote { prodct: product }",
            ),
            typo(
                Subject::LabelValue,
                r#"function = "charge""#,
                r#"function = "chrage""#,
            ),
        ],
    },
    Service {
        folder: "tracing",
        title: "tracing, tracing-opentelemetry, metrics",
        calls: "shop_calls_total",
        duration: "shop_call_duration_seconds",
        in_flight: "shop_calls_in_flight",
        typos: &[
            typo(
                Subject::MetricName,
                r#"("shop_quotes_total", "product""#,
                r#"("shop_qoutes_total", "product""#,
            ),
            typo(Subject::LabelName, r#""product" =>"#, r#""prodct" =>"#),
            typo(
                Subject::LabelValue,
                r#"start("charge")"#,
                r#"start("chrage")"#,
            ),
        ],
    },
    Service {
        folder: "foundations",
        title: "foundations",
        calls: "shop_calls_total",
        duration: "shop_call_duration_seconds",
        in_flight: "shop_calls_in_flight",
        // Labels are arguments, and a call does not write their names.
        typos: &[
            typo(
                Subject::MetricName,
                "shop::quotes_total",
                "shop::qoutes_total",
            ),
            typo(
                Subject::LabelValue,
                "start(Function::Charge)",
                "start(Function::Chrage)",
            ),
        ],
    },
    Service {
        folder: "autometrics",
        title: "autometrics, tracing",
        calls: "function_calls_total",
        duration: "function_calls_duration_seconds",
        in_flight: "function_calls_concurrent",
        // The labels of autometrics are the names of functions and modules.
        typos: &[typo(Subject::MetricName, "&*QUOTES", "&*QOUTES")],
    },
];
