//! The server as a program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

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

#[test]
fn it_serves_until_it_is_ended() {
    let mut child = program()
        .args(["serve", "--lenient", "--port=0", "--key", "k"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let authority = line
        .trim()
        .strip_prefix("serving http://")
        .and_then(|url| url.strip_suffix("/api/v1"))
        .unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let get = "GET /api/v1/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer k\r\n\r\n";
    stream.write_all(get.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    child.kill().unwrap();
    child.wait().unwrap();
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
