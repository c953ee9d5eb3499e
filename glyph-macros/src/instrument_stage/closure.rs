//! Support for functions that return `impl Fn(&T) -> &T`.
//!
//! rustc infers the lifetimes of a closure from a bound that it is checked against. The body moves
//! into a closure, whose return type cannot carry that bound, so an inner function carries it on a
//! type parameter. An inner function cannot use the type parameters around it. Each type in the
//! bound therefore becomes a type parameter of the inner function, set at its call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{
    GenericArgument, Lifetime, ParenthesizedGenericArguments, PathArguments, ReturnType,
    TraitBound, Type, TypeParamBound, TypePath, TypeReference, parse_quote, visit::Visit,
};

/// Types that hold a value of any type.
const HOLDERS: [&str; 4] = ["Box", "Option", "Result", "Vec"];
/// Types whose lifetime is often elided; in a bound it stands for every lifetime.
const ELIDED_LIFETIME: [&str; 2] = ["Context", "Formatter"];

/// The bound of a returned closure, and the types in it.
pub(super) struct Closure {
    bound: TraitBound,
    parameters: Parameters,
}

/// The types of a bound that become type parameters.
#[derive(Default)]
struct Parameters {
    types: Vec<Type>,
    /// Whether each type is sized.
    sized: Vec<bool>,
    /// The lifetimes of `for<..>`.
    any: Vec<Lifetime>,
}

impl Closure {
    /// `None` unless the function returns a closure whose bound can be written.
    pub(super) fn of(output: &ReturnType) -> Option<Self> {
        let ReturnType::Type(_, ty) = output else {
            return None;
        };
        let Type::ImplTrait(opaque) = &**ty else {
            return None;
        };
        let mut bound = opaque.bounds.iter().find_map(closure)?.clone();
        let mut parameters = Parameters::default();
        if let Some(lifetimes) = &bound.lifetimes {
            let mut any = Lifetimes::default();
            any.visit_bound_lifetimes(lifetimes);
            parameters.any = any.named;
        }
        let PathArguments::Parenthesized(signature) =
            &mut bound.path.segments.last_mut()?.arguments
        else {
            return None;
        };
        parameters.replace(signature)?;
        Some(Self { bound, parameters })
    }

    /// The inner function, and its call with the body that returns the closure.
    pub(super) fn around(&self, body: &TokenStream, rt: &TokenStream) -> [TokenStream; 2] {
        let [function, value, maker, argument] =
            ["__returned", "__R", "__F", "__f"].map(|name| Ident::new(name, Span::mixed_site()));
        let Self { bound, parameters } = self;
        let names: Vec<_> = (0..parameters.types.len()).map(name).collect();
        let types = &parameters.types;
        let bounds = parameters.sized.iter().map(|sized| {
            let unsized_too = quote!(: ?#rt::core::marker::Sized);
            (!sized).then_some(unsized_too)
        });
        let definition = quote! {
            fn #function<#(#names #bounds,)* #value: #bound, #maker: #rt::core::ops::FnOnce() -> #value>(
                #argument: #maker,
            ) -> #maker {
                #argument
            }
        };
        [definition, quote!(#function::<#(#types,)* _, _>(#body))]
    }
}

fn closure(bound: &TypeParamBound) -> Option<&TraitBound> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let last = bound.path.segments.last()?;
    let is_closure = matches!(last.arguments, PathArguments::Parenthesized(_))
        && ["Fn", "FnMut", "FnOnce"]
            .iter()
            .any(|name| last.ident == name);
    is_closure.then_some(bound)
}

/// The type parameter of this number.
fn name(index: usize) -> Ident {
    format_ident!("__P{index}", span = Span::mixed_site())
}

impl Parameters {
    fn replace(&mut self, signature: &mut ParenthesizedGenericArguments) -> Option<()> {
        for input in &mut signature.inputs {
            input.ty = self.replaced(&input.ty, true)?;
        }
        if let ReturnType::Type(_, output) = &mut signature.output {
            **output = self.replaced(output, true)?;
        }
        Some(())
    }

    /// The type with type parameters in it. `None` if its tokens do not show which parts borrow.
    fn replaced(&mut self, ty: &Type, is_sized: bool) -> Option<Type> {
        match ty {
            Type::Never(_) => return Some(ty.clone()),
            Type::Path(path) if elides_lifetime(path) => return Some(ty.clone()),
            Type::Path(_)
            | Type::Tuple(_)
            | Type::Reference(_)
            | Type::Slice(_)
            | Type::Array(_)
                if !self.is_for_any(ty) =>
            {
                return Some(self.parameter(ty, is_sized));
            }
            _ => {}
        }
        match ty {
            Type::Paren(inner) => self.replaced(&inner.elem, is_sized),
            Type::Group(inner) => self.replaced(&inner.elem, is_sized),
            Type::Reference(reference) => {
                let elem = Box::new(self.replaced(&reference.elem, false)?);
                Some(Type::Reference(TypeReference {
                    elem,
                    ..reference.clone()
                }))
            }
            Type::Slice(slice) => {
                let elem = self.replaced(&slice.elem, true)?;
                Some(parse_quote!([#elem]))
            }
            Type::Tuple(tuple) => {
                let elems: Option<Vec<_>> = tuple
                    .elems
                    .iter()
                    .map(|elem| self.replaced(elem, true))
                    .collect();
                let elems = elems?;
                Some(parse_quote!((#(#elems,)*)))
            }
            Type::Path(path) => self.holder(path),
            Type::TraitObject(object) => object.bounds.iter().all(is_plain).then(|| ty.clone()),
            _ => None,
        }
    }

    /// A type from [`HOLDERS`] with type parameters in it.
    fn holder(&mut self, path: &TypePath) -> Option<Type> {
        let mut path = path.clone();
        let holds = path.path.segments.last()?.ident.to_string();
        if path.qself.is_some() || !HOLDERS.contains(&holds.as_str()) {
            return None;
        }
        let PathArguments::AngleBracketed(arguments) =
            &mut path.path.segments.last_mut()?.arguments
        else {
            return None;
        };
        for argument in &mut arguments.args {
            let GenericArgument::Type(ty) = argument else {
                return None;
            };
            *ty = self.replaced(ty, holds != "Box")?;
        }
        Some(Type::Path(path))
    }

    fn parameter(&mut self, ty: &Type, is_sized: bool) -> Type {
        let name = name(self.types.len());
        self.types.push(ty.clone());
        self.sized.push(is_sized);
        parse_quote!(#name)
    }

    /// Whether a lifetime in `ty` stands for every lifetime.
    fn is_for_any(&self, ty: &Type) -> bool {
        let mut lifetimes = Lifetimes::default();
        lifetimes.visit_type(ty);
        let mut named = lifetimes.named.iter();
        lifetimes.elided || named.any(|lifetime| self.any.contains(lifetime))
    }
}

/// Whether the bound is a trait without arguments.
fn is_plain(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => {
            let mut segments = bound.path.segments.iter();
            segments.all(|segment| segment.arguments.is_none())
        }
        _ => false,
    }
}

fn elides_lifetime(path: &TypePath) -> bool {
    path.path.segments.last().is_some_and(|last| {
        last.arguments.is_none() && ELIDED_LIFETIME.iter().any(|name| last.ident == name)
    })
}

/// The lifetimes in a type. A trait object and a function pointer count as elided lifetimes.
#[derive(Default)]
struct Lifetimes {
    named: Vec<Lifetime>,
    elided: bool,
}

impl<'ast> Visit<'ast> for Lifetimes {
    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident == "_" {
            self.elided = true;
        } else {
            self.named.push(lifetime.clone());
        }
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        self.elided |= reference.lifetime.is_none();
        syn::visit::visit_type_reference(self, reference);
    }

    fn visit_type(&mut self, ty: &'ast Type) {
        self.elided |= matches!(ty, Type::TraitObject(_) | Type::FnPtr(_) | Type::Macro(_));
        syn::visit::visit_type(self, ty);
    }
}
