//! Runs all entries.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    compiler::Compiler,
    entries::{Edit, Entries, Mistake},
    source::Source,
    verdict::{Column, failed},
};

/// The result of an entry.
pub(crate) struct Run {
    pub(crate) name: String,
    /// The columns that it does not pass.
    pub(crate) failed: Vec<Column>,
    /// What rustc said.
    pub(crate) said: String,
}

/// The results of mistakes and of edits that compile.
pub(crate) struct Runs {
    pub(crate) mistakes: Vec<Run>,
    pub(crate) compiles: Vec<Run>,
}

/// Runs all entries, as many at a time as there are processors.
pub(crate) fn run(entries: &Entries) -> Runs {
    let base = Source::base();
    let compiler = Compiler::new(&base);
    Runs {
        mistakes: all(&entries.mistakes, |entry| mistake(&compiler, &base, entry)),
        compiles: all(&entries.compiles, |entry| compiles(&compiler, &base, entry)),
    }
}

fn mistake(compiler: &Compiler, base: &Source, mistake: &Mistake) -> Run {
    let (source, start) = base.with(&mistake.edit);
    let tokens = source.tokens(mistake, start);
    let said = compiler.compile(&mistake.edit.name, &source);
    Run {
        name: mistake.edit.name.clone(),
        failed: failed(mistake, &tokens, &said),
        said: said.rendered(),
    }
}

fn compiles(compiler: &Compiler, base: &Source, edit: &Edit) -> Run {
    let said = compiler.compile(&edit.name, &base.with(edit).0);
    let is_silent = said.errors().chain(said.warnings()).next().is_none();
    Run {
        name: edit.name.clone(),
        failed: if is_silent {
            Vec::new()
        } else {
            vec![Column::Refused]
        },
        said: said.rendered(),
    }
}

/// The results of `run` with each entry, in their order.
pub(crate) fn all<E: Sync, R: Send>(entries: &[E], run: impl Fn(&E) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work = || {
        while let Some((index, entry)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            entries.get(index).map(|entry| (index, entry))
        } {
            let result = run(entry);
            results.lock().unwrap().push((index, result));
        }
    };
    thread::scope(|scope| {
        let processors = thread::available_parallelism().map_or(1, Into::into);
        for _ in 0..processors {
            scope.spawn(work);
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
