//! The model of an instrumented function: its stage, labels, fields, and form.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
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
    /// What is left out after an error.
    pub(super) gaps: Gaps,
}

/// The parts of an expansion that an error leaves out, so that it has no further error.
pub(super) struct Gaps {
    /// `labels(..)` could not be read, or a value in it: labels of the stage may be missing.
    pub(super) labels: bool,
    /// `outcome`, `none`, `err`, `ret` or `labels`, which has the status of `none`, could not be read:
    /// the returned value is not classified.
    pub(super) outcome: bool,
    /// This form of function cannot be measured.
    pub(super) form: bool,
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
        mut args: Args,
        root: Path,
        mut function: Function,
        errors: &mut Errors,
    ) -> Option<Self> {
        let secrets = Secrets::take(&mut function.signature, errors);
        secrets.check(args.span.name.as_ref(), &args.labels, &args.fields, errors);
        secrets.check_others(args.span.values().chain(args.outcome.function()), errors);
        check_labels(&mut args.labels, errors);
        check_fields(&mut args.fields, &args.labels, errors);
        args.span.check(!args.fields.is_empty(), errors);
        let before = errors.len();
        let stream = stream_key(&args, &function);
        let form = form(&function, stream.as_ref(), &hidden_module(&root), errors);
        let is_invalid = errors.len() > before;
        reject_by_form(&form, &mut args, errors);
        // Code before the `async` block runs before its labels are read.
        let body = match &form {
            Form::Future(tail, _) => &tail.body,
            Form::Sync(_) | Form::Async(_) | Form::Stream(_) => &function.body,
        };
        let names = body_variables::Names::of(body, &function.signature);
        names.check(&mut args, errors);
        let gaps = Gaps {
            labels: args.lacks(&["labels"]),
            outcome: args.lacks(&["labels", "outcome", "none", "err", "ret"]),
            form: is_invalid,
        };
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
            gaps,
        })
    }
}

/// Reports and removes outcome rules, events and labels that do not apply to this form of function.
fn reject_by_form(form: &Form, args: &mut Args, errors: &mut Errors) {
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
                end_labels::reject(&mut args.labels, message, errors);
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
        end_labels::reject(&mut args.labels, message, errors);
    }
    let message = "this would log every item of the stream: remove it";
    args.events.reject(None, message, errors);
}

/// Reports and removes duplicates.
fn check_labels(labels: &mut Vec<LabelArg>, errors: &mut Errors) {
    let mut given = HashSet::new();
    labels.retain(|label| {
        let name = label.text();
        let is_new = given.insert(name.clone());
        if !is_new {
            errors.at(&label.name, format!("duplicate label `{name}`: remove one"));
        }
        is_new
    });
}

/// Reports and removes fields that are on the span by themselves.
fn check_fields(fields: &mut Vec<FieldArg>, labels: &[LabelArg], errors: &mut Errors) {
    let mut given = HashSet::new();
    fields.retain(|field| {
        let name = field.name.value();
        let problem = match name.as_str() {
            "otel.kind" => {
                "set the span's kind outside of `fields(..)`: `kind = client`".to_owned()
            }
            "otel.status_code" | "error.type" => {
                format!("the stage sets field `{name}`: remove it")
            }
            _ if labels.iter().any(|label| label.text() == name) => {
                format!("`{name}` is already on the span as a label: remove it from `fields(..)`")
            }
            _ if given.insert(name.clone()) => return true,
            _ => format!("duplicate field `{name}`: remove one"),
        };
        errors.at(&field.name, problem);
        false
    });
}

/// The key `stream`, if the function has it. After an error in it, the type of a function that returns
/// a stream.
fn stream_key(args: &Args, function: &Function) -> Option<TokenStream> {
    let output = &function.signature.output;
    let is_unread = || args.lacks(&["stream"]) && Returned::of(output).is_stream();
    match &args.stream {
        Some(key) => Some(key.to_token_stream()),
        None => is_unread().then(|| output.to_token_stream()),
    }
}

/// The form of `function`. `stream` is the key of a function that returns a stream.
fn form(
    function: &Function,
    stream: Option<&TokenStream>,
    rt: &TokenStream,
    errors: &mut Errors,
) -> Form {
    let signature = &function.signature;
    if let Some(keyword) = &signature.constness {
        errors.at(
            keyword,
            "a `const fn` cannot be instrumented: remove `const` or the attribute",
        );
    }
    let returned = Returned::of(&signature.output);
    if signature.asyncness.is_some() {
        returned.reject_async(errors);
        return Form::Async(returned.into_output(stream, errors));
    }
    if let Some(tail) = Tail::find(&function.body)
        && let Some(output) = returned.future_output(stream.is_some(), rt)
    {
        check_returns(function, errors);
        return Form::Future(tail, output.into_output(stream, errors));
    }
    if stream.is_none() {
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
