//! The keys `liveness` and `starts`: metrics whose values are known beforehand.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::field::Kind;
use crate::{diagnostic::Errors, home::option};

/// What a metric says of its process.
#[derive(Clone)]
pub(super) enum Sign {
    /// A gauge that is 1 while the process runs.
    Liveness(Ident),
    /// A counter of the starts of the process, which each process counts once.
    Starts(Ident),
}

impl Sign {
    /// Reports a sign on a metric of another kind.
    pub(super) fn checked(self, kind: Kind, errors: &mut Errors) -> Option<Self> {
        let (key, needed, meaning) = match &self {
            Self::Liveness(key) => (key, Kind::Gauge, "is 1 while the process runs"),
            Self::Starts(key) => (
                key,
                Kind::Counter,
                "each process counts once, when it starts",
            ),
        };
        if kind == needed {
            return Some(self);
        }
        let (needed, noun) = (needed.noun(), kind.noun());
        errors.at(
            key,
            format!("`{key}` is for {needed} that {meaning}; this is {noun}: remove it"),
        );
        None
    }

    /// An optional sign of a descriptor.
    pub(super) fn tokens(sign: Option<&Self>, rt: &TokenStream) -> TokenStream {
        let variant = sign.map(|sign| match sign {
            Self::Liveness(_) => quote!(#rt::ProcessSign::Liveness),
            Self::Starts(_) => quote!(#rt::ProcessSign::Starts),
        });
        option(rt, variant)
    }
}
