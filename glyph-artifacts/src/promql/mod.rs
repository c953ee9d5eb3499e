//! PromQL expressions, built from typed parts.
//!
//! [`Selector`] selects series, [`Window`] is a time range, and [`Expr`] combines them. `Display`
//! prints the PromQL.
//!
//! ```
//! use std::time::Duration;
//! use glyph_artifacts::promql::{Expr, Selector, Window};
//!
//! let window = Window::from(Duration::from_secs(300));
//! let buckets = Selector::new("app_seconds_bucket").equal("kind", ["stt", "tts"]);
//! let slow = Expr::quantile(0.95, buckets.rate(window), &["kind"]).compared(">", 2.0);
//! assert_eq!(
//!     slow.to_string(),
//!     r#"histogram_quantile(0.95, sum by (le, kind) (rate(app_seconds_bucket{kind=~"stt|tts"}[5m]))) > 2"#,
//! );
//! ```

mod expr;
mod selector;

pub use expr::{Expr, Grouping};
pub use selector::{Selector, Window};

/// Returns an expression without line breaks.
pub(crate) fn in_one_line(expr: &str) -> String {
    let words: Vec<_> = expr.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}
