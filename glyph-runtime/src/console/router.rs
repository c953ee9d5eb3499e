//! The routes of the console.

use std::{future::Future, sync::Arc};

use axum::{
    Router,
    extract::{Path, RawQuery, State as Extracted},
    http::{
        StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};

use super::{
    catalog::catalog,
    live::{Clients, event},
    page::{FILES, JSON, problem, with_headers},
    query::Query,
    series::series,
    state::{State, json},
    thread::Thread,
    traces::{self, Filter},
};

/// What the routes share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) thread: Thread,
    pub(super) clients: Clients,
}

/// The paths of the API whose responses are rendered.
fn api() -> [(&'static str, MethodRouter<Shared>); 6] {
    [
        ("/api/v1/overview", get(overview)),
        ("/api/v1/live", get(live)),
        ("/api/v1/metrics", get(metrics)),
        ("/api/v1/series", get(series_of_metric)),
        ("/api/v1/traces", get(trace_list)),
        ("/api/v1/traces/{id}", get(trace)),
    ]
}

/// Returns the routes, for GET and HEAD.
pub(super) fn router(shared: Shared) -> Router {
    let mut router = Router::new();
    for (path, method) in api() {
        router = router.route(path, method.fallback(reject));
    }
    for file in FILES {
        let method = get(move || async move { file });
        router = router.route(file.path, method.fallback(reject));
    }
    let headers = |response: Response| async move { with_headers(response) };
    router.route_layer(map_response(headers)).with_state(shared)
}

async fn reject() -> Response {
    let allowed = [(ALLOW, "GET, HEAD")];
    let text = "only GET and HEAD are allowed\n";
    (StatusCode::METHOD_NOT_ALLOWED, allowed, text).into_response()
}

/// Runs the work on the console's thread. An error of it is what is wrong with the request.
async fn rendered<F>(shared: &Shared, work: impl FnOnce(Arc<State>) -> F) -> Response
where
    F: Future<Output = Result<Vec<u8>, (StatusCode, String)>> + Send + 'static,
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
    let Some(client) = shared.clients.enter() else {
        return busy();
    };
    let first = shared
        .thread
        .run(|state| async move { event(&state.overview().await) });
    match first.await {
        Ok(first) => ([(CONTENT_TYPE, "text/event-stream")], client.body(first)).into_response(),
        Err(_) => busy(),
    }
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
    let query = Query::parse(query.as_deref());
    rendered(&shared, |state| async move {
        let name = query.get("metric");
        let name = name.ok_or_else(|| invalid("missing `metric`: name a family".to_owned()))?;
        let found = series(&state.history(), name);
        let found = found.ok_or_else(|| absent("no metric has this name"))?;
        Ok(json(&found))
    })
    .await
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

fn invalid(text: String) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, text)
}

fn absent(text: &str) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{FILES, api};

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
            .collect();
        assert_eq!(described, served);
    }
}
