//! The configuration of the collection agent, as components that forward to one another.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use crate::system;

/// A component: `prometheus.scrape "services" { .. }`.
#[derive(Debug)]
pub(super) struct Component {
    kind: String,
    label: String,
    pub(super) body: String,
}

/// The agent of the stack.
pub(super) static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let read = |name| fs::read_to_string(system::file(name)).unwrap();
    Agent::parse(&read("deploy/alloy/config.alloy"))
});

#[derive(Debug)]
pub(super) struct Agent(Vec<Component>);

impl Agent {
    /// Reads blocks whose first line is not indented and whose last line is `}`.
    fn parse(text: &str) -> Self {
        let mut components = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(head) = line.strip_suffix(" {") else {
                continue;
            };
            let (kind, label) = head.split_once(" \"").unwrap();
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "}").collect();
            components.push(Component {
                kind: kind.to_owned(),
                label: label.trim_end_matches('"').to_owned(),
                body: body.join("\n"),
            });
        }
        Self(components)
    }

    /// Returns the first component of a kind.
    pub(super) fn component(&self, kind: &str) -> Option<&Component> {
        self.0.iter().find(|component| component.kind == kind)
    }

    /// Returns the component with a name, such as `loki.write.default`.
    pub(super) fn named(&self, name: &str) -> Option<&Component> {
        self.0.iter().find(|component| component.name() == name)
    }

    /// Returns the components of a kind, such as `loki.write`.
    fn of_kind(&self, kind: &str) -> Vec<&Component> {
        let all = self.0.iter();
        all.filter(|component| component.kind == kind).collect()
    }

    /// Returns the writer to a back end that a component of this kind forwards to, over any number
    /// of components.
    pub(super) fn writer(&self, kind: &str, backend: &str) -> Option<&Component> {
        let mut waiting = self.of_kind(kind);
        let mut seen = BTreeSet::new();
        while let Some(component) = waiting.pop() {
            if component.writes_to(backend) {
                return Some(component);
            }
            if seen.insert(component.name()) {
                let next = self.0.iter();
                waiting.extend(next.filter(|next| component.forwards_to(next)));
            }
        }
        None
    }
}

impl Component {
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.kind, self.label)
    }

    fn forwards_to(&self, other: &Self) -> bool {
        let name = other.name();
        ["receiver", "input"]
            .iter()
            .any(|input| self.body.contains(&format!("{name}.{input}")))
    }

    /// Whether an address of it is that of the back end. A scrape also names addresses.
    fn writes_to(&self, backend: &str) -> bool {
        let is_writer = self.kind.ends_with("write") || self.kind.contains(".exporter.");
        is_writer && self.has_address(&format!("{backend}:"))
    }

    /// Whether an address begins like this, with or without a scheme.
    pub(super) fn has_address(&self, start: &str) -> bool {
        ["\"", "\"http://"]
            .iter()
            .any(|before| self.body.contains(&format!("{before}{start}")))
    }
}

/// Returns the fields of log lines that the agent reads.
pub(crate) fn fields() -> Vec<&'static str> {
    let lines = &AGENT.component("loki.process").unwrap().body;
    let (_, fields) = lines.split_once("expressions = {").unwrap();
    let (fields, _) = fields.split_once('}').unwrap();
    let names = fields.lines().filter_map(|line| line.split_once('='));
    names.map(|(name, _)| name.trim()).collect()
}
