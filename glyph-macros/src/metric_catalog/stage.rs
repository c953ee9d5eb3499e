//! What `#[stage(..)]` means: a struct of labels, and the metrics that its calls are recorded in.

use std::collections::HashSet;

use syn::{Expr, Ident, Lifetime, Type, ext::IdentExt, visit::Visit};

use super::{
    field::{Kind, Metric},
    scope::Scope,
    stage_args::{LabelArg, StageArgs},
    unit::Unit,
};
use crate::{
    diagnostic::Errors,
    label_name,
    lifetimes::{elided_named, made_static},
    suggestion::did_you_mean,
};

pub(super) struct Stage {
    pub(super) ident: Ident,
    /// The histogram; none when a mistake hides it.
    pub(super) duration: Option<Binding>,
    pub(super) requests: Option<Binding>,
    pub(super) errors: Option<Binding>,
    pub(super) in_flight: Option<Binding>,
    pub(super) retries: Option<Binding>,
    pub(super) fallbacks: Option<Binding>,
    pub(super) first_item: Option<Binding>,
    pub(super) between_items: Option<Binding>,
    pub(super) items: Option<Binding>,
    pub(super) labels: Vec<StageLabel>,
    pub(super) help: String,
    pub(super) line: usize,
}

impl Stage {
    /// All metrics that the stage records in.
    pub(super) fn bindings(&self) -> impl Iterator<Item = &Binding> {
        [
            &self.duration,
            &self.requests,
            &self.errors,
            &self.in_flight,
            &self.retries,
            &self.fallbacks,
            &self.first_item,
            &self.between_items,
            &self.items,
        ]
        .into_iter()
        .flatten()
    }
}

/// A metric that a stage records in.
pub(super) struct Binding {
    /// Which of the catalog's metrics.
    pub(super) metric: usize,
    /// Where the stage names it.
    pub(super) place: Ident,
}

pub(super) struct StageLabel {
    pub(super) ident: Ident,
    pub(super) name: String,
    /// The type, its elided lifetimes called `'a`.
    pub(super) ty: Type,
    pub(super) static_ty: Type,
    pub(super) given: Option<Expr>,
}

impl Stage {
    /// Whether its struct has a lifetime.
    pub(super) fn borrows(&self) -> bool {
        self.labels
            .iter()
            .any(|label| label.given.is_none() && names_a_lifetime(&label.ty))
    }

    /// All labels, asked for and given.
    pub(super) fn labels(&self) -> impl Iterator<Item = &StageLabel> {
        self.labels.iter()
    }

    /// The labels that a function is asked for.
    pub(super) fn asked(&self) -> impl Iterator<Item = &StageLabel> {
        self.labels.iter().filter(|label| label.given.is_none())
    }
}

/// What is known of a catalog when its stages are read.
pub(super) struct Known<'catalog> {
    pub(super) catalog: &'catalog Ident,
    pub(super) metrics: &'catalog [Metric],
    /// Fields whose meaning a mistake hides; what names them has been refused.
    pub(super) hidden: &'catalog HashSet<String>,
    pub(super) scope: Option<&'catalog Scope>,
}

impl Known<'_> {
    /// Reads a stage that stands on the metric `histogram`.
    pub(super) fn stage(
        &self,
        args: StageArgs,
        histogram: usize,
        errors: &mut Errors,
    ) -> Option<Stage> {
        let metric = self.metrics.get(histogram)?;
        let duration = duration(metric, histogram, &args.name, errors);
        let mut bind = |key, token: Option<&Ident>, kind| self.bind(key, token?, kind, errors);
        let requests = bind("requests", args.requests.as_ref(), Kind::Counter);
        let errors_ = bind("errors", args.errors.as_ref(), Kind::Counter);
        let in_flight = bind("in_flight", args.in_flight.as_ref(), Kind::Gauge);
        let retries = bind("retries", args.retries.as_ref(), Kind::Counter);
        let fallbacks = bind("fallbacks", args.fallbacks.as_ref(), Kind::Counter);
        let items = bind("items", args.items.as_ref(), Kind::Counter);
        let mut bind_time = |key, token: Option<&Ident>| self.bind_time(key, token?, errors);
        let first_item = bind_time("first_item", args.first_item.as_ref());
        let between_items = bind_time("between_items", args.between_items.as_ref());
        Some(Stage {
            line: args.name.span().start().line,
            ident: args.name,
            duration,
            requests,
            errors: errors_,
            in_flight,
            retries,
            fallbacks,
            first_item,
            between_items,
            items,
            labels: labels(args.labels, errors),
            help: metric.help.clone(),
        })
    }

    fn bind(&self, key: &str, token: &Ident, kind: Kind, errors: &mut Errors) -> Option<Binding> {
        let position = self
            .metrics
            .iter()
            .position(|metric| metric.ident == *token);
        let Some((index, metric)) =
            position.and_then(|index| Some((index, self.metrics.get(index)?)))
        else {
            if !self.hidden.contains(&token.to_string()) {
                errors.at(token, self.unknown(token, kind));
            }
            return None;
        };
        if metric.kind != kind {
            errors.at(
                token,
                format!(
                    "`{key}` takes {}, and `{token}` is {}",
                    kind.noun(),
                    metric.kind.noun()
                ),
            );
            return None;
        }
        Some(Binding {
            metric: index,
            place: token.clone(),
        })
    }

    /// Binds a histogram of seconds.
    fn bind_time(&self, key: &str, token: &Ident, errors: &mut Errors) -> Option<Binding> {
        let binding = self.bind(key, token, Kind::Histogram, errors)?;
        let metric = self.metrics.get(binding.metric)?;
        if metric.unit != Unit::Seconds {
            errors.at(
                token,
                format!("`{key}` takes time: give `{token}` its `#[metric(unit = seconds)]`"),
            );
        }
        Some(binding)
    }

    fn unknown(&self, token: &Ident, kind: Kind) -> String {
        let fitting: Vec<String> = self
            .metrics
            .iter()
            .filter(|metric| metric.kind == kind)
            .map(|metric| metric.ident.to_string())
            .collect();
        let hint = did_you_mean(&token.to_string(), &fitting);
        let plural = kind.plural();
        let choice = if fitting.is_empty() {
            format!("it has no {plural}")
        } else {
            format!("its {plural}: {}", fitting.join(", "))
        };
        format!("`{}` has no metric `{token}`; {hint}{choice}", self.catalog)
    }
}

fn duration(metric: &Metric, index: usize, name: &Ident, errors: &mut Errors) -> Option<Binding> {
    if metric.kind != Kind::Histogram {
        errors.at(
            name,
            format!(
                "a stage stands on the histogram that times it, and `{}` is {}",
                metric.ident,
                metric.kind.noun()
            ),
        );
        return None;
    }
    if metric.unit != Unit::Seconds {
        errors.at(
            name,
            format!(
                "stage `{name}` takes time: give `{}` its `#[metric(unit = seconds)]`",
                metric.ident
            ),
        );
    }
    Some(Binding {
        metric: index,
        place: name.clone(),
    })
}

fn labels(args: Vec<LabelArg>, errors: &mut Errors) -> Vec<StageLabel> {
    let mut labels: Vec<StageLabel> = Vec::new();
    for arg in args {
        let name = arg.name.unraw().to_string();
        if labels.iter().any(|label| label.name == name) {
            errors.at(
                &arg.name,
                format!("label `{name}` is there already: leave one out"),
            );
            continue;
        }
        label_name::check(&name, &arg.name, errors);
        labels.push(StageLabel::read(arg, name, errors));
    }
    labels
}

impl StageLabel {
    fn read(arg: LabelArg, name: String, errors: &mut Errors) -> Self {
        let mut ty = elided_named(&arg.ty, "'a");
        if is_string(&arg.ty) {
            errors.at(
                &arg.ty,
                "borrow it: `&str`; a stage reads its labels once, when it starts",
            );
            ty = syn::parse_quote!(&'a str);
        } else if let Some(lifetime) = foreign_lifetime(&ty) {
            errors.at(
                &lifetime,
                format!("leave `{lifetime}` out: the stage names the lifetime itself"),
            );
            ty = made_static(&ty);
        }
        Self {
            ident: arg.name,
            name,
            static_ty: made_static(&ty),
            ty,
            given: arg.given,
        }
    }
}

fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String"))
}

/// Finds the lifetimes of a type.
#[derive(Default)]
struct Lifetimes(Vec<Lifetime>);

impl<'ast> Visit<'ast> for Lifetimes {
    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0.push(lifetime.clone());
    }
}

fn lifetimes(ty: &Type) -> Vec<Lifetime> {
    let mut found = Lifetimes::default();
    found.visit_type(ty);
    found.0
}

fn names_a_lifetime(ty: &Type) -> bool {
    lifetimes(ty).iter().any(|lifetime| lifetime.ident == "a")
}

fn foreign_lifetime(ty: &Type) -> Option<Lifetime> {
    lifetimes(ty)
        .into_iter()
        .find(|lifetime| lifetime.ident != "a" && lifetime.ident != "static")
}
