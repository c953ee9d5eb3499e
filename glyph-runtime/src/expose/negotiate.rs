//! Negotiation of the format by the `Accept` header (RFC 9110, sections 12.4.2 and 12.5.1).

use mediatype::{MediaType, MediaTypeList, ReadParams};

use super::Format;

/// The limit of bytes of the header. The rest is ignored.
const LONGEST: usize = 4096;
const MOST_RANGES: usize = 64;

/// The precision with which a range names a format. A more precise range overrides others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    Type,
    Subtype,
    Version,
}

/// The most precise range that covers a format, and its quality in thousandths.
type Best = Option<(Closeness, u16)>;

/// A format, by the names that ranges have for it.
struct Offer {
    ty: &'static str,
    subtype: &'static str,
    versions: &'static [&'static str],
}

/// Version 1.0.0 of the text format differs from 0.0.4 only in quoted names, and no name here needs
/// quotes.
const TEXT: Offer = Offer {
    ty: "text",
    subtype: "plain",
    versions: &["0.0.4", "1.0.0"],
};

const OPEN_METRICS: Offer = Offer {
    ty: "application",
    subtype: "openmetrics-text",
    versions: &["1.0.0"],
};

pub(super) fn format(accept: &str) -> Format {
    let (mut text, mut open_metrics): (Best, Best) = (None, None);
    let ranges = MediaTypeList::new(beginning(accept)).take(MOST_RANGES);
    for range in ranges.filter_map(Result::ok) {
        if let Some(quality) = quality(&range) {
            TEXT.consider(&range, quality, &mut text);
            OPEN_METRICS.consider(&range, quality, &mut open_metrics);
        }
    }
    let named = open_metrics.is_some_and(|(closeness, _)| closeness >= Closeness::Subtype);
    let (text, open_metrics) = (value(text), value(open_metrics));
    if open_metrics > text || (open_metrics == text && named && open_metrics > 0) {
        Format::OpenMetrics
    } else {
        Format::Text
    }
}

/// Returns the header, or as many whole ranges of it as fit into the limit.
fn beginning(accept: &str) -> &str {
    if accept.len() <= LONGEST {
        return accept;
    }
    let end = accept
        .bytes()
        .take(LONGEST)
        .rposition(|byte| byte == b',')
        .unwrap_or(0);
    accept.get(..end).unwrap_or_default()
}

fn value(best: Best) -> u16 {
    best.map_or(0, |(_, quality)| quality)
}

impl Offer {
    fn consider(&self, range: &MediaType<'_>, quality: u16, best: &mut Best) {
        if let Some(closeness) = self.closeness(range) {
            *best = (*best).max(Some((closeness, quality)));
        }
    }

    fn closeness(&self, range: &MediaType<'_>) -> Option<Closeness> {
        let (ty, subtype) = (range.ty.as_str(), range.subty.as_str());
        if range.suffix.is_some() {
            return None;
        }
        if ty == "*" && subtype == "*" {
            return Some(Closeness::Anything);
        }
        if !ty.eq_ignore_ascii_case(self.ty) {
            return None;
        }
        if subtype == "*" {
            return Some(Closeness::Type);
        }
        if !subtype.eq_ignore_ascii_case(self.subtype) || !is_utf8(range) {
            return None;
        }
        match parameter(range, "version") {
            None => Some(Closeness::Subtype),
            Some(version) if self.versions.contains(&version.as_str()) => Some(Closeness::Version),
            Some(_) => None,
        }
    }
}

fn is_utf8(range: &MediaType<'_>) -> bool {
    parameter(range, "charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

fn parameter(range: &MediaType<'_>, name: &str) -> Option<String> {
    let mut parameters = range.params();
    parameters
        .find(|(known, _)| known.as_str().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.unquoted_str().into_owned())
}

/// Returns the quality of a range in thousandths. `None` if it is malformed.
fn quality(range: &MediaType<'_>) -> Option<u16> {
    let Some(quality) = parameter(range, "q") else {
        return Some(1000);
    };
    let (whole, fraction) = quality.split_once('.').unwrap_or((&quality, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Format, format, quality};

    const PROMETHEUS_2: &str = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    const PROMETHEUS_2_NATIVE: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    const PROMETHEUS_3: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    const PROMETHEUS_3_NATIVE: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
    const CHROME: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

    #[test]
    fn scrapers_and_browsers_get_their_preferred_format() {
        for accept in [
            PROMETHEUS_2,
            PROMETHEUS_2_NATIVE,
            PROMETHEUS_3,
            PROMETHEUS_3_NATIVE,
        ] {
            assert_eq!(format(accept), Format::OpenMetrics, "{accept}");
        }
        for accept in [CHROME, "*/*", "", "text/plain;version=0.0.4;q=1,*/*;q=0.1"] {
            assert_eq!(format(accept), Format::Text, "{accept}");
        }
        assert_eq!(Format::negotiate(None), Format::Text);
    }

    #[test]
    fn quality_takes_precedence_over_the_name() {
        let om = "application/openmetrics-text";
        for (accept, expected) in [
            (format!("text/plain;q=0.9, {om};q=0.8"), Format::Text),
            (format!("text/plain;q=0.8, {om};q=0.9"), Format::OpenMetrics),
            (format!("text/plain, {om}"), Format::OpenMetrics),
            (format!("{om};version=\"1.0.0\""), Format::OpenMetrics),
            (format!("{om};q=0, */*;q=0.1"), Format::Text),
            (format!("text/plain;q=0, {om};q=0.001"), Format::OpenMetrics),
            ("text/plain;q=0, */*".to_owned(), Format::OpenMetrics),
            (format!("*/*, {om};version=1.0.0;q=0.2"), Format::Text),
            (format!("text/*;q=0.3, {om};q=0.2"), Format::Text),
            (format!("{om};q=0"), Format::Text),
            (
                "APPLICATION/OpenMetrics-Text;Q=1.000".to_owned(),
                Format::OpenMetrics,
            ),
        ] {
            assert_eq!(format(&accept), expected, "{accept}");
        }
    }

    #[test]
    fn formats_not_offered_are_ignored() {
        for accept in [
            "application/vnd.google.protobuf",
            "application/json",
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text;version=2.0.0",
            "application/openmetrics-text;charset=utf-16",
            "application/openmetrics-text+xml",
        ] {
            assert_eq!(format(accept), Format::Text, "{accept}");
        }
    }

    #[test]
    fn malformed_ranges_are_ignored() {
        for broken in [
            "",
            "nonsense",
            "a/b/c",
            "text/plain;q=x",
            "text/plain;q=1.5",
            "text/plain;q=0.1234",
            "text/plain;q=-1",
            "text/plain;q=",
            "text/plain;;q=1",
        ] {
            let accept = format!("{broken}, application/openmetrics-text;q=0.5, text/plain;q=0.4");
            assert_eq!(format(&accept), Format::OpenMetrics, "{accept}");
        }
    }

    #[test]
    fn long_header_is_read_up_to_the_limit() {
        let late = format!("{}application/openmetrics-text", "image/png, ".repeat(64));
        assert_eq!(format(&late), Format::Text);
        let early = format!("application/openmetrics-text, {}", "é".repeat(100_000));
        assert_eq!(format(&early), Format::OpenMetrics);
    }

    proptest! {
        #[test]
        fn no_header_panics(accept in ".{0,200}|([ -~]{0,40},){0,30}|[a-z*/;,=q.0-9\" \\\\]{0,200}") {
            let _ = format(&accept);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let _ = format(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn every_quality_of_the_grammar_is_read(thousandths in 0_u16..=1000) {
            let written = format!("a/b;q={}.{:03}", thousandths / 1000, thousandths % 1000);
            let range = mediatype::MediaType::parse(&written)?;
            prop_assert_eq!(quality(&range), Some(thousandths));
        }
    }
}
