//! The model of an error type: its cases and the outcome of each.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Generics, Ident, Member, Path, Type, Variant, ext::IdentExt};

use super::args::{Args, ENUM, STRUCT, VARIANT};
use crate::{diagnostic::Errors, home::Home};

pub(super) struct Error {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) root: Path,
    /// The variants of an enum, or the struct itself.
    pub(super) cases: Vec<Case>,
    /// Whether the type is an enum or a struct.
    pub(super) is_whole: bool,
}

pub(super) struct Case {
    /// The constructor: `Self` or `Self::Variant`.
    pub(super) path: TokenStream,
    pub(super) error_type: String,
    pub(super) source: OutcomeSource,
}

/// Where the outcome of a case comes from.
pub(super) enum OutcomeSource {
    /// A variant of `Outcome`.
    Outcome(&'static str),
    /// The outcome of this field.
    From(Member, Box<Type>),
}

impl Error {
    pub(super) fn read(input: &DeriveInput, home: Home, errors: &mut Errors) -> Self {
        let ident = &input.ident;
        let keys = match &input.data {
            Data::Struct(_) => STRUCT,
            Data::Enum(_) | Data::Union(_) => ENUM,
        };
        let mut args = Args::read(&input.attrs, keys, errors);
        let root = home.root(args.root.take(), "outcome", errors);
        let cases = match &input.data {
            Data::Struct(data) => {
                vec![Case::read(quote!(Self), ident, &data.fields, &args, errors)]
            }
            Data::Enum(data) => {
                let variants = data.variants.iter();
                variants.map(|variant| Case::of(variant, errors)).collect()
            }
            Data::Union(_) => {
                errors.at(ident, "`#[derive(Outcome)]` goes on an enum or a struct");
                Vec::new()
            }
        };
        Self {
            ident: ident.clone(),
            generics: input.generics.clone(),
            root,
            cases,
            is_whole: !matches!(input.data, Data::Union(_)),
        }
    }
}

impl Case {
    fn of(variant: &Variant, errors: &mut Errors) -> Self {
        let ident = &variant.ident;
        let args = Args::read(&variant.attrs, VARIANT, errors);
        Self::read(quote!(Self::#ident), ident, &variant.fields, &args, errors)
    }

    fn read(
        path: TokenStream,
        ident: &Ident,
        fields: &Fields,
        args: &Args,
        errors: &mut Errors,
    ) -> Self {
        Self {
            path,
            error_type: ident.unraw().to_string().to_snake_case(),
            source: OutcomeSource::read(args.outcome.as_ref(), fields, errors),
        }
    }
}

impl OutcomeSource {
    fn read(key: Option<&Ident>, fields: &Fields, errors: &mut Errors) -> Self {
        let Some(key) = key else {
            return Self::Outcome("Error");
        };
        match key.to_string().as_str() {
            "ok" => Self::Outcome("Ok"),
            "timeout" => Self::Outcome("Timeout"),
            "cancelled" => Self::Outcome("Cancelled"),
            "from" => Self::from_field(key, fields, errors),
            _ => Self::Outcome("Error"),
        }
    }

    fn from_field(key: &Ident, fields: &Fields, errors: &mut Errors) -> Self {
        let mut members = fields.members().zip(fields);
        if let (Some((member, field)), None) = (members.next(), members.next()) {
            return Self::From(member, Box::new(field.ty.clone()));
        }
        let count = match fields.len() {
            0 => "none".to_owned(),
            count => count.to_string(),
        };
        errors.at(
            key,
            format!("`from` needs exactly one field; found {count}"),
        );
        Self::Outcome("Error")
    }
}
