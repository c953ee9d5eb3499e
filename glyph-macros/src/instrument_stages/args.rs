//! The grammar of `#[instrument_stages(labels(..), crate = path)]`.

use syn::parse::ParseStream;

use crate::{
    arguments::{Arguments, assigned_path},
    diagnostic::Errors,
    home::Home,
    instrument_stage::{Defaults, labels},
};

pub(super) fn read(home: Home, input: ParseStream<'_>, errors: &mut Errors) -> Defaults {
    let mut defaults = Defaults::new(home);
    let mut arguments = Arguments::new("instrument_stages", &["labels", "crate"]);
    arguments.read_rest(input, errors, |key, input, errors| {
        if key == "labels" {
            defaults.labels = labels(input, errors)?;
        } else {
            defaults.root = Some(assigned_path(input)?);
        }
        Ok(())
    });
    defaults.lacks_labels = arguments.unread("labels");
    defaults
}
