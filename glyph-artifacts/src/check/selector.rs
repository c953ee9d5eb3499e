//! Checks of selectors: metric names, labels and label values.

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::VectorSelector,
};

use super::{
    alternatives::{Branch, anchored, branches},
    expression::{Check, suggestion},
    names::nearest,
    shape::{LabelShape, Shape},
    variables::{PLACEHOLDER, as_pattern},
};

/// The label of the metric name.
const NAME: &str = "__name__";

impl Check<'_> {
    /// Checks the metric name and the matchers of a selector.
    pub(super) fn selector(&mut self, selector: &VectorSelector) -> Shape {
        let alternatives = selector.matchers.or_matchers.iter().flatten();
        let matchers: Vec<_> = selector
            .matchers
            .matchers
            .iter()
            .chain(alternatives)
            .collect();
        let (names, labels): (Vec<_>, Vec<_>) = matchers
            .into_iter()
            .partition(|matcher| matcher.name == NAME);
        let written = match (selector.name.as_deref(), names.as_slice()) {
            (Some(name), _) => Some((name, self.named(name))),
            (None, [matcher, ..]) => Some((matcher.value.as_str(), self.matched_name(matcher))),
            (None, []) => None,
        };
        let Some((name, found)) = written else {
            return self.nameless(selector, &labels);
        };
        let Some(mut shape) = found else {
            return Shape::unknown();
        };
        for matcher in &labels {
            self.matcher(name, &shape, matcher);
        }
        let is_fixed = |matcher: &&&Matcher| {
            matches!(matcher.op, MatchOp::Equal) && !matcher.value.contains(PLACEHOLDER)
        };
        let has_alternatives = !selector.matchers.or_matchers.is_empty();
        for matcher in labels.iter().filter(is_fixed).filter(|_| !has_alternatives) {
            shape.with_value(&matcher.name, &matcher.value);
        }
        shape
    }

    /// Returns the series of a metric name; `None` if it is unknown or another program's.
    fn named(&mut self, name: &str) -> Option<Shape> {
        if name.contains(PLACEHOLDER) {
            return self.matching(&as_pattern(name), name);
        }
        if self.external.iter().any(|pattern| pattern.is_match(name)) {
            return None;
        }
        if let Some(shape) = self.names.series(name) {
            return Some(shape.clone());
        }
        if let Some(message) = self.names.former(name) {
            self.problems.push(message.to_owned());
        } else if !self.names.may_be_external(name) {
            let hint = match self.names.nearest(name) {
                Some(nearest) => format!("did you mean `{nearest}`? "),
                None => String::new(),
            };
            let advice = self.names.external_advice();
            self.problems
                .push(format!("no catalog declares `{name}`; {hint}{advice}"));
        }
        None
    }

    fn matched_name(&mut self, matcher: &Matcher) -> Option<Shape> {
        match &matcher.op {
            MatchOp::Equal => self.named(&matcher.value),
            MatchOp::Re(_) => self.matching(&as_pattern(&matcher.value), &matcher.value),
            MatchOp::NotEqual | MatchOp::NotRe(_) => None,
        }
    }

    /// Returns the series whose names match a pattern; `None` if they can be another program's.
    fn matching(&mut self, pattern: &str, written: &str) -> Option<Shape> {
        let mut shape: Option<Shape> = None;
        let mut may_be_external = false;
        for branch in branches(pattern) {
            let regex = anchored(&branch.pattern)?;
            let found: Vec<_> = self
                .names
                .all()
                .filter(|(name, _)| regex.is_match(name))
                .map(|(_, shape)| shape.clone())
                .collect();
            if found.is_empty() && !self.is_external(&branch) {
                self.no_metric(&branch, pattern, written);
            }
            may_be_external |= !branch.is_literal() || found.is_empty();
            for found in found {
                shape = Some(match shape {
                    Some(shape) => shape.or(found),
                    None => found,
                });
            }
        }
        let is_open = may_be_external && self.names.may_be_nameless();
        shape.map(|mut shape| {
            shape.is_open |= is_open;
            shape
        })
    }

    /// Returns whether a pattern of names, which matches no known one, can match other programs'.
    fn is_external(&self, branch: &Branch) -> bool {
        let prefix = branch.literal_prefix();
        if !branch.is_literal() && prefix.is_empty() {
            return true;
        }
        let mut external = self.external.iter();
        external.any(|pattern| pattern.is_match(&prefix) || pattern.as_str().contains(&prefix))
            || self.names.may_be_external(&prefix)
    }

    fn no_metric(&mut self, branch: &Branch, pattern: &str, written: &str) {
        let place = if branch.text == pattern {
            format!("`{written}`")
        } else {
            format!("`{}` in `{written}`", branch.text)
        };
        let near = if branch.is_literal() {
            self.names.nearest(&branch.pattern)
        } else {
            None
        };
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        self.problems
            .push(format!("no metric matches {place}{hint}"));
    }

    /// Checks a selector of all metrics of a target.
    fn nameless(&mut self, selector: &VectorSelector, labels: &[&Matcher]) -> Shape {
        let is_known = |matcher: &&&Matcher| {
            matcher.name.contains(PLACEHOLDER) || self.names.is_target_label(&matcher.name)
        };
        let is_of_target = labels.iter().filter(is_known).count() == labels.len();
        if !(self.names.may_be_nameless() && is_of_target) {
            self.problems
                .push(format!("selector `{selector}` has no metric name: add one"));
        }
        Shape::unknown()
    }

    /// Checks the label and the value of a matcher.
    fn matcher(&mut self, metric: &str, shape: &Shape, matcher: &Matcher) {
        let label = matcher.name.as_str();
        if label.contains(PLACEHOLDER) {
            return;
        }
        let Some(known) = shape.label(label) else {
            if !shape.has(label) || is_misspelled(label, shape) {
                let hint = suggestion(label, shape);
                self.problems
                    .push(format!("`{metric}` has no label `{label}`; {hint}"));
            }
            return;
        };
        let LabelShape {
            values: Some(values),
            ..
        } = known
        else {
            return;
        };
        for wrong in wrong_values(matcher, values) {
            self.no_value(metric, label, &wrong, values);
        }
    }

    fn no_value(&mut self, metric: &str, label: &str, value: &str, values: &[String]) {
        let listed = listed(label, values);
        let near = if label == "le" {
            let same = |bound: &&&str| bound.parse::<f64>() == value.parse::<f64>();
            listed.iter().find(same).copied()
        } else {
            nearest(value, listed.iter().copied())
        };
        let hint = match near {
            Some(nearest) => format!("did you mean `{nearest}`? "),
            None => String::new(),
        };
        self.problems.push(format!(
            "label `{label}` of `{metric}` has no value `{value}`; {hint}allowed: {}",
            listed.join(", ")
        ));
    }
}

/// Returns whether an unknown label differs from a known one in one letter.
fn is_misspelled(label: &str, shape: &Shape) -> bool {
    let known = shape.suggestions();
    let mut near = known
        .iter()
        .map(|known| strsim::damerau_levenshtein(label, known));
    label.len() > 2 && near.any(|distance| distance == 1)
}

/// Returns the values to suggest. A bound of a bucket has one of two spellings.
fn listed<'values>(label: &str, values: &'values [String]) -> Vec<&'values str> {
    let mut listed: Vec<&str> = Vec::new();
    for value in values {
        let same = |known: &&str| label == "le" && known.parse::<f64>() == value.parse::<f64>();
        if !listed.iter().any(same) {
            listed.push(value);
        }
    }
    listed
}

/// Returns the values, or the branches of a regular expression, that no series has.
fn wrong_values(matcher: &Matcher, values: &[String]) -> Vec<String> {
    let value = &matcher.value;
    let known = || values.iter().map(String::as_str);
    // A label without a value is a label that a series does not have.
    let known_or_none = || known().chain(std::iter::once(""));
    let is_regex = matches!(matcher.op, MatchOp::Re(_) | MatchOp::NotRe(_));
    if !is_regex && !value.contains(PLACEHOLDER) {
        let is_found = known_or_none().any(|known| known == value);
        return if is_found {
            Vec::new()
        } else {
            vec![value.clone()]
        };
    }
    let pattern = if is_regex {
        value.clone()
    } else {
        regex::escape(value)
    };
    let pattern = as_pattern(&pattern);
    let branches = branches(&pattern);
    let wrong = branches
        .iter()
        .filter(|branch| !branch.matches_any(known_or_none()));
    let wrong: Vec<_> = wrong.map(|branch| branch.text.clone()).collect();
    if wrong.len() == branches.len() {
        return vec![value.clone()];
    }
    wrong
}
