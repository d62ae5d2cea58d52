//! Streams.

use openrouter_chat::{ChatModel, ChatResponse, Ending, Error, StreamEvent};
use serde_json::json;

use crate::wire::{answered_with, delta, sent, streaming, streaming_bytes};

async fn finished(model: ChatModel) -> Result<ChatResponse, Error> {
    model.stream("Hi").await?.finish().await
}

async fn answer(chunks: &[&str]) -> ChatResponse {
    finished(streaming(chunks).await).await.unwrap()
}

/// A whole stream of one text, and this at its end.
fn ending_in(end: &str) -> String {
    format!("data: {}\n\n{end}", delta(r#"{"content":"Hi"}"#))
}

#[tokio::test]
async fn the_end_mark_may_be_written_in_many_ways() {
    for end in [
        "data: [DONE]\n\n",
        "data:[DONE]\n\n",
        "data: [DONE] \n\n",
        "data:  [DONE]\n\n",
        "data: [DONE]\r\n\r\n",
        "data: [DONE]\n\ndata: [DONE]\n\n",
        "data: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"late\"}}]}\n\n",
        "data: [DONE]\n",
        "data: [DONE]",
        "event: done\ndata: [DONE]\n\n",
    ] {
        let answer = finished(streaming_bytes(ending_in(end)).await).await;
        let answer = answer.unwrap_or_else(|error| panic!("{end:?}: {error}"));
        assert_eq!(
            (answer.text().as_ref(), answer.has_end_mark()),
            ("Hi", true),
            "{end:?}"
        );
    }
}

#[tokio::test]
async fn without_an_end_mark_a_stream_is_truncated_and_keeps_what_came() {
    for end in [
        "",
        ": OPENROUTER PROCESSING\n\n",
        "data: \n\n",
        "data: {\"choi",
    ] {
        let error = finished(streaming_bytes(ending_in(end)).await)
            .await
            .unwrap_err();
        assert!(error.is_truncated(), "{end:?}: {error}");
        let partial = error.partial().unwrap();
        assert_eq!(
            (partial.text().as_ref(), partial.ending()),
            ("Hi", Ending::CutOff)
        );
    }
}

#[tokio::test]
async fn usage_may_come_in_every_chunk_twice_or_empty_and_the_last_one_counts() {
    let chunk = |text: &str, usage: &str| {
        format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}}}],"usage":{usage}}}"#)
    };
    let chunks = [
        chunk("a", "null"),
        chunk("b", r#"{"prompt_tokens":3,"completion_tokens":1}"#),
        chunk("c", r#"{"prompt_tokens":3,"completion_tokens":2}"#),
        chunk(
            "d",
            r#"{"prompt_tokens":3,"completion_tokens":3,"cost":0.5}"#,
        ),
    ];
    let answer = answer(&chunks.each_ref().map(String::as_str)).await;
    assert_eq!(answer.text(), "abcd");
    assert_eq!(
        (
            answer.usage().unwrap().total(),
            answer.usage().unwrap().cost_usd()
        ),
        (6, Some(0.5))
    );
}

#[tokio::test]
async fn unknown_and_empty_finish_reasons_do_no_harm() {
    for (reason, known) in [
        (r#""eos""#, Some("eos")),
        (r#""""#, Some("")),
        ("null", None),
    ] {
        let last =
            format!(r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":{reason}}}]}}"#);
        let answer = answer(&[&delta(r#"{"content":"Hi"}"#), &last]).await;
        assert_eq!(
            answer
                .finish_reason()
                .map(|reason| reason.as_str().to_owned())
                .as_deref(),
            known
        );
        assert_eq!(answer.ending(), Ending::Complete);
    }
}

#[tokio::test]
async fn reasoning_that_comes_twice_is_shown_once_and_goes_back_twice() {
    let both = r#"{"reasoning":"Hm.","reasoning_content":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"Hm.","index":0,"format":"unknown"}]}"#;
    let answer = answer(&[&delta(both), &delta(r#"{"content":"Hi"}"#)]).await;
    assert_eq!(answer.reasoning().as_deref(), Some("Hm."));
    let back = sent(answer.message().unwrap());
    assert_eq!(back["reasoning"], "Hm.");
    assert_eq!(back["reasoning_details"][0]["text"], "Hm.");
}

#[tokio::test]
async fn reasoning_content_and_empty_reasoning_beside_details_are_read() {
    let answer_one = answer(&[
        &delta(r#"{"reasoning_content":"Hm."}"#),
        &delta(r#"{"content":"Hi"}"#),
    ])
    .await;
    assert_eq!(answer_one.reasoning().as_deref(), Some("Hm."));
    let details = r#"[{"type":"reasoning.text","text":"Hm.","index":0,"format":"unknown"}]"#;
    for plain in ["", r#""reasoning":null,"#, r#""reasoning":"","#] {
        let chunk = delta(&format!(r#"{{{plain}"reasoning_details":{details}}}"#));
        let answer = answer(&[&chunk, &delta(r#"{"content":"Hi"}"#)]).await;
        assert_eq!(answer.reasoning().as_deref(), Some("Hm."), "{plain}");
    }
    let answer = answer(&[
        &delta(r#"{"reasoning_details":[{"type":"reasoning.encrypted","data":"x","index":0}]}"#),
        &delta(r#"{"content":"Hi"}"#),
    ])
    .await;
    assert_eq!(
        (answer.reasoning(), answer.reasoning_details().len()),
        (None, 1)
    );
}

#[tokio::test]
async fn ids_and_models_that_change_on_the_way_stay_the_first() {
    let answer = answer(&[
        r#"{"id":"","model":"","choices":[]}"#,
        r#"{"id":"gen-1","model":"a/one","choices":[{"index":0,"delta":{"content":"a"}}]}"#,
        r#"{"id":"gen-2","model":"a/two","choices":[{"index":0,"delta":{"content":"b"}}]}"#,
    ])
    .await;
    assert_eq!(
        (answer.id(), answer.model(), answer.text().as_ref()),
        (Some("gen-1"), Some("a/one"), "ab")
    );
}

#[tokio::test]
async fn indexes_of_choices_may_be_missing_floats_texts_or_large() {
    for index in ["", r#""index":null,"#, r#""index":0.0,"#, r#""index":"0","#] {
        let chunk = format!(r#"{{"choices":[{{{index}"delta":{{"content":"Hi"}}}}]}}"#);
        assert_eq!(answer(&[&chunk]).await.text(), "Hi", "{index}");
    }
    let chunk = r#"{"choices":[{"index":4294967295,"delta":{"content":"Hi"}}]}"#;
    assert_eq!(answer(&[chunk]).await.choices()[0].index(), 4_294_967_295);
    let call = r#"{"tool_calls":[{"index":4294967295,"id":"c","function":{"name":"f","arguments":"{}"}}]}"#;
    assert_eq!(answer(&[&delta(call)]).await.tool_calls().len(), 1);
}

#[tokio::test]
async fn audio_comes_in_pieces_with_its_words_and_its_expiry() {
    let answer = answer(&[
        &delta(r#"{"audio":{"id":"a-1","transcript":"Hel"}}"#),
        &delta(r#"{"audio":{"data":"UklG","transcript":"lo"}}"#),
        &delta(r#"{"audio":{"data":"Rg==","expires_at":1700000000.0}}"#),
        &delta(r#"{"audio":{"data":"Rg=="}}"#),
    ])
    .await;
    assert_eq!(&answer.audio().unwrap().unwrap()[..], b"RIFFF");
    assert_eq!(answer.choices()[0].transcript(), Some("Hello"));
    let audio = answer.as_wire().choices[0]
        .message
        .as_ref()
        .unwrap()
        .audio
        .clone()
        .unwrap();
    assert_eq!(audio.id.as_deref(), Some("a-1"));
    assert!(audio.expires_at.is_some());
}

#[tokio::test]
async fn refusals_and_their_probabilities_are_joined() {
    let chunk = |text: &str| {
        format!(
            r#"{{"choices":[{{"index":0,"delta":{{"refusal":"{text}"}},"logprobs":{{"content":null,"refusal":[{{"token":"{text}","logprob":-1}}]}}}}]}}"#
        )
    };
    let answer = answer(&[&chunk("I "), &chunk("won't.")]).await;
    assert_eq!(
        (answer.refusal(), answer.ending()),
        (Some("I won't."), Ending::Refused)
    );
    assert_eq!(answer.choices()[0].logprobs().unwrap().refusal.len(), 2);
}

#[tokio::test]
async fn halves_of_a_pair_in_two_chunks_are_not_lost_without_a_word() {
    let answer = answer(&[
        &delta(r#"{"content":"a\ud83d"}"#),
        &delta(r#"{"content":"\ude00b"}"#),
    ])
    .await;
    assert_eq!(answer.text(), "a\u{fffd}\u{fffd}b");
}

#[tokio::test]
async fn bytes_that_are_no_text_become_replacement_characters() {
    let mut stream = ending_in("data: [DONE]\n\n").into_bytes();
    let at = stream.windows(2).position(|two| two == b"Hi").unwrap();
    stream[at] = 0xff;
    assert_eq!(
        finished(streaming_bytes(stream).await)
            .await
            .unwrap()
            .text(),
        "\u{fffd}i"
    );
}

#[tokio::test]
async fn a_stream_may_begin_with_a_mark_of_byte_order() {
    let stream = format!("\u{feff}{}", ending_in("data: [DONE]\n\n"));
    assert_eq!(
        finished(streaming_bytes(stream).await)
            .await
            .unwrap()
            .text(),
        "Hi"
    );
}

#[tokio::test]
async fn parts_as_content_of_a_delta_are_read_or_kept() {
    let answer = answer(&[
        &delta(r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"So"}]}]}"#),
        &delta(
            r#"{"content":[{"type":"thinking","thinking":" what"},{"type":"text","text":"H"}]}"#,
        ),
        &delta(r#"{"content":[{"type":"text","text":"i"}]}"#),
        &delta(r#"{"content":"!"}"#),
        &delta(r#"{"content":[{"type":"novel","data":1},{"type":"text","text":"?"}]}"#),
        &delta(r#"{"content":[]}"#),
    ])
    .await;
    assert_eq!(answer.text(), "Hi!?");
    assert_eq!(answer.reasoning().as_deref(), Some("So what"));
    let novel = json!({"type": "novel", "data": 1});
    let parts = json!([{"type": "text", "text": "Hi!?"}, novel]);
    assert_eq!(sent(answer.message().unwrap())["content"], parts);
}

#[tokio::test]
async fn a_whole_message_in_the_place_of_a_delta_is_read() {
    let chunk = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#;
    let answer = answer(&[chunk]).await;
    assert_eq!(
        (answer.text().as_ref(), answer.tool_calls().len()),
        ("Hi", 1)
    );
}

#[tokio::test]
async fn json_in_the_place_of_a_stream_is_an_error_that_says_so() {
    let reply = r#"{"choices":[{"message":{"role":"assistant","content":"Hi"}}]}"#;
    let error = answered_with(200, "application/json", [reply])
        .await
        .stream("Hi")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("application/json"), "{error}");
    let refused = r#"{"error":{"code":429,"message":"Slow down."}}"#;
    let error = answered_with(200, "application/json", [refused])
        .await
        .stream("Hi")
        .await
        .unwrap_err();
    assert!(
        error.is_rate_limited() && error.to_string().contains("Slow down."),
        "{error}"
    );
    let page = answered_with(200, "text/html", ["<html>Hi</html>"])
        .await
        .stream("Hi")
        .await
        .unwrap_err();
    assert!(page.to_string().contains("text/html"), "{page}");
}

#[tokio::test]
async fn an_event_that_is_no_json_is_told_and_the_rest_is_kept() {
    let error = finished(
        streaming(&[
            &delta(r#"{"content":"a"}"#),
            "{broken",
            &delta(r#"{"content":"b"}"#),
        ])
        .await,
    )
    .await
    .unwrap_err();
    assert!(error.to_string().contains("{broken"), "{error}");
    assert_eq!(error.partial().unwrap().text(), "ab");
}

#[tokio::test]
async fn deep_json_in_a_chunk_is_no_crash() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let chunk = delta(&format!(r#"{{"content":"Hi","novel":{deep}}}"#));
    match finished(streaming(&[&chunk]).await).await {
        Ok(answer) => assert_eq!(answer.text(), "Hi"),
        Err(error) => assert!(error.to_string().contains("not JSON"), "{error}"),
    }
}

#[tokio::test]
async fn a_call_that_is_told_again_as_a_whole_is_one_call() {
    let call = r#"{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    let empty = r#"{"tool_calls":[{"index":0,"id":null,"type":"function","function":{"name":null,"arguments":""}}]}"#;
    let answer = answer(&[&delta(call), &delta(empty), &delta(empty)]).await;
    assert_eq!(
        (
            answer.tool_calls().len(),
            answer.tool_calls()[0].arguments_text()
        ),
        (1, "{}")
    );
}

#[tokio::test]
async fn a_failed_stream_says_nothing_more_and_finishing_it_fails() {
    let model = streaming(&[
        &delta(r#"{"content":"Hi"}"#),
        r#"{"error":{"code":502,"message":"Cut."}}"#,
    ])
    .await;
    let mut stream = model.stream("Hi").await.unwrap();
    let mut texts = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(StreamEvent::Text { .. }) => texts += 1,
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!((texts, error.partial().unwrap().text().as_ref()), (1, "Hi"));
    assert!(stream.next().await.is_none());
    assert_eq!(
        stream.finish().await.unwrap_err().partial().unwrap().text(),
        "Hi"
    );
}

#[tokio::test]
async fn unknown_fields_of_a_delta_are_kept_in_the_message() {
    let answer = answer(&[&delta(r#"{"content":"Hi","novel":{"a":1.50}}"#)]).await;
    let back = sent(answer.message().unwrap());
    assert_eq!(back["novel"], json!({"a": 1.5}));
}

#[tokio::test]
async fn unknown_fields_of_a_choice_are_kept_in_it() {
    let chunk = |at: u32, more: &str| {
        format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{at}"}},{more}}}]}}"#)
    };
    let answer = answer(&[
        &chunk(1, r#""stop_reason":null,"novel":1"#),
        &chunk(2, r#""stop_reason":null,"novel":1"#),
        &chunk(3, r#""stop_reason":"</s>","novel":2"#),
    ])
    .await;
    assert_eq!(answer.text(), "123");
    let extra = &answer.as_wire().choices[0].extra;
    assert_eq!(extra.get("stop_reason").unwrap().as_str(), r#""</s>""#);
    // Of what is said more than once, the first, as at the top of a chunk.
    assert_eq!(extra.get("novel").unwrap().as_str(), "1");
    assert_eq!(extra.len(), 2);
}

#[tokio::test]
async fn of_a_delta_that_comes_twice_the_last_holds_and_the_stream_goes_on() {
    let plain = r#"{"id":"gen-1","choices":[{"index":0,"delta":{"content":"a"}}]}"#;
    let twice = r#"{"id":"gen-1","choices":[{"index":0,"delta":{"content":"first"},"delta":{"content":"b"}}]}"#;
    let answer = answer(&[plain, plain, twice, twice, plain, plain]).await;
    assert_eq!(answer.text(), "aabbaa");
}

#[tokio::test]
async fn a_fragment_that_names_no_call_belongs_to_the_call_that_began_last() {
    let more = delta(r#"{"tool_calls":[{"function":{"arguments":"1"}}]}"#);
    let begin = |id: &str| {
        delta(&format!(
            r#"{{"tool_calls":[{{"id":"{id}","function":{{"name":"f","arguments":""}}}}]}}"#
        ))
    };
    let (first, second) = (begin("a"), begin("b"));
    let answer = answer(&[&first, &more, &more, &second, &more, &more]).await;
    let arguments: Vec<_> = answer
        .tool_calls()
        .iter()
        .map(|call| call.arguments_text().to_owned())
        .collect();
    assert_eq!(arguments, ["11", "11"]);
}
