//! The grammar of `#[instrument_stages(labels(..), crate = path)]`.

use syn::parse::ParseStream;

use crate::{
    arguments::{Arguments, assigned_path},
    diagnostic::Errors,
    instrument_stage::{Defaults, labels},
};

pub(super) fn read(input: ParseStream<'_>, errors: &mut Errors) -> Defaults {
    let mut defaults = Defaults::default();
    let mut arguments = Arguments::new("instrument_stages", &["labels", "crate"]);
    arguments.read_rest(input, errors, |key, input, errors| {
        if key == "labels" {
            defaults.labels = labels(input, errors)?;
        } else {
            defaults.runtime = Some(assigned_path(input)?);
        }
        Ok(())
    });
    defaults
}
