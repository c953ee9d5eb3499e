//! An evaluator of PromQL, for the forms that generated rules and panels have. It computes from the
//! texts that targets exposed, so that it shares no code with Prometheus.

mod aggregate;
mod binary;
mod functions;
mod samples;

use promql_parser::parser::{Call, Expr, MatrixSelector};

pub(crate) use self::samples::{Database, Moment};
use crate::api::{Labels, Samples};

/// The value of an expression.
#[derive(Debug)]
enum Value {
    Scalar(f64),
    Vector(Vec<(Labels, f64)>),
}

/// Returns the result of an expression.
pub(crate) fn evaluate(expr: &Expr, database: &Database, at: Moment<'_>) -> Vec<(Labels, f64)> {
    match (Evaluation { database, at }).value(expr) {
        Value::Scalar(value) => vec![(Labels::new(), value)],
        Value::Vector(vector) => vector,
    }
}

struct Evaluation<'database> {
    database: &'database Database,
    at: Moment<'database>,
}

impl Evaluation<'_> {
    fn value(&self, expr: &Expr) -> Value {
        match expr {
            Expr::NumberLiteral(number) => Value::Scalar(number.val),
            Expr::Paren(paren) => self.value(&paren.expr),
            Expr::VectorSelector(selector) => {
                let samples = self.database.instant(selector, self.at).into_iter();
                let values = samples.map(|(labels, (_, value))| (labels, value));
                Value::Vector(values.collect())
            }
            Expr::Aggregate(aggregate) => {
                let parameter = aggregate.param.as_deref().map(|expr| self.scalar(expr));
                let of = self.vector(&aggregate.expr);
                Value::Vector(aggregate::aggregated(aggregate, parameter, of))
            }
            Expr::Binary(operation) => {
                let (left, right) = (self.value(&operation.lhs), self.value(&operation.rhs));
                binary::combined(operation, left, right)
            }
            Expr::Call(call) => self.call(call),
            Expr::Unary(unary) => match self.value(&unary.expr) {
                Value::Scalar(value) => Value::Scalar(-value),
                Value::Vector(vector) => Value::Vector(functions::each(vector, |value| -value)),
            },
            Expr::MatrixSelector(_)
            | Expr::Subquery(_)
            | Expr::StringLiteral(_)
            | Expr::Extension(_) => panic!("the evaluator reads no such expression: {expr}"),
        }
    }

    fn call(&self, call: &Call) -> Value {
        let name = call.func.name;
        let arguments: Vec<&Expr> = call.args.args.iter().map(AsRef::as_ref).collect();
        let vector = match (name, arguments.as_slice()) {
            ("time", []) => return Value::Scalar(functions::in_seconds(self.at.time)),
            ("scalar", [of]) => {
                let vector = self.vector(of);
                let [(_, value)] = vector.as_slice() else {
                    return Value::Scalar(f64::NAN);
                };
                return Value::Scalar(*value);
            }
            ("vector", [of]) => vec![(Labels::new(), self.scalar(of))],
            ("timestamp", [Expr::VectorSelector(selector)]) => {
                let samples = self.database.instant(selector, self.at).into_iter();
                let times =
                    samples.map(|(labels, (time, _))| (labels, functions::in_seconds(time)));
                functions::each(times.collect(), |time| time)
            }
            ("absent", [of]) => functions::absent(of, self.vector(of).is_empty()),
            ("absent_over_time", [of]) => functions::absent(of, self.range(of).1.is_empty()),
            ("histogram_quantile", [quantile, of]) => {
                functions::histogram_quantile(self.scalar(quantile), self.vector(of))
            }
            ("clamp_min", [of, least]) => {
                let least = self.scalar(least);
                functions::each(self.vector(of), |value| value.max(least))
            }
            ("clamp_max", [of, most]) => {
                let most = self.scalar(most);
                functions::each(self.vector(of), |value| value.min(most))
            }
            (_, [of]) => {
                let (window, series) = self.range(of);
                functions::over_time(name, &series, window, self.at.time)
            }
            _ => panic!("the evaluator has no such function: {call}"),
        };
        Value::Vector(vector)
    }

    /// Returns the window of a range selector in milliseconds, and its series.
    fn range(&self, expr: &Expr) -> (i64, Vec<(Labels, Samples)>) {
        let Expr::MatrixSelector(MatrixSelector { vs, range }) = expr else {
            panic!("the evaluator reads no such range: {expr}");
        };
        let window = i64::try_from(range.as_millis()).unwrap();
        (window, self.database.range(vs, window, self.at))
    }

    fn vector(&self, expr: &Expr) -> Vec<(Labels, f64)> {
        match self.value(expr) {
            Value::Vector(vector) => vector,
            Value::Scalar(_) => panic!("not series: {expr}"),
        }
    }

    fn scalar(&self, expr: &Expr) -> f64 {
        match self.value(expr) {
            Value::Scalar(value) => value,
            Value::Vector(_) => panic!("not a number: {expr}"),
        }
    }
}
