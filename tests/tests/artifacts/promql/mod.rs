//! What the check of files written by hand says of each expression in a table.

mod catalog;
mod files;

use std::process::Command;

use glyph_runtime::artifacts::Artifacts;

use catalog::Shop;

const RULES: &str = include_str!("rules.txt");
const PANELS: &str = include_str!("panels.txt");

/// An expression of a table, with a text beside it and what the check says.
struct Case {
    expr: &'static str,
    /// The value of a line such as `summary: ..`, for texts with labels.
    text: Option<&'static str>,
    messages: Vec<&'static str>,
}

impl Case {
    /// Returns whether the parser, and not a check of names, rejects the expression.
    fn is_syntax_error(&self) -> bool {
        self.messages
            .iter()
            .any(|message| message.ends_with(" is not PromQL"))
    }
}

/// Reads a table: expressions, each with its indented lines. `key` starts the line of the text.
fn cases(table: &'static str, key: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let lines = table.lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(line) = line.strip_prefix("    ") else {
            cases.push(Case {
                expr: line,
                text: None,
                messages: Vec::new(),
            });
            continue;
        };
        let case = cases.last_mut().unwrap();
        match line.strip_prefix(key) {
            Some(text) => case.text = Some(text.trim()),
            None => case.messages.push(line),
        }
    }
    cases
}

fn artifacts() -> Artifacts {
    Artifacts::of::<Shop>()
}

/// Returns the rule file of an expression.
fn rule_file(case: &Case) -> String {
    let rule = serde_json::json!({
        "alert": "Case",
        "expr": case.expr,
        "annotations": { "summary": case.text.unwrap_or_default() },
    });
    yaml_serde::to_string(&serde_json::json!({ "groups": [{ "name": "cases", "rules": [rule] }] }))
        .unwrap()
}

/// Compares what the check says of each case with the table.
fn agree(cases: &[Case], check: impl Fn(&Case) -> Vec<String>) {
    let mut wrong = Vec::new();
    for case in cases {
        let said = check(case);
        let is_equal = said.len() == case.messages.len()
            && said.iter().zip(&case.messages).all(|(said, expected)| {
                // The text after it is the parser's.
                said == expected || (case.is_syntax_error() && said.starts_with(expected))
            });
        if !is_equal {
            wrong.push(format!("{}\n    {}", case.expr, said.join("\n    ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn each_expression_of_a_rule_is_judged_as_in_the_table() {
    let cases = cases(RULES, "summary:");
    assert!(cases.len() >= 120, "{}", cases.len());
    agree(&cases, |case| {
        let problems = artifacts()
            .problems_in_rules(&rule_file(case), "rules.yml")
            .unwrap();
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    });
}

#[test]
fn each_expression_of_a_panel_is_judged_as_in_the_table() {
    let cases = cases(PANELS, "legend:");
    assert!(cases.len() >= 40, "{}", cases.len());
    agree(&cases, |case| {
        let target = serde_json::json!({ "expr": case.expr, "legendFormat": case.text });
        let panel = serde_json::json!({
            "title": "Case",
            "datasource": { "type": "prometheus", "uid": "${datasource}" },
            "targets": [target],
        });
        let json = serde_json::json!({ "panels": [panel] }).to_string();
        let problems = artifacts()
            .problems_in_dashboard(&json, "shop.json")
            .unwrap();
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    });
}

/// The table's expressions are PromQL for Prometheus too, unless the table says otherwise.
#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn promtool_accepts_what_the_table_takes_for_promql() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for case in cases(RULES, "summary:") {
        // Only servers with a feature flag, and Prometheus 3, have these.
        if case.expr.contains("sort_by_label") || case.expr.contains("{\"") {
            continue;
        }
        std::fs::write(folder.path().join("rules.yml"), rule_file(&case)).unwrap();
        let mut promtool = Command::new("promtool");
        let promtool = promtool
            .args(["check", "rules", "rules.yml"])
            .current_dir(folder.path());
        let output = promtool.output().unwrap();
        if output.status.success() == case.is_syntax_error() {
            wrong.push(format!(
                "{}\n{}",
                case.expr,
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
