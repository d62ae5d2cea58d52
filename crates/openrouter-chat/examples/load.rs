//! Puts load on a server, and tells what it cost.
//!
//! ```text
//! cargo run --release -p openrouter-chat --example load -- \
//!     --base http://127.0.0.1:8099/api/v1 --mode stream --model bench/stream-1000-d0 -n 10 -c 1
//! ```
//!
//! `--mode stream` reads typed events and finishes the answer, `chat` asks for whole answers, `hold` watches the memory
//! of open streams. `--extra h2` speaks HTTP/2 without TLS. Without `--base`, the test server answers in this same process,
//! and what it costs is in the figures. A base with `https` works too; `SSL_CERT_FILE` names the authorities to trust, where
//! the server has a certificate of its own. One thread; one line of JSON. Processor times and memory
//! are read from `/proc`, so they are zero elsewhere than on Linux.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use openrouter_chat::transport::HttpVersion;
use openrouter_chat::{ChatModel, Client, Error, RetryPolicy, StreamEvent};
use openrouter_testkit::TestServer;
use serde_json::json;

const USAGE: &str = "\
usage: load [--base URL] [--mode stream|chat|hold] [--model MODEL] [-n REQUESTS] [-c CONCURRENCY] [--extra h2]

Without --base, the test server answers in this same process, and what it costs is in the figures.";

#[derive(Clone, Debug)]
struct Arguments {
    base: Option<String>,
    mode: String,
    model: String,
    requests: usize,
    concurrency: usize,
    extra: String,
}

impl Arguments {
    fn parse() -> Result<Self, String> {
        let mut arguments = Self {
            base: None,
            mode: "stream".to_owned(),
            model: "bench/stream-1000-d0".to_owned(),
            requests: 1,
            concurrency: 1,
            extra: String::new(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = words
                .next()
                .ok_or_else(|| format!("{name} needs a value"))?;
            let number = || {
                value
                    .parse()
                    .map_err(|_| format!("{name} needs a number, not {value}"))
            };
            match name.as_str() {
                "--base" => arguments.base = Some(value),
                "--mode" => arguments.mode = value,
                "--model" => arguments.model = value,
                "--extra" => arguments.extra = value,
                "-n" => arguments.requests = number()?,
                "-c" => arguments.concurrency = number()?,
                _ => return Err(format!("unknown argument {name}")),
            }
        }
        match arguments.mode.as_str() {
            "stream" | "chat" | "hold" => Ok(arguments),
            mode => Err(format!("--mode is stream, chat or hold, not {mode}")),
        }
    }
}

/// What was seen.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    events: usize,
    content: usize,
    reasoning: usize,
    tool: usize,
    usages: usize,
    finishes: usize,
    images: usize,
    first: Option<Instant>,
}

impl Tally {
    fn event(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::Text { text, .. } => self.content += text.len(),
            StreamEvent::Reasoning { text, .. } => self.reasoning += text.len(),
            StreamEvent::ToolCallArguments { text, .. } => self.tool += text.len(),
            StreamEvent::Usage(_) => self.usages += 1,
            StreamEvent::Finish { .. } => self.finishes += 1,
            StreamEvent::Image { .. } => self.images += 1,
            _ => {}
        }
        self.events += 1;
        if self.first.is_none() {
            self.first = Some(Instant::now());
        }
    }

    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.content += other.content;
        self.reasoning += other.reasoning;
        self.tool += other.tool;
        self.usages += other.usages;
        self.finishes += other.finishes;
        self.images += other.images;
    }
}

async fn stream(model: &ChatModel, tally: &mut Tally) -> Result<(), Error> {
    let mut stream = model.stream("Go.").await?;
    while let Some(event) = stream.next().await {
        tally.event(&event?);
    }
    stream.finish().await.map(drop)
}

async fn chat(model: &ChatModel, tally: &mut Tally) -> Result<(), Error> {
    let answer = model.invoke("Go.").await?;
    tally.events += 1;
    tally.content += answer.text().len();
    tally.usages += usize::from(answer.usage().is_some());
    tally.finishes += usize::from(answer.finish_reason().is_some());
    let message = answer
        .as_wire()
        .choices
        .first()
        .and_then(|choice| choice.message.as_ref());
    tally.images += message
        .and_then(|message| message.images.as_ref())
        .map_or(0, Vec::len);
    Ok(())
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let arguments = match Arguments::parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let server = match arguments.base {
        Some(_) => None,
        None => Some(TestServer::builder().start().await?),
    };
    let own = server.as_ref().map(TestServer::base_url);
    let base = arguments.base.clone().or(own).unwrap_or_default();
    let started = Instant::now();
    let mut client = Client::builder()
        .base_url(base)
        .api_key("load")
        .retry(RetryPolicy::none());
    if arguments.extra == "h2" {
        client = client.http_version(HttpVersion::Http2);
    }
    let client = client.build()?;
    let model = ChatModel::new(client.clone(), arguments.model.as_str());
    let build = started.elapsed();

    // Work that is done once is outside the figures.
    let started = Instant::now();
    let mut warm = Tally::default();
    match arguments.mode.as_str() {
        "chat" => chat(&model, &mut warm).await?,
        _ => stream(&ChatModel::new(client, "bench/stream-3-d0"), &mut warm).await?,
    }
    let first = started.elapsed();

    let rss_base = proc_status("VmRSS:");
    let (user_before, system_before) = processor_seconds();
    let started = Instant::now();
    let shared = Arc::new(Shared {
        left: AtomicUsize::new(arguments.requests),
        tally: Mutex::default(),
        latencies: Mutex::default(),
        firsts: Mutex::default(),
        errors: Mutex::default(),
    });
    let workers: Vec<_> = (0..arguments.concurrency)
        .map(|_| {
            tokio::spawn(worker(
                model.clone(),
                arguments.clone(),
                Arc::clone(&shared),
            ))
        })
        .collect();
    let mut rss_hold = 0;
    if arguments.mode == "hold" {
        while !workers.iter().all(tokio::task::JoinHandle::is_finished) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            rss_hold = rss_hold.max(proc_status("VmRSS:"));
        }
    }
    for worker in workers {
        // A worker neither panics nor is aborted.
        let _ = worker.await;
    }
    let wall = started.elapsed();
    let (user, system) = processor_seconds();
    let (user, system) = (user - user_before, system - system_before);
    let tally = *lock(&shared.tally);
    let errors = lock(&shared.errors);
    let line = json!({
        "driver": "ours", "mode": arguments.mode, "model": arguments.model,
        "requests": arguments.requests, "concurrency": arguments.concurrency,
        "wall_s": wall.as_secs_f64(), "cpu_s": user + system, "user_s": user, "sys_s": system,
        "maxrss_kb": proc_status("VmHWM:"), "rss_base_kb": rss_base, "rss_hold_kb": rss_hold,
        "events": tally.events, "bytes": tally.content + tally.reasoning + tally.tool,
        "content_bytes": tally.content, "reasoning_bytes": tally.reasoning, "tool_bytes": tally.tool,
        "usages": tally.usages, "finishes": tally.finishes, "images": tally.images,
        "lat_p50_us": percentile(&shared.latencies, 0.5), "lat_p99_us": percentile(&shared.latencies, 0.99),
        "ttft_p50_us": percentile(&shared.firsts, 0.5), "ttft_p99_us": percentile(&shared.firsts, 0.99),
        "build_us": build.as_micros() as u64, "first_us": first.as_micros() as u64,
        "errors": errors.len(), "error": errors.last().map(String::as_str).unwrap_or_default(),
    });
    println!("{line}");
    Ok(())
}

struct Shared {
    left: AtomicUsize,
    tally: Mutex<Tally>,
    latencies: Mutex<Vec<Duration>>,
    firsts: Mutex<Vec<Duration>>,
    errors: Mutex<Vec<String>>,
}

async fn worker(model: ChatModel, arguments: Arguments, shared: Arc<Shared>) {
    while shared
        .left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        })
        .is_ok()
    {
        let mut tally = Tally::default();
        let started = Instant::now();
        let result = match arguments.mode.as_str() {
            "chat" => chat(&model, &mut tally).await,
            _ => stream(&model, &mut tally).await,
        };
        lock(&shared.latencies).push(started.elapsed());
        lock(&shared.firsts).extend(tally.first.map(|first| first - started));
        lock(&shared.errors).extend(result.err().map(|error| error.to_string()));
        lock(&shared.tally).add(&tally);
    }
}

/// A worker that panicked has written nothing that the others could not read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// In microseconds; 0 of nothing.
fn percentile(times: &Mutex<Vec<Duration>>, part: f64) -> f64 {
    let mut times = lock(times);
    times.sort_unstable();
    let at = (times.len().saturating_sub(1) as f64 * part).round() as usize;
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

/// A size in `/proc/self/status`, in kB.
fn proc_status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Seconds in user space and in the kernel: their sum to the nanosecond from `/proc/self/schedstat` where the kernel has
/// it, split as `/proc/self/stat` says, whose clock ticks a hundred times a second.
fn processor_seconds() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let mut ticks = fields
        .split_whitespace()
        .skip(11)
        .filter_map(|ticks| ticks.parse::<f64>().ok());
    let (user, system) = (ticks.next().unwrap_or(0.0), ticks.next().unwrap_or(0.0));
    // Of the first thread, which is the only one; the kernel brings the figure up to date when a thread yields.
    std::thread::yield_now();
    let exact = std::fs::read_to_string("/proc/self/schedstat").ok();
    let exact = exact.and_then(|times| times.split_whitespace().next()?.parse::<f64>().ok());
    let total = exact.map_or((user + system) / 100.0, |nanoseconds| nanoseconds / 1e9);
    let system = total * system / (user + system).max(1.0);
    (total - system, system)
}
