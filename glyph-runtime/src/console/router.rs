//! The routes of the console.

use std::{future::Future, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Path, RawQuery, State as Extracted},
    http::{
        HeaderMap, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use serde::Serialize;

use super::{
    catalog::catalog,
    heat_map::{Chosen, heat_map},
    level::{self, Problem},
    live::{Clients, event},
    logs, mcp,
    page::{FILES, JSON, problem},
    profile,
    series::series,
    sharing::{self, Headers, Sharing},
    state::{State, json},
    tail,
    thread::Thread,
    traces::{self, Filter},
};
use crate::{
    profile::Profiles,
    request::{Query, Requester, with_headers},
};

/// The type of server-sent events.
const EVENTS: &str = "text/event-stream";

/// What the routes share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) thread: Thread,
    pub(super) clients: Clients,
    pub(super) profiles: Profiles,
    pub(super) sharing: Arc<Sharing>,
}

/// The paths of the API whose responses are rendered.
fn api() -> [(&'static str, MethodRouter<Shared>); 12] {
    [
        ("/api/v1/overview", get(overview)),
        ("/api/v1/live", get(live)),
        ("/api/v1/metrics", get(metrics)),
        ("/api/v1/series", get(series_of_metric)),
        ("/api/v1/heatmap", get(heat_map_of_metric)),
        ("/api/v1/programs", get(programs)),
        ("/api/v1/alerts", get(alerts)),
        ("/api/v1/logs", get(log_list)),
        ("/api/v1/logs/live", get(log_tail)),
        ("/api/v1/traces", get(trace_list)),
        ("/api/v1/traces/{id}", get(trace)),
        ("/api/v1/profile", get(profile::respond).head(reject)),
    ]
}

/// The path of the request that changes the filter of the log.
const CHANGE: &str = "/api/v1/logs/filter";

/// The path of coding assistants. Its requests are POST, and only read.
const MCP: &str = "/mcp";

/// The routes of a console.
#[derive(Debug)]
pub(crate) struct Routes {
    /// Those that read.
    pub(crate) reads: Router,
    /// The one that changes the program, for POST.
    pub(crate) changes: Router,
}

/// Returns the routes.
pub(super) fn routes(shared: Shared, headers: Arc<Headers>) -> Routes {
    let changes = Router::new().route(CHANGE, post(change_filter).fallback(reject_others));
    let own = |response: Response| async move { with_headers(response) };
    let changes = changes.route_layer(map_response(own));
    Routes {
        changes: changes.with_state(shared.clone()),
        reads: reads(shared, headers),
    }
}

fn reads(shared: Shared, headers: Arc<Headers>) -> Router {
    let mut router = Router::new();
    for (path, method) in api() {
        router = router.route(path, method.fallback(reject));
    }
    router = router.route(MCP, post(assistant).fallback(reject_others));
    for file in FILES {
        let method = get(move || async move { file });
        router = router.route(file.path, method.fallback(reject));
    }
    let router = router.route_layer(from_fn_with_state(headers, sharing::respond));
    router.with_state(shared)
}

async fn reject() -> Response {
    let allowed = [(ALLOW, "GET, HEAD")];
    let text = "only GET and HEAD are allowed\n";
    (StatusCode::METHOD_NOT_ALLOWED, allowed, text).into_response()
}

async fn reject_others() -> Response {
    let allowed = [(ALLOW, "POST")];
    let text = "only POST is allowed\n";
    (StatusCode::METHOD_NOT_ALLOWED, allowed, text).into_response()
}

/// Runs the work on the console's thread. An error of it is what is wrong with the request.
async fn rendered<F>(shared: &Shared, work: impl FnOnce(Arc<State>) -> F) -> Response
where
    F: Future<Output = Result<Vec<u8>, Problem>> + Send + 'static,
{
    match shared.thread.run(work).await {
        Ok(Ok(json)) => ([(CONTENT_TYPE, JSON)], json).into_response(),
        Ok(Err((status, text))) => problem(status, &text),
        Err(_) => busy(),
    }
}

fn busy() -> Response {
    let response = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "too many requests to the console: try again in a second",
    );
    ([(RETRY_AFTER, "1")], response).into_response()
}

async fn overview(Extracted(shared): Extracted<Shared>) -> Response {
    rendered(&shared, |state| async move { Ok(state.overview().await) }).await
}

async fn live(Extracted(shared): Extracted<Shared>) -> Response {
    let Some(client) = shared.clients.follow() else {
        return busy();
    };
    let first = shared
        .thread
        .run(|state| async move { event(&state.overview().await) });
    let first = first.await;
    match first {
        Ok(first) => ([(CONTENT_TYPE, EVENTS)], client.body(first)).into_response(),
        Err(_) => busy(),
    }
}

async fn alerts(Extracted(shared): Extracted<Shared>) -> Response {
    rendered(
        &shared,
        |state| async move { Ok(json(&state.alerts().list())) },
    )
    .await
}

async fn log_list(Extracted(shared): Extracted<Shared>, RawQuery(query): RawQuery) -> Response {
    let filter = logs::Filter::parse(&Query::parse(query.as_deref()));
    rendered(&shared, |state| async move {
        let filter = filter.map_err(invalid)?;
        Ok(json(&logs::list(&state.subject.log, &filter)))
    })
    .await
}

async fn log_tail(Extracted(shared): Extracted<Shared>, RawQuery(query): RawQuery) -> Response {
    let filter = match logs::Filter::parse(&Query::parse(query.as_deref())) {
        Ok(filter) => filter,
        Err(text) => return problem(StatusCode::BAD_REQUEST, &text),
    };
    let Some(client) = shared.clients.enter() else {
        return busy();
    };
    let asked = filter.clone();
    let first = shared
        .thread
        .run(|state| async move { logs::list(&state.subject.log, &asked) });
    let first = first.await;
    match first {
        Ok(first) => {
            let body = tail::body(client, shared.thread, &filter, &first);
            ([(CONTENT_TYPE, EVENTS)], body).into_response()
        }
        Err(_) => busy(),
    }
}

async fn assistant(
    Extracted(shared): Extracted<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    mcp::respond(&shared.thread, &headers, body).await
}

async fn change_filter(
    Extracted(shared): Extracted<Shared>,
    Extension(requester): Extension<Requester>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let directives = match level::wanted(&headers, body).await {
        Ok(directives) => directives,
        Err((status, text)) => return problem(status, &text),
    };
    rendered(&shared, |state| async move {
        level::set(&state.subject.log.filters, &directives, requester)
    })
    .await
}

async fn metrics(Extracted(shared): Extracted<Shared>) -> Response {
    rendered(&shared, |state| async move {
        Ok(json(&catalog(&state.subject.exposition)))
    })
    .await
}

async fn series_of_metric(
    Extracted(shared): Extracted<Shared>,
    RawQuery(query): RawQuery,
) -> Response {
    let find = |state: &State, name: &str, _: &Query| {
        let found = series(&state.history(), name);
        found.ok_or_else(|| absent("no metric has this name"))
    };
    of_metric(&shared, query, find).await
}

async fn heat_map_of_metric(
    Extracted(shared): Extracted<Shared>,
    RawQuery(query): RawQuery,
) -> Response {
    let find = |state: &State, name: &str, query: &Query| {
        let chosen = Chosen::parse(query).map_err(invalid)?;
        heat_map(&state.history(), &state.subject, name, &chosen).map_err(absent)
    };
    of_metric(&shared, query, find).await
}

/// Responds with what `find` returns for the metric that the query names.
async fn of_metric<T: Serialize>(
    shared: &Shared,
    query: Option<String>,
    find: impl FnOnce(&State, &str, &Query) -> Result<T, Problem> + Send + 'static,
) -> Response {
    let query = Query::parse(query.as_deref());
    rendered(shared, |state| async move {
        let name = query.get("metric");
        let name = name.ok_or_else(|| invalid("missing `metric`: name a family".to_owned()))?;
        Ok(json(&find(&state, name, &query)?))
    })
    .await
}

async fn programs(Extracted(shared): Extracted<Shared>) -> Response {
    ([(CONTENT_TYPE, JSON)], json(&shared.sharing.list())).into_response()
}

async fn trace_list(Extracted(shared): Extracted<Shared>, RawQuery(query): RawQuery) -> Response {
    let filter = Filter::parse(&Query::parse(query.as_deref()));
    rendered(&shared, |state| async move {
        let filter = filter.map_err(invalid)?;
        Ok(json(&traces::list(&state.subject, &filter)))
    })
    .await
}

async fn trace(Extracted(shared): Extracted<Shared>, Path(id): Path<String>) -> Response {
    rendered(&shared, |state| async move {
        let found = traces::find(&state.subject, &id);
        let found = found.ok_or_else(|| absent("the trace is not among the recent ones"))?;
        Ok(json(&found))
    })
    .await
}

fn invalid(text: String) -> Problem {
    (StatusCode::BAD_REQUEST, text)
}

fn absent(text: &str) -> Problem {
    (StatusCode::NOT_FOUND, text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{CHANGE, FILES, api};

    #[test]
    fn description_has_every_path_of_the_api_and_no_other() {
        let text = include_str!("openapi.json");
        let description: Value = serde_json::from_str(text).unwrap_or_default();
        let described = description.get("paths").and_then(Value::as_object);
        let described: BTreeSet<&str> = described
            .into_iter()
            .flat_map(|paths| paths.keys().map(String::as_str))
            .collect();
        let files = FILES.iter().map(|file| file.path);
        let files = files.filter(|path| path.starts_with("/api/"));
        let served: BTreeSet<&str> = api()
            .into_iter()
            .map(|(path, _)| path)
            .chain(files)
            .chain([CHANGE])
            .collect();
        assert_eq!(described, served);
    }
}
