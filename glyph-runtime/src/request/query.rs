//! The query of a URL.

use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// The parameters of a query, decoded.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses `name=value` pairs separated by `&` (WHATWG, URL, section 5.1). An empty value is as if
    /// it was not there, because a form sends its empty fields too.
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&');
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let pairs = pairs.map(|(name, value)| (decoded(name), decoded(value)));
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Returns the first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Parses the first value of a parameter.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the value.
    pub(crate) fn parsed<T: FromStr>(
        &self,
        name: &str,
        allowed: &str,
    ) -> Result<Option<T>, String> {
        let value = self.get(name).map(str::parse).transpose();
        value.map_err(|_| format!("invalid `{name}`: use {allowed}"))
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::parse(Some("stage=a%20b+c&status=&x&min_ms=12&=y&stage=later"));
        assert_eq!(query.get("stage"), Some("a b c"));
        assert_eq!(query.get("status"), None);
        assert_eq!(query.get("x"), None);
        assert_eq!(query.parsed::<u64>("min_ms", "an integer"), Ok(Some(12)));
        assert_eq!(Query::parse(None).get("stage"), None);
    }

    #[test]
    fn invalid_number_is_reported_with_what_is_allowed() {
        let query = Query::parse(Some("min_ms=-1"));
        let error = query.parsed::<u64>("min_ms", "an integer of milliseconds");
        let expected = "invalid `min_ms`: use an integer of milliseconds".to_owned();
        assert_eq!(error, Err(expected));
    }
}
