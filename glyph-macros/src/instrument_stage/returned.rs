//! What a function's return type says of the way to measure it.

use quote::ToTokens;
use syn::{
    GenericArgument, PathArguments, ReturnType, Type, TypeParamBound, TypePath, parse_quote,
    punctuated::Punctuated, visit_mut::VisitMut,
};

use super::model::{Form, Output};
use crate::diagnostic::Errors;

pub(super) enum Returned {
    Value(Type),
    Never,
    /// `impl Future`, or a boxed one.
    Future(Type),
    /// `impl Stream`, or a boxed one.
    Stream(Type),
}

impl Returned {
    pub(super) fn of(output: &ReturnType) -> Self {
        let ReturnType::Type(_, ty) = output else {
            return Self::Value(parse_quote!(()));
        };
        match &**ty {
            Type::Never(_) => Self::Never,
            ty if is_some(ty, "Future") => Self::Future(ty.clone()),
            ty if is_some(ty, "Stream") => Self::Stream(ty.clone()),
            ty => Self::Value(ty.clone()),
        }
    }

    /// Refuses what would be over when its work has not begun.
    pub(super) fn refuse_unmeasured(&self, errors: &mut Errors) {
        match self {
            Self::Value(_) | Self::Never => {}
            Self::Future(ty) => errors.at(
                ty,
                "this function only makes a future, and its work is done after it has returned: \
                 end it with `async move { .. }` or `Box::pin(async move { .. })`, or make it an `async fn`",
            ),
            Self::Stream(ty) => errors.at(
                ty,
                "this function only makes a stream, and its items come after it has returned: \
                 measure them with `stream`, as in `#[instrument_stage(stage::tokens, stream)]`",
            ),
        }
    }

    /// What the future of an `async` block at the function's end gives, unless it is a part of something else.
    pub(super) fn future_output(&self) -> Option<Output> {
        match self {
            Self::Future(ty) => Some(output(
                associated(ty, "Output").unwrap_or_else(|| parse_quote!(_)),
            )),
            // The name of a type that stands for a boxed future.
            Self::Value(Type::Path(_)) => Some(Output::Value(parse_quote!(_))),
            Self::Value(_) | Self::Stream(_) | Self::Never => None,
        }
    }

    /// The form of a function under `stream`.
    pub(super) fn into_stream(self, errors: &mut Errors) -> Form {
        let ty = match self {
            Self::Stream(ty) => ty,
            Self::Value(ty) | Self::Future(ty) => {
                errors.at(
                    &ty,
                    "`stream` measures `impl Stream<Item = T>` and `Pin<Box<dyn Stream<Item = T> + Send>>`: \
                     return one of these, or leave out `stream`",
                );
                ty
            }
            Self::Never => parse_quote!(_),
        };
        let boxed = !matches!(ty, Type::ImplTrait(_));
        let mut item = associated(&ty, "Item").unwrap_or_else(|| parse_quote!(_));
        InferOpaque.visit_type_mut(&mut item);
        match output(ty) {
            Output::Value(ty) => Form::Stream {
                ty,
                item: Box::new(item),
                boxed,
            },
            Output::Never => Form::Sync(Output::Never),
        }
    }

    pub(super) fn into_output(self) -> Output {
        match self {
            Self::Never => Output::Never,
            Self::Value(ty) | Self::Future(ty) | Self::Stream(ty) => output(ty),
        }
    }
}

fn output(mut ty: Type) -> Output {
    if let Type::Never(_) = ty {
        return Output::Never;
    }
    InferOpaque.visit_type_mut(&mut ty);
    Output::Value(Box::new(ty))
}

/// `T` of `impl Name<Word = T>`, of a box of `dyn Name<Word = T>`, and of `BoxName<'_, T>`.
fn associated(ty: &Type, word: &str) -> Option<Type> {
    match ty {
        Type::ImplTrait(opaque) => opaque.bounds.iter().find_map(|bound| named(bound, word)),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| named(bound, word)),
        Type::Paren(inner) => associated(&inner.elem, word),
        Type::Group(inner) => associated(&inner.elem, word),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) if last.ident == "Pin" || last.ident == "Box" => {
                    associated(ty, word)
                }
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            })
        }
        _ => None,
    }
}

fn named(bound: &TypeParamBound, word: &str) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(given) if given.ident == word => Some(given.ty.clone()),
        _ => None,
    })
}

/// Whether `ty` is `impl Trait`, a box of `dyn Trait`, or named as those are in the futures crates.
fn is_some(ty: &Type, name: &str) -> bool {
    match ty {
        Type::ImplTrait(opaque) => has_bound(&opaque.bounds, name),
        Type::TraitObject(object) => has_bound(&object.bounds, name),
        Type::Paren(inner) => is_some(&inner.elem, name),
        Type::Group(inner) => is_some(&inner.elem, name),
        Type::Path(path) => is_some_boxed(path, name),
        _ => false,
    }
}

fn is_some_boxed(path: &TypePath, name: &str) -> bool {
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    let word = last.ident.to_string();
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if word == "Pin" || word == "Box" => arguments
            .args
            .iter()
            .any(|argument| matches!(argument, GenericArgument::Type(ty) if is_some(ty, name))),
        _ => word.strip_prefix("Local").unwrap_or(&word) == format!("Box{name}"),
    }
}

fn has_bound<T: ToTokens>(bounds: &Punctuated<TypeParamBound, T>, name: &str) -> bool {
    bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == name),
        _ => false,
    })
}

/// Puts `_` in the place of each `impl Trait`, which has no name inside the function.
struct InferOpaque;

impl VisitMut for InferOpaque {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(_) = ty {
            *ty = parse_quote!(_);
        } else {
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
}
