//! One entry of `fields(..)`.

use proc_macro2::Punct;
use syn::{Attribute, Expr, Ident, LitStr, Token, ext::IdentExt, parse::ParseStream};

use super::{
    args::{comma, ends},
    secret,
};
use crate::diagnostic::Errors;

/// `name = value`, `name = %value`, `name = ?value`, `name = _`, or a name alone for a variable.
pub(super) struct FieldArg {
    pub(super) name: LitStr,
    /// `%` for `Display` and `?` for `Debug`, as in `tracing`.
    pub(super) format: Option<Punct>,
    /// `None` for a field that is recorded later.
    pub(super) value: Option<Expr>,
    /// Whether the span shows `[redacted]` in place of the value.
    pub(super) is_secret: bool,
}

impl FieldArg {
    pub(super) fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let mut attributes = input.call(Attribute::parse_outer)?;
        let is_secret = secret::take(&mut attributes, errors);
        for other in attributes {
            errors.at(
                other,
                "`#[glyph(secret)]` is the only attribute of a field: remove this one",
            );
        }
        report_quotes(input, errors);
        let field = field(input)?;
        if is_secret && field.value.is_none() {
            errors.at(
                &field.name,
                "a `#[glyph(secret)]` field needs a value here: one recorded later is not redacted",
            );
        }
        Ok(Self { is_secret, ..field })
    }
}

fn field(input: ParseStream<'_>) -> syn::Result<FieldArg> {
    let format = format(input)?;
    let ahead = input.fork();
    let name = field_name(input)?;
    let field = if ends(input) && !ahead.peek(LitStr) {
        let value = Some(ahead.parse()?);
        FieldArg {
            name,
            format,
            value,
            is_secret: false,
        }
    } else if let Some(format) = format {
        return Err(syn::Error::new(
            format.span(),
            format!(
                "write `{}` before the value: `{} = {}..`",
                format.as_char(),
                name.value(),
                format.as_char()
            ),
        ));
    } else if input.peek(Token![:]) {
        let name = name.value();
        return Err(input.error(format!(
            "write the value of a field after `=`: `{name} = ..`"
        )));
    } else {
        input.parse::<Token![=]>()?;
        assigned_field(name, input)?
    };
    comma(input)?;
    Ok(field)
}

fn assigned_field(name: LitStr, input: ParseStream<'_>) -> syn::Result<FieldArg> {
    let format = format(input)?;
    let value = if format.is_none() && input.peek(Token![_]) {
        input.parse::<Token![_]>()?;
        None
    } else {
        Some(input.parse()?)
    };
    Ok(FieldArg {
        name,
        format,
        value,
        is_secret: false,
    })
}

/// Reports a name in quotes that needs none.
fn report_quotes(input: ParseStream<'_>, errors: &mut Errors) {
    let ahead = input.fork();
    let text = ahead.parse::<LitStr>();
    let name = text.and_then(|text| Ok((text.parse::<Ident>()?, text)));
    if let Ok((name, text)) = name
        && ahead.peek(Token![=])
    {
        let message = format!("a field is a name, `{name} = ..`: remove the quotes");
        errors.at(text, message);
    }
}

/// `http.route`, or a string literal.
fn field_name(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let first = input.call(Ident::parse_any)?;
    let mut name = first.unraw().to_string();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        name.push('.');
        name.push_str(&input.call(Ident::parse_any)?.unraw().to_string());
    }
    Ok(LitStr::new(&name, first.span()))
}

fn format(input: ParseStream<'_>) -> syn::Result<Option<Punct>> {
    if input.peek(Token![%]) || input.peek(Token![?]) {
        return input.parse().map(Some);
    }
    Ok(None)
}
