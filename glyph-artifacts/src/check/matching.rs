//! Checks of binary operations: whether the series of both sides can match.

use promql_parser::parser::{BinModifier, BinaryExpr, LabelModifier, VectorMatchCardinality};

use super::{
    expression::Check,
    shape::{Shape, Sort},
    variables::PLACEHOLDER,
};

impl Check<'_> {
    /// Checks a binary operation and returns the series of its result.
    pub(super) fn binary(&mut self, binary: &BinaryExpr) -> Shape {
        let left = self.expr(&binary.lhs);
        let right = self.expr(&binary.rhs);
        let operator = binary.op.to_string();
        let is_filter = binary.op.is_set_operator() || binary.op.is_comparison_operator();
        let sort = match (left.sort, right.sort) {
            (sort, _) if is_filter => sort,
            (Sort::Gauge, _) if right.is_scalar => Sort::Gauge,
            (Sort::Counter | Sort::Total, Sort::Counter | Sort::Total) => Sort::Total,
            (left, right) if left == right => left,
            _ => Sort::Any,
        };
        if left.is_scalar || right.is_scalar {
            let series = if left.is_scalar { right } else { left };
            let sort = if is_filter { series.sort } else { sort };
            return series.with_sort(sort);
        }
        let modifier = binary.modifier.clone().unwrap_or_default();
        self.matched(&operator, &modifier, &left, &right);
        result(&operator, &modifier, left, right).with_sort(sort)
    }

    /// Reports labels by which no series match.
    fn matched(&mut self, operator: &str, modifier: &BinModifier, left: &Shape, right: &Shape) {
        let both = left.clone().or(right.clone());
        if let Some(matching) = &modifier.matching {
            self.known_labels(&matching.labels().labels, &both);
        }
        match &modifier.card {
            VectorMatchCardinality::ManyToOne(labels) => self.known_labels(&labels.labels, right),
            VectorMatchCardinality::OneToMany(labels) => self.known_labels(&labels.labels, left),
            _ => {}
        }
        let fills = &modifier.fill_values;
        if operator == "or" || fills.lhs.is_some() || fills.rhs.is_some() {
            return;
        }
        match &modifier.matching {
            Some(LabelModifier::Include(on)) => self.one_sided(&on.labels, left, right),
            Some(LabelModifier::Exclude(ignored)) => {
                self.never_match(operator, &ignored.labels, left, right);
                self.several(operator, modifier, &ignored.labels, [left, right]);
            }
            None => self.never_match(operator, &[], left, right),
        }
    }

    /// Reports labels of `on(..)` that only one side has.
    fn one_sided(&mut self, on: &[String], left: &Shape, right: &Shape) {
        for label in on.iter().filter(|label| !label.contains(PLACEHOLDER)) {
            let side = match (left.has(label), right.has(label)) {
                (false, true) => "left",
                (true, false) => "right",
                _ => continue,
            };
            self.problems.push(format!(
                "`on ({label})` never matches, as the {side} side has no label `{label}`: remove it or keep it in the aggregation"
            ));
        }
    }

    /// Reports a side with several series for one of the other, which differ in ignored labels.
    fn several(
        &mut self,
        operator: &str,
        modifier: &BinModifier,
        ignored: &[String],
        [left, right]: [&Shape; 2],
    ) {
        let is_set = ["and", "or", "unless"].contains(&operator);
        let (may_left, may_right) = match &modifier.card {
            VectorMatchCardinality::ManyToOne(_) => (true, false),
            VectorMatchCardinality::OneToMany(_) => (false, true),
            _ => (is_set, is_set),
        };
        for (side, shape, may) in [("left", left, may_left), ("right", right, may_right)] {
            let differing = shape.differing(ignored);
            if may || differing.is_empty() {
                continue;
            }
            let labels = differing.join(", ");
            self.problems.push(format!(
                "the {side} side of `{operator}` has several series that differ in `{labels}` alone: write `sum without ({labels}) (..)` there"
            ));
        }
    }

    /// Reports sides with different labels, which match only without them.
    fn never_match(&mut self, operator: &str, ignored: &[String], left: &Shape, right: &Shape) {
        let only = |here: &Shape, there: &Shape| -> Vec<String> {
            let labels = here.only_here(there).into_iter();
            let labels = labels.filter(|label| !ignored.iter().any(|ignored| ignored == label));
            labels.map(|label| format!("`{label}`")).collect()
        };
        let (of_left, of_right) = (only(left, right), only(right, left));
        let group = match (of_left.is_empty(), of_right.is_empty()) {
            (true, true) => return,
            _ if ["and", "unless"].contains(&operator) => "",
            (false, true) => " group_left",
            (true, false) => " group_right",
            (false, false) => "",
        };
        let side = |labels: &[String], side: &str| {
            (!labels.is_empty()).then(|| format!("only the {side} side has {}", labels.join(", ")))
        };
        let sides = [side(&of_left, "left"), side(&of_right, "right")];
        let sides: Vec<_> = sides.into_iter().flatten().collect();
        let common = left.common(right);
        let common: Vec<_> = common
            .into_iter()
            .filter(|label| !ignored.iter().any(|ignored| ignored == label))
            .collect();
        self.problems.push(format!(
            "the sides of `{operator}` never match, as {}: write `{operator} on ({}){group}`",
            sides.join(" and "),
            common.join(", ")
        ));
    }
}

/// Returns the series of a binary operation (Prometheus, "Vector matching").
fn result(operator: &str, modifier: &BinModifier, left: Shape, right: Shape) -> Shape {
    match operator {
        "or" => return left.or(right),
        "and" | "unless" => return left,
        _ => {}
    }
    match &modifier.card {
        VectorMatchCardinality::ManyToOne(labels) => with_copied(left, &right, &labels.labels),
        VectorMatchCardinality::OneToMany(labels) => with_copied(right, &left, &labels.labels),
        _ => match &modifier.matching {
            Some(LabelModifier::Include(on)) => {
                let has_variable = on.labels.iter().any(|label| label.contains(PLACEHOLDER));
                let mut kept = left.keep(&on.labels);
                kept.is_open |= has_variable;
                kept
            }
            Some(LabelModifier::Exclude(ignored)) => left.without(&ignored.labels),
            // The labels of both sides are equal.
            None if left.is_open => right,
            None => left,
        },
    }
}

/// Returns the series of the side with many, with labels of the other side.
fn with_copied(mut many: Shape, one: &Shape, copied: &[String]) -> Shape {
    for label in copied {
        if label.contains(PLACEHOLDER) {
            many.is_open = true;
        } else {
            many.insert(label, one.label(label).cloned().unwrap_or_default());
        }
    }
    many
}
