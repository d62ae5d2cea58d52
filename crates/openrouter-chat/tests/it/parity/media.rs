//! Images, audio, video and files, as they are sent.

use openrouter_chat::media::{Audio, AudioFormat, Document, Image, MediaErrorKind, Video};
use openrouter_chat::types::{ChatContentItems, Decode as _};
use openrouter_chat::{ErrorKind, Message, Part};
use serde_json::{Value, json};

use crate::wire::{offline, plain_bytes, sent};

fn part(part: Part) -> Value {
    sent(Message::user_parts([part]))["content"][0].clone()
}

const PNG: &str = "iVBORw0KGgo=";
const PDF: &str = "JVBERi0xLjQ=";

#[test]
fn an_image_is_an_address_or_a_data_url() {
    let url = |url: &str| json!({"type": "image_url", "image_url": {"url": url}});
    let linked = "https://example.org/cat.png";
    assert_eq!(part(Part::image_url(linked)), url(linked));
    assert_eq!(
        part(Part::image(&Image::from_url(linked)).unwrap()),
        url(linked)
    );
    let data = format!("data:image/png;base64,{PNG}");
    assert_eq!(
        part(Part::image(&Image::from_base64(PNG)).unwrap()),
        url(&data)
    );
    assert_eq!(
        part(Part::image(&Image::from_base64(data.as_str())).unwrap()),
        url(&data)
    );
    assert_eq!(
        part(Part::image(&Image::from_bytes(&b"\x89PNG\r\n\x1a\n"[..])).unwrap()),
        url(&data)
    );
    let stated = Image::from_bytes(plain_bytes()).with_media_type("image/webp");
    assert_eq!(
        part(Part::image(&stated).unwrap()),
        url("data:image/webp;base64,gIGC")
    );
}

#[test]
fn audio_is_base64_and_a_format_that_follows_from_its_type() {
    for (media_type, format) in [
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/mpeg", "mp3"),
        ("audio/mp3", "mp3"),
        ("audio/flac", "flac"),
        ("audio/ogg", "ogg"),
        ("audio/mp4", "m4a"),
        ("audio/x-m4a", "m4a"),
        ("audio/aac", "aac"),
        ("audio/aiff", "aiff"),
        ("audio/x-aiff", "aiff"),
        ("audio/wave", "wav"),
        ("audio/vorbis", "ogg"),
        ("audio/x-aac", "aac"),
        ("audio/m4a", "m4a"),
        ("audio/x-flac", "flac"),
        ("audio/pcm16", "pcm16"),
        ("audio/pcm24", "pcm24"),
        ("AUDIO/MPEG", "mp3"),
    ] {
        let audio = Audio::from_base64("gIGC").with_media_type(media_type);
        assert_eq!(
            part(Part::audio(&audio).unwrap()),
            json!({"type": "input_audio", "input_audio": {"data": "gIGC", "format": format}}),
            "{media_type}"
        );
    }
    let stated = Audio::from_bytes(plain_bytes()).with_format(AudioFormat::PCM16);
    assert_eq!(
        part(Part::audio(&stated).unwrap())["input_audio"]["format"],
        "pcm16"
    );
    let from_data_url = Audio::from_url("data:audio/mpeg;base64,gIGC").unwrap();
    assert_eq!(
        part(Part::audio(&from_data_url).unwrap())["input_audio"],
        json!({"data": "gIGC", "format": "mp3"})
    );
}

#[test]
fn audio_at_an_address_is_refused_with_the_reason() {
    let error = Audio::from_url("https://example.org/a.mp3").unwrap_err();
    assert_eq!(error.kind(), MediaErrorKind::AudioUrl);
    assert!(error.to_string().contains("base64"), "{error}");
    let by_mistake = Audio::from_base64("https://example.org/a.mp3");
    assert_eq!(
        Part::audio(&by_mistake).unwrap_err().kind(),
        MediaErrorKind::AudioUrl
    );
}

#[test]
fn video_is_an_address_or_a_data_url_that_says_mp4_unless_it_knows_better() {
    let url = |url: &str| json!({"type": "video_url", "video_url": {"url": url}});
    let linked = "https://example.org/clip.mp4";
    assert_eq!(
        part(Part::video(&Video::from_url(linked)).unwrap()),
        url(linked)
    );
    let base64 = Video::from_base64("gIGC");
    assert_eq!(
        part(Part::video(&base64).unwrap()),
        url("data:video/mp4;base64,gIGC")
    );
    let stated = base64.with_media_type("video/webm");
    assert_eq!(
        part(Part::video(&stated).unwrap()),
        url("data:video/webm;base64,gIGC")
    );
}

#[test]
fn a_file_is_an_address_or_a_data_url_and_keeps_its_name() {
    let file = |file: Value| json!({"type": "file", "file": file});
    let send = |document: &Document| part(Part::document(document).unwrap());
    let linked = "https://example.org/doc.pdf";
    assert_eq!(
        send(&Document::from_url(linked)),
        file(json!({"file_data": linked}))
    );
    assert_eq!(
        send(&Document::from_url(linked).with_file_name("report.pdf")),
        file(json!({"file_data": linked, "filename": "report.pdf"}))
    );
    let data = format!("data:application/pdf;base64,{PDF}");
    assert_eq!(
        send(&Document::from_base64(PDF)),
        file(json!({"file_data": data}))
    );
    assert_eq!(
        send(&Document::from_base64(PDF).with_file_name("doc.pdf")),
        file(json!({"file_data": data, "filename": "doc.pdf"}))
    );
}

#[test]
fn a_file_of_which_nothing_shows_the_type_is_a_stream_of_octets() {
    let part = part(Part::document(&Document::from_bytes(plain_bytes())).unwrap());
    assert_eq!(
        part["file"]["file_data"],
        "data:application/octet-stream;base64,gIGC"
    );
    let stated = Document::from_bytes(plain_bytes()).with_media_type("text/csv");
    let encoded = stated.encode().unwrap();
    assert_eq!(
        encoded.media().unwrap().text().to_string(),
        "data:text/csv;base64,gIGC"
    );
}

/// They refuse ids of uploaded files; the API takes them.
#[test]
fn the_id_of_an_uploaded_file_is_sent() {
    let document = Document::from_file_id("file-1");
    assert_eq!(
        part(Part::document(&document).unwrap()),
        json!({"type": "file", "file": {"file_id": "file-1"}})
    );
}

#[test]
fn a_payload_without_a_source_is_an_error_that_says_so() {
    for error in [
        Part::image(&Image::from_url("")).unwrap_err(),
        Part::image(&Image::from_base64("")).unwrap_err(),
        Part::image(&Image::from_bytes(&b""[..])).unwrap_err(),
        Part::video(&Video::from_url("")).unwrap_err(),
        Part::video(&Video::from_bytes(&b""[..])).unwrap_err(),
        Part::audio(&Audio::from_base64("").with_format("wav")).unwrap_err(),
        Part::document(&Document::from_base64("")).unwrap_err(),
        Part::document(&Document::from_url("")).unwrap_err(),
        Part::document(&Document::from_file_id("")).unwrap_err(),
    ] {
        assert_eq!(error.kind(), MediaErrorKind::Empty, "{error}");
        assert!(error.to_string().contains("empty"), "{error}");
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error_that_names_it() {
    let error = Part::image(&Image::from_path("/nowhere/cat.png")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/cat.png"), "{error}");
}

#[test]
fn parts_that_were_made_by_hand_are_untouched() {
    for json in [
        r#"{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}"#,
        r#"{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"}}"#,
        r#"{"type":"novel","novel":{"b":1.50,"a":null}}"#,
        r#"{"type":"file","file":{"file_data":"https://example.org/a.pdf","filename":"a.pdf"},"novel":1}"#,
    ] {
        let wire = ChatContentItems::decode(json.as_bytes()).unwrap();
        let request = offline()
            .encode(
                Message::user_parts([wire]),
                &openrouter_chat::ChatOptions::new(),
            )
            .unwrap();
        let body = String::from_utf8_lossy(request.body());
        assert!(body.contains(&format!(r#""content":[{json}]"#)), "{body}");
    }
}

#[test]
fn parts_keep_their_order() {
    let message = Message::user_parts([
        Part::text("Look:"),
        Part::image_url("https://example.org/a.png"),
        Part::audio(&Audio::from_base64("gIGC").with_format("wav")).unwrap(),
        Part::text("and read:"),
        Part::document(&Document::from_base64(PDF)).unwrap(),
        Part::video(&Video::from_url("https://example.org/a.mp4")).unwrap(),
    ]);
    let sent = sent(message);
    let kinds: Vec<_> = sent["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "text",
            "image_url",
            "input_audio",
            "text",
            "file",
            "video_url"
        ]
    );
}

#[test]
fn text_that_is_empty_or_absent_stays_so() {
    assert_eq!(
        sent(Message::user("")),
        json!({"role": "user", "content": ""})
    );
    let absent = crate::wire::saved(r#"{"role":"assistant"}"#);
    assert!(sent(absent).get("content").is_none_or(Value::is_null));
}

#[test]
fn a_file_that_goes_away_before_it_is_sent_is_an_error_that_names_it() {
    let path = std::env::temp_dir().join(format!("parity-{}.png", std::process::id()));
    std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
    let part = Part::image(&Image::from_path(&path)).unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = offline()
        .encode(
            Message::user_parts([part]),
            &openrouter_chat::ChatOptions::new(),
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
}
