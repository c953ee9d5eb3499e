//! As much of Markdown as the documents use: fences, headings, links and their definitions.

use std::collections::BTreeMap;

/// A document without its code blocks.
#[derive(Debug)]
pub(crate) struct Document {
    prose: String,
}

impl Document {
    pub(crate) fn parse(text: &str) -> Self {
        let mut in_code = false;
        let mut prose = String::new();
        for line in text.lines() {
            let fence = line.trim_start().starts_with("```");
            if !in_code && !fence {
                prose.push_str(line);
            }
            prose.push('\n');
            in_code ^= fence;
        }
        Self { prose }
    }

    /// Returns the anchors of the headings, as GitHub and rustdoc name them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let headings = self.prose.lines().filter_map(|line| {
            let (level, heading) = line.split_once(' ')?;
            (!level.is_empty() && level.chars().all(|it| it == '#')).then_some(heading)
        });
        headings.map(anchor).collect()
    }

    /// Returns the definitions, `[name]: target`.
    pub(crate) fn definitions(&self) -> BTreeMap<&str, &str> {
        let lines = self.prose.lines();
        lines
            .filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
            .collect()
    }

    /// Returns the targets of links, `[text](target)`.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.after("](", ')')
    }

    /// Returns the names of links, `[text][name]`.
    pub(crate) fn references(&self) -> Vec<String> {
        self.after("][", ']')
    }

    /// Returns what is between `begin` and `end`, outside of code.
    fn after(&self, begin: &str, end: char) -> Vec<String> {
        // Every second piece between backticks is code.
        let prose: String = self.prose.split('`').step_by(2).collect();
        let pieces = prose.split(begin).skip(1);
        pieces
            .filter_map(|piece| Some(piece.split_once(end)?.0.to_owned()))
            .collect()
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn links_and_anchors_are_found_outside_of_code() {
    let document = Document::parse(
        "# The `log` filter\n[a](x.md#b) `[no](code)` and [b][c]\n```\n# [no](fence)\n```\n[c]: y.md\n",
    );
    assert_eq!(document.anchors(), ["the-log-filter"]);
    assert_eq!(document.targets(), ["x.md#b"]);
    assert_eq!(document.references(), ["c"]);
    assert_eq!(document.definitions(), BTreeMap::from([("c", "y.md")]));
}
