//! The grammar of `#[instrument_stage(stage::stt, labels(..), fields(..), outcome = .., ..)]`.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, ExprClosure, ExprLit, Ident, Lit, LitStr, Path, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, discouraged::Speculative},
    token,
};

use super::{
    event_args::EventArgs,
    field_arg::FieldArg,
    outcome_rule::OutcomeRule,
    span_args::{self, SpanArgs},
};
use crate::{
    arguments::{Arguments, assigned_path, skip_argument},
    diagnostic::Errors,
};

const KEYS: &[&str] = &[
    "labels",
    "fields",
    "outcome",
    "none",
    "stream",
    "name",
    "target",
    "kind",
    "level",
    "parent",
    "links",
    "skip_span",
    "err",
    "ret",
    "crate",
];

/// The arguments of the attribute.
#[derive(Default)]
pub(super) struct Args {
    pub(super) stage: Option<Path>,
    pub(super) labels: Vec<LabelArg>,
    pub(super) fields: Vec<FieldArg>,
    pub(super) outcome: OutcomeRule,
    pub(super) stream: Option<Ident>,
    pub(super) span: SpanArgs,
    pub(super) events: EventArgs,
    pub(super) root: Option<Path>,
    /// The keys whose values are missing after an error.
    pub(super) unread: Vec<&'static str>,
}

/// `provider = value`, or `provider` alone for a variable of that name.
#[derive(Clone)]
pub(crate) struct LabelArg {
    pub(super) name: Ident,
    pub(super) value: LabelValue,
    /// Whether an earlier method of the block checks the same label of the same stage.
    pub(super) is_repeated: bool,
}

#[derive(Clone)]
pub(super) enum LabelValue {
    Text(LitStr),
    Expression(Box<Expr>),
    Variable,
    /// A closure that reads the value from the returned one.
    AtEnd(Box<ExprClosure>),
}

impl LabelArg {
    /// The label's name.
    pub(super) fn text(&self) -> String {
        self.name.unraw().to_string()
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, LabelValue::Text(_))
    }

    /// Whether the value is known at the end of the call.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.value, LabelValue::AtEnd(_))
    }
}

impl Args {
    /// Reads the arguments of `attribute`. `whole` is where it is, for an error of one without any.
    pub(super) fn read(
        attribute: &'static str,
        whole: Span,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> Self {
        let mut args = Self::default();
        let mut is_cut = false;
        if let Err(error) = args.read_stage(attribute, whole, input, errors) {
            errors.push(error);
            // Labels may be in what follows the path.
            is_cut = args.stage.is_some();
            if !starts_with_key(input) {
                skip_argument(input);
            }
        }
        let mut arguments = Arguments::new(attribute, KEYS);
        arguments.read_rest(input, errors, |key, input, errors| {
            let before = errors.len();
            check_shape(key, input)?;
            match key.to_string().as_str() {
                "labels" => args.labels = labels(input, errors)?,
                "fields" => args.fields = each(input, errors, FieldArg::read)?,
                "outcome" | "none" => args.outcome.read(key, input)?,
                "err" | "ret" => args.events.read(key, input)?,
                name if span_args::KEYS.contains(&name) => args.span.read(key, input)?,
                "stream" => args.stream = Some(key.clone()),
                _ => args.root = Some(assigned_path(input)?),
            }
            is_cut |= key == "labels" && errors.len() > before;
            Ok(())
        });
        let (unread, path) = arguments.rest();
        match (&args.stage, path) {
            (None, path) => args.stage = path,
            (Some(_), Some(path)) => errors.at(&path, "a function has one stage: remove this"),
            (Some(_), None) => {}
        }
        args.unread = unread;
        args.unread.extend(is_cut.then_some("labels"));
        args
    }

    /// Whether the value of one of `keys` is missing after an error.
    pub(super) fn lacks(&self, keys: &[&str]) -> bool {
        self.unread.iter().any(|key| keys.contains(key))
    }

    fn read_stage(
        &mut self,
        attribute: &str,
        whole: Span,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let start = if input.is_empty() {
            whole
        } else {
            input.span()
        };
        if !starts_with_key(input) {
            self.stage = stage_path(input, errors);
        }
        if self.stage.is_none() {
            return Err(syn::Error::new(
                start,
                format!("missing stage: put its path first, `#[{attribute}(stage::stt, ..)]`"),
            ));
        }
        if !ends(input) {
            return Err(input.error(
                "expected `,` after the path of the stage: \
                 write its labels as `stage::stt, labels(provider = \"deepgram\")`",
            ));
        }
        comma(input)
    }
}

/// The path of the stage. Reports `stage = stage::stt` and `stage.stt`.
fn stage_path(input: ParseStream<'_>, errors: &mut Errors) -> Option<Path> {
    let ahead = input.fork();
    let key = ahead.call(Ident::parse_any).ok();
    let key = key.filter(|key| key == "stage" && ahead.peek(Token![=]));
    if key.is_some() {
        let _: syn::Result<Token![=]> = ahead.parse();
        input.advance_to(&ahead);
    }
    let mut path = input.call(Path::parse_mod_style).ok()?;
    let start = path.segments.first()?.ident.clone();
    let mut has_dots = false;
    while input.peek(Token![.]) && input.peek2(Ident) {
        let _: syn::Result<Token![.]> = input.parse();
        path.segments.push(input.parse::<Ident>().ok()?.into());
        has_dots = true;
    }
    let names: Vec<_> = path
        .segments
        .iter()
        .map(|of| of.ident.to_string())
        .collect();
    let names = names.join("::");
    if let Some(key) = key {
        errors.at(key, format!("a stage has no key: write `{names}`"));
    } else if has_dots {
        errors.at(start, format!("a stage is a path: write `{names}`"));
    }
    Some(path)
}

/// The keys with a value, and the form of each.
const SHAPES: [(&str, &str); 13] = [
    ("labels", "labels(provider = \"deepgram\")"),
    ("fields", "fields(session = %session)"),
    ("outcome", "outcome = |result| .."),
    ("none", "none = error"),
    ("name", "name = \"ask\""),
    ("target", "target = \"voice\""),
    ("kind", "kind = client"),
    ("level", "level = debug"),
    ("parent", "parent = span"),
    ("links", "links = spans"),
    ("err", "err = event` or `err = event(debug, level = warn)"),
    (
        "ret",
        "ret = event` or `ret = event(display, level = debug)",
    ),
    ("crate", "crate = path"),
];

/// Reports a key without its value, and a value after a key that takes none.
fn check_shape(key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    let shape = SHAPES.iter().find(|(known, _)| key == known);
    let Some((_, shape)) = shape else {
        return if ends(input) {
            Ok(())
        } else {
            let ahead = input.fork();
            let _: Option<Token![=]> = ahead.parse()?;
            let message = format!("`{key}` takes no value: remove this");
            Err(syn::Error::new(ahead.span(), message))
        };
    };
    let fits = if key == "labels" || key == "fields" {
        input.peek(token::Paren)
    } else {
        input.peek(Token![=])
    };
    if fits {
        Ok(())
    } else {
        Err(syn::Error::new_spanned(key, format!("expected `{shape}`")))
    }
}

/// The contents of `labels(..)`.
pub(crate) fn labels(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<LabelArg>> {
    each(input, errors, label)
}

/// Whether a key with a value comes next, such as `labels(..)`. A path ends with a comma.
fn starts_with_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead
        .call(Ident::parse_any)
        .is_ok_and(|name| KEYS.iter().any(|key| name == key))
        && (ahead.peek(token::Paren) || ahead.peek(Token![=]))
}

/// The items between parentheses. Resumes after the next comma on an error.
fn each<T>(
    input: ParseStream<'_>,
    errors: &mut Errors,
    item: fn(ParseStream<'_>, &mut Errors) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    let mut items = Vec::new();
    while !content.is_empty() {
        match item(&content, errors) {
            Ok(item) => items.push(item),
            Err(error) => {
                errors.push(error);
                skip_argument(&content);
            }
        }
    }
    Ok(items)
}

fn label(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<LabelArg> {
    for attribute in input.call(Attribute::parse_outer)? {
        errors.at(
            attribute,
            "a label cannot be secret, its values are in `/metrics` and dashboards: \
             move it to `fields(#[glyph(secret)] ..)`",
        );
    }
    if input.peek(LitStr) {
        return Err(input.error("expected a label name without quotes"));
    }
    let name = input.call(Ident::parse_any)?;
    let value = if ends(input) {
        LabelValue::Variable
    } else {
        if input.peek(Token![:]) {
            return Err(input.error(format!("write the label value after `=`: `{name} = ..`")));
        }
        input.parse::<Token![=]>()?;
        label_value(&name, input.parse()?)
    };
    comma(input)?;
    Ok(LabelArg {
        name,
        value,
        is_repeated: false,
    })
}

fn label_value(name: &Ident, value: Expr) -> LabelValue {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => LabelValue::Text(text),
        // An argument that a `macro_rules` macro forwards is in a group without delimiters.
        Expr::Group(group) => label_value(name, *group.expr),
        Expr::Closure(closure) => LabelValue::AtEnd(Box::new(closure)),
        Expr::Path(path) if path.path.is_ident(name) => LabelValue::Variable,
        expression => LabelValue::Expression(Box::new(expression)),
    }
}

pub(super) fn ends(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

pub(super) fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}
