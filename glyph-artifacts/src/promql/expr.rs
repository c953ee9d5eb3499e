//! Expressions, and how they are laid out.

use std::fmt;

use super::{Selector, Window};

/// Longer expressions are broken over lines.
const WIDTH: usize = 100;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// A number.
    Number(f64),
    /// Series as they are now.
    Instant(Selector),
    /// Series over some time.
    Range(Selector, Window),
    /// A function with its arguments.
    Call(&'static str, Vec<Expr>),
    /// Series put together.
    Aggregate {
        /// How: `sum`, `max`.
        operator: &'static str,
        /// The labels that are kept, or go.
        grouping: Grouping,
        /// What.
        of: Box<Expr>,
    },
    /// Two expressions and an operator.
    Binary {
        /// The left one.
        left: Box<Expr>,
        /// `/`, `>`, `and`.
        operator: &'static str,
        /// The right one.
        right: Box<Expr>,
    },
}

/// Which labels of series that are put together stay.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grouping {
    /// These.
    By(Vec<String>),
    /// All but these.
    Without(Vec<String>),
}

impl Expr {
    /// A function with its arguments.
    #[must_use]
    pub fn call(name: &'static str, arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(name, arguments.into_iter().collect())
    }

    /// The sum of series for each combination of these labels.
    #[must_use]
    pub fn sum_by(self, by: &[impl AsRef<str>]) -> Self {
        self.sum(Grouping::By(owned(by)))
    }

    /// The sum of series that differ in these labels alone.
    #[must_use]
    pub fn sum_without(self, labels: &[impl AsRef<str>]) -> Self {
        self.sum(Grouping::Without(owned(labels)))
    }

    fn sum(self, grouping: Grouping) -> Self {
        Self::Aggregate {
            operator: "sum",
            grouping,
            of: Box::new(self),
        }
    }

    /// A quantile by the rates of a histogram's buckets.
    #[must_use]
    pub fn quantile(quantile: f64, buckets: Self, by: &[impl AsRef<str>]) -> Self {
        let labels = std::iter::once("le").chain(by.iter().map(AsRef::as_ref));
        let labels: Vec<&str> = labels.collect();
        Self::call(
            "histogram_quantile",
            [Self::Number(quantile), buckets.sum_by(&labels)],
        )
    }

    /// This, an operator and another.
    #[must_use]
    pub fn binary(self, operator: &'static str, right: Self) -> Self {
        Self::Binary {
            left: Box::new(self),
            operator,
            right: Box::new(right),
        }
    }

    /// This divided by another.
    #[must_use]
    pub fn per(self, whole: Self) -> Self {
        self.binary("/", whole)
    }

    /// This compared with a number.
    #[must_use]
    pub fn compared(self, operator: &'static str, number: f64) -> Self {
        self.binary(operator, Self::Number(number))
    }

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
                grouping,
                of,
            } => {
                let head = head(operator, grouping);
                format!("{head}(\n{margin}  {}\n{margin})", of.layout(inner))
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
                grouping,
                of,
            } => {
                format!("{}({})", head(operator, grouping), of.flat())
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
        Grouping::By(labels) if labels.is_empty() => operator.to_owned(),
        Grouping::By(labels) => format!("{operator} by ({}) ", labels.join(", ")),
        Grouping::Without(labels) => format!("{operator} without ({}) ", labels.join(", ")),
    }
}

fn needs_parentheses(outer: &str, side: &Expr, is_right: bool) -> bool {
    let Expr::Binary { operator, .. } = side else {
        return false;
    };
    // Prometheus knows that `and` binds more strongly; readers need not.
    let is_mixed = outer == "or" && *operator == "and";
    let (inner, outer) = (precedence(operator), precedence(outer));
    is_mixed || inner < outer || (is_right && inner == outer)
}

/// How strongly an operator binds (Prometheus, "Operators", "Binary operator precedence").
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
