//! The tools of an assistant. All of them only read.

use serde::Serialize;
use serde_json::{Value, json};

use super::{arguments::Arguments, failures::failures, message::Error};
use crate::console::{
    logs::{self, Filter as Lines},
    state::State,
    traces,
};

/// A tool, and the schema of its arguments.
struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// The names, the types and the descriptions of its arguments.
    arguments: &'static [(&'static str, &'static str, &'static str)],
    required: &'static [&'static str],
    call: fn(&State, &Arguments<'_>) -> Result<Value, Error>,
}

const LEVEL: &str = "The least severe level: error, warn, info, debug or trace.";
const TRACE_ID: &str = "The trace id, 32 hexadecimal digits.";

static TOOLS: [Tool; 5] = [
    Tool {
        name: "last_failures",
        title: "Last failed requests",
        description: "Returns the program and its latest requests that failed, the latest first: the stage in \
                      which each failed, the error, the labels and attributes of the stage, the failed spans in \
                      that stage, and the log lines of the request.",
        arguments: &[
            (
                "stage",
                "string",
                "Only requests in which this stage failed.",
            ),
            (
                "limit",
                "integer",
                "The most requests to return, from 1 to 20. Default: 1.",
            ),
        ],
        required: &[],
        call: |state, arguments| {
            let limit = arguments.number("limit", 1, 20)?;
            value(&failures(state, arguments.text("stage")?, limit))
        },
    },
    Tool {
        name: "trace",
        title: "One trace",
        description: "Returns the spans of one recent trace, with their times, errors, attributes, events and links.",
        arguments: &[("trace_id", "string", TRACE_ID)],
        required: &["trace_id"],
        call: |state, arguments| {
            let id = arguments.text("trace_id")?;
            let id = id.ok_or_else(|| Error::params("missing `trace_id`"))?;
            let found = traces::find(&state.subject, id);
            value(&found.ok_or_else(|| Error::params("the trace is not among the recent ones"))?)
        },
    },
    Tool {
        name: "logs",
        title: "Log lines",
        description: "Returns recent log lines, the oldest first: those of one trace, from a level on, or with a text.",
        arguments: &[
            ("trace_id", "string", TRACE_ID),
            ("level", "string", LEVEL),
            (
                "text",
                "string",
                "A part of the message, the target or a field, in any case.",
            ),
            (
                "limit",
                "integer",
                "The most lines to return, from 1 to 1000. Default: 100.",
            ),
        ],
        required: &[],
        call: |state, arguments| {
            let limit = arguments.number("limit", 100, 1000)?;
            let (level, text) = (arguments.text("level")?, arguments.text("text")?);
            let filter = Lines::new(level, text, arguments.text("trace_id")?, limit);
            let filter = filter.map_err(|error| Error::params(&error))?;
            value(&logs::list(&state.subject.log, &filter))
        },
    },
    Tool {
        name: "stages",
        title: "Stages",
        description: "Returns the service and each stage over the last five minutes: calls, failures, rates, \
                      quantiles of the duration and calls in flight.",
        arguments: &[],
        required: &[],
        call: |state, _| value(&state.overview_without_checks()),
    },
    Tool {
        name: "alerts",
        title: "Alerts",
        description: "Returns the alerts and objectives of the program with their states, values and thresholds.",
        arguments: &[],
        required: &[],
        call: |state, _| value(&state.alerts().list()),
    },
];

impl Tool {
    fn names(&self) -> Vec<&'static str> {
        self.arguments.iter().map(|(name, _, _)| *name).collect()
    }

    fn described(&self) -> Value {
        let properties = self.arguments.iter().map(|(name, kind, description)| {
            let property = json!({ "type": kind, "description": description });
            ((*name).to_owned(), property)
        });
        let properties: serde_json::Map<String, Value> = properties.collect();
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": properties,
                "required": self.required,
                "additionalProperties": false,
            },
            "annotations": { "readOnlyHint": true, "openWorldHint": false },
        })
    }
}

/// Returns the tools with the schemas of their arguments.
pub(super) fn list() -> Vec<Value> {
    TOOLS.iter().map(Tool::described).collect()
}

/// Calls a tool.
///
/// # Errors
///
/// Returns an error if there is no such tool, or if its arguments are invalid.
pub(super) fn call(state: &State, params: &Value) -> Result<Value, Error> {
    let name = params.get("name").and_then(Value::as_str);
    let tool = TOOLS.iter().find(|tool| Some(tool.name) == name);
    let Some(tool) = tool else {
        let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        return Err(Error::params(&format!(
            "unknown tool: use {}",
            names.join(", ")
        )));
    };
    let arguments = Arguments::of(params, &tool.names())?;
    let result = (tool.call)(state, &arguments)?;
    Ok(json!({
        "content": [{ "type": "text", "text": result.to_string() }],
        "structuredContent": result,
        "isError": false,
    }))
}

fn value(of: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(of).map_err(|_| Error::busy())
}
