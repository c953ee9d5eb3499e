//! Thresholds of alerts that the caller sets, in place of those of the catalogs.

use std::collections::HashMap;

use glyph_core::catalog::{
    AlertDescriptor, CatalogDescriptor, Comparison, Condition, Measure, MetricDescriptor, Unit,
};

use crate::{
    ArtifactError, artifacts::Artifacts, check::nearest, families::Families, quantity::quantity,
};

/// Units of thresholds: how they are written, of what they are, and their size.
const SIZES: [(&str, Unit, f64); 13] = [
    ("ns", Unit::Seconds, 1e-9),
    ("us", Unit::Seconds, 1e-6),
    ("ms", Unit::Seconds, 1e-3),
    ("s", Unit::Seconds, 1.0),
    ("m", Unit::Seconds, 60.0),
    ("h", Unit::Seconds, 3600.0),
    ("d", Unit::Seconds, 86_400.0),
    ("kB", Unit::Bytes, 1e3),
    ("MB", Unit::Bytes, 1e6),
    ("GB", Unit::Bytes, 1e9),
    ("KiB", Unit::Bytes, 1024.0),
    ("MiB", Unit::Bytes, 1_048_576.0),
    ("GiB", Unit::Bytes, 1_073_741_824.0),
];

impl Artifacts {
    /// Sets thresholds of alerts, by the names of the alerts. Default: those of the catalogs.
    ///
    /// A threshold is written as in `#[alert(..)]`: `250ms`, `64KiB`, `5%`, `10/s` or `200`. Rules, their
    /// tests, panels and the reference follow.
    ///
    /// ```
    /// use glyph_artifacts::Artifacts;
    /// use glyph_core::{Counter, metric_catalog};
    ///
    /// #[metric_catalog(namespace = "doc_thresholds")]
    /// pub struct Metrics {
    ///     /// Requests.
    ///     #[alert(Busy, rate > 100/s)]
    ///     pub requests: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let artifacts = Artifacts::of::<Metrics>().thresholds([("Busy", "250/s")])?;
    /// assert!(artifacts.rules()?.contains("> 250"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Thresholds`] if no alert has a name, if an alert has no threshold, if a
    /// threshold has another unit than the alert, or if the alert could never fire with it. The message has a
    /// line for each.
    pub fn thresholds<N: AsRef<str>, T: AsRef<str>>(
        mut self,
        settings: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, ArtifactError> {
        let families = Families::new(&self.catalogs);
        let (mut values, mut problems) = (HashMap::new(), Vec::new());
        for (name, text) in settings {
            match families.threshold(name.as_ref(), text.as_ref()) {
                Ok((name, value)) => drop(values.insert(name, value)),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(ArtifactError::Thresholds(problems));
        }
        if !values.is_empty() {
            for catalog in &mut self.catalogs {
                *catalog = changed(catalog, &values);
            }
        }
        Ok(self)
    }
}

impl Families {
    /// Returns the name of an alert and its threshold.
    fn threshold(&self, name: &str, text: &str) -> Result<(&'static str, f64), String> {
        let alerts = || self.metrics().flat_map(|metric| metric.alerts);
        let Some(alert) = alerts().find(|alert| alert.name == name) else {
            let all = || {
                let names: Vec<_> = alerts().map(|alert| alert.name).collect();
                format!("allowed: {}", names.join(", "))
            };
            let nearest = nearest(name, alerts().map(|alert| alert.name));
            let hint = nearest.map_or_else(all, |nearest| format!("did you mean `{nearest}`?"));
            return Err(format!("`{name}` is not an alert; {hint}"));
        };
        let value = self.value(alert, text);
        let value = value.map_err(|problem| format!("alert `{name}`: {problem}"))?;
        Ok((alert.name, value))
    }

    fn value(&self, alert: &AlertDescriptor, text: &str) -> Result<f64, String> {
        let Condition::Compare {
            measure,
            comparison,
            ..
        } = alert.condition
        else {
            return Err("it has no threshold to set: change its attribute".to_owned());
        };
        let metric = |of| self.find(of);
        let unit = |of| metric(of).map_or(Unit::None, |metric| metric.unit);
        let value = match measure {
            Measure::Ratio { .. } => in_unit(text, Unit::Ratio)?,
            Measure::Rate { of, .. } => per_second(text, unit(of))?,
            Measure::Value(of) | Measure::Quantile { of, .. } | Measure::Increase { of, .. } => {
                in_unit(text, unit(of))?
            }
        };
        match measure {
            Measure::Ratio { part, whole, .. } if part.metric == whole.metric => {
                within(value, 1.0, comparison)?;
            }
            Measure::Rate { .. } | Measure::Increase { .. } | Measure::Ratio { .. } => {
                within(value, f64::INFINITY, comparison)?;
            }
            Measure::Quantile { of, .. } => {
                metric(of).map_or(Ok(()), |metric| resolved(value, metric))?;
            }
            Measure::Value(_) => {}
        }
        Ok(value)
    }
}

/// Returns a number in a unit.
fn in_unit(text: &str, unit: Unit) -> Result<f64, String> {
    let text = text.trim();
    let is_digit = |at: char| at.is_ascii_digit() || ['.', '-', '+', '_'].contains(&at);
    let end = text.find(|at| !is_digit(at)).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let number: f64 = digits
        .replace('_', "")
        .parse()
        .map_err(|_| format!("`{text}` is not a number; write {}", example(unit)))?;
    match (suffix, unit) {
        ("%", Unit::Ratio) => Ok(number / 100.0),
        ("", Unit::Seconds) if number != 0.0 => Err(format!(
            "`{text}` has no unit; write `{text}s` or `{text}ms`"
        )),
        ("", _) => Ok(number),
        _ => {
            let mut sizes = SIZES.iter();
            let size = sizes.find(|(name, of, _)| (*name, *of) == (suffix, unit));
            size.map(|(_, _, size)| number * size)
                .ok_or_else(|| format!("`{suffix}` is not its unit; write {}", example(unit)))
        }
    }
}

/// Returns a rate per second: `10/s`, `10/m`, `10/h`.
fn per_second(text: &str, unit: Unit) -> Result<f64, String> {
    let times = [("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let rate = text.split_once('/').and_then(|(number, time)| {
        let mut times = times.iter();
        let (_, seconds) = times.find(|(name, _)| *name == time.trim())?;
        Some((number, seconds))
    });
    let (number, seconds) =
        rate.ok_or_else(|| format!("`{text}` is not a rate; write `10/s`, `10/m` or `10/h`"))?;
    // A rate of seconds is a number of seconds in each second.
    let number = in_unit(number, unit)?;
    Ok(number / seconds)
}

fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "`250ms`, `5s` or `2m`",
        Unit::Bytes => "`64KiB` or `1MB`",
        Unit::Ratio => "`5%` or `0.05`",
        _ => "a number such as `200`",
    }
}

/// Rejects a threshold that values from 0 to `highest` never pass.
fn within(threshold: f64, highest: f64, comparison: Comparison) -> Result<(), String> {
    let can_hold = match comparison {
        Comparison::Above => threshold < highest,
        Comparison::AtLeast => threshold <= highest,
        Comparison::Below => threshold > 0.0,
        Comparison::AtMost => threshold >= 0.0,
        Comparison::Equal | Comparison::Unequal => true,
    };
    can_hold
        .then_some(())
        .ok_or_else(|| "no value passes this threshold, so the alert would never fire".to_owned())
}

/// Rejects a threshold that the buckets of a histogram cannot resolve.
fn resolved(threshold: f64, metric: &MetricDescriptor) -> Result<(), String> {
    let (Some(lowest), Some(highest)) = (metric.buckets.first(), metric.buckets.last()) else {
        return Ok(());
    };
    let (below, above) = (threshold < *lowest, threshold >= *highest);
    (!below && !above).then_some(()).ok_or_else(|| {
        let [lowest, highest] = [lowest, highest].map(|bound| quantity(*bound, metric.unit));
        format!(
            "the buckets of `{}` resolve quantiles from {lowest} to {highest}",
            metric.name
        )
    })
}

/// Returns a catalog whose alerts have other thresholds. Declarations live as long as the process, and so
/// does this.
fn changed(
    catalog: &'static CatalogDescriptor,
    values: &HashMap<&'static str, f64>,
) -> &'static CatalogDescriptor {
    let metrics = catalog.metrics.iter().map(|metric| {
        let alerts = metric.alerts.iter().map(|alert| with_value(alert, values));
        MetricDescriptor {
            alerts: alerts.collect::<Vec<_>>().leak(),
            ..*metric
        }
    });
    let nested = catalog.nested.iter().map(|nested| changed(nested, values));
    Box::leak(Box::new(CatalogDescriptor {
        metrics: metrics.collect::<Vec<_>>().leak(),
        nested: nested.collect::<Vec<_>>().leak(),
        ..*catalog
    }))
}

fn with_value(alert: &AlertDescriptor, values: &HashMap<&'static str, f64>) -> AlertDescriptor {
    match (values.get(alert.name), alert.condition) {
        (
            Some(threshold),
            Condition::Compare {
                measure,
                comparison,
                ..
            },
        ) => AlertDescriptor {
            condition: Condition::Compare {
                measure,
                comparison,
                threshold: *threshold,
            },
            ..*alert
        },
        _ => *alert,
    }
}
