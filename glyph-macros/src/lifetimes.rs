//! Types rewritten to use one lifetime throughout.

use syn::{Lifetime, Type, TypeReference, visit::Visit, visit_mut::VisitMut};

/// `ty` with every lifetime, elided ones included, replaced by `'static`.
pub(crate) fn made_static(ty: &Type) -> Type {
    rewritten(ty, "'static", |_| true)
}

/// `ty` with every elided lifetime replaced by `name`.
pub(crate) fn elided_named(ty: &Type, name: &str) -> Type {
    rewritten(ty, name, |lifetime| lifetime.ident == "_")
}

/// `ty` with the lifetime `from` replaced by `to`.
pub(crate) fn renamed(ty: &Type, from: &str, to: &str) -> Type {
    rewritten(ty, to, |lifetime| lifetime.to_string() == from)
}

/// The first lifetime of `ty` that is none of `declared`.
pub(crate) fn named_lifetime(ty: &Type, declared: &[&Lifetime]) -> Option<Lifetime> {
    let mut named = Named(Vec::new());
    named.visit_type(ty);
    let is_declared = |lifetime: &Lifetime| {
        lifetime.ident == "_" || lifetime.ident == "static" || declared.contains(&lifetime)
    };
    named.0.into_iter().find(|lifetime| !is_declared(lifetime))
}

struct Named(Vec<Lifetime>);

impl<'ast> Visit<'ast> for Named {
    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0.push(lifetime.clone());
    }
}

fn rewritten(ty: &Type, name: &str, replaces: impl Fn(&Lifetime) -> bool) -> Type {
    let mut ty = ty.clone();
    let replaces = &replaces;
    Rewrite { name, replaces }.visit_type_mut(&mut ty);
    ty
}

struct Rewrite<'name> {
    name: &'name str,
    replaces: &'name dyn Fn(&Lifetime) -> bool,
}

impl VisitMut for Rewrite<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if (self.replaces)(lifetime) {
            *lifetime = Lifetime::new(self.name, lifetime.span());
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            let span = reference.and_token.span;
            reference.lifetime = Some(Lifetime::new(self.name, span));
        }
        syn::visit_mut::visit_type_reference_mut(self, reference);
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::{elided_named, made_static};

    #[test]
    fn every_lifetime_becomes_static() {
        let ty = syn::parse_quote!(Pair<'_, 'a, &'b str, &u8>);
        let expected: syn::Type =
            syn::parse_quote!(Pair<'static, 'static, &'static str, &'static u8>);
        assert_eq!(made_static(&ty), expected);
    }

    #[test]
    fn only_elided_lifetimes_are_named() {
        let ty = elided_named(&syn::parse_quote!(Pair<'_, &'static str, &u8>), "'a");
        assert_eq!(
            ty.to_token_stream().to_string(),
            "Pair < 'a , & 'static str , & 'a u8 >"
        );
    }
}
