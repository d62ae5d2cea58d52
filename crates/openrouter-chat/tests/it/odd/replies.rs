//! Replies that were not streamed.

use openrouter_chat::{ChatOptions, Ending, ErrorKind};
use serde_json::json;

use crate::wire::{answered_with, body_text, offline, reply_of, replying, sent};

async fn text_of(message: &str) -> String {
    let answer = replying(reply_of(message))
        .await
        .invoke("Hi")
        .await
        .unwrap();
    answer.text().into_owned()
}

#[tokio::test]
async fn content_may_be_text_null_absent_or_parts() {
    for (message, text) in [
        (r#"{"role":"assistant","content":"Hi"}"#, "Hi"),
        (r#"{"role":"assistant","content":null}"#, ""),
        (r#"{"role":"assistant"}"#, ""),
        (r#"{"role":"assistant","content":[]}"#, ""),
        (
            r#"{"role":"assistant","content":[{"type":"text","text":"H"},{"type":"text","text":"i"}]}"#,
            "Hi",
        ),
        (
            r#"{"role":"assistant","content":[{"type":"novel"},{"type":"text","text":"Hi"}]}"#,
            "Hi",
        ),
        (r#"{"role":"assistant","content":{"text":"Hi"}}"#, ""),
        (r#"{"role":"assistant","content":7}"#, ""),
    ] {
        assert_eq!(text_of(message).await, text, "{message}");
    }
}

#[tokio::test]
async fn parts_that_think_are_reasoning() {
    let reply = reply_of(
        r#"{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"So "}]},{"type":"thinking","thinking":"what?"},{"type":"text","text":"Hi"}]}"#,
    );
    let answer = replying(reply).await.invoke("Hi").await.unwrap();
    assert_eq!(answer.text(), "Hi");
    assert_eq!(answer.reasoning().as_deref(), Some("So what?"));
}

#[tokio::test]
async fn whatever_the_content_is_it_goes_back_as_it_came() {
    for message in [
        r#"{"role":"assistant","content":[{"type":"text","text":"H"},{"type":"novel","x":1.50}]}"#,
        r#"{"content":{"text":"Hi"},"role":"assistant"}"#,
        r#"{"role":"assistant","content":null,"refusal":null,"novel":[]}"#,
    ] {
        let answer = replying(reply_of(message))
            .await
            .invoke("Hi")
            .await
            .unwrap();
        let reply = answer.message().unwrap();
        let body = body_text(&offline(), reply, &ChatOptions::new());
        assert!(body.contains(message), "{message} in {body}");
    }
}

#[tokio::test]
async fn white_space_before_a_reply_and_a_mark_of_byte_order_are_skipped() {
    let reply = reply_of(r#"{"role":"assistant","content":"Hi"}"#);
    for before in ["\n         \n".repeat(65), "\u{feff}".to_owned()] {
        let answer = replying(format!("{before}{reply}"))
            .await
            .invoke("Hi")
            .await
            .unwrap();
        assert_eq!(answer.text(), "Hi");
    }
}

#[tokio::test]
async fn halves_of_pairs_and_bytes_that_are_no_text_become_replacement_characters() {
    assert_eq!(text_of(r#"{"content":"\ud83d\ude00"}"#).await, "😀");
    assert_eq!(text_of(r#"{"content":"a\ud83db"}"#).await, "a\u{fffd}b");
    let mut reply = reply_of(r#"{"content":"a?b"}"#).into_bytes();
    let at = reply.iter().position(|byte| *byte == b'?').unwrap();
    reply[at] = 0xff;
    assert_eq!(
        replying(reply).await.invoke("Hi").await.unwrap().text(),
        "a\u{fffd}b"
    );
}

#[tokio::test]
async fn of_a_key_that_comes_twice_the_last_value_holds() {
    assert_eq!(text_of(r#"{"content":"one","content":"two"}"#).await, "two");
}

#[tokio::test]
async fn deep_json_is_an_error_or_an_answer_and_never_a_crash() {
    for depth in [100, 10_000, 200_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let reply = reply_of(&format!(r#"{{"content":"Hi","novel":{deep}}}"#));
        match replying(reply).await.invoke("Hi").await {
            Ok(answer) => assert_eq!(answer.text(), "Hi"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Decode, "{error}"),
        }
    }
}

#[tokio::test]
async fn created_may_be_a_float_or_a_text() {
    for created in ["1700000000", "1700000000.0", r#""1700000000""#, "1.7e9"] {
        let reply =
            format!(r#"{{"created":{created},"choices":[{{"message":{{"content":"Hi"}}}}]}}"#);
        let answer = replying(reply).await.invoke("Hi").await.unwrap();
        assert_eq!(answer.created(), Some(1_700_000_000), "{created}");
    }
}

#[tokio::test]
async fn how_it_ended_is_known_whatever_the_reasons_say() {
    for (reason, native, message, ending) in [
        (r#""stop""#, "null", r#"{"content":"Hi"}"#, Ending::Complete),
        (r#""eos""#, "null", r#"{"content":"Hi"}"#, Ending::Complete),
        (r#""""#, "null", r#"{"content":"Hi"}"#, Ending::Complete),
        ("null", "null", r#"{"content":"Hi"}"#, Ending::Complete),
        ("7", "null", r#"{"content":"Hi"}"#, Ending::Complete),
        ("null", "null", r#"{"content":""}"#, Ending::Stalled),
        (r#""""#, "null", r#"{"content":null}"#, Ending::Stalled),
        (r#""length""#, "null", r#"{"content":"Hi"}"#, Ending::Length),
        (
            r#""stop""#,
            r#""MAX_TOKENS""#,
            r#"{"content":"Hi"}"#,
            Ending::Length,
        ),
        (
            r#""tool_calls""#,
            r#""length""#,
            r#"{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a"}}]}"#,
            Ending::Length,
        ),
        (
            r#""tool_calls""#,
            r#""stop""#,
            r#"{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a"}}]}"#,
            Ending::CutOff,
        ),
        (
            r#""stop""#,
            "null",
            r#"{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}"#,
            Ending::Complete,
        ),
        (
            r#""content_filter""#,
            "null",
            r#"{"content":""}"#,
            Ending::Filtered,
        ),
        (
            r#""stop""#,
            "null",
            r#"{"content":null,"refusal":"No."}"#,
            Ending::Refused,
        ),
    ] {
        let reply = format!(
            r#"{{"choices":[{{"index":0,"finish_reason":{reason},"native_finish_reason":{native},"message":{message}}}]}}"#
        );
        let answer = replying(reply).await.invoke("Hi").await.unwrap();
        assert_eq!(answer.ending(), ending, "{reason} {native} {message}");
    }
}

#[tokio::test]
async fn an_error_inside_a_choice_is_an_error_with_the_part_that_came() {
    let reply = r#"{"id":"gen-1","choices":[{"index":0,"finish_reason":"error","error":{"code":502,"message":"The cable is cut."},"message":{"role":"assistant","content":"Half"}}],"usage":{"prompt_tokens":3}}"#;
    let error = replying(reply).await.invoke("Hi").await.unwrap_err();
    assert!(error.to_string().contains("The cable is cut."), "{error}");
    let partial = error.partial().unwrap();
    assert_eq!(
        (partial.text().as_ref(), partial.ending()),
        ("Half", Ending::Error)
    );
    assert_eq!(partial.usage().unwrap().input_tokens(), 3);
}

#[tokio::test]
async fn tool_calls_may_lack_ids_repeat_them_or_bring_objects_as_arguments() {
    let reply = reply_of(
        r#"{"content":null,"tool_calls":[
            {"id":"","type":"function","function":{"name":"a","arguments":"{}"}},
            {"id":null,"function":{"name":"b","arguments":""}},
            {"id":"c","index":2,"function":{"name":"c","arguments":"{}"}},
            {"id":"c","index":3,"function":{"name":"d","arguments":"{}"}}]}"#,
    );
    let answer = replying(reply).await.invoke("Hi").await.unwrap();
    let calls = answer.tool_calls();
    let names: Vec<_> = calls.iter().map(|call| call.name()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert!(
        calls[..2].iter().all(|call| call.id().len() == 9
            && call.id().bytes().all(|byte| byte.is_ascii_alphanumeric()))
    );
    assert_ne!(calls[0].id(), calls[1].id());
    assert_eq!(calls[2].id(), "c", "the server's ids are left alone");
    assert_eq!(calls[3].id().len(), 9, "unless they tell nothing apart");
    let reply = reply_of(
        r#"{"content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":{"a":1}}}]}"#,
    );
    let answer = replying(reply).await.invoke("Hi").await.unwrap();
    assert_eq!(
        answer.as_wire().choices[0]
            .message
            .as_ref()
            .unwrap()
            .tool_calls
            .as_ref()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn logprobs_may_be_null_empty_or_of_an_older_shape() {
    for logprobs in [
        "null",
        r#"{"content":null,"refusal":null}"#,
        r#"{"content":[],"refusal":[]}"#,
        r#"{"tokens":null,"token_logprobs":null,"top_logprobs":null,"text_offset":null}"#,
        r#"{"content":[{"token":"Hi","logprob":0,"bytes":null}]}"#,
    ] {
        let reply =
            format!(r#"{{"choices":[{{"logprobs":{logprobs},"message":{{"content":"Hi"}}}}]}}"#);
        assert_eq!(
            replying(reply).await.invoke("Hi").await.unwrap().text(),
            "Hi",
            "{logprobs}"
        );
    }
}

#[tokio::test]
async fn a_page_of_html_and_other_text_are_errors_that_show_how_they_begin() {
    for (content_type, body) in [
        ("text/html", "<html><body>Bad gateway</body></html>"),
        ("application/json", "upstream connect error"),
        ("application/json", "[]"),
        ("application/json", "\"Hi\""),
        ("application/json", "null"),
        ("application/json", "   "),
    ] {
        let error = answered_with(200, content_type, [body])
            .await
            .invoke("Hi")
            .await
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Decode | ErrorKind::Call),
            "{body}: {error}"
        );
        let shown = body.trim().get(..5).unwrap_or_default();
        assert!(
            error.to_string().contains(shown.trim_matches('"')),
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_answers_a_call_without_one_is_an_error_that_says_so() {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
    let error = answered_with(200, "text/event-stream", [body])
        .await
        .invoke("Hi")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("data:"), "{error}");
}

#[tokio::test]
async fn an_empty_list_of_reasoning_goes_back_empty() {
    let reply = reply_of(r#"{"role":"assistant","content":"Hi","reasoning_details":[]}"#);
    let answer = replying(reply).await.invoke("Hi").await.unwrap();
    assert_eq!(
        sent(answer.message().unwrap())["reasoning_details"],
        json!([])
    );
}
