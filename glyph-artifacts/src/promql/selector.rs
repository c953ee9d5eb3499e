//! Which series, and how far back.

use std::{fmt, time::Duration};

use super::Expr;
use crate::numbers::duration;

/// Some series of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    name: String,
    matchers: Vec<String>,
}

impl Selector {
    /// All series of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            matchers: Vec::new(),
        }
    }

    /// Those whose label has one of the values.
    #[must_use]
    pub fn equal<V: AsRef<str>>(self, label: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.matched(label, ["=", "=~"], values)
    }

    /// Those whose label has none of the values.
    #[must_use]
    pub fn unequal<V: AsRef<str>>(self, label: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.matched(label, ["!=", "!~"], values)
    }

    /// Those that match as it is written: `tenant_id=~"$tenant_id"`.
    #[must_use]
    pub fn matching(mut self, matcher: impl Into<String>) -> Self {
        self.matchers.push(matcher.into());
        self
    }

    fn matched<V: AsRef<str>>(
        self,
        label: &str,
        [one, any]: [&str; 2],
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values: Vec<V> = values.into_iter().collect();
        let matcher = match values.as_slice() {
            [value] => format!("{label}{one}{}", quoted(value.as_ref())),
            values => {
                let values: Vec<_> = values
                    .iter()
                    .map(|value| regex::escape(value.as_ref()))
                    .collect();
                format!("{label}{any}{}", quoted(&values.join("|")))
            }
        };
        self.matching(matcher)
    }

    /// How fast they rise, in one second.
    #[must_use]
    pub fn rate(self, window: Window) -> Expr {
        Expr::call("rate", [Expr::Range(self, window)])
    }

    /// By how much they rose.
    #[must_use]
    pub fn increase(self, window: Window) -> Expr {
        Expr::call("increase", [Expr::Range(self, window)])
    }
}

/// A value in double quotes, escaped.
fn quoted(value: &str) -> String {
    let mut quoted = String::from('"');
    for letter in value.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if self.matchers.is_empty() {
            return Ok(());
        }
        write!(formatter, "{{{}}}", self.matchers.join(", "))
    }
}

/// How far back an expression looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window(String);

impl Window {
    /// A variable of Grafana: `$__rate_interval`.
    #[must_use]
    pub fn variable(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<Duration> for Window {
    fn from(window: Duration) -> Self {
        Self(duration(window))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
