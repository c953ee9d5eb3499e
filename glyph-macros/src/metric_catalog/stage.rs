//! The model of `#[stage(..)]`: a struct of labels, and the metrics that record its calls.

use std::collections::HashSet;

use syn::{Expr, Ident, Lifetime, Type, ext::IdentExt, visit::Visit};

use super::{
    field::{Kind, Metric},
    role::{DURATION, ROLES, Role},
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
    /// The metrics that it records, in the order of their roles. The duration is missing after an
    /// error.
    bound: Vec<(&'static Role, Binding)>,
    /// The names of fields that it cannot record.
    pub(super) unbound: Vec<Ident>,
    pub(super) labels: Vec<StageLabel>,
    /// Whether a cancelled call is an error.
    pub(super) cancelled_fails: bool,
    /// Whether it has no error. Otherwise metrics and labels may be missing.
    pub(super) is_whole: bool,
    pub(super) help: String,
    pub(super) line: usize,
}

impl Stage {
    /// The fields of the metrics that it records, each as the attribute names it. The field of the duration,
    /// which has the attribute, is as declared.
    pub(super) fn fields<'model>(
        &'model self,
        metrics: &'model [Metric],
    ) -> impl Iterator<Item = &'model Ident> {
        self.bound.iter().filter_map(|(role, binding)| {
            if role.name == DURATION.name {
                metrics.get(binding.metric).map(|metric| &metric.ident)
            } else {
                Some(&binding.field)
            }
        })
    }

    /// The metric of this role.
    pub(super) fn binding(&self, role: &Role) -> Option<&Binding> {
        let mut bound = self.bound.iter();
        let (_, binding) = bound.find(|(bound, _)| bound.name == role.name)?;
        Some(binding)
    }
}

/// A metric that a stage records.
pub(super) struct Binding {
    /// The index among the catalog's metrics.
    pub(super) metric: usize,
    /// The field, as the stage names it.
    pub(super) field: Ident,
}

pub(super) struct StageLabel {
    pub(super) ident: Ident,
    pub(super) name: String,
    /// The type, with `'a` for each elided lifetime.
    pub(super) ty: Type,
    pub(super) static_ty: Type,
    /// The value of all calls or, of a label that is known at the end, that of calls that do not set
    /// it. Absent there after an error.
    pub(super) given: Option<Expr>,
    /// Whether the value is known at the end of a call.
    pub(super) is_at_end: bool,
}

impl Stage {
    /// Whether the stage's struct has a lifetime.
    pub(super) fn borrows(&self) -> bool {
        self.asked().any(|label| names_a_lifetime(&label.ty))
    }

    /// All labels: fields of the struct, those with a fixed value, and those known at the end.
    pub(super) fn labels(&self) -> impl Iterator<Item = &StageLabel> {
        self.labels.iter()
    }

    /// The labels without a value in the declaration: the fields of the struct.
    pub(super) fn asked(&self) -> impl Iterator<Item = &StageLabel> {
        let labels = self.labels.iter();
        labels.filter(|label| label.given.is_none() && !label.is_at_end)
    }

    /// The labels that are known at the end of a call, with their numbers among all labels. They are
    /// the last ones.
    pub(super) fn at_end(&self) -> impl Iterator<Item = (usize, &StageLabel)> {
        let labels = self.labels.iter().enumerate();
        labels.filter(|(_, label)| label.is_at_end)
    }

    pub(super) fn has_end_labels(&self) -> bool {
        self.at_end().next().is_some()
    }
}

/// The parts of a catalog that its stages and artifacts refer to.
pub(super) struct Known<'catalog> {
    pub(super) catalog: &'catalog Ident,
    pub(super) metrics: &'catalog [Metric],
    /// Rejected fields. A reference to one is not a second error.
    pub(super) rejected: &'catalog HashSet<String>,
    pub(super) scope: Option<&'catalog Scope>,
    /// Target labels in addition to those that every catalog knows.
    pub(super) target_labels: &'catalog [String],
}

impl Known<'_> {
    /// Reads a stage on the metric at index `histogram`.
    pub(super) fn stage(
        &self,
        args: StageArgs,
        histogram: usize,
        errors: &mut Errors,
    ) -> Option<Stage> {
        let metric = self.metrics.get(histogram)?;
        let before = errors.len();
        let duration = duration(metric, histogram, &args.name, errors);
        let mut bound: Vec<_> = duration
            .map(|binding| (&DURATION, binding))
            .into_iter()
            .collect();
        let mut unbound = Vec::new();
        for role in ROLES {
            let field = args.bound.iter().find(|(of, _)| of.name == role.name);
            let Some((_, field)) = field else {
                continue;
            };
            match self.bind(role, field, errors) {
                Some(binding) => bound.push((role, binding)),
                None => unbound.push(field.clone()),
            }
        }
        let labels = labels(args.labels.args, args.end_labels.args, errors);
        let is_rejected = |field: &Ident| self.rejected.contains(&field.to_string());
        let mut fields = args.bound.iter().map(|(_, field)| field);
        Some(Stage {
            line: args.name.span().start().line,
            is_whole: args.is_whole && errors.len() == before && !fields.any(is_rejected),
            ident: args.name,
            bound,
            unbound,
            labels,
            cancelled_fails: args.cancelled_fails,
            help: metric.help.clone(),
        })
    }

    fn bind(&self, role: &Role, token: &Ident, errors: &mut Errors) -> Option<Binding> {
        let Role { name, kind, .. } = *role;
        let position = self
            .metrics
            .iter()
            .position(|metric| metric.ident == *token);
        let Some((index, metric)) =
            position.and_then(|index| Some((index, self.metrics.get(index)?)))
        else {
            if !self.rejected.contains(&token.to_string()) {
                errors.at(token, self.unknown(token, kind));
            }
            return None;
        };
        if metric.kind != kind {
            errors.at(
                token,
                format!(
                    "`{name}` needs {}; `{token}` is {}",
                    kind.noun(),
                    metric.kind.noun()
                ),
            );
            return None;
        }
        if kind == Kind::Histogram && metric.unit != Unit::Seconds {
            errors.at(
                token,
                format!("`{name}` needs a duration: add `#[metric(unit = seconds)]` to `{token}`"),
            );
        }
        Some(Binding {
            metric: index,
            field: token.clone(),
        })
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
                "`#[stage]` goes on a histogram; `{}` is {}",
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
                "stage `{name}` needs a duration: add `#[metric(unit = seconds)]` to `{}`",
                metric.ident
            ),
        );
    }
    Some(Binding {
        metric: index,
        field: name.clone(),
    })
}

fn labels(args: Vec<LabelArg>, at_end: Vec<LabelArg>, errors: &mut Errors) -> Vec<StageLabel> {
    let mut labels: Vec<StageLabel> = Vec::new();
    let args = args.into_iter().map(|arg| (arg, false));
    for (arg, is_at_end) in args.chain(at_end.into_iter().map(|arg| (arg, true))) {
        let name = arg.name.unraw().to_string();
        if labels.iter().any(|label| label.name == name) {
            errors.at(&arg.name, format!("duplicate label `{name}`: remove one"));
            continue;
        }
        label_name::check(&name, &arg.name, errors);
        if !label_name::is_not_secret(&arg.attributes, errors) {
            label_name::check_secret(&name, &arg.name, errors);
        }
        labels.push(StageLabel {
            is_at_end,
            ..StageLabel::read(arg, name, errors)
        });
    }
    labels
}

impl StageLabel {
    fn read(arg: LabelArg, name: String, errors: &mut Errors) -> Self {
        let mut ty = elided_named(&arg.ty, "'a");
        if is_string(&arg.ty) {
            errors.at(&arg.ty, "a stage label is borrowed: write `&str`");
            ty = syn::parse_quote!(&'a str);
        } else if let Some(lifetime) = foreign_lifetime(&ty) {
            errors.at(
                &lifetime,
                format!("a stage label has no named lifetime: remove `{lifetime}`"),
            );
            ty = made_static(&ty);
        }
        Self {
            ident: arg.name,
            name,
            static_ty: made_static(&ty),
            ty,
            given: arg.given,
            is_at_end: false,
        }
    }
}

fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String" || last.ident == "Arc"))
}

/// The lifetimes of a type.
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

pub(super) fn names_a_lifetime(ty: &Type) -> bool {
    lifetimes(ty).iter().any(|lifetime| lifetime.ident == "a")
}

fn foreign_lifetime(ty: &Type) -> Option<Lifetime> {
    lifetimes(ty)
        .into_iter()
        .find(|lifetime| lifetime.ident != "a" && lifetime.ident != "static")
}
