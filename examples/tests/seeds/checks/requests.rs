//! Compares the span, the log line and the headers that a layer adds to each request, and their order.

use serde_json::Value;

use super::Checked;
use crate::{
    rows::Row,
    served::{CALLER, Response},
    system::System,
};

/// A response with the line and the span of its request.
#[derive(Debug)]
struct Seen<'s> {
    response: &'s Response,
    line: &'s Value,
    span: &'s Value,
}

/// Returns the requests that the layers of the program treated.
fn seen(system: &System) -> Vec<Seen<'_>> {
    let responses = system.responses().into_iter();
    let seen = responses.filter_map(|response| {
        let id = response.header("x-request-id")?;
        let is_its = |line: &&Value| {
            let path = [&line["url.path"], &line["path"]];
            line["request_id"] == id
                && line["target"] == "http.request"
                && path.iter().any(|path| **path == response.path)
        };
        let line = system.log.iter().find(is_its)?;
        let is_its = |span: &&Value| {
            span["span_id"] == line["span_id"] && span["trace_id"] == line["trace_id"]
        };
        let span = system.spans.iter().find(is_its)?;
        Some(Seen {
            response,
            line,
            span,
        })
    });
    seen.collect()
}

/// Returns the place if every request is so, and else one that is not.
fn each(system: &System, place: &str, is_so: impl Fn(&Seen<'_>) -> bool) -> Checked {
    let (all, seen) = (system.responses().len(), seen(system));
    if seen.len() < all || all == 0 {
        return Some(Err(format!(
            "{all} requests, {} lines with a span",
            seen.len()
        )));
    }
    let mut others = seen.iter().filter(|seen| !is_so(seen));
    Some(match others.next() {
        None => Ok(format!("{place} of each request")),
        Some(other) => Err(format!("not so for {}", other.response.path)),
    })
}

/// Whether a span has an attribute.
fn has(span: &Value, name: &str) -> bool {
    !span["attributes"][name].is_null()
}

/// Holds a step of the layer of the voice pipeline.
pub(super) fn step(row: &Row, system: &System) -> Checked {
    let Some(topic) = row.text("topic") else {
        return layer(row, system);
    };
    match topic {
        "extract" => taken_up(row, system),
        "server span" => {
            let kind = row.text("span_kind")?;
            let names = [
                "http.request.method",
                "url.path",
                "http.route",
                "url.scheme",
            ];
            each(system, "the span", |seen| {
                seen.span["kind"] == kind && names.iter().all(|name| has(seen.span, name))
            })
        }
        "correlation header" => {
            let header = row.text("header")?;
            each(system, &format!("`{header}`"), |seen| {
                seen.response.header(header) == seen.span["trace_id"].as_str()
            })
        }
        "inject" => each(system, "`traceparent`", |seen| {
            let parent = seen.response.header("traceparent").unwrap_or_default();
            let trace = seen.span["trace_id"].as_str().unwrap_or_default();
            parent.starts_with(&format!("00-{trace}-"))
        }),
        "record duration" => recorded(row.text("metric")?, system),
        "log completion" => {
            let fields = row.texts("fields");
            each(system, "the line", |seen| {
                fields.iter().all(|field| !seen.line[*field].is_null())
            })
        }
        "end span" => {
            let attribute = row.text("attribute")?;
            each(system, "the span", |seen| {
                seen.span["attributes"][attribute] == seen.response.status
            })
        }
        _ => None,
    }
}

/// Compares the number of observations of a histogram with that of the requests.
fn recorded(name: &str, system: &System) -> Checked {
    let Some(metric) = system.metric(name) else {
        return Some(Err(format!("there is no metric {name}")));
    };
    let name = metric["name"].as_str()?;
    let observed = |route: &str| {
        let page = system.served.page().lines();
        let mut lines = page.filter(|line| line.starts_with(&format!("{name}_count{{")));
        lines.any(|line| line.contains(&format!("\"{route}\"")) && !line.ends_with(" 0"))
    };
    let page = "/metrics";
    each(system, &format!("`{name}`"), |seen| {
        let route = seen.span["attributes"]["http.route"].as_str();
        // The page is rendered before its own request ends.
        route.is_some_and(|route| route == page || observed(route))
    })
}

/// Holds that the trace of a caller goes on, and that a request without one begins a trace.
fn taken_up(row: &Row, system: &System) -> Checked {
    let header = row.text("header")?;
    let (caller, parent) = (&CALLER[3..35], &CALLER[36..52]);
    let is_called = |seen: &Seen<'_>| seen.response.sent.iter().any(|(name, _)| *name == header);
    let all = seen(system);
    let (continued, alone): (Vec<_>, Vec<_>) = all.iter().partition(|seen| is_called(seen));
    let goes_on = continued
        .iter()
        .all(|seen| seen.span["trace_id"] == caller && seen.span["parent_span_id"] == parent);
    let begins = alone.iter().all(|seen| {
        let parent = seen.span["parent_span_id"].as_str().unwrap_or_default();
        seen.span["trace_id"] != caller && parent.is_empty()
    });
    let new = row
        .text("otherwise")
        .is_none_or(|otherwise| otherwise == "new trace");
    Some(if !continued.is_empty() && goes_on && begins && new {
        Ok(format!("the trace of a request with `{header}`"))
    } else {
        Err(format!("the trace of `{header}` does not go on"))
    })
}

/// Holds how a trace goes from one process to the next.
pub(super) fn propagation(row: &Row, system: &System) -> Checked {
    if row.text("carrier").is_some() {
        return metadata(row, system);
    }
    if row.text("format")? != "W3C Trace Context" {
        return Some(Err("the format is W3C Trace Context".to_owned()));
    }
    if row
        .text("direction")
        .is_some_and(|direction| direction != "in")
    {
        return Some(Err("requests carry it in".to_owned()));
    }
    let mut row = row.clone();
    if row.text("header").is_none() {
        row.0["header"] = "traceparent".into();
    }
    let way = taken_up(&row, system)?;
    let calls = |span: &&Value| span["kind"] == "client" && has(span, "rpc.service");
    // The service that is called takes up the trace as well.
    let goes_on = |call: &Value| {
        let mut spans = system.spans.iter();
        spans.any(|span| span["parent_span_id"] == call["span_id"] && span["kind"] == "server")
    };
    let mut calls = system.spans.iter().filter(calls);
    Some(way.and_then(|place| {
        if calls.all(goes_on) {
            Ok(place)
        } else {
            Err("a call has no span in the service that it asks".to_owned())
        }
    }))
}

/// Holds what calls of one service to another carry.
fn metadata(row: &Row, system: &System) -> Checked {
    if row.has("name") {
        return carried(row, system);
    }
    let peer = row.text("to")?;
    let mut calls = system.spans.iter().filter(|span| {
        span["kind"] == "client"
            && span["name"]
                .as_str()
                .is_some_and(|name| name.contains(peer))
    });
    let call = calls.next()?;
    let mut spans = system.spans.iter();
    let taken = spans.find(|span| span["parent_span_id"] == call["span_id"])?;
    Some(Ok(format!(
        "span `{}`, kind {}",
        taken["name"].as_str()?,
        taken["kind"]
    )))
}

/// Holds that a call carries an id: the span of the service that was called has it, in another process.
fn carried(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    let mut calls = system
        .spans
        .iter()
        .filter(|span| span["kind"] == "client" && has(span, name));
    let is_taken = |call: &&Value| {
        let mut spans = system.spans.iter();
        spans.any(|span| {
            span["parent_span_id"] == call["span_id"]
                && span["kind"] == "server"
                && span["attributes"][name] == call["attributes"][name]
        })
    };
    Some(match calls.find(is_taken) {
        Some(call) => Ok(format!(
            "`{name}` on the span of the service that `{}` calls",
            call["name"].as_str()?
        )),
        None => Err(format!("no call carries `{name}`")),
    })
}

/// Holds that a span of a failed request has the status.
pub(super) fn span_status(row: &Row, system: &System) -> Checked {
    let status = row.text("status")?;
    let code = |span: &Value| span["attributes"]["http.response.status_code"].as_u64();
    let failed = |span: &&Value| code(span).is_some_and(|code| code >= 500);
    let failed: Vec<_> = system.spans.iter().filter(failed).collect();
    let has = |span: &&Value| {
        span["status"]
            .to_string()
            .to_uppercase()
            .contains(&format!("\"{status}"))
    };
    Some(if !failed.is_empty() && failed.iter().all(has) {
        Ok("the spans of failed requests".to_owned())
    } else {
        Err(format!(
            "{:?}",
            failed
                .iter()
                .map(|span| &span["status"])
                .collect::<Vec<_>>()
        ))
    })
}

/// The layers of the proxy, from the outside in. What a layer has done is seen by those inside of it.
const LAYERS: [(&str, &str); 6] = [
    ("RequestContext", "the id of the request"),
    ("Span", "the span"),
    ("metrics", "the series of the route"),
    ("ResponseHeaders", "`X-Trace-ID`"),
    ("logging", "the line, with both ids"),
    ("mux", "the response of a route, and 404 of none"),
];

/// Holds a layer by what it leaves, also of requests that no handler sees.
fn layer(row: &Row, system: &System) -> Checked {
    let (name, position) = (row.text("name")?, row.0["position"].as_u64());
    if name == "Auth" {
        return authentication(row, system);
    }
    let Some(index) = LAYERS.iter().position(|(layer, _)| *layer == name) else {
        return Some(Err(format!("no layer is {name}")));
    };
    if position != u64::try_from(index + 1).ok() {
        return Some(Err(format!("its position is {}", index + 1)));
    }
    let page = system.served.page();
    let trace = |seen: &Seen<'_>| seen.span["trace_id"].as_str().map(str::to_owned);
    each(system, LAYERS[index].1, |seen| match name {
        "RequestContext" => {
            seen.line["request_id"].as_str() == seen.response.header("x-request-id")
        }
        "Span" => seen.span["kind"] == "server" && seen.line["span_id"] == seen.span["span_id"],
        // The route of the label is known after the router, which is inside.
        "metrics" => {
            let route = seen.span["attributes"]["http.route"]
                .as_str()
                .unwrap_or("unmatched");
            page.contains(&format!("route=\"{route}\""))
        }
        "ResponseHeaders" => seen.response.header("x-trace-id") == trace(seen).as_deref(),
        "logging" => seen.line["http.response.status_code"] == seen.response.status,
        _ => (seen.response.status == 404) == seen.span["attributes"]["http.route"].is_null(),
    })
}

/// Authentication is inside of the router: a rejected request has its route and its trace, and the
/// call to the other service is below its span.
fn authentication(row: &Row, system: &System) -> Checked {
    let seen = seen(system);
    let rejected = seen.iter().find(|seen| seen.response.status == 401)?;
    let calls = |span: &&Value| {
        span["parent_span_id"] == rejected.span["span_id"] && span["kind"] == "client"
    };
    let is_inside =
        has(rejected.span, "http.route") && system.spans.iter().any(|span| calls(&span));
    let is_asked = row.text("after") == Some("Span") && row.text("position") == Some("inside mux");
    Some(if is_inside && is_asked {
        Ok("the span of a rejected request has its route and the call".to_owned())
    } else {
        Err("a rejected request has no route".to_owned())
    })
}

/// Holds the order of layers, or of what they do.
pub(super) fn order(row: &Row, system: &System) -> Checked {
    let value = row.texts("value");
    match row.text("of")? {
        "middleware" => {
            let names = LAYERS.map(|(name, _)| name);
            let row = |name: &str, at: usize| {
                let mut row = row.clone();
                row.0["name"] = name.into();
                row.0["position"] = (at + 1).into();
                layer(&row, system)
            };
            let mut layers = names.iter().enumerate();
            let differs = layers.find_map(|(at, name)| row(name, at)?.err());
            Some(match differs {
                None if value == names => Ok("each layer by what it leaves".to_owned()),
                None => Err(format!("the order is {names:?}")),
                Some(difference) => Err(difference),
            })
        }
        "route template and trace context" => {
            if value != ["span creation", "auth", "metrics and logs"] {
                return Some(Err("the order is another".to_owned()));
            }
            let mut auth = row.clone();
            auth.0["after"] = "Span".into();
            auth.0["position"] = "inside mux".into();
            let inside = authentication(&auth, system)?;
            let lines = each(system, "the line", |seen| {
                let route = &seen.span["attributes"]["http.route"];
                seen.line["http.route"] == *route && seen.line["trace_id"] == seen.span["trace_id"]
            })?;
            Some(inside.and(lines))
        }
        _ => None,
    }
}
