//! Expressions and their layout.

use std::fmt;

use super::{Selector, Window};

/// The width from which an expression is broken into lines.
const WIDTH: usize = 100;

/// A PromQL expression.
///
/// `Display` prints it, with line breaks if it is longer than 100 characters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// A number literal.
    Number(f64),
    /// The current samples of series, an instant vector.
    Instant(Selector),
    /// The samples of series over a window, a range vector.
    Range(Selector, Window),
    /// A call of a function: its name and arguments.
    Call(&'static str, Vec<Expr>),
    /// An aggregation of series.
    Aggregate {
        /// The operator: `sum`, `max`.
        operator: &'static str,
        /// The parameter of an operator that has one: the number of series for `topk`.
        parameter: Option<f64>,
        /// The labels to keep or to remove.
        grouping: Grouping,
        /// The aggregated expression.
        of: Box<Expr>,
    },
    /// A binary operation.
    Binary {
        /// The left operand.
        left: Box<Expr>,
        /// The operator: `/`, `>`, `and`.
        operator: &'static str,
        /// The right operand.
        right: Box<Expr>,
    },
}

/// The labels that an aggregation keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grouping {
    /// Keeps these labels.
    By(Vec<String>),
    /// Keeps all labels except these.
    Without(Vec<String>),
}

impl Grouping {
    /// Returns the grouping that keeps these labels.
    #[must_use]
    pub fn by(labels: &[impl AsRef<str>]) -> Self {
        Self::By(owned(labels))
    }

    /// Returns the grouping that keeps all labels except these.
    #[must_use]
    pub fn without(labels: &[impl AsRef<str>]) -> Self {
        Self::Without(owned(labels))
    }
}

impl Expr {
    /// Returns a call of a function.
    #[must_use]
    pub fn call(name: &'static str, arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(name, arguments.into_iter().collect())
    }

    /// Returns the sum of these series for each combination of the values of `by`.
    #[must_use]
    pub fn sum_by(self, by: &[impl AsRef<str>]) -> Self {
        self.aggregate("sum", Grouping::by(by))
    }

    /// Returns the sum of these series over `labels`. The other labels are kept.
    #[must_use]
    pub fn sum_without(self, labels: &[impl AsRef<str>]) -> Self {
        self.aggregate("sum", Grouping::without(labels))
    }

    /// Returns an aggregation of these series, such as their `max`.
    ///
    /// ```
    /// use glyph_artifacts::promql::{Expr, Grouping, Selector};
    ///
    /// let fullest = Expr::Instant(Selector::new("disk_usage_ratio"));
    /// let fullest = fullest.aggregate("max", Grouping::by(&["host"]));
    /// assert_eq!(fullest.to_string(), "max by (host) (disk_usage_ratio)");
    /// ```
    #[must_use]
    pub fn aggregate(self, operator: &'static str, grouping: Grouping) -> Self {
        Self::Aggregate {
            operator,
            parameter: None,
            grouping,
            of: Box::new(self),
        }
    }

    /// Returns the series with the highest values: at most `count` of them in each group.
    #[must_use]
    pub fn highest(self, count: u32, grouping: Grouping) -> Self {
        Self::Aggregate {
            operator: "topk",
            parameter: Some(count.into()),
            grouping,
            of: Box::new(self),
        }
    }

    /// Returns a quantile of a histogram, computed from the rates of its buckets, for each
    /// combination of the values of `by`.
    #[must_use]
    pub fn quantile(quantile: f64, buckets: Self, by: &[impl AsRef<str>]) -> Self {
        let labels = std::iter::once("le").chain(by.iter().map(AsRef::as_ref));
        let labels: Vec<&str> = labels.collect();
        Self::call(
            "histogram_quantile",
            [Self::Number(quantile), buckets.sum_by(&labels)],
        )
    }

    /// Returns a binary operation with this expression on the left.
    #[must_use]
    pub fn binary(self, operator: &'static str, right: Self) -> Self {
        Self::Binary {
            left: Box::new(self),
            operator,
            right: Box::new(right),
        }
    }

    /// Returns this expression divided by `whole`.
    #[must_use]
    pub fn per(self, whole: Self) -> Self {
        self.binary("/", whole)
    }

    /// Returns a comparison of this expression with a number.
    #[must_use]
    pub fn compared(self, operator: &'static str, number: f64) -> Self {
        self.binary(operator, Self::Number(number))
    }

    /// Returns the expression at an indentation, broken into lines if it is too long for one.
    fn layout(&self, indent: usize) -> String {
        let flat = self.flat();
        if flat.len() + indent <= WIDTH {
            return flat;
        }
        let margin = " ".repeat(indent);
        let inner = indent + 2;
        match self {
            Self::Number(_) | Self::Instant(_) | Self::Range(..) => flat,
            Self::Call(name, arguments) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| format!("{margin}  {}", argument.layout(inner)));
                let arguments: Vec<_> = arguments.collect();
                format!("{name}(\n{}\n{margin})", arguments.join(",\n"))
            }
            Self::Aggregate {
                operator,
                parameter,
                grouping,
                of,
            } => {
                let head = head(operator, grouping);
                let parameter = parameter.map(|parameter| format!("{margin}  {parameter},\n"));
                let parameter = parameter.unwrap_or_default();
                let of = of.layout(inner);
                format!("{head}(\n{parameter}{margin}  {of}\n{margin})")
            }
            Self::Binary {
                left,
                operator,
                right,
            } => {
                let side = |side: &Self, is_right: bool| {
                    if needs_parentheses(operator, side, is_right) {
                        format!("(\n{margin}  {}\n{margin})", side.layout(inner))
                    } else {
                        side.layout(indent)
                    }
                };
                let (left, right) = (side(left, false), side(right, true));
                format!("{left}\n{margin}{operator} {right}")
            }
        }
    }

    /// Returns the expression in one line.
    fn flat(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Instant(selector) => selector.to_string(),
            Self::Range(selector, window) => format!("{selector}[{window}]"),
            Self::Call(name, arguments) => {
                let arguments: Vec<_> = arguments.iter().map(Self::flat).collect();
                format!("{name}({})", arguments.join(", "))
            }
            Self::Aggregate {
                operator,
                parameter,
                grouping,
                of,
            } => {
                let parameter = parameter.map(|parameter| format!("{parameter}, "));
                let parameter = parameter.unwrap_or_default();
                format!("{}({parameter}{})", head(operator, grouping), of.flat())
            }
            Self::Binary {
                left,
                operator,
                right,
            } => {
                let side = |side: &Self, is_right: bool| {
                    if needs_parentheses(operator, side, is_right) {
                        format!("({})", side.flat())
                    } else {
                        side.flat()
                    }
                };
                format!("{} {operator} {}", side(left, false), side(right, true))
            }
        }
    }
}

fn owned(labels: &[impl AsRef<str>]) -> Vec<String> {
    let labels = labels.iter();
    labels.map(|label| label.as_ref().to_owned()).collect()
}

fn head(operator: &str, grouping: &Grouping) -> String {
    match grouping {
        // `sum by ()` is the same as `sum`.
        Grouping::By(labels) if labels.is_empty() => operator.to_owned(),
        Grouping::By(labels) => format!("{operator} by ({}) ", labels.join(", ")),
        Grouping::Without(labels) => format!("{operator} without ({}) ", labels.join(", ")),
    }
}

fn needs_parentheses(outer: &str, side: &Expr, is_right: bool) -> bool {
    let Expr::Binary { operator, .. } = side else {
        return false;
    };
    // `and` binds more strongly than `or`: the parentheses are for readers.
    let is_mixed = outer == "or" && ["and", "unless"].contains(operator);
    let (inner, outer) = (precedence(operator), precedence(outer));
    is_mixed || inner < outer || (is_right && inner == outer)
}

/// Returns the precedence of an operator (Prometheus, "Operators", "Binary operator precedence").
fn precedence(operator: &str) -> u8 {
    match operator {
        "or" => 1,
        "and" | "unless" => 2,
        "*" | "/" | "%" => 5,
        "+" | "-" => 4,
        _ => 3,
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.layout(0))
    }
}
