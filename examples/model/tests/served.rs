//! The model server, asked over its routes and over a socket.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, Response, StatusCode},
};
use glyph_example_model::{Counts, FAULT_HEADER, Model, tokens};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};
use tower::ServiceExt;

/// Longer than any response takes.
const LONG: Duration = Duration::from_secs(30);

fn asked(prompt: &str, stream: bool) -> Value {
    json!({
        "model": "rules",
        "messages": [{"role": "user", "content": prompt}],
        "stream": stream,
        "stream_options": {"include_usage": true},
    })
}

async fn post(model: &Model, body: &Value, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::post("/v1/chat/completions");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    model.router().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Returns the data of each event.
fn events(body: &str) -> Vec<Value> {
    let data = body
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "));
    data.filter_map(|data| serde_json::from_str(data).ok())
        .collect()
}

fn contents(events: &[Value]) -> Vec<String> {
    let contents = events.iter();
    let contents = contents.filter_map(|event| event["choices"][0]["delta"]["content"].as_str());
    contents.map(str::to_owned).collect()
}

#[tokio::test]
async fn two_prompts_have_two_answers() {
    let model = Model::new();
    let answer = async |prompt: &str| {
        let response = post(&model, &asked(prompt, false), &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        let document: Value = serde_json::from_str(&text(response).await).unwrap();
        let content = document["choices"][0]["message"]["content"].clone();
        content.as_str().unwrap().to_owned()
    };
    assert_eq!(answer("What is 6 * 7?").await, "6 * 7 is 42.");
    let (dragon, bridge) = (answer("A dragon!").await, answer("The bridge?").await);
    assert!(dragon.contains("dragon"), "{dragon}");
    assert!(bridge.contains("bridge"), "{bridge}");
    assert_eq!(model.counts().completed, 3);
}

#[tokio::test]
async fn stream_is_the_document_token_by_token() {
    let model = Model::new();
    let prompt = "Tell me about the gate.";
    let document = text(post(&model, &asked(prompt, false), &[]).await).await;
    let document: Value = serde_json::from_str(&document).unwrap();
    let body = text(post(&model, &asked(prompt, true), &[]).await).await;
    assert!(body.ends_with("data: [DONE]\n\n"), "{body}");
    let events = events(&body);
    let answer = document["choices"][0]["message"]["content"].as_str();
    let answer = answer.unwrap();
    assert_eq!(contents(&events), tokens(answer));
    assert_eq!(events.last().unwrap()["usage"], document["usage"]);
    let usage = &document["usage"];
    assert_eq!(usage["prompt_tokens"], tokens(prompt).len());
    assert_eq!(usage["completion_tokens"], tokens(answer).len());
}

#[tokio::test(start_paused = true)]
async fn tokens_follow_each_other_at_the_pace() {
    let model = Model::new().pace(Duration::from_secs(1));
    let mut body = post(&model, &asked("The gate", true), &[])
        .await
        .into_body();
    let started = Instant::now();
    let mut arrivals = Vec::new();
    while let Some(frame) = body.frame().await {
        let data = frame.unwrap().into_data().unwrap();
        let events = events(str::from_utf8(&data).unwrap());
        // A frame has no more than one event, so that each token is sent alone.
        assert!(events.len() <= 1, "{events:?}");
        if !contents(&events).is_empty() {
            arrivals.push(started.elapsed().as_secs());
        }
    }
    let expected: Vec<_> = (0..arrivals.len() as u64).collect();
    assert!(arrivals.len() > 5, "{arrivals:?}");
    assert_eq!(arrivals, expected);
}

#[tokio::test]
async fn first_token_arrives_while_the_last_is_not_sent() {
    let model = Model::new().pace(Duration::from_millis(100));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    tokio::spawn(model.clone().serve(listener));
    let body = asked("Tell me about the gate and the bridge.", true).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    client.write_all((head + &body).as_bytes()).await.unwrap();
    let mut received = String::new();
    while !received.contains("content\"") {
        let mut bytes = [0; 4096];
        let read = timeout(LONG, client.read(&mut bytes)).await;
        let read = read.unwrap_or_else(|_| unreachable!("no token in {LONG:?}"));
        received.push_str(&String::from_utf8_lossy(&bytes[..read.unwrap()]));
    }
    assert!(model.counts().completion_tokens < 5, "{received}");
    // The client leaves, and the server notices.
    drop(client);
    let abandoned = async {
        while model.counts().abandoned == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let noticed = timeout(LONG, abandoned).await;
    assert!(noticed.is_ok(), "{:?}", model.counts());
}

#[tokio::test(start_paused = true)]
async fn each_fault_fails_as_its_name_says() {
    let model = Model::new().wait(Duration::from_secs(7));
    let failing = async |fault: &str, id: &str| {
        let headers = [(FAULT_HEADER, fault), ("x-request-id", id)];
        post(&model, &asked("The gate", true), &headers).await
    };
    assert_eq!(failing("429", "a").await.status(), 429);
    assert_eq!(failing("500", "b").await.status(), 500);
    assert_eq!(failing("flaky", "c").await.status(), 503);
    let again = text(failing("flaky", "c").await).await;
    assert!(again.contains("[DONE]"), "{again}");
    assert_eq!(failing("other", "d").await.status(), 400);
    let mut cut = failing("cut", "e").await.into_body();
    for _ in 0..2 {
        assert!(cut.frame().await.unwrap().is_ok());
    }
    assert!(cut.frame().await.unwrap().is_err());
    let started = Instant::now();
    drop(failing("slow", "f").await);
    assert_eq!(started.elapsed().as_secs(), 7);
    let Counts {
        requests,
        completed,
        rejected,
        failed,
        cut,
        abandoned,
        ..
    } = model.counts();
    let ends = [completed, rejected, failed, cut, abandoned];
    assert_eq!((requests, ends), (7, [1, 2, 2, 1, 1]));
}

#[tokio::test]
async fn broken_requests_are_rejected() {
    let model = Model::new();
    for body in [
        json!(null),
        json!({}),
        json!({"messages": [{"role": "user"}]}),
    ] {
        let response = post(&model, &body, &[]).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
        let body: Value = serde_json::from_str(&text(response).await).unwrap();
        assert!(body["error"]["message"].is_string(), "{body}");
    }
    assert_eq!(model.counts().rejected, 3);
}

#[tokio::test]
async fn offered_tool_is_called_and_its_result_told() {
    let model = Model::new();
    let mut body = asked("What does the fireball spell do?", true);
    let parameters = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    body["tools"] = json!([
        {"type": "function", "function": {"name": "lookup_spell", "parameters": parameters}},
    ]);
    let events_of = async |body: &Value| events(&text(post(&model, body, &[]).await).await);
    let called = events_of(&body).await;
    let calls = called
        .iter()
        .map(|event| &event["choices"][0]["delta"]["tool_calls"][0]["function"]);
    let calls: Vec<_> = calls.filter(|call| !call.is_null()).collect();
    assert_eq!(calls[0]["name"], "lookup_spell");
    let arguments = calls.iter().filter_map(|call| call["arguments"].as_str());
    assert_eq!(arguments.collect::<String>(), r#"{"name":"fireball"}"#);
    let finished = called
        .iter()
        .map(|event| &event["choices"][0]["finish_reason"]);
    assert!(finished.into_iter().any(|reason| reason == "tool_calls"));
    let sent = u64::try_from(calls.len()).unwrap();
    assert_eq!(model.counts().completion_tokens, sent);
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": null, "tool_calls": []}));
    messages.push(json!({"role": "tool", "content": "8d6 fire damage."}));
    let told = contents(&events_of(&body).await).concat();
    assert!(told.ends_with("8d6 fire damage."), "{told}");
}
