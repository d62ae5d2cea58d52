//! Streams as providers write them.

use bytes::Bytes;

/// What the chunks of a stream are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, one word a chunk.
    Text,
    /// A quarter reasoning, half text, a quarter fragments of tool calls.
    Mixed,
    /// Reasoning, which a delta says twice: in plain text, and in a block that can be sent back.
    Reasoning,
    /// Text whose chunks have an id and a padding of their own, and another time now and then.
    Varying,
    /// Text in deltas that have every field that there is, nearly all of them `null`.
    Nulls,
    /// Two texts, a chunk of the one and a chunk of the other.
    Turns,
    /// Text of which each chunk has an id, a time, a server and an order of keys of its own.
    Unlike,
}

const WORDS: [&str; 8] = [
    " the",
    " request",
    ",",
    " caf\u{e9}",
    ".\\n\\n",
    " function",
    " \\\"quoted\\\"",
    " 42;",
];

const NULLS: &str = ",\"refusal\":null,\"reasoning\":null,\"function_call\":null,\"tool_calls\":null,\"audio\":null}";

/// A new tool call begins after so many fragments.
const FRAGMENTS: usize = 25;

/// So many chunks of a kind, the last chunk with its usage, and the end mark: one event each.
pub fn events(kind: Kind, chunks: usize) -> Vec<String> {
    let mut events: Vec<String> = (0..chunks)
        .map(|at| {
            let quarter = at * 4 / chunks;
            let json = match kind {
                Kind::Unlike => unlike(at),
                Kind::Varying => varying(at),
                Kind::Nulls => alike(&text(at).replace('}', NULLS)),
                Kind::Turns => {
                    let index = format!("\"index\":{}", at % 2);
                    alike(&text(at)).replacen("\"index\":0", &index, 1)
                }
                Kind::Reasoning => alike(&reasoning(at)),
                Kind::Mixed if quarter == 0 => alike(&reasoning(at)),
                Kind::Mixed if quarter == 3 => alike(&tool(at - chunks * 3 / 4)),
                _ => alike(&text(at)),
            };
            format!("data: {json}\n\n")
        })
        .collect();
    events.push(
        "data: {\"id\":\"gen-1700000000-abcdefghijklmnopqrst\",\"provider\":\"Acme\",\"model\":\"acme/large-2\",\
         \"object\":\"chat.completion.chunk\",\"created\":1700000000,\"choices\":[{\"index\":0,\"delta\":{\"role\":\
         \"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\",\"native_finish_reason\":\"end_turn\",\"logprobs\":\
         null}],\"usage\":{\"prompt_tokens\":1234,\"completion_tokens\":2000,\"total_tokens\":3234,\"cost\":0.018}}\n\n"
            .to_owned(),
    );
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// The events in reads of a size; without one, each in a read of its own.
pub fn reads(events: &[String], bytes: Option<usize>) -> Vec<Bytes> {
    let Some(bytes) = bytes else {
        return events.iter().map(|event| event.clone().into()).collect();
    };
    let whole = Bytes::from(events.concat());
    let starts = (0..whole.len()).step_by(bytes);
    starts
        .map(|at| whole.slice(at..whole.len().min(at + bytes)))
        .collect()
}

/// A chunk that differs from the others in its delta only.
fn alike(delta: &str) -> String {
    format!(
        "{{\"id\":\"gen-1700000000-abcdefghijklmnopqrst\",\"provider\":\"Acme\",\"model\":\"acme/large-2\",\"object\":\
         \"chat.completion.chunk\",\"created\":1700000000,\"choices\":[{{\"index\":0,\"delta\":{delta},\
         \"finish_reason\":null,\"native_finish_reason\":null,\"logprobs\":null}}]}}"
    )
}

fn varying(at: usize) -> String {
    let time = format!("\"created\":{}", 1_700_000_000 + at / 3);
    let id = format!("\"id\":\"gen-{}-abcdefghij\"", 1_700_000_000 + at * 7_919);
    let padding = format!(
        "}}],\"obfuscation\":\"{}\"}}",
        &"abcdefghijklmnop"[..at % 13 + 1]
    );
    alike(&text(at))
        .replacen("\"created\":1700000000", &time, 1)
        .replacen("\"id\":\"gen-1700000000-abcdefghijklmnopqrst\"", &id, 1)
        .replacen("}]}", &padding, 1)
}

fn unlike(at: usize) -> String {
    let delta = text(at);
    let id = format!("\"id\":\"gen-{}-abcdefghij\"", 1_700_000_000 + at * 7_919);
    let server = format!(
        "\"provider\":\"Acme {}\",\"model\":\"acme/large-{}\"",
        at % 89,
        at % 97
    );
    let time = format!(
        "\"object\":\"chat.completion.chunk\",\"created\":{}",
        1_700_000_000 + at
    );
    let choices = match at % 2 {
        0 => format!(
            "\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":null,\"native_finish_reason\":null,\
             \"logprobs\":null}}]"
        ),
        _ => format!(
            "\"choices\":[{{\"finish_reason\":null,\"delta\":{delta},\"logprobs\":null,\"index\":0,\
             \"native_finish_reason\":null}}]"
        ),
    };
    match at % 3 {
        0 => format!("{{{id},{server},{time},{choices}}}"),
        1 => format!("{{{server},{time},{id},{choices}}}"),
        _ => format!("{{{choices},{id},{time},{server}}}"),
    }
}

fn text(at: usize) -> String {
    format!(
        "{{\"role\":\"assistant\",\"content\":\"{}\"}}",
        WORDS[at % WORDS.len()]
    )
}

fn reasoning(at: usize) -> String {
    let word = WORDS[at % WORDS.len()];
    format!(
        "{{\"role\":\"assistant\",\"content\":\"\",\"reasoning\":\"{word}\",\"reasoning_details\":[{{\"type\":\
         \"reasoning.text\",\"text\":\"{word}\",\"format\":\"anthropic-claude-v1\",\"index\":0}}]}}"
    )
}

fn tool(at: usize) -> String {
    let call = at / FRAGMENTS;
    let arguments = match at % FRAGMENTS {
        0 => {
            return format!(
                "{{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{{\"index\":{call},\"id\":\"call_{call}\",\
                 \"type\":\"function\",\"function\":{{\"name\":\"weather\",\"arguments\":\"\"}}}}]}}"
            );
        }
        1 => r#"{\"cities\":["#,
        last if last == FRAGMENTS - 1 => r#"\"Lyon\"]}"#,
        _ => r#"\"Paris\","#,
    };
    format!(
        "{{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{{\"index\":{call},\"type\":\"function\",\
         \"function\":{{\"arguments\":\"{arguments}\"}}}}]}}"
    )
}
