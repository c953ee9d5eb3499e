//! The crate with one edit, and where the edit's token is.

use std::{collections::BTreeMap, fs, ops::Range};

use crate::entries::{Edit, Mistake, folder};

/// The files of the crate, by name.
#[derive(Clone)]
pub(crate) struct Source(BTreeMap<String, String>);

impl Source {
    /// The crate without an edit.
    pub(crate) fn base() -> Self {
        let files = fs::read_dir(folder().join("base")).unwrap();
        let files = files.map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            (name, fs::read_to_string(file.path()).unwrap())
        });
        Self(files.collect())
    }

    /// The crate with `edit`, and where the edit starts.
    pub(crate) fn with(&self, edit: &Edit) -> (Self, usize) {
        let Edit {
            name,
            file,
            from,
            to,
        } = edit;
        let text = self.text(file);
        let places: Vec<_> = text.match_indices(from).map(|(place, _)| place).collect();
        let [start] = places[..] else {
            panic!("`from` of `{name}` is {} times in {file}", places.len());
        };
        let mut edited = self.clone();
        edited.0.insert(file.clone(), text.replacen(from, to, 1));
        (edited, start)
    }

    /// The crate with two edits, and where each starts.
    pub(crate) fn with_both(&self, first: &Edit, second: &Edit) -> (Self, [usize; 2]) {
        let (edited, start) = self.with(first);
        let (edited, second_start) = edited.with(second);
        let is_moved = first.file == second.file && second_start < start;
        let start = if is_moved {
            start + second.to.len() - second.from.len()
        } else {
            start
        };
        (edited, [start, second_start])
    }

    /// The files with their texts.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    /// Where `mistake`'s tokens are in this crate, which has the mistake's edit at `start`.
    pub(crate) fn tokens(&self, mistake: &Mistake, start: usize) -> Vec<Range<usize>> {
        let tokens = [&mistake.token].into_iter().chain(&mistake.other_tokens);
        tokens
            .flat_map(|token| self.places(mistake, token, start))
            .collect()
    }

    fn places(&self, mistake: &Mistake, token: &str, start: usize) -> Vec<Range<usize>> {
        let Mistake { edit, at, .. } = mistake;
        let found = |text: &str, offset: usize| -> Vec<Range<usize>> {
            let places = text.match_indices(token);
            places
                .map(|(place, _)| offset + place..offset + place + token.len())
                .collect()
        };
        let all = found(self.text(at.as_ref().unwrap_or(&edit.file)), 0);
        assert!(!all.is_empty(), "`{}` has no token {token:?}", edit.name);
        if at.is_some() {
            return all;
        }
        let inside = found(&edit.to, start);
        if inside.is_empty() {
            let end = start + edit.to.len();
            let distance = |token: &Range<usize>| {
                start
                    .saturating_sub(token.end)
                    .max(token.start.saturating_sub(end))
            };
            return all.into_iter().min_by_key(distance).into_iter().collect();
        }
        assert_eq!(inside.len(), 1, "`{}` has its token twice", edit.name);
        inside
    }

    fn text(&self, file: &str) -> &str {
        let text = self.0.get(file);
        text.unwrap_or_else(|| panic!("the crate has no file {file}"))
    }
}
