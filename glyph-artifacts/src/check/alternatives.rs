//! The branches of a regular expression.

use regex::Regex;
use regex_syntax::ast::{self, Ast, Visitor, parse::Parser};

/// A branch of an alternation: `card` in `card|invoice`.
pub(super) struct Branch {
    /// The branch as written.
    pub(super) text: String,
    /// The whole expression with this branch alone.
    pub(super) pattern: String,
}

impl Branch {
    /// Returns whether the expression with this branch alone matches one of the texts.
    pub(super) fn matches_any<'text>(&self, texts: impl IntoIterator<Item = &'text str>) -> bool {
        // Go has syntax that this library does not read, so this is no error.
        anchored(&self.pattern)
            .is_none_or(|pattern| texts.into_iter().any(|text| pattern.is_match(text)))
    }

    /// Returns the text before the first character with a meaning of its own. Parentheses around a
    /// single branch are skipped.
    pub(super) fn literal_prefix(&self) -> String {
        let plain = self.pattern.replace("(?:", "").replace(['(', ')'], "");
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "_:".contains(*letter);
        let mut prefix: String = plain.chars().take_while(is_plain).collect();
        let next = plain.chars().nth(prefix.chars().count());
        // The last character of the prefix may occur any number of times.
        if next.is_some_and(|next| "*?{".contains(next)) {
            prefix.pop();
        }
        prefix
    }

    /// Returns whether the expression with this branch alone matches one text only.
    pub(super) fn is_literal(&self) -> bool {
        regex::escape(&self.pattern) == self.pattern
    }
}

/// Returns an expression that matches whole texts only, as in PromQL; `None` if it is invalid.
pub(super) fn anchored(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?s:{pattern})$")).ok()
}

/// Returns all branches of all alternations in a regular expression; the expression itself if
/// there is no alternation. What is optional or repeated is left as it is.
pub(super) fn branches(pattern: &str) -> Vec<Branch> {
    let whole = || Branch {
        text: pattern.to_owned(),
        pattern: pattern.to_owned(),
    };
    let Ok(parsed) = Parser::new().parse(pattern) else {
        return vec![whole()];
    };
    let found = ast::visit(&parsed, Alternations::default()).unwrap_or_default();
    let branches = found.iter().filter_map(|(all, branch)| {
        let text = pattern.get(branch.start.offset..branch.end.offset)?;
        let before = pattern.get(..all.start.offset)?;
        let after = pattern.get(all.end.offset..)?;
        Some(Branch {
            text: text.to_owned(),
            pattern: format!("{before}{text}{after}"),
        })
    });
    let branches: Vec<_> = branches.collect();
    if branches.is_empty() {
        return vec![whole()];
    }
    branches
}

/// Collects the places of alternations, each with the place of one of its branches.
#[derive(Default)]
struct Alternations {
    found: Vec<(ast::Span, ast::Span)>,
    /// The number of repetitions around the node.
    repetitions: usize,
}

impl Visitor for Alternations {
    type Output = Vec<(ast::Span, ast::Span)>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.found)
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), ()> {
        match node {
            Ast::Repetition(_) => self.repetitions += 1,
            Ast::Alternation(all) if self.repetitions == 0 => {
                let branches = all.asts.iter().map(|branch| (all.span, *branch.span()));
                self.found.extend(branches);
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_post(&mut self, node: &Ast) -> Result<(), ()> {
        if matches!(node, Ast::Repetition(_)) {
            self.repetitions -= 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::branches;

    #[test]
    fn each_branch_is_returned_with_the_rest_of_the_expression() {
        let cases: [(&str, &[(&str, &str)]); 5] = [
            ("a", &[("a", "a")]),
            ("a|b", &[("a", "a"), ("b", "b")]),
            ("x(a|b)(c|d)?", &[("a", "x(a)(c|d)?"), ("b", "x(b)(c|d)?")]),
            ("a|", &[("a", "a"), ("", "")]),
            ("[|]|\\|", &[("[|]", "[|]"), ("\\|", "\\|")]),
        ];
        for (pattern, expected) in cases {
            let found = branches(pattern);
            let found: Vec<_> = found
                .iter()
                .map(|branch| (branch.text.as_str(), branch.pattern.as_str()))
                .collect();
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn prefix_ends_where_a_text_can_differ() {
        for (pattern, expected) in [
            ("shop_.*", "shop_"),
            ("shop_a?", "shop_"),
            ("(shop)_b", "shop_b"),
            (".*", ""),
        ] {
            let found = branches(pattern);
            let prefixes: Vec<_> = found.iter().map(super::Branch::literal_prefix).collect();
            assert_eq!(prefixes, [expected], "{pattern}");
        }
    }
}
