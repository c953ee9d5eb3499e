//! The arguments about the span: `name = ".."`, `kind = client`, `level = debug`, `skip_span` ..

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, Ident, LitStr, Path, Token, ext::IdentExt, parse::ParseStream};

use crate::{arguments::assigned, diagnostic::Errors, suggestion::did_you_mean};

/// The keys of these arguments.
pub(super) const KEYS: [&str; 7] = [
    "name",
    "target",
    "kind",
    "level",
    "parent",
    "links",
    "skip_span",
];

const KINDS: [&str; 5] = ["internal", "client", "server", "producer", "consumer"];

const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

#[derive(Default)]
pub(super) struct SpanArgs {
    pub(super) name: Option<LitStr>,
    pub(super) target: Option<Expr>,
    /// `None` for `internal`, the default of OpenTelemetry.
    pub(super) kind: Option<&'static str>,
    pub(super) level: Option<LevelArg>,
    pub(super) parent: Option<Expr>,
    pub(super) links: Option<Expr>,
    skip: Option<Ident>,
    given: Vec<Ident>,
}

impl SpanArgs {
    /// Reads the value of one of [`KEYS`].
    pub(super) fn read(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        if key == "skip_span" {
            self.skip = Some(key.clone());
            return Ok(());
        }
        self.given.push(key.clone());
        match key.to_string().as_str() {
            "name" => self.name = Some(assigned(input)?),
            "target" => self.target = Some(assigned(input)?),
            "kind" => {
                let kind = assigned_name(input, "span kind", &KINDS)?;
                self.kind = (kind != "internal").then_some(kind);
            }
            "level" => {
                input.parse::<Token![=]>()?;
                self.level = Some(LevelArg::read(input)?);
            }
            "parent" => self.parent = Some(assigned(input)?),
            // Nothing says of which type the links in an empty list would be.
            _ => self.links = Some(assigned(input)?).filter(|links| !is_empty_list(links)),
        }
        Ok(())
    }

    /// The expressions among the arguments.
    pub(super) fn values(&self) -> impl Iterator<Item = &Expr> {
        [&self.target, &self.parent, &self.links]
            .into_iter()
            .flatten()
    }

    pub(super) const fn skips(&self) -> bool {
        self.skip.is_some()
    }

    /// Reports arguments about a span that `skip_span` removes.
    pub(super) fn check(&self, has_fields: bool, errors: &mut Errors) {
        let Some(skip) = &self.skip else {
            return;
        };
        let keys = self.given.iter().map(|key| format!("`{key}`"));
        let keys = keys.chain(has_fields.then(|| "`fields(..)`".to_owned()));
        let keys: Vec<_> = keys.collect();
        if !keys.is_empty() {
            let keys = keys.join(", ");
            errors.at(
                skip,
                format!("`skip_span` excludes {keys}: remove `skip_span`, or the rest"),
            );
        }
    }

    pub(super) fn level(&self, rt: &TokenStream) -> TokenStream {
        self.level.as_ref().map_or_else(
            || quote!(#rt::tracing::Level::INFO),
            |level| level.tokens(rt),
        )
    }
}

/// A level by its name.
pub(super) struct LevelArg(Ident);

impl LevelArg {
    pub(super) fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let span = input.span();
        if input.peek2(Token![::]) {
            let path = input.call(Path::parse_mod_style)?;
            let last = path.segments.last().map(|last| last.ident.to_string());
            let level = last.unwrap_or_default().to_lowercase();
            let level = LEVELS.iter().find(|known| **known == level);
            let level = level.unwrap_or(&"debug");
            let message = format!("a level is a word: write `level = {level}`");
            return Err(syn::Error::new_spanned(path, message));
        }
        let level = known(input, "level", &LEVELS)?;
        Ok(Self(Ident::new(&level.to_uppercase(), span)))
    }

    pub(super) fn tokens(&self, rt: &TokenStream) -> TokenStream {
        let level = format_ident!("{}", self.0, span = proc_macro2::Span::mixed_site());
        quote!(#rt::tracing::Level::#level)
    }
}

/// Whether `list` is `[]`, `&[]` or `vec![]`.
fn is_empty_list(list: &Expr) -> bool {
    match list {
        Expr::Array(list) => list.elems.is_empty(),
        Expr::Reference(list) => is_empty_list(&list.expr),
        Expr::Macro(list) => list.mac.path.is_ident("vec") && list.mac.tokens.is_empty(),
        _ => false,
    }
}

/// One of `names`, after `=`.
fn assigned_name(
    input: ParseStream<'_>,
    what: &str,
    names: &[&'static str],
) -> syn::Result<&'static str> {
    input.parse::<Token![=]>()?;
    known(input, what, names)
}

/// One of `names`, as an identifier or as a string.
fn known(input: ParseStream<'_>, what: &str, names: &[&'static str]) -> syn::Result<&'static str> {
    let (span, name) = if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        (text.span(), text.value())
    } else {
        let ident = input.call(Ident::parse_any)?;
        (ident.span(), ident.unraw().to_string())
    };
    names
        .iter()
        .find(|known| **known == name)
        .copied()
        .ok_or_else(|| {
            syn::Error::new(
                span,
                format!(
                    "`{name}` is not a {what}; {}allowed: {}",
                    did_you_mean(&name, names),
                    names.join(", ")
                ),
            )
        })
}
