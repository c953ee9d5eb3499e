//! The requirements of the five systems, one row for each fact.

use std::sync::OnceLock;

use serde_json::Value;

/// A document, with the program that meets it.
pub(crate) struct Document {
    pub(crate) title: &'static str,
    /// The number of the document.
    pub(crate) number: &'static str,
    /// The folder of the program in `examples/`.
    pub(crate) program: &'static str,
    text: &'static str,
}

pub(crate) const DOCUMENTS: [Document; 5] = [
    Document {
        title: "Voice pipeline",
        number: "000",
        program: "glyphoxa",
        text: include_str!("requirements/000-glyphoxa.yml"),
    },
    Document {
        title: "Voice server over WebRTC",
        number: "001",
        program: "voxray",
        text: include_str!("requirements/001-voxray.yml"),
    },
    Document {
        title: "Proxy and authentication",
        number: "002",
        program: "ibex",
        text: include_str!("requirements/002-ibex.yml"),
    },
    Document {
        title: "Proxy with plugins",
        number: "003",
        program: "xgen",
        text: include_str!("requirements/003-0xgen.yml"),
    },
    Document {
        title: "Library of texts",
        number: "004",
        program: "gospelib",
        text: include_str!("requirements/004-gospelib.yml"),
    },
];

/// A requirement.
#[derive(Clone, Debug)]
pub(crate) struct Row(pub(crate) Value);

/// Whether a requirement applies to a program in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applies {
    Yes,
    /// In another way, for the reason in the row.
    Adapted,
    No,
}

impl Document {
    /// Returns its rows, which are read once.
    pub(crate) fn rows(&self) -> Vec<Row> {
        static ROWS: [OnceLock<Vec<Row>>; 5] = [const { OnceLock::new() }; 5];
        let index: usize = self.number.parse().unwrap();
        ROWS[index].get_or_init(|| self.read()).clone()
    }

    fn read(&self) -> Vec<Row> {
        let document: Value = yaml_serde::from_str(self.text)
            .unwrap_or_else(|error| panic!("document {}: {error}", self.number));
        let rows = document["requirements"].as_array().unwrap();
        rows.iter().cloned().map(Row).collect()
    }
}

impl Row {
    pub(crate) fn id(&self) -> &str {
        self.text("id").unwrap()
    }

    pub(crate) fn kind(&self) -> &str {
        self.text("kind").unwrap()
    }

    pub(crate) fn says(&self) -> &str {
        self.text("says").unwrap()
    }

    /// The reason why a row is adapted or does not apply.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.text("reason")
    }

    pub(crate) fn applies(&self) -> Applies {
        match self.text("applies") {
            Some("yes") => Applies::Yes,
            Some("adapt") => Applies::Adapted,
            Some("not-applicable") => Applies::No,
            other => panic!("{}: applies is {other:?}", self.id()),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0[key].as_str()
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.0[key].as_f64()
    }

    /// Returns the texts of a list, or the one text. Empty if the row has neither.
    pub(crate) fn texts(&self, key: &str) -> Vec<&str> {
        match &self.0[key] {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect(),
        }
    }

    /// Returns the numbers of a list. Empty if the row has none.
    pub(crate) fn numbers(&self, key: &str) -> Vec<f64> {
        let list = self.0[key].as_array();
        let list = list.map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(Value::as_f64).collect()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        !self.0[key].is_null()
    }
}
