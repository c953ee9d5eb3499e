//! Reads the page of a service after a dropped future and hostile label values.

use std::collections::BTreeSet;

use crate::Result;
use crate::build::{run, run_calls};
use crate::exposition::{Sample, parse};
use crate::project::Project;
use crate::services::Service;

/// The function whose future is dropped.
const DROPPED: &str = "deliver";

/// A product that ends its sample and forges another one, if it is not escaped.
const HOSTILE: &str = "tea\"} 1\nshop_forged_total{product=\"\\";

/// The number of distinct products of a client that sends many.
const MANY: usize = 10_000;

/// Returns where the dropped call of a service is recorded.
///
/// # Errors
///
/// Returns an error if the service cannot be run.
pub(crate) fn dropped_future(project: &Project, service: &Service) -> Result<String> {
    let samples = run_calls(project, &service.package())?;
    Ok(dropped_call(&samples, service))
}

fn dropped_call(samples: &[Sample], service: &Service) -> String {
    let counted = of_dropped(samples, service.calls).find(|sample| sample.value > 0.0);
    let counted = match counted {
        Some(sample) => {
            let status = sample.label("status").or_else(|| sample.label("result"));
            format!("counted as `{}`", status.unwrap_or_default())
        }
        None => "not counted".to_owned(),
    };
    let durations = format!("{}_count", service.duration);
    let timed = of_dropped(samples, &durations).any(|sample| sample.value > 0.0);
    format!("{counted}, {}", if timed { "timed" } else { "not timed" })
}

/// Returns what the gauge of calls in flight shows after the dropped call.
///
/// # Errors
///
/// Returns an error if the service cannot be run or has no such gauge.
pub(crate) fn in_flight(project: &Project, service: &Service) -> Result<String> {
    let samples = run_calls(project, &service.package())?;
    let gauge = of_dropped(&samples, service.in_flight).next();
    let gauge = gauge.ok_or_else(|| format!("no `{}` in `/metrics`", service.in_flight))?;
    let value = gauge.value;
    Ok(if value > 0.0 {
        format!("leaks: stays at {value}")
    } else {
        format!("returns to {value}")
    })
}

fn of_dropped<'a>(samples: &'a [Sample], name: &'a str) -> impl Iterator<Item = &'a Sample> {
    { samples.iter() }
        .filter(move |sample| sample.name == name && sample.label("function") == Some(DROPPED))
}

/// Returns what becomes of a label value with a quote, a newline and a backslash.
///
/// # Errors
///
/// Returns an error if the service cannot be run.
pub(crate) fn hostile_value(project: &Project, service: &Service) -> Result<String> {
    let arguments = ["price".to_owned(), HOSTILE.to_owned()];
    Ok(escaping(&run(project, &service.package(), &arguments)?))
}

fn escaping(text: &str) -> String {
    match parse(text) {
        Err(_) => "not escaped: `/metrics` cannot be parsed".to_owned(),
        Ok(samples) if products(&samples).contains(HOSTILE) => "escaped".to_owned(),
        Ok(samples) if samples.iter().any(|it| it.name == "shop_forged_total") => {
            "not escaped: `/metrics` has a forged sample".to_owned()
        }
        Ok(_) => "changed".to_owned(),
    }
}

/// Returns the number of series after many values of one label.
///
/// # Errors
///
/// Returns an error if the service cannot be run or `/metrics` cannot be parsed.
pub(crate) fn many_values(project: &Project, service: &Service) -> Result<String> {
    let products = (0..MANY).map(|number| format!("product-{number}"));
    let arguments: Vec<_> = ["price".to_owned()].into_iter().chain(products).collect();
    let text = run(project, &service.package(), &arguments)?;
    Ok(series(&parse(&text)?))
}

fn series(samples: &[Sample]) -> String {
    let series = products(samples).len();
    match samples
        .iter()
        .find(|it| it.label("product") == Some("other"))
    {
        Some(other) => format!("{series} series; `other` has {}", other.value),
        None => format!("{series} series"),
    }
}

fn products(samples: &[Sample]) -> BTreeSet<&str> {
    let quotes = samples.iter().filter(|it| it.name == "shop_quotes_total");
    quotes
        .filter_map(|sample| sample.label("product"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{dropped_call, escaping, series};
    use crate::exposition::parse;
    use crate::services::SERVICES;

    #[test]
    fn a_dropped_call_is_looked_for_in_the_counter_and_the_histogram() -> crate::Result<()> {
        let [glyph, ..] = &SERVICES;
        let counted = parse("shop_calls_total{function=\"deliver\",status=\"cancelled\"} 1")?;
        assert_eq!(
            dropped_call(&counted, glyph),
            "counted as `cancelled`, not timed"
        );
        let timed = parse("shop_call_duration_seconds_count{function=\"deliver\"} 1")?;
        assert_eq!(dropped_call(&timed, glyph), "not counted, timed");
        let zero = parse("shop_calls_total{function=\"deliver\",status=\"cancelled\"} 0")?;
        assert_eq!(dropped_call(&zero, glyph), "not counted, not timed");
        Ok(())
    }

    #[test]
    fn a_value_that_is_not_escaped_is_found_out() {
        let sample = |product: &str| format!("shop_quotes_total{{product=\"{product}\"}} 1\n");
        let escaped = r#"tea\"} 1\nshop_forged_total{product=\"\\"#;
        assert_eq!(escaping(&sample(escaped)), "escaped");
        let newline_alone = r#"tea"} 1
shop_forged_total{product="\\"#;
        assert_eq!(
            escaping(&sample(newline_alone)),
            "not escaped: `/metrics` has a forged sample"
        );
        let plain = super::HOSTILE;
        assert_eq!(
            escaping(&sample(plain)),
            "not escaped: `/metrics` cannot be parsed"
        );
        assert_eq!(escaping(&sample("tea")), "changed");
    }

    #[test]
    fn values_beyond_a_limit_are_counted_apart() -> crate::Result<()> {
        let sample = |product| format!("shop_quotes_total{{product=\"{product}\"}} 7\n");
        let two = sample("tea") + &sample("milk");
        assert_eq!(series(&parse(&two)?), "2 series");
        let limited = two + &sample("other");
        assert_eq!(series(&parse(&limited)?), "3 series; `other` has 7");
        Ok(())
    }
}
