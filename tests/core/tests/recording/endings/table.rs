//! The table of forms and endings.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::endings::{
    form::{Case, Form},
    record::{Record, Spans},
    ways::Ending,
};

/// Asserts that each form is recorded correctly with each of its endings. Reports all that are not.
#[track_caller]
pub(crate) fn assert_all(forms: &[Form]) {
    Spans::count();
    let wrong: Vec<String> = forms
        .iter()
        .flat_map(|form| {
            let endings = form.endings.iter();
            endings.filter_map(|ending| wrong(form, *ending))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Returns the error in the record of a form with an ending.
fn wrong(form: &Form, ending: Ending) -> Option<String> {
    let name: &'static str = format!("{} x {ending:?}", form.name).leak();
    let does = ending.does();
    let brought = catch_unwind(AssertUnwindSafe(|| {
        ending.bring(name, (form.make)(Case { name, does }));
    }));
    let spans = Spans::of(name);
    let expected = Record::of_one(ending.outcome());
    let found = Record::of(name);
    if brought.is_err() {
        Some(format!("{name}: it did not end so"))
    } else if found != expected {
        Some(format!("{name}: {found:?} instead of {expected:?}"))
    } else if spans.opened != spans.closed {
        Some(format!("{name}: a span stays open, {spans:?}"))
    } else if ending.outcome().is_some() && spans.opened != 1 {
        Some(format!("{name}: not one span, {spans:?}"))
    } else {
        None
    }
}
