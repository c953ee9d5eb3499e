//! The kinds of return types, which decide how a function is measured.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    GenericArgument, PathArguments, ReturnType, Type, TypeParamBound, TypePath, parse_quote,
    punctuated::Punctuated, visit_mut::VisitMut,
};

use super::model::{Output, StreamType};
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
        match output {
            ReturnType::Default => Self::Value(parse_quote!(())),
            ReturnType::Type(_, ty) => Self::of_type(ty),
        }
    }

    fn of_type(ty: &Type) -> Self {
        match ty {
            Type::Never(_) => Self::Never,
            ty if is_some(ty, "Future") => Self::Future(ty.clone()),
            ty if is_some(ty, "Stream") => Self::Stream(ty.clone()),
            ty => Self::Value(ty.clone()),
        }
    }

    /// Reports a function that would be measured only while it creates a future or a stream.
    pub(super) fn reject_unmeasured(&self, errors: &mut Errors) {
        match self {
            Self::Value(_) | Self::Never => {}
            Self::Future(ty) => errors.at(
                ty,
                "this function returns before its future runs: \
                 end it with `async move { .. }` or `Box::pin(async move { .. })`, \
                 or make it an `async fn`",
            ),
            Self::Stream(ty) => errors.at(
                ty,
                "this function returns before its stream yields items: \
                 add `stream`, as in `#[instrument_stage(stage::tokens, stream)]`",
            ),
        }
    }

    /// Reports an `async fn` whose value is another future: the work of that one would not be measured.
    pub(super) fn reject_async(&self, errors: &mut Errors) {
        if let Self::Future(ty) = self {
            errors.at(
                ty,
                "this `async fn` returns another future, which would not be measured: \
                 remove `async`, or await it and return its output",
            );
        }
    }

    /// Whether it is a stream, alone or in a `Result` or an `Option`.
    pub(super) fn is_stream(&self) -> bool {
        match self {
            Self::Stream(_) => true,
            Self::Value(ty) | Self::Future(ty) => wrapped_stream(ty).is_some(),
            Self::Never => false,
        }
    }

    /// The output of the function's future, if the function returns a future by itself.
    pub(super) fn future_output(&self, stream: bool, rt: &TokenStream) -> Option<Self> {
        match self {
            Self::Future(ty) => Some(
                associated(ty, "Output")
                    .map_or_else(Self::unknown, |output| Self::of_type(&output)),
            ),
            // A type alias may name a boxed future.
            Self::Value(ty @ Type::Path(_)) if !stream => Some(Self::Value(
                parse_quote!(<#ty as #rt::core::future::Future>::Output),
            )),
            Self::Value(_) | Self::Stream(_) | Self::Never => None,
        }
    }

    fn unknown() -> Self {
        Self::Value(parse_quote!(_))
    }

    /// The output of the function. Under the key `stream` it must be a stream.
    pub(super) fn into_output(self, stream: Option<&TokenStream>, errors: &mut Errors) -> Output {
        let (mut ty, is_stream) = match self {
            Self::Never => return Output::Never,
            Self::Value(ty) | Self::Future(ty) => (ty, false),
            Self::Stream(ty) => (ty, true),
        };
        if let Some(key) = stream {
            let wrapped = if is_stream { None } else { wrapped_stream(&ty) };
            if is_stream || wrapped.is_some() {
                return Output::Stream(Box::new(stream_type(ty, wrapped)));
            }
            errors.at(
                key,
                "`stream` needs `impl Stream<Item = T>` or `Pin<Box<dyn Stream<Item = T> + Send>>`, alone \
                 or in a `Result` or an `Option`: return one of these, or remove `stream`",
            );
        }
        InferOpaque.visit_type_mut(&mut ty);
        Output::Value(Box::new(ty))
    }
}

/// The stream among the arguments of a type such as `Result<impl Stream, E>`, of any name.
fn wrapped_stream(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) if is_some(ty, "Stream") => Some(ty.clone()),
        _ => None,
    })
}

/// The stream `ty`, or the stream `wrapped` in it.
fn stream_type(mut ty: Type, wrapped: Option<Type>) -> StreamType {
    let is_wrapped = wrapped.is_some();
    let mut stream = wrapped.unwrap_or_else(|| ty.clone());
    let mut item = associated(&stream, "Item").unwrap_or_else(|| parse_quote!(_));
    let is_boxed = !matches!(stream, Type::ImplTrait(_));
    for ty in [&mut ty, &mut stream, &mut item] {
        InferOpaque.visit_type_mut(ty);
    }
    StreamType {
        ty,
        item,
        boxed: is_boxed.then_some(stream),
        is_wrapped,
    }
}

/// `T` of `impl Name<Item = T>`, of a box of `dyn Name<Item = T>`, and of `BoxName<'_, T>`, where
/// `item` is the name of the associated type.
fn associated(ty: &Type, item: &str) -> Option<Type> {
    match ty {
        Type::ImplTrait(opaque) => opaque.bounds.iter().find_map(|bound| named(bound, item)),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| named(bound, item)),
        Type::Paren(inner) => associated(&inner.elem, item),
        Type::Group(inner) => associated(&inner.elem, item),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) if last.ident == "Pin" || last.ident == "Box" => {
                    associated(ty, item)
                }
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            })
        }
        _ => None,
    }
}

fn named(bound: &TypeParamBound, item: &str) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(found) if found.ident == item => Some(found.ty.clone()),
        _ => None,
    })
}

/// Whether `ty` is `impl Trait`, a box of `dyn Trait`, or an alias of the futures crates for one.
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
    let alias = last.ident.to_string();
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if alias == "Pin" || alias == "Box" => arguments
            .args
            .iter()
            .any(|argument| matches!(argument, GenericArgument::Type(ty) if is_some(ty, name))),
        _ => alias.strip_prefix("Local").unwrap_or(&alias) == format!("Box{name}"),
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

/// Replaces each `impl Trait` by `_`: the function body cannot name the type.
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
