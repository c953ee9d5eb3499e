//! Log events at the end of a call: `err = event`, `ret = event(debug, level = trace)`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Token, ext::IdentExt, parenthesized, parse::ParseStream, token};

use super::span_args::LevelArg;
use crate::{
    diagnostic::{Errors, TokenRange},
    home::option,
    suggestion::did_you_mean,
};

/// The events to log at the end of a call.
#[derive(Default)]
pub(super) struct EventArgs {
    err: Option<EventArg>,
    ret: Option<EventArg>,
}

struct EventArg {
    key: Ident,
    level: Option<LevelArg>,
    /// `true` for `Debug`, `false` for `Display`, if one is requested.
    debug: Option<bool>,
    /// Default: the module's path.
    target: Option<Expr>,
}

impl EventArgs {
    /// Reads the value of the key `err` or `ret`.
    pub(super) fn read(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let event = EventArg::read(key, input)?;
        if key == "err" {
            self.err = Some(event);
        } else {
            self.ret = Some(event);
        }
        Ok(())
    }

    /// Sets the target of the span as the target of its events.
    pub(super) fn with_target(mut self, target: Option<&Expr>) -> Self {
        for event in [&mut self.err, &mut self.ret].into_iter().flatten() {
            event.target = target.cloned();
        }
        self
    }

    /// Reports and removes events that this form of function cannot log.
    pub(super) fn reject(&mut self, err: Option<&str>, ret: &str, errors: &mut Errors) {
        if let Some(message) = err
            && let Some(event) = self.err.take()
        {
            errors.at(&event.key, message);
        }
        if let Some(event) = self.ret.take() {
            errors.at(&event.key, ret);
        }
    }

    /// The body of a closure that logs `result`, a reference, and returns `call_result`, with the text
    /// of the error that was logged.
    pub(super) fn around(
        &self,
        call_result: &TokenStream,
        result: &Ident,
        rt: &TokenStream,
    ) -> TokenStream {
        let ret = self
            .ret
            .as_ref()
            .map(|event| event.of_value(result, self.err.is_some(), rt));
        let Some(err) = &self.err else {
            return ret.map_or_else(|| call_result.clone(), |ret| quote!({ #ret #call_result }));
        };
        let text = Ident::new("__text", Span::mixed_site());
        let ended = Ident::new("__ended", Span::mixed_site());
        let err = err.of_error(result, &text, &ended, rt);
        let none = option(rt, None);
        quote!({
            let mut #text = #none;
            let #ended = #call_result;
            #ret
            #err
            #rt::described(#ended, #text)
        })
    }

    /// Whether errors are logged.
    pub(super) const fn has_err(&self) -> bool {
        self.err.is_some()
    }
}

impl EventArg {
    fn read(key: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![=]>()?;
        let name = input.call(Ident::parse_any)?;
        if name != "event" {
            return Err(syn::Error::new_spanned(
                &name,
                format!("expected `{key} = event` or `{key} = event(debug, level = warn)`"),
            ));
        }
        let mut event = Self {
            key: key.clone(),
            level: None,
            debug: None,
            target: None,
        };
        if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            let read = event.options(&content);
            // After an error, the rest would be reported as unexpected tokens.
            content.parse::<TokenStream>()?;
            read?;
        }
        Ok(event)
    }

    fn options(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            self.option(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        match name.unraw().to_string().as_str() {
            "level" => {
                input.parse::<Token![=]>()?;
                self.level = Some(LevelArg::read(input)?);
            }
            "debug" => self.debug = Some(true),
            "display" => self.debug = Some(false),
            other => {
                let hint = did_you_mean(other, &["level", "debug", "display"]);
                return Err(syn::Error::new_spanned(
                    &name,
                    format!(
                        "`{other}` is not an option of an event; {hint}allowed: level, debug, display"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The event with the returned value. With `ok_alone`, errors have a separate event.
    fn of_value(&self, result: &Ident, ok_alone: bool, rt: &TokenStream) -> TokenStream {
        let level = self.level(&quote!(INFO), rt);
        if !ok_alone {
            let name = quote!(return);
            return self.event(&level, &name, result, true, None, rt).0;
        }
        let value = Ident::new("__value", Span::mixed_site());
        let (event, _) = self.event(&level, &quote!(return), &value, true, None, rt);
        let found = self.call(result, "value", rt);
        quote! {
            if let #rt::core::option::Option::Some(#value) = #found { #event }
        }
    }

    /// The event with the returned error and the type of it that the span has. The text of the error
    /// is kept in the variable `text`, and `ended` has the result of the call.
    fn of_error(
        &self,
        result: &Ident,
        text: &Ident,
        ended: &Ident,
        rt: &TokenStream,
    ) -> TokenStream {
        let level = self.level(&quote!(ERROR), rt);
        let error = Ident::new("__error", Span::mixed_site());
        let error_type = quote!(error.r#type = #rt::error_type(&#ended));
        let name = quote!(error);
        let (event, shown) = self.event(&level, &name, &error, false, Some(&error_type), rt);
        let found = self.call(result, "error", rt);
        quote! {
            if let #rt::core::option::Option::Some(#error) = #found {
                #event
                #text = #rt::description(#shown);
            }
        }
    }

    /// Logs `value`, a reference, under `name`, with another field. Returns the statements, and its
    /// text as `fmt::Arguments`.
    fn event(
        &self,
        level: &TokenStream,
        name: &TokenStream,
        value: &Ident,
        debug: bool,
        other: Option<&TokenStream>,
        rt: &TokenStream,
    ) -> (TokenStream, TokenStream) {
        let is_debug = self.debug.unwrap_or(debug);
        let (sigil, method, format) = if is_debug {
            (quote!(?), "debugged", "{:?}")
        } else {
            (quote!(%), "displayed", "{}")
        };
        let of = self.call(value, method, rt);
        let shown = Ident::new("__shown", Span::mixed_site());
        let an_error = Ident::new("__an_error", Span::mixed_site());
        // The `Debug` of an error has its causes.
        let with_causes = (other.is_some() && !is_debug).then(|| {
            quote! {
                let #an_error = #rt::an_error(#value);
                let #shown = #an_error.with_causes(#shown);
            }
        });
        let target = self.target.as_ref().map_or_else(
            || quote!(#rt::core::module_path!()),
            ToTokens::to_token_stream,
        );
        let event = quote! {
            let #shown = #of;
            #with_causes
            #rt::tracing::event!(
                target: #target, #level, #name = #sigil #shown, #other
            );
        };
        (event, quote!(#rt::core::format_args!(#format, #shown)))
    }

    /// The call of a method of a returned value, at the key: rustc reports a value without it there.
    fn call(&self, value: &Ident, method: &str, rt: &TokenStream) -> TokenStream {
        let returned = TokenRange::of(&self.key).call(quote!(#rt::returned), &quote!(#value));
        let method = Ident::new(method, self.key.span());
        quote!(#returned.#method())
    }

    fn level(&self, default: &TokenStream, rt: &TokenStream) -> TokenStream {
        self.level.as_ref().map_or_else(
            || quote!(#rt::tracing::Level::#default),
            |level| level.tokens(rt),
        )
    }
}
