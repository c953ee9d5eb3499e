//! The arguments of `#[instrument_stages(..)]`, which apply to all methods of a block.

use std::collections::HashSet;

use quote::ToTokens;
use syn::{
    Expr, FnArg, Path, ReceiverKind, Signature, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::args::{Args, LabelArg, LabelValue};
use crate::{diagnostic::Errors, home::Home};

/// The arguments of a block that apply to all of its methods.
pub(crate) struct Defaults {
    pub(crate) labels: Vec<LabelArg>,
    /// Whether the labels are missing after an error.
    pub(crate) lacks_labels: bool,
    pub(crate) root: Option<Path>,
    /// The crate whose macro the block is under.
    home: Home,
    /// The labels that each stage took from here so far.
    pub(crate) stages: HashSet<String>,
}

impl Defaults {
    pub(crate) fn new(home: Home) -> Self {
        Self {
            labels: Vec::new(),
            lacks_labels: false,
            root: None,
            home,
            stages: HashSet::new(),
        }
    }

    /// The crate's path for methods without a `crate = ..`. A renamed crate is reported once.
    fn root(&mut self, errors: &mut Errors) -> Path {
        let root = self
            .home
            .root(self.root.take(), "instrument_stages", errors);
        self.root.insert(root).clone()
    }
}

impl Args {
    /// Adds the block's arguments where the method has none, and returns the crate's path.
    /// `borrows_self` is whether the method has `&self` or `&mut self`.
    pub(super) fn with(
        mut self,
        defaults: &mut Defaults,
        borrows_self: bool,
        errors: &mut Errors,
    ) -> (Self, Path) {
        let stage = self.stage.to_token_stream().to_string();
        let own: HashSet<String> = self.labels.iter().map(LabelArg::text).collect();
        for default in &defaults.labels {
            let name = default.text();
            if !own.contains(&name) {
                let mut label = default.clone();
                label.is_repeated = !defaults.stages.insert(format!("{stage}, {name}"));
                if let LabelValue::Expression(value) = &mut label.value
                    && borrows_self
                {
                    dereference_self(value);
                }
                self.labels.push(label);
            }
        }
        self.unread
            .extend(defaults.lacks_labels.then_some("labels"));
        let root = self.root.take().unwrap_or_else(|| defaults.root(errors));
        (self, root)
    }
}

/// Whether the method borrows `self`.
pub(super) fn borrows_self(signature: &Signature) -> bool {
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => match &receiver.kind {
            ReceiverKind::Reference(..) => true,
            ReceiverKind::Typed(_, ty) => matches!(**ty, Type::Reference(_)),
            _ => false,
        },
        Some(FnArg::Typed(_)) | None => false,
    }
}

/// Makes `self.field` in `value` `(*self).field`, which is the same for a method that borrows `self`.
///
/// The type in front of the field is then the same in each method. rustc reports a misspelt field once for
/// each type.
fn dereference_self(value: &mut Expr) {
    Dereference.visit_expr_mut(value);
}

struct Dereference;

impl VisitMut for Dereference {
    fn visit_expr_field_mut(&mut self, field: &mut syn::ExprField) {
        if let Expr::Path(path) = &*field.base
            && path.qself.is_none()
            && path.path.is_ident("self")
        {
            let itself = path.clone();
            *field.base = parse_quote!((*#itself));
        } else {
            visit_mut::visit_expr_field_mut(self, field);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use quote::{ToTokens, quote};
    use syn::parse_quote;

    use super::{borrows_self, dereference_self};

    #[test]
    fn fields_of_self_are_read_through_the_reference() {
        for (value, expected) in [
            (quote!(self.provider), quote!((*self).provider)),
            (quote!(of(&self.0.kind)), quote!(of(&(*self).0.kind))),
            (quote!(self.kind()), quote!(self.kind())),
            (quote!(self.kind().name), quote!(self.kind().name)),
            (quote!(other.provider), quote!(other.provider)),
        ] {
            let mut found = syn::parse2(value).unwrap();
            dereference_self(&mut found);
            assert_eq!(found.to_token_stream().to_string(), expected.to_string());
        }
    }

    #[test]
    fn receivers_that_borrow_are_references() {
        assert!(borrows_self(&parse_quote!(fn f(&self))));
        assert!(borrows_self(&parse_quote!(fn f(&mut self, key: &str))));
        assert!(borrows_self(&parse_quote!(fn f(self: &Self))));
        assert!(!borrows_self(&parse_quote!(fn f(self))));
        assert!(!borrows_self(&parse_quote!(fn f(self: Arc<Self>))));
        assert!(!borrows_self(&parse_quote!(fn f(key: &str))));
        assert!(!borrows_self(&parse_quote!(fn f())));
    }
}
