//! Names of the service in its telemetry, sampling, and the exporter of spans.

use super::{Checked, collection};
use crate::{rows::Row, system::System};

/// Returns an attribute of the resource, as the collector got it.
pub(super) fn attribute<'s>(system: &'s System, name: &str) -> Option<&'s str> {
    let mut resource = system.served.resource.iter();
    let found = resource.find(|(found, _)| found == name);
    found.map(|(_, value)| value.as_str())
}

/// Compares an attribute of the resource.
pub(super) fn resource(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    let is = attribute(system, name);
    Some(match (is, row.text("value")) {
        (None, _) => Err(format!("the resource has no `{name}`")),
        (Some(is), Some(asked)) if is != asked => Err(format!("`{name}` is {is}")),
        (Some(_), _) => Ok(format!("`{name}` of the resource")),
    })
}

/// Compares a setting of the telemetry.
pub(super) fn config(row: &Row, system: &System) -> Checked {
    if row.text("name") == Some("TraceExporter") {
        let (is, asked) = (
            system.without_exporter("trace exporter")?,
            row.text("default"),
        );
        let sent: usize = system.served.batches.iter().sum();
        return Some(if asked == Some(is.as_str()) && sent > 0 {
            Ok(format!("`{is}`; with an endpoint spans are sent"))
        } else {
            Err(format!("the default is {is}, and {sent} spans are sent"))
        });
    }
    let name = row.text("resource_attribute")?;
    let Some(is) = attribute(system, name) else {
        return Some(Err(format!("the resource has no `{name}`")));
    };
    let default = row.text("default").unwrap_or_default();
    Some(if default.is_empty() || default == is {
        Ok(format!("`{name}` of the resource"))
    } else {
        Err(format!("`{name}` is {is}"))
    })
}

/// Holds that spans are sent in batches.
pub(super) fn batches(system: &System) -> Checked {
    let batches = &system.served.batches;
    let spans: usize = batches.iter().sum();
    Some(if !batches.is_empty() && spans > batches.len() {
        Ok("fewer requests than spans".to_owned())
    } else {
        Err(format!("batches of {batches:?} spans"))
    })
}

/// Compares the share of new traces that is sampled, and what becomes of the decision of a caller.
pub(super) fn sampling(row: &Row, system: &System) -> Checked {
    if row.text("topic") == Some("tail sampling") {
        return collection::tail(row);
    }
    let ratio = row.number("ratio")?;
    let sampler = row.text("sampler")?.to_lowercase();
    let sample = system.sample.as_ref()?;
    let all = f64::from(sample.all);
    let (is, asked) = (f64::from(sample.sampled), all * ratio);
    // Six standard deviations on each side.
    let margin = 6.0 * (asked * (1.0 - ratio)).sqrt();
    let is_share = (is - asked).abs() <= margin && is > 0.0 && is < all;
    let follows = sample.callers == ["01", "00"];
    let is_known = ["parentbased_traceidratio", "parentbased(traceidratio)"];
    Some(
        if is_share && follows && is_known.contains(&sampler.as_str()) {
            Ok(format!(
                "the share of {all} new traces, and the decision of a caller"
            ))
        } else {
            Err(format!("{is} of {all} new traces are sampled"))
        },
    )
}
