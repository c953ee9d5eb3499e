//! What a site means: a stage, its labels and fields, and the form of the function it is on.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use syn::{Path, Type};

use super::{
    args::{Args, FieldArg, LabelArg},
    event_args::EventArgs,
    function::Function,
    judge::Judge,
    returned::Returned,
    secret::Secrets,
    span_args::SpanArgs,
    tail::{self, Tail},
};
use crate::{diagnostic::Errors, home::hidden_module};

/// A function with its stage.
pub(super) struct Site {
    pub(super) stage: Path,
    pub(super) labels: Vec<LabelArg>,
    pub(super) fields: Vec<FieldArg>,
    pub(super) judge: Judge,
    pub(super) span: SpanArgs,
    pub(super) events: EventArgs,
    pub(super) root: Path,
    pub(super) function: Function,
    pub(super) form: Form,
}

/// How the body runs and what it gives.
pub(super) enum Form {
    Sync(Output),
    Async(Output),
    /// It returns the future of an `async` block, which gives this.
    Future(Tail, Output),
    /// It returns a stream, which is the call: making it is not.
    Stream(Box<StreamType>),
}

pub(super) enum Output {
    /// A value of this type, in which `_` stands for an `impl Trait`.
    Value(Box<Type>),
    /// Nothing: it does not return.
    Never,
    /// A stream, with which the call goes on.
    Stream(Box<StreamType>),
}

/// A stream that a function gives.
pub(super) struct StreamType {
    /// What the function gives: the stream, or what holds it. `_` stands for an `impl Trait`.
    pub(super) ty: Type,
    pub(super) item: Type,
    /// The stream's type where it is in a box.
    pub(super) boxed: Option<Type>,
    /// Whether it is in a `Result` or an `Option`.
    pub(super) is_held: bool,
}

impl Site {
    /// None only when there are errors.
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
        refuse_by_form(&form, &args, errors);
        let events = args.events.with_target(args.span.target.as_ref());
        Some(Self {
            stage: args.stage?,
            labels: args.labels,
            fields: args.fields,
            judge: args.judge,
            span: args.span,
            events,
            root,
            function,
            form,
        })
    }
}

/// Refuses to judge or log what a function of this form does not give.
fn refuse_by_form(form: &Form, args: &Args, errors: &mut Errors) {
    let stream = match form {
        Form::Stream(stream) => stream,
        Form::Sync(output) | Form::Async(output) | Form::Future(_, output) => match output {
            Output::Stream(stream) => stream,
            Output::Never => {
                let nothing =
                    "a function that does not return gives nothing to judge: leave it out";
                args.judge.refuse(nothing, errors);
                let nothing = "a function that does not return gives nothing to log: leave it out";
                args.events.refuse(Some(nothing), nothing, errors);
                return;
            }
            Output::Value(_) => return,
        },
    };
    if !stream.is_held {
        let items = "the items of a stream say themselves how it ends: leave it out";
        args.judge.refuse(items, errors);
    }
    let item = "a stream gives items, each of which would be logged: leave it out";
    args.events.refuse(None, item, errors);
}

fn check_labels(labels: &[LabelArg], errors: &mut Errors) {
    let mut given = HashSet::new();
    for label in labels {
        let name = label.text();
        if !given.insert(name.clone()) {
            errors.at(
                &label.name,
                format!("label `{name}` is given twice: leave one out"),
            );
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
                "the span's kind has an argument of its own: `kind = client`",
            );
        } else if matches!(name.as_str(), "otel.status_code" | "error.type") {
            errors.at(
                &field.name,
                format!(
                    "field `{name}` tells how the call ended, and is set by the stage: leave it out"
                ),
            );
        } else if labels.iter().any(|label| label.text() == name) {
            errors.at(
                &field.name,
                format!("`{name}` is a label, and labels are on the span already: leave it out of `fields(..)`"),
            );
        } else if !given.insert(name.clone()) {
            errors.at(
                &field.name,
                format!("field `{name}` is given twice: leave one out"),
            );
        }
    }
}

fn form(function: &Function, stream: bool, rt: &TokenStream, errors: &mut Errors) -> Form {
    let signature = &function.signature;
    if let Some(word) = &signature.constness {
        errors.at(
            word,
            "a `const fn` may run in the compiler, where there is nothing to measure: leave out `const` or the attribute",
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
        returned.refuse_unmeasured(errors);
    }
    match returned.into_output(stream, errors) {
        Output::Stream(stream) if !stream.is_held => Form::Stream(stream),
        output => Form::Sync(output),
    }
}

/// A future that another `return` gives would go unmeasured.
fn check_returns(function: &Function, errors: &mut Errors) {
    for expression in tail::returns(&function.body) {
        errors.at(
            expression.return_token,
            "only the `async` block at the end is measured, and this `return` goes past it: decide inside of the block",
        );
    }
}
