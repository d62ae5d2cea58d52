//! The quick way and the plain way say the same.

use std::collections::VecDeque;

use bytes::Bytes;
use openrouter_types::{ChatStreamChunk, Decode, DecodeError};

use super::ChunkReader;
use crate::ChatResponse;
use crate::stream::accumulate::Accumulator;
use crate::stream::event::StreamEvent;

/// Reads a chunk as a stream does.
fn read(
    reader: &mut ChunkReader,
    data: &Bytes,
    answer: &mut Accumulator,
    events: &mut VecDeque<StreamEvent>,
) -> Result<(), DecodeError> {
    match reader.reread(data, answer) {
        Some(event) => {
            events.extend(event);
            Ok(())
        }
        None => reader.read(data, answer, events),
    }
}

/// Reads every chunk with patterns.
fn quickly(chunks: &[String]) -> Option<(Vec<String>, ChatResponse)> {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    for chunk in chunks {
        read(
            &mut reader,
            &Bytes::copy_from_slice(chunk.as_bytes()),
            &mut answer,
            &mut events,
        )
        .ok()?;
    }
    finish(answer, events)
}

/// Reads every chunk in full.
fn plainly(chunks: &[String]) -> Option<(Vec<String>, ChatResponse)> {
    let (mut answer, mut events) = (Accumulator::default(), VecDeque::new());
    for chunk in chunks {
        answer.chunk(ChatStreamChunk::decode(chunk.as_bytes()).ok()?, &mut events);
    }
    finish(answer, events)
}

fn finish(
    mut answer: Accumulator,
    mut events: VecDeque<StreamEvent>,
) -> Option<(Vec<String>, ChatResponse)> {
    answer.end(&mut events);
    Some((
        events.iter().map(|event| format!("{event:?}")).collect(),
        answer.finish(),
    ))
}

#[track_caller]
fn assert_same(chunks: &[String]) {
    let (quick, plain) = (quickly(chunks), plainly(chunks));
    assert_eq!(quick, plain);
}

fn chunk(delta: &str) -> String {
    format!(
        r#"{{"id":"gen-1","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#
    )
}

#[test]
fn recorded_streams_read_the_same_either_way() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let mut streams = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("streams")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "sse") {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let chunks: Vec<String> = text
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .map(|data| data.trim().to_owned())
                .filter(|data| data.starts_with('{'))
                .collect();
            assert_same(&chunks);
            streams += 1;
        }
    }
    assert!(streams > 100);
}

#[test]
fn shapes_that_alternate_chunk_by_chunk_read_the_same_either_way() {
    let deltas = [
        r#"{"role":"assistant","content":"Hi"}"#,
        r#"{"role":"assistant","content":""}"#,
        r#"{"role":"assistant","content":"a \"quote\" and \u00e9 \n"}"#,
        r#"{"role":"assistant","content":"ends in a backslash \\"}"#,
        r#"{"role":"assistant","content":"","reasoning":"think"}"#,
        r#"{"role":"assistant","content":"","reasoning":"more","reasoning_details":[{"type":"reasoning.text","text":"more","index":0}]}"#,
        r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
        r#"{"tool_calls":[{"index":1,"function":{"arguments":"x"}}]}"#,
        r#"{"tool_calls":[{"index":5,"function":{"arguments":"{}"}}]}"#,
        r#"{"content":"looks like \"delta\":{\"content\":\"x\"}"}"#,
        r#"{"content":null}"#,
        r#"{"content":"n","function_call":null,"tool_calls":null,"audio":null,"more":null}"#,
        r#"{"content":"m","more":1}"#,
        r#"{"content":null,"function_call":{"name":"f","arguments":"{"}}"#,
        r#"{"content":7}"#,
        r#"{"content":["not","text"]}"#,
        "{}",
        "null",
        "[]",
    ];
    for first in deltas {
        for second in deltas {
            for third in deltas {
                assert_same(&[first, first, second, third, second, second, first].map(chunk));
            }
        }
    }
}

#[test]
fn blocks_of_reasoning_that_alternate_read_the_same_either_way() {
    let text = |text: &str, more: &str| {
        format!(
            r#"{{"content":"","reasoning":"{text}","reasoning_details":[{{"type":"reasoning.text","text":"{text}"{more}}}]}}"#
        )
    };
    let summary = |text: &str, more: &str| {
        format!(
            r#"{{"reasoning_details":[{{"type":"reasoning.summary","summary":"{text}"{more}}}],"reasoning":"{text}"}}"#
        )
    };
    let deltas = [
        text("abc", r#","index":0"#),
        text("de", r#","index":0"#),
        text(r#"a \"quote\" \n"#, r#","index":0"#),
        text("", r#","index":0"#),
        text("f", r#","index":0,"format":"anthropic-claude-v1""#),
        text("f", r#","index":0,"signature":"","id":null"#),
        text("f", r#","index":0,"signature":"sig""#),
        text("f", r#","index":0,"id":"b""#),
        text("f", r#","index":1"#),
        text("no index", ""),
        // What looks like the text of the block is not, and the block's text is another.
        text("f", r#","index":0,"novel":{"text":"f"}"#).replacen(
            r#"text":"f"#,
            r#"te\u0078t":"f"#,
            1,
        ),
        text("g", r#","index":0,"novel":{"text":"g"}"#).replacen(
            r#"text":"g"#,
            r#"te\u0078t":"f"#,
            1,
        ),
        summary("f", r#","index":0,"novel":{"summary":"f"}"#).replacen(
            r#"summary":"f"#,
            r#"summ\u0061ry":"f"#,
            1,
        ),
        summary("g", r#","index":0,"novel":{"summary":"g"}"#).replacen(
            r#"summary":"g"#,
            r#"summ\u0061ry":"f"#,
            1,
        ),
        text("f", r#","index":0"#).replacen(r#""f""#, r#""g""#, 1),
        text("f", r#","index":0"#).replace("}]", r#"},{"type":"reasoning.text","index":0}]"#),
        summary("abc", r#","index":0"#),
        summary("de", r#","index":0"#),
        summary("de", r#","index":0,"text":"de""#),
        summary("de", r#","index":2,"id":"s""#),
        r#"{"reasoning_details":[{"type":"reasoning.encrypted","data":"x","index":0}]}"#.to_owned(),
        r#"{"reasoning":"alone"}"#.to_owned(),
        r#"{"content":[{"type":"text","text":"part"}],"reasoning":"beside"}"#.to_owned(),
        r#"{"content":"text"}"#.to_owned(),
        r#"{"cont\u0065nt":"text","novel":{"content":"text"}}"#.to_owned(),
        r#"{"cont\u0065nt":"text","novel":{"content":"more"}}"#.to_owned(),
    ];
    for first in &deltas {
        for second in &deltas {
            for third in &deltas {
                let order = [first, first, second, third, second, second, first];
                assert_same(&order.map(|delta| chunk(delta)));
            }
            let mut at = 0;
            assert_same(
                &[first, first, first, second, first, second, second].map(|delta| {
                    at += 1;
                    varying(at, delta)
                }),
            );
        }
    }
}

#[test]
fn reasoning_that_is_said_twice_is_not_read_in_full() {
    for key in ["text", "summary"] {
        let block = |text: &str| {
            let block = format!(r#"{{"type":"reasoning.{key}","{key}":"{text}","index":0}}"#);
            chunk(&format!(
                r#"{{"reasoning":"{text}","reasoning_details":[{block}]}}"#
            ))
        };
        let chunks = ["one", "two", "", r#"say \"three\""#, "four"].map(block);
        assert_same(&chunks);
        let (mut answer, mut reader) = (Accumulator::default(), ChunkReader::default());
        let data = chunks.map(Bytes::from);
        reader
            .read(&data[0], &mut answer, &mut VecDeque::new())
            .unwrap();
        for data in &data[1..] {
            assert!(reader.reread(data, &mut answer).is_some(), "{data:?}");
        }
        // The two have to be the same, to the end.
        for other in ["too", "twos", "tw", ""] {
            let bad = last_replaced(&data[1], "two", other);
            assert!(reader.reread(&bad, &mut answer).is_none(), "{other}");
        }
        // So it is where ids and times are new in each chunk.
        let mut reader = ChunkReader::default();
        let mut reread = 0;
        for (at, word) in ["one", "two", "three", "four", "five"].iter().enumerate() {
            let block = format!(r#"{{"type":"reasoning.{key}","{key}":"{word}","index":0}}"#);
            let delta = format!(r#"{{"reasoning":"{word}","reasoning_details":[{block}]}}"#);
            let data = Bytes::from(varying(at, &delta));
            match reader.reread(&data, &mut answer) {
                Some(_) => reread += 1,
                None => reader
                    .read(&data, &mut answer, &mut VecDeque::new())
                    .unwrap(),
            }
        }
        assert_eq!(reread, 3);
    }
}

fn last_replaced(data: &Bytes, last: &str, by: &str) -> Bytes {
    let text = str::from_utf8(data).unwrap();
    let at = text.rfind(last).unwrap();
    let text = format!("{}{by}{}", &text[..at], &text[at + last.len()..]);
    Bytes::from(text)
}

#[test]
fn what_stands_around_deltas_may_alternate_too() {
    let kinds = [
        (0, ""),
        (1, ""),
        (0, r#","service_tier":"default""#),
        (0, r#","service_tier":"priority""#),
        (0, r#","usage":{"total_tokens":7},"service_tier":"flex""#),
        (0, r#","model":"other""#),
        (0, r#","p":"abc""#),
        (0, r#","x":{"delta":{"content":"x"}}"#),
        (0, r#","\u0070":"abc""#),
    ];
    let chunk = |at: usize, (index, more): (u8, &str)| {
        let id = at / 2;
        format!(
            r#"{{"id":"gen-{id}"{more},"choices":[{{"index":{index},"delta":{{"content":"{at}"}}}}]}}"#
        )
    };
    for first in kinds {
        for second in kinds {
            for third in kinds {
                let order = [
                    first, first, second, first, third, first, second, third, second, first, first,
                ];
                let chunks: Vec<String> = order
                    .into_iter()
                    .enumerate()
                    .map(|(at, kind)| chunk(at, kind))
                    .collect();
                assert_same(&chunks);
            }
        }
    }
}

#[test]
fn what_looks_like_the_delta_is_not_taken_for_it() {
    let words = ["a", "b", "c", "d"];
    // The delta's key is written otherwise, and the same key as usual stands elsewhere.
    for key in [r#""delt\u0061":"#, r#""delta" :"#, "\"delta\"\n:"] {
        for other in [
            r#""x":{"delta":{"content":"WORD"}},"#,
            r#""delta":{"content":"WORD"},"#,
        ] {
            let chunk = |word: &str| {
                let other = other.replace("WORD", word);
                format!(r#"{{"choices":[{{{other}{key}{{"content":"same"}}}}]}}"#)
            };
            assert_same(&words.map(chunk));
            let top = |word: &str| {
                let other = other.replace("WORD", word);
                format!(r#"{{{other}"choices":[{{{key}{{"content":"same"}}}}]}}"#)
            };
            assert_same(&words.map(top));
        }
    }
    for key in [r#""cont\u0065nt":"#, r#""content" :"#] {
        let chunk = |word: &str| chunk(&format!(r#"{{{key}"same","x":{{"content":"{word}"}}}}"#));
        assert_same(&words.map(chunk));
    }
}

/// Reads chunks, and says how many of them were read in full.
fn read_in_full(chunks: &[String]) -> usize {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    let in_full = chunks.iter().filter(|chunk| {
        let data = Bytes::copy_from_slice(chunk.as_bytes());
        read(&mut reader, &data, &mut answer, &mut events).unwrap();
        reader.misses > 0
    });
    in_full.count()
}

#[test]
fn of_two_choices_that_take_turns_one_is_compared() {
    let chunks: Vec<String> = (0..100)
        .map(|at| {
            let delta = format!(r#"{{"content":"word {at}"}}"#);
            let index = format!(r#""index":{}"#, at % 2);
            chunk(&delta).replace(r#""index":0"#, &index)
        })
        .collect();
    assert_same(&chunks);
    let in_full = read_in_full(&chunks);
    assert!(in_full <= 55, "{in_full}");
}

#[test]
fn a_time_that_changes_now_and_then_is_passed_over() {
    let chunks: Vec<String> = (0..100)
        .map(|at| {
            let created = at / 3;
            let padding = "x".repeat(at % 7 + 1);
            format!(
                r#"{{"created":{created},"choices":[{{"index":0,"delta":{{"content":"{at}"}}}}],"p":"{padding}"}}"#
            )
        })
        .collect();
    assert_same(&chunks);
    let in_full = read_in_full(&chunks);
    assert!(in_full <= 5, "{in_full}");
}

#[test]
fn a_string_that_is_cut_open_is_no_match() {
    let good = chunk(r#"{"content":"abc"}"#);
    for bad in [
        good.replace("abc", "ab\"c"),
        good.replace("abc", "ab\\"),
        good.replace("abc", "a\u{1}c"),
        good.replace("abc\"", "abc"),
    ] {
        assert_eq!(
            quickly(&[good.clone(), good.clone(), bad.clone()]).is_none(),
            plainly(&[bad]).is_none()
        );
    }
}

#[test]
fn most_of_a_long_stream_is_not_read_in_full() {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    for word in ["one", "two", "three"] {
        let data = Bytes::from(chunk(&format!(r#"{{"content":"{word}"}}"#)));
        read(&mut reader, &data, &mut answer, &mut events).unwrap();
    }
    assert!(reader.pattern.has_string());
    assert_eq!(reader.misses, 0);
    // The text of the event is a slice of the input, so nothing was copied for it.
    let data = Bytes::from(chunk(r#"{"content":"four"}"#));
    events.clear();
    read(&mut reader, &data, &mut answer, &mut events).unwrap();
    let Some(StreamEvent::Text { text, .. }) = events.front() else {
        panic!("{events:?}")
    };
    assert!(data.as_ptr_range().contains(&text.as_str().as_ptr()));
}

/// A chunk whose id, time and padding are its own.
fn varying(at: usize, delta: &str) -> String {
    format!(
        r#"{{"id":"gen-{at}","created":17000{at},"model":"m","choices":[{{"index":0,"delta":{delta}}}],"obfuscation":"{}"}}"#,
        "x".repeat(at % 7 + 1)
    )
}

#[test]
fn chunks_that_differ_in_ids_and_times_are_not_read_in_full() {
    let words: Vec<String> = (0..20)
        .map(|at| varying(at, &format!(r#"{{"content":"word {at}"}}"#)))
        .collect();
    assert_same(&words);
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    for (at, word) in words.iter().enumerate() {
        read(
            &mut reader,
            &Bytes::copy_from_slice(word.as_bytes()),
            &mut answer,
            &mut events,
        )
        .unwrap();
        assert!(at < 2 || reader.misses == 0, "chunk {at}");
    }
    let answer = answer.finish();
    assert_eq!(answer.id(), Some("gen-0"));
    assert_eq!(answer.created(), Some(170_000));
}

#[test]
fn chunks_that_have_nothing_in_common_are_not_compared_for_long() {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    let mut read_one = |json: String| {
        let size = reader.pattern.size();
        let data = Bytes::from(json);
        read(&mut reader, &data, &mut answer, &mut events).unwrap();
        (size, reader.misses)
    };
    // A number with a fraction is nothing that may differ unseen.
    let unlike = (0..100).map(|at| {
        let delta = format!(r#"{{"content":"{at}"}}"#);
        chunk(&delta).replacen('{', &format!(r#"{{"novel":{at}.5,"#), 1)
    });
    let compared = unlike.filter(|json| read_one(json.clone()).0 > 0).count();
    assert!(compared < 40, "{compared} of 100 were compared");
    // Once they have something in common, that is seen in the end.
    let alike = (0..100).map(|at| chunk(&format!(r#"{{"content":"{at}"}}"#)));
    let misses: Vec<u32> = alike.map(|json| read_one(json).1).collect();
    assert_eq!(misses.last(), Some(&0), "{misses:?}");
}

#[test]
fn values_that_are_passed_over_have_to_be_plain() {
    let deltas = [
        r#"{"content":"a"}"#,
        r#"{"content":"b "c" \"}"#,
        r#"{"content":"","reasoning":"why"}"#,
    ];
    let oddities = [
        ("\"gen-5\"", "\"gen\\u0035\""),
        ("\"gen-5\"", "\"gen\\q\""),
        ("\"gen-5\"", "\"gen-\u{e9}\""),
        ("\"gen-5\"", "\"gen-5"),
        ("\"gen-5\"", "5"),
        ("\"gen-5\"", "null"),
        ("\"gen-5\"", "\"\""),
        ("170005", "1.7e5"),
        ("170005", "017"),
        ("170005", "-1"),
        ("170005", "\"170005\""),
        ("170005", "99999999999999999999"),
        ("\"obfuscation\"", "\"usage\":null,\"obfuscation\""),
        ("\"obfuscation\":", "\"obfuscation\": "),
        ("}],", "}] ,"),
        ("\"index\":0", "\"index\":1"),
        ("\"index\":0", "\"id\":\"x\",\"index\":0"),
        ("\"model\":\"m\"", "\"model\":\"n\""),
    ];
    for delta in deltas {
        for (of, odd) in oddities {
            let mut chunks: Vec<String> = (0..9).map(|at| varying(at, delta)).collect();
            let bad = chunks[5].replacen(of, odd, 1);
            assert_ne!(bad, chunks[5], "{of}");
            chunks[5] = bad;
            assert_same(&chunks);
        }
    }
}

#[test]
fn what_follows_a_chunk_is_no_part_of_it() {
    let chunks: Vec<String> = (0..6).map(|at| varying(at, r#"{"content":"x"}"#)).collect();
    for (rest, is_json) in [(" ", true), ("}", false), (",{}", false)] {
        let mut chunks = chunks.clone();
        chunks[5].push_str(rest);
        assert_eq!(plainly(&chunks).is_some(), is_json);
        assert_same(&chunks);
    }
}

#[test]
fn an_id_that_was_empty_may_come_later() {
    let chunks: Vec<String> = (0..6)
        .map(|at| {
            let id = if at < 3 { String::new() } else { format!("gen-{at}") };
            format!(r#"{{"id":"{id}","created":{at},"choices":[{{"index":0,"delta":{{"content":"x"}}}}]}}"#)
        })
        .collect();
    assert_same(&chunks);
    assert_eq!(quickly(&chunks).unwrap().1.id(), Some("gen-3"));
}

#[test]
fn a_chunk_with_an_image_is_no_pattern() {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    let image = chunk(&format!(
        r#"{{"images":[{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{}"}}}}]}}"#,
        "QUJD".repeat(10_000)
    ));
    let text = chunk(r#"{"content":"one"}"#);
    for data in [&image, &text, &image, &text, &image] {
        read(
            &mut reader,
            &Bytes::copy_from_slice(data.as_bytes()),
            &mut answer,
            &mut events,
        )
        .unwrap();
        assert!(reader.pattern.size() <= text.len());
    }
    assert_same(&[image.clone(), text.clone(), image.clone(), text, image]);
}
