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

/// Returns a rule file with an alert for each expression.
fn rule_file(cases: &[Case]) -> String {
    let rules = cases.iter().enumerate().map(|(index, case)| {
        serde_json::json!({
            "alert": format!("Case{index}"),
            "expr": case.expr,
            "annotations": { "summary": case.text.unwrap_or_default() },
        })
    });
    let rules: Vec<_> = rules.collect();
    let group = serde_json::json!({ "name": "cases", "rules": rules });
    yaml_serde::to_string(&serde_json::json!({ "groups": [group] })).unwrap()
}

/// Compares what the check says of each case with the table.
fn agree(cases: Vec<Case>, check: impl Fn(&[Case]) -> Vec<String>) {
    let mut wrong = Vec::new();
    for case in cases {
        let case = &[case];
        let said = check(case);
        let [case] = case;
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
    agree(cases, |case| {
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
    agree(cases, |case| {
        let targets = case
            .iter()
            .map(|case| serde_json::json!({ "expr": case.expr, "legendFormat": case.text }));
        let targets: Vec<_> = targets.collect();
        let panel = serde_json::json!({
            "title": "Case",
            "datasource": { "type": "prometheus", "uid": "${datasource}" },
            "targets": targets,
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
    // Only servers with a feature flag, and Prometheus 3, have these.
    let is_newer = |case: &Case| case.expr.contains("sort_by_label") || case.expr.contains("{\"");
    let cases = cases(RULES, "summary:").into_iter();
    let (wrong, right): (Vec<_>, Vec<_>) = cases
        .filter(|case| !is_newer(case))
        .partition(Case::is_syntax_error);
    assert!(wrong.len() > 2 && right.len() > 100);
    assert_eq!(promtool(&rule_file(&right)), Ok(()));
    for case in wrong {
        let expr = case.expr;
        assert!(promtool(&rule_file(&[case])).is_err(), "{expr}");
    }
}

/// Returns what promtool says of a rule file that it rejects.
fn promtool(rules: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), rules).unwrap();
    let mut promtool = Command::new("promtool");
    let promtool = promtool.args(["check", "rules", "--lint=none", "rules.yml"]);
    let output = promtool.current_dir(folder.path()).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}
