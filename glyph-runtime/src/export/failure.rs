//! A failed attempt to export.

use std::fmt;

use super::UndeliveredPart;

/// The most characters kept of a cause, which a collector may have written.
const LONGEST_CAUSE: usize = 256;

/// A failed attempt to export: where to, why, and the usual remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportFailure {
    /// The URL of the collector, without credentials and query. `None` for other exporters.
    pub url: Option<String>,
    /// The cause, at most 256 characters. A collector may have written it.
    pub cause: String,
    /// The usual remedy, if there is one for this cause.
    pub advice: Option<String>,
}

impl ExportFailure {
    /// Returns a failure of an exporter without a URL.
    pub(crate) fn new(cause: &dyn fmt::Display) -> Self {
        Self {
            url: None,
            cause: cause.to_string().chars().take(LONGEST_CAUSE).collect(),
            advice: None,
        }
    }
}

impl UndeliveredPart {
    /// Adds the last failure of the destination.
    pub(crate) fn because(self, failure: Option<ExportFailure>) -> Self {
        let Some(ExportFailure { url, cause, advice }) = failure else {
            return self;
        };
        let error = match advice {
            Some(advice) => format!("{cause}; {advice}"),
            None => cause,
        };
        Self {
            url: url.or(self.url),
            error: Some(error),
            ..self
        }
    }
}

impl fmt::Display for ExportFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(url) = &self.url {
            write!(formatter, "{url}: ")?;
        }
        formatter.write_str(&self.cause)?;
        match &self.advice {
            Some(advice) => write!(formatter, "; {advice}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExportFailure;

    #[test]
    fn message_has_url_cause_and_advice() {
        let plain = ExportFailure::new(&"x".repeat(300));
        assert_eq!(plain.to_string(), "x".repeat(256));
        let full = ExportFailure {
            url: Some("http://a:4318/v1/traces".to_owned()),
            cause: "connection refused".to_owned(),
            advice: Some("start the collector".to_owned()),
        };
        assert_eq!(
            full.to_string(),
            "http://a:4318/v1/traces: connection refused; start the collector"
        );
    }
}
