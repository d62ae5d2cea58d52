//! Instructions from the bytes of an answer to its events and the finished answer, through the public interface.
//!
//! `cargo xtask bench answers` says what it costs for each chunk. A service stands in the place of the network, so
//! neither a socket nor HTTP is in the figures; `by_hand` is a loop over the lines with a derived struct, for comparison.

#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "nothing depends on a benchmark, and its macros write such code"
)]

#[path = "support/by_hand.rs"]
mod by_hand;
#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/memory.rs"]
mod memory;

use std::hint::black_box;

use bytes::Bytes;
use chunks::Kind;
use gungraun::{library_benchmark, library_benchmark_group, main};
use openrouter_chat::{ChatModel, ChatResponse};
use tokio::runtime::{Builder, Runtime};

/// Chunks of each stream; its last one is not counted among them.
const CHUNKS: usize = 2_000;
/// Answers of each benchmark that asks for whole ones.
const ANSWERS: usize = 100;
/// A read of this many bytes is what hyper's buffer holds in a stream that comes fast.
const BUFFER: Option<usize> = Some(16_384);
const EACH: Option<usize> = None;

struct Bench {
    runtime: Runtime,
    model: ChatModel,
}

/// A model that has answered before, so that what happens once in a program's life is not counted.
fn bench(content_type: &'static str, pieces: Vec<Bytes>) -> Bench {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let model = memory::model(content_type, pieces);
    let bench = Bench { runtime, model };
    let answer = match content_type {
        "application/json" => bench.whole(),
        _ => bench.streamed().1,
    };
    drop(answer);
    bench
}

impl Bench {
    fn streamed(&self) -> (usize, ChatResponse) {
        self.runtime.block_on(async {
            let mut stream = self.model.stream("Go.").await.expect("it begins");
            let mut events = 0;
            while let Some(event) = stream.next().await {
                black_box(event.expect("it goes on"));
                events += 1;
            }
            (events, stream.finish().await.expect("it ends"))
        })
    }

    fn whole(&self) -> ChatResponse {
        self.runtime
            .block_on(async { self.model.invoke("Go.").await.expect("it answers") })
    }
}

fn stream_of(kind: Kind, read_bytes: Option<usize>) -> Bench {
    bench(
        "text/event-stream",
        chunks::reads(&chunks::events(kind, CHUNKS), read_bytes),
    )
}

#[library_benchmark(setup = stream_of)]
#[bench::text(Kind::Text, BUFFER)]
#[bench::text_chunk_by_chunk(Kind::Text, EACH)]
#[bench::mixed(Kind::Mixed, BUFFER)]
#[bench::mixed_chunk_by_chunk(Kind::Mixed, EACH)]
#[bench::reasoning(Kind::Reasoning, BUFFER)]
#[bench::varying(Kind::Varying, BUFFER)]
#[bench::nulls(Kind::Nulls, BUFFER)]
#[bench::turns(Kind::Turns, BUFFER)]
#[bench::unlike(Kind::Unlike, BUFFER)]
fn streamed(bench: Bench) -> (Bench, (usize, ChatResponse)) {
    let read = bench.streamed();
    (bench, read)
}

fn bytes_of(kind: Kind) -> String {
    chunks::events(kind, CHUNKS).concat()
}

#[library_benchmark(setup = bytes_of)]
#[bench::text(Kind::Text)]
#[bench::mixed(Kind::Mixed)]
#[bench::reasoning(Kind::Reasoning)]
#[bench::varying(Kind::Varying)]
#[bench::nulls(Kind::Nulls)]
#[bench::turns(Kind::Turns)]
#[bench::unlike(Kind::Unlike)]
fn streamed_by_hand(stream: String) -> (String, (String, usize)) {
    let read = by_hand::read(black_box(stream.as_bytes()));
    (stream, read)
}

/// A whole answer, with so many bytes of text and of a picture in base64.
fn answer_with(text_bytes: usize, picture_bytes: usize) -> Bench {
    let text = "The quick brown fox, he said. ".repeat(text_bytes / 30);
    let images = match picture_bytes {
        0 => String::new(),
        bytes => format!(
            ",\"images\":[{{\"type\":\"image_url\",\"image_url\":{{\"url\":\"data:image/png;base64,{}\"}}}}]",
            "iVBORw0K".repeat(bytes / 8)
        ),
    };
    let body = format!(
        "{{\"id\":\"gen-1700000000-abcdefghijklmnopqrst\",\"provider\":\"Acme\",\"model\":\"acme/large-2\",\"object\":\
         \"chat.completion\",\"created\":1700000000,\"choices\":[{{\"logprobs\":null,\"finish_reason\":\"stop\",\
         \"native_finish_reason\":\"end_turn\",\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":\"{text}\",\
         \"refusal\":null{images}}}}}],\"usage\":{{\"prompt_tokens\":1234,\"completion_tokens\":345,\"total_tokens\":1579,\
         \"cost\":0.018}}}}"
    );
    bench("application/json", vec![body.into()])
}

#[library_benchmark(setup = answer_with)]
#[bench::text(1_200, 0)]
fn whole(bench: Bench) -> Bench {
    for _ in 0..ANSWERS {
        black_box(bench.whole());
    }
    bench
}

#[library_benchmark(setup = answer_with)]
#[bench::picture_of_1_mb(1_200, 1_000_000)]
fn whole_with_media(bench: Bench) -> (Bench, ChatResponse) {
    let answer = bench.whole();
    (bench, answer)
}

library_benchmark_group!(
    name = answers,
    benchmarks = [streamed, streamed_by_hand, whole, whole_with_media]
);
main!(library_benchmark_groups = answers);
