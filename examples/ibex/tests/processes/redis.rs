//! A server that speaks as much of Redis's protocol as the rate limit needs, and counts for itself.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

/// A server that ends, with its connections, when it is dropped.
pub(crate) struct Redis {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    values: Mutex<HashMap<String, u64>>,
    connections: Mutex<Vec<TcpStream>>,
    has_ended: AtomicBool,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if serving.has_ended.load(Relaxed) {
                    return;
                }
                let closed = connection.try_clone().unwrap();
                serving.connections.lock().unwrap().push(closed);
                let shared = Arc::clone(&serving);
                thread::spawn(move || shared.serve(&connection));
            }
        });
        Self { address, shared }
    }

    /// Returns the requests of all organizations.
    pub(crate) fn counted(&self) -> u64 {
        self.shared.values.lock().unwrap().values().sum()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Relaxed);
        let _wakes_the_listener = TcpStream::connect(self.address);
        for connection in self.shared.connections.lock().unwrap().iter() {
            let _closed_already = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn serve(&self, connection: &TcpStream) {
        let mut reader = BufReader::new(connection.try_clone().unwrap());
        let mut writer = connection;
        let mut queued: Option<Vec<Vec<String>>> = None;
        while let Some(command) = read(&mut reader) {
            let reply = match (command[0].to_uppercase().as_str(), &mut queued) {
                ("MULTI", _) => {
                    queued = Some(Vec::new());
                    "+OK\r\n".to_owned()
                }
                ("EXEC", commands) => {
                    let commands = commands.take().unwrap();
                    let replies = commands.iter().map(|command| self.run(command));
                    let replies: Vec<_> = replies.collect();
                    format!("*{}\r\n{}", replies.len(), replies.concat())
                }
                (_, Some(commands)) => {
                    commands.push(command);
                    "+QUEUED\r\n".to_owned()
                }
                (_, None) => self.run(&command),
            };
            if writer.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    }

    fn run(&self, command: &[String]) -> String {
        let mut values = self.values.lock().unwrap();
        match command[0].to_uppercase().as_str() {
            "SET" => {
                let options = command[3..].join(" ").to_uppercase();
                assert!(
                    options.contains("EX 60") && options.contains("NX"),
                    "{options}"
                );
                let is_new = !values.contains_key(&command[1]);
                values.entry(command[1].clone()).or_default();
                if is_new { "+OK\r\n" } else { "$-1\r\n" }.to_owned()
            }
            "INCR" => {
                let value = values.entry(command[1].clone()).or_default();
                *value += 1;
                format!(":{value}\r\n")
            }
            "TTL" => ":60\r\n".to_owned(),
            // `CLIENT SETINFO` and `HELLO`: a client names itself.
            _ => "+OK\r\n".to_owned(),
        }
    }
}

/// Reads a command: an array of strings, each with its length.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Vec<String>> {
    let length = |reader: &mut BufReader<TcpStream>, mark: char| -> Option<usize> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        line.trim_end().strip_prefix(mark)?.parse().ok()
    };
    let words = length(reader, '*')?;
    let mut command = Vec::new();
    for _ in 0..words {
        let bytes = length(reader, '$')?;
        let mut word = vec![0; bytes + 2];
        reader.read_exact(&mut word).ok()?;
        word.truncate(bytes);
        command.push(String::from_utf8(word).ok()?);
    }
    Some(command)
}
