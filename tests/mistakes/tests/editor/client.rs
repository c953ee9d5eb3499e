//! A client of rust-analyzer, with the messages of the Language Server Protocol.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use serde_json::{Value, json};

use crate::{LIMIT, project};

/// A running rust-analyzer. It ends with this value.
pub(crate) struct Client {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    requests: u64,
}

impl Client {
    /// Starts rust-analyzer with `project`, in the form of `rust-project.json`.
    pub(crate) fn start(project: &Value) -> Self {
        let mut process = Command::new("rust-analyzer")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, messages) = mpsc::channel();
        let output = process.stdout.take().unwrap();
        thread::spawn(move || read(output, &sender));
        let mut client = Self {
            input: process.stdin.take().unwrap(),
            process,
            messages,
            requests: 0,
        };
        let options = json!({
            "linkedProjects": [project],
            "checkOnSave": false,
            "cachePriming": {"enable": false},
            "procMacro": {"enable": true},
        });
        client.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": project::uri(""),
                "capabilities": {},
                "initializationOptions": options,
            }),
        );
        client.notify("initialized", &json!({}));
        client
    }

    /// Sends a message that has no response.
    pub(crate) fn notify(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    /// Sends a request, and returns its result: `null` for an error, such as one about a file that
    /// rust-analyzer is still reading.
    pub(crate) fn request(&mut self, method: &str, parameters: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
        loop {
            let message = self.messages.recv_timeout(LIMIT);
            let mut message =
                message.unwrap_or_else(|error| panic!("waited {LIMIT:?} for {method}: {error}"));
            let is_request = message.get("method").is_some();
            match message.get("id") {
                Some(of) if is_request => {
                    self.send(&json!({"jsonrpc": "2.0", "id": of, "result": null}));
                }
                Some(of) if of.as_u64() == Some(id) => {
                    let result = message.get_mut("result");
                    return result.map(Value::take).unwrap_or_default();
                }
                _ => {}
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let ended = self.process.kill().and_then(|()| self.process.wait());
        if let Err(error) = ended {
            eprintln!("cannot end rust-analyzer: {error}");
        }
    }
}

/// Reads messages until the end of `output`.
fn read(output: ChildStdout, sender: &Sender<Value>) {
    let mut output = BufReader::new(output);
    while let Some(message) = message(&mut output) {
        if sender.send(message).is_err() {
            return;
        }
    }
}

/// The next message. `None` at the end.
fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.parse().ok()?;
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
