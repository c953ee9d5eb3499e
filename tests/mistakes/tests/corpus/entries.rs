//! The entries of `tests/mistakes/`.

use std::{collections::HashSet, fs, path::PathBuf};

use serde::Deserialize;

/// The fewest mistakes and the fewest edits that compile.
const LEAST: [usize; 2] = [300, 60];

/// The folder with the crate and the entries.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Everything in one file of entries.
#[derive(Default, Deserialize)]
struct File {
    #[serde(default)]
    mistake: Vec<Mistake>,
    #[serde(default)]
    compiles: Vec<Edit>,
    #[serde(default)]
    exception: Vec<Exception>,
    #[serde(default)]
    place: Vec<Place>,
}

/// The text `from` in a file of the crate, and the text in its place.
#[derive(Clone, Deserialize)]
pub(crate) struct Edit {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// An edit that must not compile.
#[derive(Clone, Deserialize)]
pub(crate) struct Mistake {
    #[serde(flatten)]
    pub(crate) edit: Edit,
    /// The file that has the error.
    pub(crate) at: Option<String>,
    /// The text that the error begins in.
    pub(crate) token: String,
    /// Texts that the error may begin in as well. See [`Place`].
    #[serde(skip)]
    pub(crate) other_tokens: Vec<String>,
    /// The texts that the error contains.
    pub(crate) says: Vec<String>,
}

/// A token of an error that is right too, with the reason. The entry keeps its own.
#[derive(Deserialize)]
struct Place {
    name: String,
    token: String,
    reason: String,
}

/// Columns that an entry does not pass, with the reason.
#[derive(Deserialize)]
pub(crate) struct Exception {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) reason: String,
}

/// The entries of all files.
pub(crate) struct Entries {
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) compiles: Vec<Edit>,
    pub(crate) exceptions: Vec<Exception>,
}

impl Entries {
    /// Reads the entries, and checks that there are enough, each with a name of its own.
    pub(crate) fn read() -> Self {
        let files = [
            "strangers.toml",
            "systematic.toml",
            "families.toml",
            "exceptions.toml",
        ];
        let files = files.map(read);
        let mut all = File::default();
        for file in files {
            all.mistake.extend(file.mistake);
            all.compiles.extend(file.compiles);
            all.exception.extend(file.exception);
            all.place.extend(file.place);
        }
        add_places(&mut all.mistake, all.place);
        let counts = [all.mistake.len(), all.compiles.len()];
        assert!(counts >= LEAST && counts[1] >= LEAST[1], "{counts:?}");
        let mistakes = all.mistake.iter().map(|mistake| &mistake.edit);
        let mut names = HashSet::new();
        for edit in mistakes.chain(&all.compiles) {
            assert!(names.insert(&edit.name), "two entries `{}`", edit.name);
        }
        for exception in &all.exception {
            let name = &exception.name;
            assert!(names.contains(name), "an exception for no entry: `{name}`");
            assert!(!exception.reason.trim().is_empty(), "no reason: `{name}`");
        }
        Self {
            mistakes: all.mistake,
            compiles: all.compiles,
            exceptions: all.exception,
        }
    }
}

fn add_places(mistakes: &mut [Mistake], places: Vec<Place>) {
    for Place {
        name,
        token,
        reason,
    } in places
    {
        assert!(!reason.trim().is_empty(), "no reason: `{name}`");
        let entry = mistakes
            .iter_mut()
            .find(|mistake| mistake.edit.name == name);
        let entry = entry.unwrap_or_else(|| panic!("a place for no entry: `{name}`"));
        entry.other_tokens.push(token);
    }
}

fn read(name: &str) -> File {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}
