//! The functions of a profile as a tree, for the flame graph of the page.

use std::collections::HashMap;

use serde::Serialize;

use super::{sampling::Report, unavailable::Unavailable};

/// The most nodes of a tree. Those with the fewest samples are left out.
const MOST_NODES: usize = 10_000;

/// The name of the root.
const ALL: &str = "all";

/// A profile as a tree.
#[derive(Debug, Serialize)]
struct Tree {
    seconds: f64,
    /// Samples for each second of processor time.
    frequency: i32,
    samples: u64,
    nodes_left_out: usize,
    functions: Vec<String>,
    nodes: Vec<Node>,
}

/// A function that was called by its parent, which comes before it. The first node is the root.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Node {
    parent: Option<usize>,
    function: usize,
    /// Samples in this function, and in those that it called.
    samples: u64,
    /// Samples in this function itself.
    own: u64,
}

/// Returns the tree of a profile as JSON.
pub(super) fn json(report: &Report) -> Result<Vec<u8>, Unavailable> {
    let mut growing = Growing::new();
    for (stack, samples) in report.stacks() {
        growing.add(stack, samples);
    }
    let tree = growing.tree(report.seconds(), report.frequency(), MOST_NODES);
    serde_json::to_vec(&tree).map_err(|error| Unavailable::Failed(error.to_string()))
}

/// A tree to which stacks are added.
#[derive(Debug)]
struct Growing {
    functions: HashMap<String, usize>,
    nodes: Vec<Node>,
    /// The nodes by parent and function.
    children: HashMap<(usize, usize), usize>,
}

impl Growing {
    fn new() -> Self {
        let root = Node {
            parent: None,
            function: 0,
            samples: 0,
            own: 0,
        };
        Self {
            functions: HashMap::from([(ALL.to_owned(), 0)]),
            nodes: vec![root],
            children: HashMap::new(),
        }
    }

    /// Adds a stack from its outermost function to the innermost one.
    fn add(&mut self, stack: Vec<String>, samples: u64) {
        let mut at = 0;
        self.count(at, samples);
        for name in stack {
            let next = self.functions.len();
            let function = *self.functions.entry(name).or_insert(next);
            let next = self.nodes.len();
            let node = *self.children.entry((at, function)).or_insert(next);
            if node == next {
                self.nodes.push(Node {
                    parent: Some(at),
                    function,
                    samples: 0,
                    own: 0,
                });
            }
            at = node;
            self.count(at, samples);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.own += samples;
        }
    }

    fn count(&mut self, at: usize, samples: u64) {
        if let Some(node) = self.nodes.get_mut(at) {
            node.samples += samples;
        }
    }

    /// Returns the tree with at most this many nodes. A parent has no fewer samples than its children, so no
    /// node is left without its parent.
    fn tree(self, seconds: f64, frequency: i32, most: usize) -> Tree {
        let mut counts: Vec<u64> = self.nodes.iter().map(|node| node.samples).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let least = counts.get(most).map_or(0, |samples| samples + 1);
        let mut places = vec![None; self.nodes.len()];
        let mut nodes = Vec::new();
        for (node, place) in self.nodes.iter().enumerate() {
            if place.samples < least {
                continue;
            }
            if let Some(kept) = places.get_mut(node) {
                *kept = Some(nodes.len());
            }
            let parent = place.parent.and_then(|parent| *places.get(parent)?);
            nodes.push(Node { parent, ..*place });
        }
        let mut functions: Vec<_> = self.functions.into_iter().collect();
        functions.sort_unstable_by_key(|(_, function)| *function);
        Tree {
            seconds,
            frequency,
            samples: counts.first().copied().unwrap_or(0),
            nodes_left_out: self.nodes.len() - nodes.len(),
            functions: functions.into_iter().map(|(name, _)| name).collect(),
            nodes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Growing, Node, Tree};

    fn tree(most: usize) -> Tree {
        let mut growing = Growing::new();
        for (stack, samples) in [
            (["worker", "serve", "encode"].as_slice(), 5),
            (&["worker", "serve"], 2),
            (&["worker", "serve", "encode", "encode"], 1),
            (&["main"], 1),
        ] {
            let stack = stack.iter().map(|name| (*name).to_owned());
            growing.add(stack.collect(), samples);
        }
        growing.tree(1.5, 100, most)
    }

    fn node(parent: usize, function: usize, samples: u64, own: u64) -> Node {
        let parent = Some(parent);
        Node {
            parent,
            function,
            samples,
            own,
        }
    }

    #[test]
    fn stacks_with_the_same_beginning_share_their_nodes() {
        let tree = tree(100);
        assert_eq!(tree.functions, ["all", "worker", "serve", "encode", "main"]);
        let root = Node {
            parent: None,
            function: 0,
            samples: 9,
            own: 0,
        };
        let expected = [
            root,
            node(0, 1, 8, 0),
            node(1, 2, 8, 2),
            node(2, 3, 6, 5),
            node(3, 3, 1, 1),
            node(0, 4, 1, 1),
        ];
        assert_eq!(tree.nodes, expected);
        assert_eq!((tree.samples, tree.nodes_left_out), (9, 0));
    }

    #[test]
    fn nodes_with_the_fewest_samples_are_left_out() {
        for most in [4, 5] {
            let tree = tree(most);
            assert_eq!(tree.nodes.len(), 4, "{:?}", tree.nodes);
            assert_eq!((tree.samples, tree.nodes_left_out), (9, 2));
            assert_eq!(tree.nodes.last(), Some(&node(2, 3, 6, 5)));
        }
    }
}
