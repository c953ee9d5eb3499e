//! The grammar of `#[label(..)]` on a struct of labels and on its fields.

use syn::{Attribute, LitInt, LitStr, Path};

use crate::{
    arguments::{Arguments, assigned, assigned_path},
    diagnostic::Errors,
};

/// The path after `crate =` on the struct.
pub(super) fn root(attributes: &[Attribute], errors: &mut Errors) -> Option<Path> {
    let mut root = None;
    let mut arguments = Arguments::new("label", &["crate"]);
    for attribute in label_attributes(attributes) {
        arguments.read(attribute, errors, |_, input, _| {
            root = Some(assigned_path(input)?);
            Ok(())
        });
    }
    root
}

/// The arguments on a field.
#[derive(Default)]
pub(super) struct FieldArgs {
    pub(super) name: Option<LitStr>,
    pub(super) max: Option<LitInt>,
    pub(super) is_not_secret: bool,
}

impl FieldArgs {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut arguments = Arguments::new("label", &["name", "max", "not_secret"]);
        for attribute in label_attributes(attributes) {
            arguments.read(attribute, errors, |key, input, _| {
                if key == "name" {
                    args.name = Some(assigned(input)?);
                } else if key == "max" {
                    args.max = Some(assigned(input)?);
                } else {
                    args.is_not_secret = true;
                }
                Ok(())
            });
        }
        args
    }
}

fn label_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("label"))
}
