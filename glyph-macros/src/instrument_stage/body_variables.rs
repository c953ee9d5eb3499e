//! Variables of a function's body in its labels and fields, which are read before the body runs.
//!
//! rustc would report that they do not exist. It cannot say what to do instead.

use std::collections::HashSet;

use proc_macro2::Group;
use syn::{
    Block, Expr, ExprCall, ExprPath, Ident, Item, PatIdent, Path, Signature,
    parse::Parser,
    visit::{self, Visit},
};

use super::args::{Args, LabelValue};
use crate::diagnostic::Errors;

fn path(path: &Path) -> String {
    let segments = path.segments.iter();
    let segments: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
    segments.join("::")
}

/// The names that patterns bind.
#[derive(Default)]
pub(super) struct Names(HashSet<Ident>);

impl Names {
    /// The variables of the body that are not arguments too. None of a body that does not parse yet.
    pub(super) fn of(body: &Group, signature: &Signature) -> Self {
        let mut names = Self::default();
        let statements = Block::parse_within.parse2(body.stream());
        for statement in &statements.unwrap_or_default() {
            names.visit_stmt(statement);
        }
        let mut arguments = Self::default();
        for input in &signature.inputs {
            arguments.visit_fn_arg(input);
        }
        names.0.retain(|name| !arguments.0.contains(name));
        names
    }

    /// Reports and removes the labels and fields whose values have one of these variables: rustc would
    /// report it too.
    pub(super) fn check(&self, args: &mut Args, errors: &mut Errors) {
        let stage = args.stage.as_ref().map(path).unwrap_or_default();
        args.labels.retain(|label| {
            let before = errors.len();
            let name = label.text();
            let message = |found: &Ident| {
                format!(
                    "`{found}` is a variable of the body, which runs after labels are read: write \
                 `{name} = |returned| ..` if the stage has `{name}` in `end_labels(..)`, or use \
                 `{stage} {{ .. }}.start()` in the body"
                )
            };
            let message_at_end = |found: &Ident| {
                format!(
                    "`{found}` is a variable of the body, and this closure sees the returned value alone: \
                 return what it needs, or use `{stage} {{ .. }}.start()` in the body, and \
                 `set_{name}(..)`"
                )
            };
            match &label.value {
                LabelValue::Text(_) => {}
                LabelValue::Variable => self.report(&label.name, message, errors),
                LabelValue::Expression(value) => self.report_in(value, message, errors),
                LabelValue::AtEnd(value) => {
                    self.report_in(&Expr::Closure((**value).clone()), message_at_end, errors);
                }
            }
            let is_valid = errors.len() == before;
            // A label that is known at the end has a value without this one.
            if !is_valid && !label.is_at_end() {
                args.unread.push("labels");
            }
            is_valid
        });
        args.fields.retain(|field| {
            let before = errors.len();
            let name = field.name.value();
            let message = |found: &Ident| {
                format!(
                    "`{found}` is a variable of the body, which runs after fields are read: write \
                 `{name} = _`, and `stage::current().record(\"{name}\", ..)` in the body"
                )
            };
            if let Some(value) = &field.value {
                self.report_in(value, message, errors);
            }
            errors.len() == before
        });
    }

    fn report(&self, name: &Ident, message: impl Fn(&Ident) -> String, errors: &mut Errors) {
        if self.0.contains(name) {
            errors.at(name, message(name));
        }
    }

    /// Reports the first of these variables in `value`, unless `value` binds the name itself.
    fn report_in(&self, value: &Expr, message: impl Fn(&Ident) -> String, errors: &mut Errors) {
        let mut own = Self::default();
        own.visit_expr(value);
        let mut used = Used::default();
        used.visit_expr(value);
        let mut used = used.0.into_iter().filter(|name| !own.0.contains(name));
        if let Some(name) = used.find(|name| self.0.contains(name)) {
            self.report(&name, message, errors);
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        // A pattern in capitals is a constant or a variant.
        if !pattern.ident.to_string().contains(char::is_uppercase) {
            self.0.insert(pattern.ident.clone());
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_item(&mut self, _: &'ast Item) {}
}

/// The names that an expression uses as variables.
#[derive(Default)]
struct Used(Vec<Ident>);

impl<'ast> Visit<'ast> for Used {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        self.0.extend(path.path.get_ident().cloned());
    }

    /// The name of what is called can be that of a function too.
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if !matches!(&*call.func, Expr::Path(_)) {
            self.visit_expr(&call.func);
        }
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use crate::{diagnostic::messages, home::Home, instrument_stage::expand};

    fn errors(args: &TokenStream, body: &TokenStream) -> Vec<String> {
        let function = quote!(fn f(&self, key: &str, (left, right): (u8, u8)) -> u8 { #body });
        messages(&expand(Home::Runtime, quote!(stage::find, #args), function))
    }

    #[test]
    fn variables_of_the_body_are_reported_once_for_each_value() {
        let body = quote! {
            let hit = key.is_empty();
            for item in [left] {
                if let Some(found) = item.checked_add(right) { return found + u8::from(hit); }
            }
            0
        };
        for (args, name, cure) in [
            (quote!(labels(hit)), "hit", "`hit = |returned| ..`"),
            (
                quote!(labels(cache = Cache::of(hit, hit))),
                "hit",
                "`cache = |returned| ..`",
            ),
            (
                quote!(labels(cache = if item > 2 { A } else { B })),
                "item",
                "`stage::find { .. }.start()`",
            ),
            (
                quote!(labels(cache = |_| Cache::of(found))),
                "found",
                "`set_cache(..)`",
            ),
            (quote!(fields(hit)), "hit", "`hit = _`"),
            (
                quote!(fields(is = %hit)),
                "hit",
                "`stage::current().record(\"is\", ..)`",
            ),
        ] {
            let errors = errors(&args, &body);
            assert_eq!(errors.len(), 1, "{args}: {errors:?}");
            let error = errors.concat();
            assert!(
                error.starts_with(&format!("`{name}` is a variable of the body")),
                "{error}"
            );
            assert!(error.contains(cure), "{error}");
        }
    }

    #[test]
    fn other_names_are_accepted() {
        let body = quote! {
            let key = key.trim();
            let (hit, LIMIT) = (left, 7);
            fn inner() { let nested = 7; }
            0
        };
        for args in [
            quote!(labels(key)),
            quote!(labels(cache = hit(left))),
            quote!(labels(cache = hit::<u8>(left))),
            quote!(labels(cache = self.hit)),
            quote!(labels(cache = hit::VALUE)),
            quote!(labels(cache = hit!(left))),
            quote!(labels(cache = LIMIT)),
            quote!(labels(cache = nested)),
            quote!(labels(
                cache = {
                    let hit = left;
                    hit
                }
            )),
            quote!(labels(cache = |hit| Cache::of(hit))),
            quote!(labels(cache = |_| Cache::of(left))),
            quote!(labels(cache = Cache::Hit), fields(hit = key, cut = ?left)),
        ] {
            assert_eq!(errors(&args, &body), [""; 0], "{args}");
        }
    }

    #[test]
    fn body_that_does_not_parse_is_left_to_rustc() {
        assert_eq!(errors(&quote!(labels(hit)), &quote!(let hit = ;)), [""; 0]);
    }

    #[test]
    fn variables_before_the_block_of_a_future_are_known_to_its_labels() {
        let errors = |label| {
            let function = quote!(
                fn f(&self) -> impl Future<Output = u8> {
                    let outside = self.0;
                    async move {
                        let inside = outside;
                        inside
                    }
                }
            );
            messages(&expand(
                Home::Runtime,
                quote!(stage::find, labels(#label)),
                function,
            ))
        };
        assert_eq!(errors(quote!(outside)), [""; 0]);
        assert_eq!(errors(quote!(inside)).len(), 1);
    }
}
