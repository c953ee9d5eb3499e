//! The model of an instrumented function: its stage, labels, fields, and form.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use syn::{Path, Type};

use super::{
    args::{Args, LabelArg},
    body_variables, end_labels,
    event_args::EventArgs,
    field_arg::FieldArg,
    function::Function,
    outcome_rule::OutcomeRule,
    returned::Returned,
    secret::Secrets,
    span_args::SpanArgs,
    tail::{self, Tail},
};
use crate::{diagnostic::Errors, home::hidden_module};

/// A function with its stage.
pub(super) struct InstrumentedFunction {
    pub(super) stage: Path,
    pub(super) labels: Vec<LabelArg>,
    pub(super) fields: Vec<FieldArg>,
    pub(super) outcome: OutcomeRule,
    pub(super) span: SpanArgs,
    pub(super) events: EventArgs,
    pub(super) root: Path,
    pub(super) function: Function,
    pub(super) form: Form,
}

/// How the body runs and what it returns.
pub(super) enum Form {
    Sync(Output),
    Async(Output),
    /// The function returns the future of an `async` block with this output.
    Future(Tail, Output),
    /// The function returns a stream. The call is the stream, not its construction.
    Stream(Box<StreamType>),
}

pub(super) enum Output {
    /// A value of this type, with `_` for each `impl Trait`.
    Value(Box<Type>),
    /// The function does not return.
    Never,
    /// A stream. The call ends with it.
    Stream(Box<StreamType>),
}

/// The stream that a function returns.
pub(super) struct StreamType {
    /// The returned type: the stream, or a `Result` or `Option` of it, with `_` for `impl Trait`.
    pub(super) ty: Type,
    pub(super) item: Type,
    /// The stream's type if it is boxed.
    pub(super) boxed: Option<Type>,
    /// Whether the stream is in a `Result` or an `Option`.
    pub(super) is_wrapped: bool,
}

impl InstrumentedFunction {
    /// Whether labels are known at the end of a call.
    pub(super) fn has_end_labels(&self) -> bool {
        self.labels.iter().any(LabelArg::is_at_end)
    }

    /// `None` only after an error.
    pub(super) fn read(
        args: Args,
        root: Path,
        mut function: Function,
        errors: &mut Errors,
    ) -> Option<Self> {
        let secrets = Secrets::take(&mut function.signature, errors);
        secrets.check(args.span.name.as_ref(), &args.labels, &args.fields, errors);
        check_labels(&args.labels, errors);
        check_fields(&args.fields, &args.labels, errors);
        args.span.check(!args.fields.is_empty(), errors);
        let form = form(
            &function,
            args.stream.is_some(),
            &hidden_module(&root),
            errors,
        );
        reject_by_form(&form, &args, errors);
        // Code before the `async` block runs before its labels are read.
        let body = match &form {
            Form::Future(tail, _) => &tail.body,
            Form::Sync(_) | Form::Async(_) | Form::Stream(_) => &function.body,
        };
        let stage = args.stage.as_ref();
        let names = body_variables::Names::of(body, &function.signature);
        names.check(stage, &args.labels, &args.fields, errors);
        let events = args.events.with_target(args.span.target.as_ref());
        Some(Self {
            stage: args.stage?,
            labels: args.labels,
            fields: args.fields,
            outcome: args.outcome,
            span: args.span,
            events,
            root,
            function,
            form,
        })
    }
}

/// Reports outcome rules, events and labels that do not apply to this form of function.
fn reject_by_form(form: &Form, args: &Args, errors: &mut Errors) {
    let stream = match form {
        Form::Stream(stream) => stream,
        Form::Sync(output) | Form::Async(output) | Form::Future(_, output) => match output {
            Output::Stream(stream) => stream,
            Output::Never => {
                let message = "a function returning `!` has no value to classify: remove this";
                args.outcome.reject(message, errors);
                let message = "a function returning `!` has no value to log: remove this";
                args.events.reject(Some(message), message, errors);
                let message =
                    "a function returning `!` has no value to read a label from: remove this";
                end_labels::reject(&args.labels, message, errors);
                return;
            }
            Output::Value(_) => return,
        },
    };
    if !stream.is_wrapped {
        let message = "the outcome of a stream comes from its items: remove this";
        args.outcome.reject(message, errors);
        let message = "the value of a label is read from the returned value, and a stream runs after it is \
             returned: return the stream in a `Result` or an `Option`, or remove this";
        end_labels::reject(&args.labels, message, errors);
    }
    let message = "this would log every item of the stream: remove it";
    args.events.reject(None, message, errors);
}

fn check_labels(labels: &[LabelArg], errors: &mut Errors) {
    let mut given = HashSet::new();
    for label in labels {
        let name = label.text();
        if !given.insert(name.clone()) {
            errors.at(&label.name, format!("duplicate label `{name}`: remove one"));
        }
    }
}

fn check_fields(fields: &[FieldArg], labels: &[LabelArg], errors: &mut Errors) {
    let mut given = HashSet::new();
    for field in fields {
        let name = field.name.value();
        if name == "otel.kind" {
            errors.at(
                &field.name,
                "set the span's kind outside of `fields(..)`: `kind = client`",
            );
        } else if matches!(name.as_str(), "otel.status_code" | "error.type") {
            errors.at(
                &field.name,
                format!("the stage sets field `{name}`: remove it"),
            );
        } else if labels.iter().any(|label| label.text() == name) {
            errors.at(
                &field.name,
                format!("`{name}` is already on the span as a label: remove it from `fields(..)`"),
            );
        } else if !given.insert(name.clone()) {
            errors.at(&field.name, format!("duplicate field `{name}`: remove one"));
        }
    }
}

fn form(function: &Function, stream: bool, rt: &TokenStream, errors: &mut Errors) -> Form {
    let signature = &function.signature;
    if let Some(keyword) = &signature.constness {
        errors.at(
            keyword,
            "a `const fn` cannot be instrumented: remove `const` or the attribute",
        );
    }
    let returned = Returned::of(&signature.output);
    if signature.asyncness.is_some() {
        return Form::Async(returned.into_output(stream, errors));
    }
    if let Some(tail) = Tail::find(&function.body)
        && let Some(output) = returned.future_output(stream, rt)
    {
        check_returns(function, errors);
        return Form::Future(tail, output.into_output(stream, errors));
    }
    if !stream {
        returned.reject_unmeasured(errors);
    }
    match returned.into_output(stream, errors) {
        Output::Stream(stream) if !stream.is_wrapped => Form::Stream(stream),
        output => Form::Sync(output),
    }
}

/// Reports each `return` of a future that would not be measured.
fn check_returns(function: &Function, errors: &mut Errors) {
    for expression in tail::returns(&function.body) {
        errors.at(
            expression.return_token,
            "this `return` bypasses the measured `async` block: move it into the block",
        );
    }
}
