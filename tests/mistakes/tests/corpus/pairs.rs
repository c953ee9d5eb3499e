//! Two mistakes in one build.

use std::{collections::HashSet, fs};

use serde::Deserialize;

use crate::{
    compiler::Compiler,
    entries::{Entries, Mistake, folder},
    runs::all,
    source::Source,
    verdict::is_told,
};

/// The most kinds of mistakes.
const MOST: usize = 24;

#[derive(Deserialize)]
struct File {
    item: Vec<Item>,
    plain: Vec<Mistake>,
}

/// Kinds of mistakes in one item of the crate.
#[derive(Deserialize)]
struct Item {
    kinds: Vec<String>,
}

type Pair = [Mistake; 2];

/// All pairs: two kinds in one item, and a kind with a mistake of plain Rust in the same file.
pub(crate) fn pairs(entries: &Entries) -> Vec<Pair> {
    let text = fs::read_to_string(folder().join("pairs.toml")).unwrap();
    let file: File = toml::from_str(&text).unwrap();
    let mut seen = HashSet::new();
    let kinds = file.item.iter().flat_map(|item| &item.kinds);
    assert!(kinds.clone().all(|kind| seen.insert(kind)), "a kind twice");
    assert!(seen.len() <= MOST, "{} kinds", seen.len());
    let mut pairs = Vec::new();
    for item in &file.item {
        let kinds: Vec<_> = item.kinds.iter().map(|name| entry(entries, name)).collect();
        for (index, first) in kinds.iter().enumerate() {
            let others = kinds.iter().skip(index + 1).copied();
            let plain = file
                .plain
                .iter()
                .filter(|plain| plain.edit.file == first.edit.file);
            let pair = |second: &Mistake| [(*first).clone(), second.clone()];
            pairs.extend(others.chain(plain).map(pair));
        }
    }
    pairs
}

fn entry<'e>(entries: &'e Entries, name: &str) -> &'e Mistake {
    let found = entries
        .mistakes
        .iter()
        .find(|entry| entry.edit.name == name);
    found.unwrap_or_else(|| panic!("no entry `{name}`"))
}

/// The pairs of which one build does not tell both, with what it tells.
pub(crate) fn untold(pairs: &[Pair]) -> Vec<String> {
    let base = Source::base();
    let compiler = Compiler::new(&base);
    let results = all(pairs, |pair| missing(&compiler, &base, pair));
    results.into_iter().flatten().collect()
}

fn missing(compiler: &Compiler, base: &Source, pair: &Pair) -> Option<String> {
    let [first, second] = pair;
    let names = format!("{} with {}", first.edit.name, second.edit.name);
    let (source, starts) = base.with_both(&first.edit, &second.edit);
    let said = compiler.compile(&names, &source);
    let told = |(mistake, start): (&Mistake, usize)| {
        is_told(mistake, &source.tokens(mistake, start), &said)
    };
    let both = pair.iter().zip(starts).all(told);
    (!both).then(|| format!("{names}:\n{}", said.rendered()))
}
