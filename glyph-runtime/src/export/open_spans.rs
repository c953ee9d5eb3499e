//! Spans that are open when the exporters stop.

use std::fmt;

/// Recorded spans that had not ended at the shutdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenSpans {
    /// The number of spans.
    pub count: u64,
    /// The names of some of them, at most 5, each cut after 48 bytes.
    pub names: Vec<String>,
}

impl fmt::Display for OpenSpans {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, names } = self;
        match count {
            1 => formatter.write_str("1 span was still open")?,
            _ => write!(formatter, "{count} spans were still open")?,
        }
        if names.is_empty() {
            return Ok(());
        }
        write!(formatter, ": `{}`", names.join("`, `"))?;
        let listed = u64::try_from(names.len()).unwrap_or(u64::MAX);
        match count.saturating_sub(listed) {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OpenSpans;

    #[test]
    fn message_has_the_number_and_some_names() {
        let open = |count, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            OpenSpans { count, names }.to_string()
        };
        assert_eq!(open(1, &["serve"]), "1 span was still open: `serve`");
        assert_eq!(
            open(4, &["a", "b"]),
            "4 spans were still open: `a`, `b` and 2 more"
        );
        assert_eq!(open(2, &[]), "2 spans were still open");
    }
}
