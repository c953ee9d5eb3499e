//! Builds each service with a typo, and tells whether it compiles and what its page shows.

use std::collections::BTreeSet;

use crate::Result;
use crate::build::{self, Build};
use crate::exposition::Sample;
use crate::project::Project;
use crate::services::{Service, Subject};

/// Returns what the compiler says about a typo, or what it changes on `/metrics`.
///
/// # Errors
///
/// Returns an error if a service that compiles cannot be run.
pub(crate) fn outcome(
    project: &Project,
    build: &Build,
    service: &Service,
    subject: Subject,
) -> Result<String> {
    let Some(typo) = service.typo(subject) else {
        return Ok("not applicable: functions do not write it".to_owned());
    };
    if let Some(error) = build.error(service, typo) {
        return Ok(format!("{DOES_NOT_COMPILE}: {error}"));
    }
    let expected = build::run_calls(project, &service.package())?;
    let found = build::run_calls(project, &service.package_with(typo))?;
    Ok(format!(
        "compiles; {}",
        difference(&expected, &found, subject)
    ))
}

/// The start of an outcome that ends with a message of the compiler.
pub(crate) const DOES_NOT_COMPILE: &str = "does not compile";

/// Describes which names or values are on `/metrics` instead of, or next to, the expected ones.
fn difference(expected: &[Sample], found: &[Sample], subject: Subject) -> String {
    let (expected, found) = (words(expected, subject), words(found, subject));
    let list = |words: &BTreeSet<&str>, without: &BTreeSet<&str>| {
        let quoted = words.difference(without).map(|word| format!("`{word}`"));
        quoted.collect::<Vec<_>>().join(", ")
    };
    let (new, missing) = (list(&found, &expected), list(&expected, &found));
    match (new.as_str(), missing.as_str()) {
        ("", "") => "`/metrics` does not change".to_owned(),
        (new, "") => format!("`/metrics` has {new} as well"),
        ("", missing) => format!("`/metrics` lacks {missing}"),
        (new, missing) => format!("`/metrics` has {new} instead of {missing}"),
    }
}

/// Returns the names of metrics, or the names or values of labels, of the service's own samples.
fn words(samples: &[Sample], subject: Subject) -> BTreeSet<&str> {
    let own = samples
        .iter()
        .filter(|sample| sample.name.starts_with("shop_"));
    own.flat_map(|sample| match subject {
        Subject::MetricName => vec![sample.name.as_str()],
        Subject::LabelName => { sample.labels.iter() }
            .map(|(name, _)| name.as_str())
            .collect(),
        Subject::LabelValue => { sample.labels.iter() }
            .map(|(_, value)| value.as_str())
            .collect(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{Subject, difference};
    use crate::exposition::parse;

    #[test]
    fn a_second_name_is_reported_next_to_the_first() -> crate::Result<()> {
        let expected = parse("shop_a_total 1")?;
        let both = parse("shop_a_total 1\nshop_b_total 1")?;
        let one = parse("shop_b_total 1")?;
        let difference = |found| difference(&expected, found, Subject::MetricName);
        assert_eq!(difference(&both), "`/metrics` has `shop_b_total` as well");
        assert_eq!(
            difference(&one),
            "`/metrics` has `shop_b_total` instead of `shop_a_total`"
        );
        assert_eq!(difference(&expected), "`/metrics` does not change");
        Ok(())
    }

    #[test]
    fn labels_are_compared_by_name_or_by_value() -> crate::Result<()> {
        let expected = parse("shop_a{x=\"1\"} 1")?;
        let found = parse("shop_a{x=\"1\"} 1\nshop_a{y=\"1\"} 1")?;
        let name = difference(&expected, &found, Subject::LabelName);
        assert_eq!(name, "`/metrics` has `y` as well");
        let value = difference(&expected, &found, Subject::LabelValue);
        assert_eq!(value, "`/metrics` does not change");
        Ok(())
    }
}
