//! The model of a catalog's field.

use syn::{
    Attribute, Expr, ExprLit, Field, GenericArgument, Ident, Lit, LitStr, Meta, Path,
    PathArguments, Type, parse_quote, punctuated::Punctuated, spanned::Spanned,
};

use super::{
    aggregate::Aggregate,
    args::FieldArgs,
    artifact::ArtifactArgs,
    buckets::{Buckets, BucketsArg},
    metric_name::MetricName,
    sign::Sign,
    stage_args::StageArgs,
    unit::Unit,
};
use crate::{
    diagnostic::Errors, home::hidden_module, label_name, lifetimes::made_static,
    suggestion::closest,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Counter => "counters",
            Self::Gauge => "gauges",
            Self::Histogram => "histograms",
        }
    }

    /// The kind with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Counter => "a counter",
            Self::Gauge => "a gauge",
            Self::Histogram => "a histogram",
        }
    }
}

pub(super) struct Metric {
    pub(super) ident: Ident,
    pub(super) written_name: Option<LitStr>,
    pub(super) name: MetricName,
    pub(super) kind: Kind,
    pub(super) labels: Option<Type>,
    /// The name of its only label, if it is written.
    pub(super) label: Option<LitStr>,
    pub(super) unit: Unit,
    pub(super) help: String,
    /// The buckets of a histogram.
    pub(super) buckets: Option<Buckets>,
    pub(super) sparse: bool,
    pub(super) aggregate: Option<Aggregate>,
    pub(super) sign: Option<Sign>,
    pub(super) line: usize,
}

impl Metric {
    /// Marks the type of a histogram whose unit is not a time: it rejects a `Duration`.
    pub(super) fn mark_values(&self, ty: &mut Type, root: &Path) {
        let is_time = matches!(self.unit, Unit::None | Unit::Seconds);
        if self.kind == Kind::Histogram && !is_time {
            add_values(ty, root);
        }
    }
}

fn add_values(ty: &mut Type, root: &Path) {
    let path = match ty {
        Type::Group(group) => return add_values(&mut group.elem, root),
        Type::Path(path) => &mut path.path,
        _ => return,
    };
    let Some(last) = path.segments.last_mut() else {
        return;
    };
    let rt = hidden_module(root);
    let values: GenericArgument = parse_quote!(#rt::NotTime);
    match &mut last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.push(values),
        arguments => *arguments = PathArguments::AngleBracketed(parse_quote!(<(), #values>)),
    }
}

/// A nested catalog.
pub(super) struct Nested {
    pub(super) ident: Ident,
    pub(super) ty: Type,
}

pub(super) enum Meaning {
    Metric(Box<Metric>, Vec<StageArgs>, Box<ArtifactArgs>),
    Nested(Box<Nested>),
    /// Rejected: an error was reported. The names of its stages.
    Unknown(Vec<Ident>),
}

impl Meaning {
    /// Reads a field, removes the catalog's attributes, and sets the field's type in the struct.
    pub(super) fn read(field: &mut Field, namespace: &str, errors: &mut Errors) -> Self {
        let Some(ident) = field.ident.clone() else {
            return Self::Unknown(Vec::new());
        };
        let args = FieldArgs::take(&mut field.attrs, errors);
        let is_metric = handle(&field.ty).is_ok();
        if args.catalog.is_some() && is_metric {
            errors.at(
                &field.ty,
                "a `Counter`, `Gauge` or `Histogram` is a metric: remove `#[catalog]`",
            );
        }
        if let Some(mark) = args.catalog.as_ref().filter(|_| !is_metric) {
            return Self::Nested(Box::new(nested(ident, mark, &args, field, errors)));
        }
        if let Some((kind, meant)) = misspelt(&field.ty) {
            let message = format!("this is not a metric; did you mean `{kind}`?");
            errors.at(&field.ty, message);
            field.ty = meant;
        }
        let (kind, labels) = match handle(&field.ty) {
            Ok(found) => found,
            Err(error) => {
                errors.push(error);
                without_arguments(&mut field.ty);
                let stages = args.stages.into_iter();
                return Self::Unknown(stages.map(|stage| stage.name).collect());
            }
        };
        field.ty = made_static(&field.ty);
        let help = help(&field.attrs);
        if help.is_empty() {
            errors.at(
                &ident,
                format!("metric `{ident}` needs a doc comment, `/// ..`: it becomes the HELP text"),
            );
        }
        let mut args = args;
        let stages = std::mem::take(&mut args.stages);
        let artifacts = std::mem::take(&mut args.artifacts);
        Self::Metric(
            Box::new(metric(ident, kind, labels, help, args, namespace, errors)),
            stages,
            Box::new(artifacts),
        )
    }
}

fn nested(
    ident: Ident,
    mark: &Path,
    args: &FieldArgs,
    field: &mut Field,
    errors: &mut Errors,
) -> Nested {
    if let Some(metric) = &args.metric {
        errors.at(
            metric,
            "a nested catalog declares its own metrics: remove `#[metric(..)]`",
        );
    }
    for stage in &args.stages {
        errors.at(
            &stage.name,
            "`#[stage]` goes on a histogram, not on a nested catalog",
        );
    }
    args.artifacts.reject(errors);
    let ty = made_static(&field.ty);
    let and = syn::Token![&](mark.span());
    field.ty = Type::Verbatim(quote::quote!(#and 'static #ty));
    Nested { ident, ty }
}

fn metric(
    ident: Ident,
    kind: Kind,
    labels: Option<Type>,
    help: String,
    args: FieldArgs,
    namespace: &str,
    errors: &mut Errors,
) -> Metric {
    let unit = args
        .unit
        .as_ref()
        .map_or(Unit::None, |unit| Unit::read(unit, errors));
    let name = MetricName::read(&ident, args.name.as_ref(), namespace, &unit, kind, errors);
    let buckets = buckets(kind, &ident, args.buckets, &unit, errors);
    let line = ident.span().start().line;
    let label = args
        .label
        .filter(|label| is_label(label, labels.is_some(), errors));
    let aggregate = args
        .aggregate
        .and_then(|written| Aggregate::of(kind, &written, errors));
    let sign = args.sign.and_then(|sign| sign.checked(kind, errors));
    Metric {
        ident,
        written_name: args.name,
        name,
        kind,
        labels,
        label,
        unit,
        help,
        buckets,
        sparse: args.sparse,
        aggregate,
        sign,
        line,
    }
}

/// Whether the name can be that of the metric's only label.
fn is_label(name: &LitStr, has_labels: bool, errors: &mut Errors) -> bool {
    if !has_labels {
        errors.at(
            name,
            "this metric has no label to name: remove `label`, or write the type of the label, as in `Counter<Provider>`",
        );
        return false;
    }
    let before = errors.len();
    label_name::check(&name.value(), name, errors);
    label_name::check_secret(&name.value(), name, errors);
    errors.len() == before
}

fn buckets(
    kind: Kind,
    ident: &Ident,
    arg: Option<(Ident, BucketsArg)>,
    unit: &Unit,
    errors: &mut Errors,
) -> Option<Buckets> {
    match (kind, arg) {
        (Kind::Histogram, Some((_, arg))) => Some(Buckets::read(arg, unit, errors)),
        (Kind::Histogram, None) => Some(Buckets::default_of(unit).unwrap_or_else(|| {
            errors.at(
                ident,
                format!("missing buckets of histogram `{ident}`: add `#[metric(buckets = [1, 10, 100])]`; only `unit = seconds` has defaults"),
            );
            Buckets::List(vec![1.0])
        })),
        (Kind::Counter | Kind::Gauge, Some((key, _))) => {
            errors.at(key, format!("{} has no buckets: remove them, or make it a `Histogram`", kind.noun()));
            None
        }
        (Kind::Counter | Kind::Gauge, None) => None,
    }
}

/// The kind and the label set of a metric's type, with `'static` for every lifetime.
fn handle(ty: &Type) -> syn::Result<(Kind, Option<Type>)> {
    let unknown = || {
        syn::Error::new_spanned(
            ty,
            "expected `Counter`, `Gauge` or `Histogram`; mark a nested catalog with `#[catalog]`",
        )
    };
    let Type::Path(path) = ungrouped(ty) else {
        return Err(unknown());
    };
    let segment = path.path.segments.last().ok_or_else(unknown)?;
    let kind = match segment.ident.to_string().as_str() {
        "Counter" => Kind::Counter,
        "Gauge" => Kind::Gauge,
        "Histogram" => Kind::Histogram,
        _ => return Err(unknown()),
    };
    let arguments = match &segment.arguments {
        PathArguments::None => return Ok((kind, None)),
        PathArguments::AngleBracketed(arguments) => &arguments.args,
        PathArguments::Parenthesized(_) => return Err(unknown()),
    };
    let mut arguments = arguments.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(Type::Tuple(tuple))), None) if tuple.elems.is_empty() => {
            Ok((kind, None))
        }
        (Some(GenericArgument::Type(labels)), None) => Ok((kind, Some(made_static(labels)))),
        _ => Err(syn::Error::new_spanned(
            ty,
            "expected one label set: a struct with `#[derive(LabelSet)]`, or an enum with `#[derive(Label)]`",
        )),
    }
}

/// The type of a metric that a misspelt type stands for, and its name.
fn misspelt(ty: &Type) -> Option<(&'static str, Type)> {
    const KINDS: [&str; 3] = ["Counter", "Gauge", "Histogram"];
    let Type::Path(path) = ungrouped(ty) else {
        return None;
    };
    let mut path = path.clone();
    let last = path.path.segments.last_mut()?;
    let name = last.ident.to_string();
    let meant = closest(&name, &KINDS).filter(|meant| *meant != name)?;
    let kind = KINDS.into_iter().find(|kind| *kind == meant)?;
    last.ident = Ident::new(kind, last.ident.span());
    Some((kind, Type::Path(path)))
}

/// Removes the arguments of a metric's type, which rustc would report too.
fn without_arguments(ty: &mut Type) {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last_mut()
        && ["Counter", "Gauge", "Histogram"]
            .iter()
            .any(|kind| last.ident == kind)
    {
        last.arguments = PathArguments::None;
    }
}

/// The type without the invisible group that `macro_rules` puts around its arguments.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        other => other,
    }
}

/// The doc comment up to its first empty line.
fn help(attributes: &[Attribute]) -> String {
    let mut help = Vec::new();
    let lines: Vec<String> = attributes.iter().filter_map(doc_text).collect();
    let lines = lines.iter().flat_map(|text| text.lines()).map(plain);
    for line in lines.skip_while(|line| line.is_empty()) {
        if line.is_empty() {
            break;
        }
        help.push(line);
    }
    help.join(" ")
}

/// A line of a comment without its leading star.
fn plain(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix("* ").unwrap_or(line)
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    if !doc.path.is_ident("doc") {
        return None;
    }
    let text = text(&doc.value)?;
    Some(if text.is_empty() {
        "\n".to_owned()
    } else {
        text
    })
}

/// The text of a string, or of `concat!` with strings.
fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        Expr::Group(group) => text(&group.expr),
        Expr::Macro(call) if call.mac.path.segments.last()?.ident == "concat" => {
            let parts = Punctuated::<Expr, syn::Token![,]>::parse_terminated;
            let parts = call.mac.parse_body_with(parts).ok()?;
            parts.iter().map(text).collect()
        }
        _ => None,
    }
}
