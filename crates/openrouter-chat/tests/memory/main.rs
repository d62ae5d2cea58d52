//! What large payloads cost in memory. A test binary of its own, since it counts what the whole process allocates; the
//! servers here throw away what they read.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openrouter_chat::media::Image;
use openrouter_chat::{ChatModel, ChatResponse, Client, Message, Part, RetryPolicy};
use peak_alloc::PeakAlloc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The allocations of one test are not to be counted as another's.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const PAYLOAD_BYTES: usize = 20_000_000;

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How much was allocated at most while this ran, beyond what was before.
fn peak_of<T>(work: impl Future<Output = T>) -> (usize, T) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let outcome = runtime.block_on(work);
    (ALLOCATOR.peak_usage().saturating_sub(before), outcome)
}

/// A picture in a file, removed when it is dropped.
struct Picture(PathBuf);

impl Picture {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}.png", std::process::id()));
        let mut bytes = vec![7; PAYLOAD_BYTES];
        bytes[..8].copy_from_slice(b"\x89PNG\r\n\x1a\n");
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.0);
    }
}

/// Reads a request and forgets it; how long its body was.
async fn swallow(stream: &mut TcpStream) -> usize {
    let mut buffer = vec![0; 16_384];
    let (mut head, mut seen) = (Vec::new(), 0);
    let (head_bytes, body_bytes) = loop {
        let len = stream.read(&mut buffer).await.unwrap();
        assert!(len > 0, "the request breaks off");
        head.extend_from_slice(&buffer[..len]);
        seen += len;
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            break (end + 4, length.unwrap().trim().parse::<usize>().unwrap());
        }
    };
    while seen < head_bytes + body_bytes {
        let len = stream.read(&mut buffer).await.unwrap();
        assert!(len > 0, "the request breaks off");
        seen += len;
    }
    body_bytes
}

const REPLY: &str =
    r#"{"choices":[{"message":{"role":"assistant","content":"A cat."},"finish_reason":"stop"}]}"#;

/// A server that answers each connection with one status and body after the other, and counts the requests' bytes.
async fn server(
    answers: Vec<(u16, &'static str, Vec<u8>)>,
) -> (ChatModel, tokio::task::JoinHandle<Vec<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut sizes = Vec::new();
        for (status, content_type, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            sizes.push(swallow(&mut stream).await);
            let head = format!(
                "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
        }
        sizes
    });
    let client = Client::builder()
        .base_url(url)
        .api_key("test-key")
        .retry(RetryPolicy::default().with_first_wait(Duration::from_millis(1)))
        .build()
        .unwrap();
    (ChatModel::new(client, "acme/model"), serving)
}

fn question(part: Part) -> Message {
    Message::user_parts([Part::text("What is this?"), part])
}

fn good() -> (u16, &'static str, Vec<u8>) {
    (200, "application/json", REPLY.as_bytes().to_vec())
}

fn assert_at_most(peak: usize, times: f64, what: &str) {
    let ratio = peak as f64 / PAYLOAD_BYTES as f64;
    tell(&format!("{what}: {ratio:.2} times the payload"));
    assert!(
        ratio <= times,
        "{what}: {ratio:.2} times the payload, more than {times}"
    );
}

#[allow(
    clippy::print_stderr,
    reason = "whoever runs this with --nocapture wants the numbers"
)]
fn tell(text: &str) {
    eprintln!("{text}");
}

#[test]
fn a_picture_in_a_file_costs_its_place_in_the_body_and_no_more() {
    let _alone = alone();
    let picture = Picture::new("sent");
    for (answers, streamed) in [
        (vec![good()], false),
        (vec![(503, "text/plain", Vec::new()), good()], false),
        (vec![good()], true),
    ] {
        let requests = answers.len();
        let (peak, sizes) = peak_of(async {
            let (model, serving) = server(answers).await;
            let message = question(Part::image(&Image::from_path(&picture.0)).unwrap());
            match streamed {
                // The answer is no stream; what is measured is the way there.
                true => drop(model.stream(message).await.unwrap_err()),
                false => drop(model.invoke(message).await.unwrap()),
            }
            serving.await.unwrap()
        });
        assert_eq!(sizes.len(), requests);
        assert!(
            sizes.iter().all(|size| *size > PAYLOAD_BYTES / 3 * 4),
            "{sizes:?}"
        );
        assert_at_most(
            peak,
            1.5,
            &format!("sent from a file, {requests} attempts, streamed: {streamed}"),
        );
    }
}

#[test]
fn a_picture_in_memory_costs_itself_and_its_place_in_the_body() {
    let _alone = alone();
    let (peak, _) = peak_of(async {
        let (model, serving) = server(vec![(503, "text/plain", Vec::new()), good()]).await;
        let mut bytes = Vec::with_capacity(PAYLOAD_BYTES);
        bytes.extend_from_slice(b"\x89PNG\r\n\x1a\n");
        bytes.resize(PAYLOAD_BYTES, 7);
        let image = Image::from_bytes(bytes);
        let message = question(Part::image(&image).unwrap());
        // A clone of the value, of the message, and of the history shares the payload.
        let history = [message.clone(), message];
        drop(model.invoke(&history[..1]).await.unwrap());
        drop((image, history));
        serving.await.unwrap()
    });
    assert_at_most(peak, 2.5, "sent from memory");
}

fn picture_reply(streamed: bool) -> Vec<u8> {
    let payload = "A".repeat(PAYLOAD_BYTES / 3 * 4);
    let image = format!(
        r#"{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{payload}"}}}}"#
    );
    match streamed {
        false => format!(r#"{{"choices":[{{"message":{{"role":"assistant","content":"","images":[{image}]}},"finish_reason":"stop"}}]}}"#),
        true => format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"images\":[{image}]}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n"),
    }
    .into_bytes()
}

#[test]
fn a_picture_in_an_answer_is_held_a_few_times_at_most() {
    let _alone = alone();
    for streamed in [false, true] {
        let body = picture_reply(streamed);
        let content_type = if streamed {
            "text/event-stream"
        } else {
            "application/json"
        };
        let (peak, answer): (usize, ChatResponse) = peak_of(async {
            let (model, serving) = server(vec![(200, content_type, body)]).await;
            let answer = match streamed {
                false => model.invoke("Draw a cat.").await.unwrap(),
                true => model
                    .stream("Draw a cat.")
                    .await
                    .unwrap()
                    .finish()
                    .await
                    .unwrap(),
            };
            serving.await.unwrap();
            answer
        });
        assert_at_most(peak, 3.0, &format!("received, streamed: {streamed}"));
        let (peak, bytes) = peak_of(async { answer.images().remove(0).unwrap().bytes.len() });
        assert!(bytes >= PAYLOAD_BYTES - 3);
        assert_at_most(peak, 1.1, "decoded");
    }
}

/// Nothing else on the runtime waits while a file is read: here one that has no end yet.
#[cfg(unix)]
#[test]
fn a_file_that_keeps_one_waiting_keeps_nobody_else() {
    let _alone = alone();
    let path = std::env::temp_dir().join(format!("slow-{}.png", std::process::id()));
    fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
    let part = Part::image(&Image::from_path(&path)).unwrap();
    fs::remove_file(&path).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());
    let (ticked, ticks) = std::sync::mpsc::channel();
    let writer = std::thread::spawn({
        let path = path.clone();
        move || {
            // Opening the other end lets the reader go on. A runtime that waits for it never ticks.
            let first = ticks.recv_timeout(Duration::from_secs(10));
            fs::write(path, b"\x89PNG\r\n\x1a\n").unwrap();
            first.is_ok()
        }
    });
    peak_of(async {
        let (model, serving) = server(vec![good()]).await;
        let others = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            ticked.send(()).unwrap();
        };
        let (answer, ()) = tokio::join!(model.invoke(question(part)), others);
        assert_eq!(answer.unwrap().text(), "A cat.");
        serving.await.unwrap();
    });
    fs::remove_file(&path).unwrap();
    assert!(writer.join().unwrap(), "the runtime waited for the file");
}
