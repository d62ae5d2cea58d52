//! The server as a program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_openrouter-testkit"))
}

fn run(arguments: &[&str]) -> (bool, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = program().args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    (status.success(), text.into_owned())
}

/// A running server, ended with the test.
struct Running {
    child: Child,
    authority: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let authority = line
            .trim()
            .strip_prefix("serving http://")
            .and_then(|url| url.strip_suffix("/api/v1"))
            .unwrap()
            .to_owned();
        Self { child, authority }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.authority).unwrap();
        // Fails rather than hangs.
        let limit = Some(Duration::from_secs(60));
        stream.set_read_timeout(limit).unwrap();
        stream
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(stream: &mut TcpStream) -> String {
    let get = "GET /api/v1/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer k\r\n\r\n";
    stream.write_all(get.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_serves_until_it_is_ended() {
    let running = Running::start(program().args(["serve", "--lenient", "--port=0", "--key", "k"]));
    let answer = key(&mut running.connect());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[cfg(unix)]
#[test]
fn it_goes_on_after_it_ran_out_of_file_descriptors() {
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 24; exec \"$0\" serve --port=0"]);
    let running = Running::start(limited.arg(env!("CARGO_BIN_EXE_openrouter-testkit")));
    let crowd: Vec<_> = (0..40).map(|_| running.connect()).collect();
    let mut late = running.connect();
    drop(crowd);
    let answer = key(&mut late);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn mistakes_on_the_command_line_are_named() {
    let (is_ok, text) = run(&["--help"]);
    assert!(is_ok && text.contains("--scenario FILE"), "{text}");
    for (arguments, words) in [
        (&["sing"][..], "there is no command `sing`"),
        (&["serve", "--prot", "1"], "there is no option `--prot`"),
        (&["serve", "--port"], "--port needs a value"),
        (&["serve", "--lenient=no"], "--lenient takes no value"),
        (&["serve", "--port", "http"], "`http` is no such number"),
        (
            &["serve", "--scenario", "no-such-file.json"],
            "no-such-file.json: ",
        ),
        (&["serve", "--tokens-per-second", "0"], "must be above 0"),
        (&["record", "--cassette", "x"], "record needs --upstream"),
    ] {
        let (is_ok, text) = run(arguments);
        assert!(!is_ok && text.contains(words), "{arguments:?}: {text}");
    }
}
