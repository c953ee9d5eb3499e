//! The commands of a console block.

/// A command, with lines that its output has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// `cargo run`, with the arguments after `--`.
    Run {
        arguments: Vec<String>,
        output: Vec<String>,
    },
    /// `curl -s URL`
    Get { url: String, output: Vec<String> },
    /// `cargo test`
    Test { output: Vec<String> },
}

impl Command {
    pub(crate) fn is_request(&self) -> bool {
        matches!(self, Self::Get { .. })
    }

    /// Parses the commands of a console block, which begin with `$ `.
    pub(crate) fn parse_all(console: &str) -> Vec<Self> {
        let console = format!("\n{console}");
        let commands = console.split("\n$ ").skip(1);
        commands.map(Self::parse).collect()
    }

    fn parse(text: &str) -> Self {
        let mut lines = text.lines().map(str::to_owned);
        let command = lines.next().unwrap_or_default();
        let output = lines.filter(|line| !line.is_empty()).collect();
        if let Some(url) = command.strip_prefix("curl -s ") {
            let url = url.to_owned();
            return Self::Get { url, output };
        }
        match command.strip_prefix("cargo run") {
            Some(arguments) => Self::Run {
                arguments: arguments
                    .split_whitespace()
                    .skip(1)
                    .map(str::to_owned)
                    .collect(),
                output,
            },
            None if command == "cargo test" => Self::Test { output },
            None => panic!("`{command}` is not a command that is followed"),
        }
    }
}

#[test]
fn commands_have_the_lines_of_their_output() {
    let lines = |lines: &[&str]| {
        lines
            .iter()
            .map(|&line| line.to_owned())
            .collect::<Vec<_>>()
    };
    let expected = [
        Command::Run {
            arguments: lines(&["deploy/"]),
            output: Vec::new(),
        },
        Command::Get {
            url: "http://x/".to_owned(),
            output: lines(&["a 1", "b 2"]),
        },
        Command::Test {
            output: lines(&["ok"]),
        },
    ];
    let console = "$ cargo run -- deploy/\n$ curl -s http://x/\na 1\nb 2\n$ cargo test\nok";
    assert_eq!(Command::parse_all(console), expected);
}
