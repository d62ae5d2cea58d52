//! What OpenRouter's own adapter for the AI SDK pins down: replies, streams that say the same, and how they go back.
//!
//! A row is a behaviour. Each answer is told twice, whole and in pieces, and has to mean and to send back the same.

use openrouter_chat::{ChatResponse, Ending, Message};
use serde_json::{Value, json};

use crate::wire::{delta, reply_of, replying, saved, sent_to, streaming};

/// One answer, and what it has to be.
struct Answer<'a> {
    what: &'a str,
    /// The message of a reply that is not streamed.
    whole: &'a str,
    /// The deltas of a stream that says the same.
    pieces: &'a [&'a str],
    text: &'a str,
    reasoning: Option<&'a str>,
    /// Some fields of the message that goes back.
    back: Value,
}

const ANSWERS: &[fn() -> Answer<'static>] = &[
    || Answer {
        what: "plain reasoning",
        whole: r#"{"role":"assistant","content":"Hi","reasoning":"Hm. Well."}"#,
        pieces: &[
            r#"{"role":"assistant","reasoning":"Hm."}"#,
            r#"{"reasoning":" Well."}"#,
            r#"{"content":"Hi"}"#,
        ],
        text: "Hi",
        reasoning: Some("Hm. Well."),
        back: json!({"reasoning": "Hm. Well."}),
    },
    || Answer {
        what: "blocks of text and summary, without plain text",
        whole: r#"{"content":"Hi","reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"c2ln"},{"type":"reasoning.summary","summary":"Well."}]}"#,
        pieces: &[
            r#"{"reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"c2ln"}]}"#,
            r#"{"reasoning_details":[{"type":"reasoning.summary","summary":"Well."}]}"#,
            r#"{"content":"Hi"}"#,
        ],
        text: "Hi",
        reasoning: Some("Hm.Well."),
        back: json!({"reasoning_details": [
            {"type": "reasoning.text", "text": "Hm.", "signature": "c2ln"},
            {"type": "reasoning.summary", "summary": "Well."},
        ]}),
    },
    || Answer {
        what: "an empty plain text beside blocks",
        whole: r#"{"content":"Hi","reasoning":"","reasoning_content":null,"reasoning_details":[{"type":"reasoning.summary","summary":"Well."}]}"#,
        pieces: &[
            r#"{"reasoning":"","reasoning_content":null,"reasoning_details":[{"type":"reasoning.summary","summary":"Well."}]}"#,
            r#"{"content":"Hi"}"#,
        ],
        text: "Hi",
        reasoning: Some("Well."),
        back: json!({"reasoning_details": [{"type": "reasoning.summary", "summary": "Well."}]}),
    },
    || Answer {
        what: "plain text under its second name, beside an empty first",
        whole: r#"{"content":"Hi","reasoning":"","reasoning_content":"Hm."}"#,
        pieces: &[
            r#"{"reasoning":"","reasoning_content":"Hm."}"#,
            r#"{"content":"Hi"}"#,
        ],
        text: "Hi",
        reasoning: Some("Hm."),
        back: json!({"content": "Hi"}),
    },
    || Answer {
        what: "an encrypted block is not shown and goes back",
        whole: r#"{"content":"Hi","reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA"}]}"#,
        pieces: &[
            r#"{"reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA"}]}"#,
            r#"{"content":"Hi"}"#,
        ],
        text: "Hi",
        reasoning: None,
        back: json!({"reasoning_details": [{"type": "reasoning.encrypted", "data": "gAAA"}]}),
    },
    || Answer {
        what: "a signature that comes after the text has begun",
        whole: r#"{"content":"Hi","reasoning_details":[{"type":"reasoning.text","text":"Hm. Well.","format":"anthropic-claude-v1","index":0,"signature":"c2ln"}]}"#,
        pieces: &[
            r#"{"reasoning_details":[{"type":"reasoning.text","text":"Hm.","format":"anthropic-claude-v1","index":0}]}"#,
            r#"{"reasoning_details":[{"type":"reasoning.text","text":" Well.","format":"anthropic-claude-v1","index":0}]}"#,
            r#"{"content":"Hi"}"#,
            r#"{"reasoning_details":[{"type":"reasoning.text","signature":"c2ln","format":"anthropic-claude-v1","index":0}]}"#,
        ],
        text: "Hi",
        reasoning: Some("Hm. Well."),
        back: json!({"reasoning_details": [{"type": "reasoning.text", "text": "Hm. Well.", "format": "anthropic-claude-v1", "index": 0, "signature": "c2ln"}]}),
    },
    || Answer {
        what: "no blocks at all is not the same as an empty list",
        whole: r#"{"content":"Hi","reasoning_details":[]}"#,
        pieces: &[r#"{"reasoning_details":[]}"#, r#"{"content":"Hi"}"#],
        text: "Hi",
        reasoning: None,
        back: json!({"reasoning_details": []}),
    },
    || Answer {
        what: "a block of a format that is not known",
        whole: r#"{"content":"Hi","reasoning_details":[{"type":"reasoning.text","text":"Hm.","format":"novel-v1"},{"type":"reasoning.novel","x":1.50}]}"#,
        pieces: &[
            r#"{"reasoning_details":[{"type":"reasoning.text","text":"Hm.","format":"novel-v1"},{"type":"reasoning.novel","x":1.50}]}"#,
            r#"{"content":"Hi"}"#,
        ],
        text: "Hi",
        reasoning: Some("Hm."),
        back: json!({"reasoning_details": [
            {"type": "reasoning.text", "text": "Hm.", "format": "novel-v1"},
            {"type": "reasoning.novel", "x": 1.5},
        ]}),
    },
    || Answer {
        what: "citations with nothing but an address, parsed files, and their older form",
        whole: r#"{"content":"Hi","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.org"}},{"type":"file","file":{"hash":"ab","name":"","content":[{"type":"text","text":"One"},{"type":"novel"}]}},{"type":"file","file":{"hash":"cd","name":"b.pdf"}},{"type":"file_annotation","file_annotation":{"file_id":"f","quote":"q"}},{"type":"novel"}]}"#,
        pieces: &[
            r#"{"content":"Hi","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.org"}}]}"#,
            r#"{"annotations":[{"type":"file","file":{"hash":"ab","name":"","content":[{"type":"text","text":"One"},{"type":"novel"}]}},{"type":"file","file":{"hash":"cd","name":"b.pdf"}}]}"#,
            r#"{"annotations":[{"type":"file_annotation","file_annotation":{"file_id":"f","quote":"q"}},{"type":"novel"}]}"#,
        ],
        text: "Hi",
        reasoning: None,
        back: json!({"annotations": [
            {"type": "url_citation", "url_citation": {"url": "https://example.org"}},
            {"type": "file", "file": {"hash": "ab", "name": "", "content": [{"type": "text", "text": "One"}, {"type": "novel"}]}},
            {"type": "file", "file": {"hash": "cd", "name": "b.pdf"}},
            {"type": "file_annotation", "file_annotation": {"file_id": "f", "quote": "q"}},
            {"type": "novel"},
        ]}),
    },
    || Answer {
        what: "a call without arguments has an empty object: its message would be refused without it",
        whole: r#"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"now"}}]}"#,
        pieces: &[
            r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"now"}}]}"#,
        ],
        text: "",
        reasoning: None,
        back: json!({"content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{}"}}]}),
    },
    || Answer {
        what: "a call whose arguments are null",
        whole: r#"{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"arguments":null,"name":"now"}}]}"#,
        pieces: &[
            r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"arguments":null,"name":"now"}}]}"#,
        ],
        text: "",
        reasoning: None,
        back: json!({"content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{}"}}]}),
    },
    || Answer {
        what: "a call whose arguments are an empty text",
        whole: r#"{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"now","arguments":""}}]}"#,
        pieces: &[
            r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"now","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":""}}]}"#,
        ],
        text: "",
        reasoning: None,
        back: json!({"content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "now", "arguments": "{}"}}]}),
    },
    || Answer {
        what: "arguments followed by white space are one call, byte for byte",
        whole: r#"{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1} \n"}}]}"#,
        pieces: &[
            r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"\n"}}]}"#,
        ],
        text: "",
        reasoning: None,
        back: json!({"tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1} \n"}}]}),
    },
];

fn assert_is(answer: &ChatResponse, row: &Answer<'_>, way: &str) {
    let what = format!("{}, {way}", row.what);
    assert_eq!(answer.text(), row.text, "{what}");
    assert_eq!(answer.reasoning().as_deref(), row.reasoning, "{what}");
    let back = sent_to("acme/model", answer.message().unwrap()).remove(0);
    for (field, value) in row.back.as_object().unwrap() {
        assert_eq!(&back[field], value, "{what}: {field}");
    }
    assert_eq!(back["role"], "assistant", "{what}");
}

#[tokio::test]
async fn an_answer_means_and_sends_back_the_same_however_it_came() {
    for row in ANSWERS.iter().map(|row| row()) {
        let reply = replying(reply_of(row.whole)).await;
        assert_is(&reply.invoke("Hi").await.unwrap(), &row, "whole");
        let chunks: Vec<_> = row.pieces.iter().map(|piece| delta(piece)).collect();
        let chunks: Vec<_> = chunks.iter().map(String::as_str).collect();
        let stream = streaming(&chunks).await.stream("Hi").await.unwrap();
        assert_is(&stream.finish().await.unwrap(), &row, "streamed");
    }
}

/// What a person sees while it streams is what the finished answer has.
#[tokio::test]
async fn reasoning_is_shown_while_it_streams_as_the_answer_has_it() {
    use openrouter_chat::StreamEvent;
    for row in ANSWERS.iter().map(|row| row()) {
        let chunks: Vec<_> = row.pieces.iter().map(|piece| delta(piece)).collect();
        let chunks: Vec<_> = chunks.iter().map(String::as_str).collect();
        let mut stream = streaming(&chunks).await.stream("Hi").await.unwrap();
        let mut shown = String::new();
        while let Some(event) = stream.next().await {
            if let StreamEvent::Reasoning { text, .. } = event.unwrap() {
                shown += &text;
            }
        }
        assert_eq!(shown, row.reasoning.unwrap_or_default(), "{}", row.what);
    }
}

/// Earlier replies, the model that is asked next, and the reasoning that each of them is sent with.
const HISTORIES: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "a block that no provider has signed leaves an empty list",
        "anthropic/claude-x",
        &[
            r#""reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"Hm.","format":"anthropic-claude-v1","index":0}]"#,
        ],
        &[r#""reasoning_details":[]"#],
    ),
    (
        "so does one whose signature is null or empty, or whose format is not told",
        "anthropic/claude-x",
        &[
            r#""reasoning_details":[{"type":"reasoning.text","text":"a","signature":null,"format":"anthropic-claude-v1"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"b","signature":"","format":"google-gemini-v1"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"c"}]"#,
        ],
        &[
            r#""reasoning_details":[]"#,
            r#""reasoning_details":[]"#,
            r#""reasoning_details":[]"#,
        ],
    ),
    (
        "blocks of formats that sign nothing stay, and so does the plain text beside them",
        "openai/x",
        &[
            r#""reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"a"},{"type":"reasoning.text","text":"b","format":"openai-responses-v1"},{"type":"reasoning.text","text":"c","format":"xai-responses-v1"},{"type":"reasoning.text","text":"d","format":"azure-openai-responses-v1"}]"#,
        ],
        &[
            r#""reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"b","format":"openai-responses-v1"},{"type":"reasoning.text","text":"c","format":"xai-responses-v1"},{"type":"reasoning.text","text":"d","format":"azure-openai-responses-v1"}]"#,
        ],
    ),
    (
        "an unsigned block does not stand in the way of its signed copy",
        "anthropic/claude-x",
        &[
            r#""reasoning_details":[{"type":"reasoning.text","text":"a"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"a","signature":"c2ln"}]"#,
        ],
        &[
            r#""reasoning_details":[]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"a","signature":"c2ln"}]"#,
        ],
    ),
    (
        "of encrypted blocks with one id the first is sent",
        "openai/x",
        &[
            r#""reasoning":"Hm.","reasoning_details":[{"type":"reasoning.encrypted","data":"a","id":"rs_1"}]"#,
            r#""reasoning":"Hm.","reasoning_details":[{"type":"reasoning.encrypted","data":"b","id":"rs_1"}]"#,
        ],
        &[
            r#""reasoning":"Hm.","reasoning_details":[{"type":"reasoning.encrypted","data":"a","id":"rs_1"}]"#,
            r#""reasoning_details":[]"#,
        ],
    ),
    (
        "an id that is empty or null tells nothing apart: the data does",
        "google/gemini-x",
        &[
            r#""reasoning_details":[{"type":"reasoning.encrypted","data":"a","id":""},{"type":"reasoning.encrypted","data":"b","id":null}]"#,
            r#""reasoning_details":[{"type":"reasoning.encrypted","data":"c","id":""},{"type":"reasoning.encrypted","data":"b","id":""}]"#,
        ],
        &[
            r#""reasoning_details":[{"type":"reasoning.encrypted","data":"a","id":""},{"type":"reasoning.encrypted","data":"b","id":null}]"#,
            r#""reasoning_details":[{"type":"reasoning.encrypted","data":"c","id":""}]"#,
        ],
    ),
    (
        "a signature without an index is that of the text before it, which comes in pieces",
        "anthropic/claude-x",
        &[
            r#""reasoning_details":[{"type":"reasoning.summary","summary":"s"},{"type":"reasoning.text","text":"a"},{"type":"reasoning.text","text":"b"},{"type":"reasoning.text","signature":"1"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"c","signature":"2"},{"type":"reasoning.text","signature":"3"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"d"},{"type":"reasoning.text","text":"e","signature":"4"}]"#,
        ],
        &[
            r#""reasoning_details":[{"type":"reasoning.summary","summary":"s"},{"type":"reasoning.text","text":"ab","signature":"1"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"c","signature":"2"},{"type":"reasoning.text","signature":"3"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"e","signature":"4"}]"#,
        ],
    ),
    (
        "summaries and signed texts are told apart by what they say",
        "anthropic/claude-x",
        &[
            r#""reasoning_details":[{"type":"reasoning.text","text":"a","signature":"1"},{"type":"reasoning.summary","summary":"s"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"a","signature":"1"},{"type":"reasoning.text","text":"b","signature":"2"},{"type":"reasoning.summary","summary":"s"}]"#,
        ],
        &[
            r#""reasoning_details":[{"type":"reasoning.text","text":"a","signature":"1"},{"type":"reasoning.summary","summary":"s"}]"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"b","signature":"2"}]"#,
        ],
    ),
    (
        "plain text without blocks would become an unsigned one for models that sign",
        "anthropic/claude-x",
        &[
            r#""reasoning":"Hm.","reasoning_details":[]"#,
            r#""reasoning":"Hm.""#,
        ],
        &[r#""reasoning_details":[]"#, ""],
    ),
    (
        "for others it is all that there is",
        "deepseek/x",
        &[
            r#""reasoning":"Hm.","reasoning_details":[]"#,
            r#""reasoning_content":"Hm.""#,
        ],
        &[
            r#""reasoning":"Hm.","reasoning_details":[]"#,
            r#""reasoning_content":"Hm.""#,
        ],
    ),
];

#[test]
fn reasoning_of_earlier_replies_is_sent_as_far_as_it_is_taken() {
    let message = |fields: &str| match fields {
        "" => r#"{"role":"assistant","content":"Hi"}"#.to_owned(),
        fields => format!(r#"{{"role":"assistant","content":"Hi",{fields}}}"#),
    };
    for (what, model, replies, wanted) in HISTORIES {
        let history: Vec<Message> = replies.iter().map(|reply| saved(&message(reply))).collect();
        let wanted: Vec<Value> = wanted
            .iter()
            .map(|reply| serde_json::from_str(&message(reply)).unwrap())
            .collect();
        assert_eq!(sent_to(model, &history), wanted, "{what}");
    }
}

/// Gemini says `stop` where it calls tools, others say nothing or words of their own: the calls count.
#[tokio::test]
async fn calls_count_whatever_the_reason_to_stop_is() {
    let call = r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}],"reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA"}]}"#;
    for reason in [
        r#""tool_calls""#,
        r#""function_call""#,
        r#""stop""#,
        r#""eos""#,
        r#""""#,
        "null",
    ] {
        let last =
            format!(r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":{reason}}}]}}"#);
        let stream = streaming(&[&delta(call), &last])
            .await
            .stream("Hi")
            .await
            .unwrap();
        let answer = stream.finish().await.unwrap();
        assert_eq!(
            (answer.tool_calls().len(), answer.ending()),
            (1, Ending::Complete),
            "{reason}"
        );
    }
}
