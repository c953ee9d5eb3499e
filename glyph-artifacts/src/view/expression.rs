//! Expressions of alerts under a view.

use glyph_core::catalog::{AlertDescriptor, Condition, Kind};
use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{self, Expr, LabelModifier, VectorMatchCardinality, VectorSelector},
};

use super::{Follow, Reason, Shown, alert::labels_in, leaked_text, rename::renamed};
use crate::series::Series;

/// Functions whose results add up as the counters do.
const RATES: [&str; 3] = ["rate", "irate", "increase"];

impl Follow<'_> {
    /// Renames the metrics of an expression, and of the series of its tests.
    pub(super) fn expression(
        &self,
        alert: &AlertDescriptor,
        condition: Condition,
    ) -> Result<Condition, Reason> {
        let Condition::Expression {
            promql,
            external,
            fires,
            silent,
        } = condition
        else {
            return Ok(condition);
        };
        // `Artifacts::checked` reports an expression that is not PromQL.
        if let Ok(parsed) = parser::parse(promql) {
            self.check_expression(&parsed, alert)?;
        }
        let mut series = fires.iter().chain(silent);
        // Without series of the author, the tests of the rules derive some from the expression.
        let are_kept = series.all(|series| self.has_series(series));
        let kept = |series| {
            if are_kept {
                self.all_renamed(series)
            } else {
                &[]
            }
        };
        Ok(Condition::Expression {
            promql: self.renamed(promql),
            external,
            fires: kept(fires),
            silent: kept(silent),
        })
    }

    fn check_expression(&self, expr: &Expr, alert: &AlertDescriptor) -> Result<(), Reason> {
        let mut uses = Uses::of(self);
        uses.expr(expr, false)?;
        let texts = [alert.summary, alert.description];
        let texts = texts.into_iter().flat_map(labels_in);
        for label in uses.labels.iter().map(String::as_str).chain(texts) {
            for shown in &uses.used {
                shown.check_label(label)?;
            }
        }
        Ok(())
    }

    /// Whether a series of a test can be one of the view.
    fn has_series(&self, text: &str) -> bool {
        let parsed = Series::parse(text).ok();
        match parsed.map(|series| parser::parse(series.selector)) {
            // A single series needs not be added up.
            Some(Ok(Expr::VectorSelector(selector))) => {
                Uses::of(self).selector(&selector, true).is_ok()
            }
            _ => true,
        }
    }

    fn all_renamed(&self, texts: &[&'static str]) -> &'static [&'static str] {
        let renamed = texts.iter().map(|text| self.renamed(text));
        renamed.collect::<Vec<_>>().leak()
    }

    fn renamed(&self, text: &'static str) -> &'static str {
        let result = renamed(text, |name| self.sample(name));
        if result == text {
            text
        } else {
            leaked_text(&result)
        }
    }
}

/// What an expression uses of a catalog.
struct Uses<'follow> {
    follow: &'follow Follow<'follow>,
    used: Vec<&'follow Shown>,
    /// The labels of `by(..)` and the like.
    labels: Vec<String>,
}

impl<'follow> Uses<'follow> {
    const fn of(follow: &'follow Follow<'follow>) -> Self {
        Self {
            follow,
            used: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Rejects an expression that needs what the view leaves out. `is_added` says whether the series are
    /// added up outside of it.
    fn expr(&mut self, expr: &Expr, is_added: bool) -> Result<(), Reason> {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector, is_added),
            Expr::MatrixSelector(matrix) => self.selector(&matrix.vs, is_added),
            Expr::Aggregate(aggregate) => {
                if let Some(parameter) = &aggregate.param {
                    self.expr(parameter, false)?;
                }
                self.modifier(aggregate.modifier.as_ref());
                self.expr(&aggregate.expr, aggregate.op.to_string() == "sum")
            }
            Expr::Call(call) => {
                let is_added = is_added && RATES.contains(&call.func.name);
                let mut arguments = call.args.args.iter();
                arguments.try_for_each(|argument| self.expr(argument, is_added))
            }
            Expr::Binary(binary) => {
                if let Some(modifier) = &binary.modifier {
                    self.modifier(modifier.matching.as_ref());
                    if let VectorMatchCardinality::ManyToOne(labels)
                    | VectorMatchCardinality::OneToMany(labels) = &modifier.card
                    {
                        self.labels.extend(labels.labels.iter().cloned());
                    }
                }
                self.expr(&binary.lhs, false)?;
                self.expr(&binary.rhs, false)
            }
            Expr::Paren(paren) => self.expr(&paren.expr, is_added),
            Expr::Unary(unary) => self.expr(&unary.expr, false),
            Expr::Subquery(subquery) => self.expr(&subquery.expr, false),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Ok(()),
        }
    }

    fn modifier(&mut self, modifier: Option<&LabelModifier>) {
        if let Some(LabelModifier::Include(labels) | LabelModifier::Exclude(labels)) = modifier {
            self.labels.extend(labels.labels.iter().cloned());
        }
    }

    fn selector(&mut self, selector: &VectorSelector, is_added: bool) -> Result<(), Reason> {
        let follow = self.follow;
        let name = selector.name.as_deref().unwrap_or_default();
        let Some(shown) = follow.shown_by_sample(name) else {
            return Ok(());
        };
        shown.visible()?;
        let alternatives = selector.matchers.or_matchers.iter().flatten();
        let matchers = || {
            selector
                .matchers
                .matchers
                .iter()
                .chain(alternatives.clone())
        };
        for matcher in matchers() {
            shown.check_label(&matcher.name)?;
        }
        if name.ends_with("_bucket") && shown.declared.kind == Kind::Histogram {
            check_buckets(shown, matchers())?;
        }
        check_added(shown, is_added)?;
        self.used.push(shown);
        Ok(())
    }
}

/// Rejects series that the view joins and the expression does not add up.
fn check_added(shown: &Shown, is_added: bool) -> Result<(), Reason> {
    use glyph_core::metric::GaugeMerge::Sum;

    if is_added {
        return shown.check_merge(&[Sum]);
    }
    match shown.missing().next() {
        Some(label) => Err(format!(
            "the view leaves out label `{label}` of `{}`, whose series it distinguishes",
            shown.declared.name
        )),
        None => Ok(()),
    }
}

/// Rejects a bucket that the view leaves out, and quantiles that cannot be as high as declared ones.
fn check_buckets<'m>(
    shown: &Shown,
    matchers: impl Iterator<Item = &'m Matcher>,
) -> Result<(), Reason> {
    let (declared, exposed) = (shown.declared.buckets, shown.visible()?.buckets);
    if declared.len() == exposed.len() {
        return Ok(());
    }
    let of_buckets: Vec<_> = matchers.filter(|matcher| matcher.name == "le").collect();
    for matcher in &of_buckets {
        let bound = matcher.value.parse::<f64>().ok();
        let is_kept = match (&matcher.op, bound) {
            (MatchOp::Equal, Some(bound)) => bound.is_infinite() || shown.has_bucket(bound)?,
            _ => false,
        };
        if !is_kept {
            return Err(format!(
                "the view leaves out bucket bounds of `{}`, and it needs `le{}\"{}\"`",
                shown.declared.name, matcher.op, matcher.value
            ));
        }
    }
    let highest = declared.last().zip(exposed.last());
    let is_lower = highest.is_some_and(|(declared, exposed)| exposed < declared);
    if of_buckets.is_empty() && is_lower {
        return Err(format!(
            "the view leaves out the highest bucket bound of `{}`",
            shown.declared.name
        ));
    }
    Ok(())
}
