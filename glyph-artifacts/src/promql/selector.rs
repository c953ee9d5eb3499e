//! Selectors of series, and windows.

use std::{fmt, time::Duration};

use super::Expr;
use crate::numbers::duration;

/// A selector of the series of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    name: String,
    matchers: Vec<String>,
}

impl Selector {
    /// Returns a selector of all series of a name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            matchers: Vec::new(),
        }
    }

    /// Selects the series whose label has one of the values.
    ///
    /// Several values become an escaped regular expression.
    #[must_use]
    pub fn equal<V: AsRef<str>>(self, label: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.matched(label, ["=", "=~"], values)
    }

    /// Selects the series whose label has another value than these.
    ///
    /// Several values become an escaped regular expression.
    #[must_use]
    pub fn unequal<V: AsRef<str>>(self, label: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.matched(label, ["!=", "!~"], values)
    }

    /// Adds a matcher as written, without escaping: `tenant_id=~"$tenant_id"`.
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

    /// Returns the increase per second over the window.
    #[must_use]
    pub fn rate(self, window: Window) -> Expr {
        Expr::call("rate", [Expr::Range(self, window)])
    }

    /// Returns the increase over the window.
    #[must_use]
    pub fn increase(self, window: Window) -> Expr {
        Expr::call("increase", [Expr::Range(self, window)])
    }
}

/// Returns a value in double quotes, escaped.
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

/// A time range that ends at the time of evaluation.
///
/// Make one from a [`Duration`], or from a Grafana variable by [`Window::variable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window(String);

impl Window {
    /// Returns the window of a Grafana variable, such as `$__rate_interval`.
    #[must_use]
    pub fn variable(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Returns the window of a subquery, which evaluates a query at each multiple of `step`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_artifacts::promql::{Expr, Selector, Window};
    ///
    /// let window = Window::from(Duration::from_secs(3600)).stepped(Duration::from_secs(60));
    /// let rooms = Expr::Range(Selector::new("app_rooms"), window);
    /// assert_eq!(rooms.to_string(), "app_rooms[1h:1m]");
    /// ```
    #[must_use]
    pub fn stepped(self, step: Duration) -> Self {
        Self(format!("{self}:{}", duration(step)))
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
