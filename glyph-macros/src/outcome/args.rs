//! The grammar of `#[outcome(..)]` on an error and on its variants.

use syn::{Attribute, Ident, Path};

use crate::{
    arguments::{Arguments, assigned_path},
    diagnostic::Errors,
};

/// The arguments of the attribute.
#[derive(Default)]
pub(super) struct Args {
    /// `ok`, `error`, `timeout`, `cancelled` or `from`.
    pub(super) outcome: Option<Ident>,
    pub(super) root: Option<Path>,
}

/// The keys on an enum. Its variants have the outcomes.
pub(super) const ENUM: &[&str] = &["crate"];
pub(super) const STRUCT: &[&str] = &["ok", "error", "timeout", "cancelled", "from", "crate"];
pub(super) const VARIANT: &[&str] = &["ok", "error", "timeout", "cancelled", "from"];

impl Args {
    pub(super) fn read(
        attributes: &[Attribute],
        keys: &'static [&'static str],
        errors: &mut Errors,
    ) -> Self {
        let mut args = Self::default();
        let mut arguments = Arguments::new("outcome", keys);
        let own = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("outcome"));
        for attribute in own {
            arguments.read(attribute, errors, |key, input, _| {
                if key == "crate" {
                    args.root = Some(assigned_path(input)?);
                    return Ok(());
                }
                if let Some(other) = &args.outcome {
                    let message = format!("`{other}` and `{key}` exclude each other: remove one");
                    return Err(syn::Error::new_spanned(key, message));
                }
                args.outcome = Some(key.clone());
                Ok(())
            });
        }
        args
    }
}
