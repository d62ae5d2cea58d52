//! Payloads on their way into a request.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use openrouter_chat::media::{
    Audio, AudioFormat, Document, Image, ImageDetail, MediaErrorKind, TypeSource, Video,
};
use proptest::prelude::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A file that is gone when the test ends.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let path =
            std::env::temp_dir().join(format!("openrouter-chat-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Counts what is written and remembers the longest piece.
#[derive(Default)]
struct Meter {
    bytes: usize,
    longest_piece: usize,
}

impl fmt::Write for Meter {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.bytes += piece.len();
        self.longest_piece = self.longest_piece.max(piece.len());
        Ok(())
    }
}

#[test]
fn an_address_is_passed_on_as_it_is() {
    let image = Image::from_url("https://example.org/a b.png?x=1").with_detail(ImageDetail::LOW);
    let encoded = image.encode().unwrap();
    assert_eq!(
        encoded.text().as_str(),
        Some("https://example.org/a b.png?x=1")
    );
    assert_eq!(encoded.media_type(), None);
    assert_eq!(image.detail(), Some(&ImageDetail::from("low")));

    let data = "data:image/PNG;base64,AAAA";
    let encoded = Image::from_url(data).encode().unwrap();
    assert_eq!(encoded.text().to_string(), data);
    assert_eq!(encoded.media_type().unwrap().as_str(), "image/png");
}

#[test]
fn every_source_of_the_same_picture_gives_the_same_text() {
    let file = TempFile::new("same.png", PNG);
    let expected = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
    let wrapped = "iVBORw0K\r\nGgo=\n";
    let images = [
        Image::from_bytes(PNG),
        Image::from_base64(STANDARD.encode(PNG)),
        Image::from_base64(wrapped),
        Image::from_base64(expected.as_str()),
        Image::from_url(expected.as_str()),
        Image::from_path(&file.0),
    ];
    for image in images {
        let encoded = image.encode().unwrap();
        assert_eq!(encoded.text().to_string(), expected, "{image:?}");
        assert_eq!(encoded.text_bytes(), expected.len(), "{image:?}");
    }
}

#[test]
fn base64_for_urls_becomes_standard_base64() {
    let bytes = [0xff_u8, 0xd8, 0xff, 0xfb, 0xef, 0xbe];
    let encoded = Image::from_base64("_9j_----").encode().unwrap();
    assert_eq!(
        encoded.text().to_string(),
        format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes))
    );
}

#[test]
fn a_large_file_is_written_in_small_pieces_of_known_total() {
    let mut content = PNG.to_vec();
    content.resize(1_000_001, 7);
    let file = TempFile::new("large.png", &content);
    let encoded = Image::from_path(&file.0).encode().unwrap();

    let mut meter = Meter::default();
    write!(meter, "{}", encoded.text()).unwrap();
    assert_eq!(meter.bytes, encoded.text_bytes());
    assert!(
        meter.longest_piece <= 64 * 1024,
        "a piece of {} bytes",
        meter.longest_piece
    );
    assert_eq!(
        encoded.text().to_string(),
        format!("data:image/png;base64,{}", STANDARD.encode(&content))
    );
}

#[test]
fn a_clone_shares_the_bytes() {
    let bytes = Bytes::from(PNG.to_vec());
    let image = Image::from_bytes(bytes.clone());
    let (clone, encoded) = (image.clone(), image.encode().unwrap());
    drop(image);
    assert_eq!(
        clone.encode().unwrap().text().to_string(),
        encoded.text().to_string()
    );
    assert!(!bytes.is_unique());
    drop((clone, encoded));
    assert!(bytes.is_unique());
}

#[test]
fn a_file_that_fails_while_it_is_written_is_named() {
    let file = TempFile::new("shrinking.png", PNG);
    let encoded = Image::from_path(&file.0).encode().unwrap();
    let mut out = String::new();
    assert!(encoded.failure().is_none());

    fs::write(&file.0, &PNG[..5]).unwrap();
    write!(out, "{}", encoded.text()).unwrap_err();
    let failure = encoded.failure().unwrap();
    assert_eq!(failure.kind(), MediaErrorKind::Changed);
    assert_eq!(failure.path(), Some(file.0.as_path()));

    fs::write(&file.0, [PNG, PNG].concat()).unwrap();
    write!(out, "{}", encoded.text()).unwrap_err();
    assert_eq!(encoded.failure().unwrap().kind(), MediaErrorKind::Changed);

    fs::remove_file(&file.0).unwrap();
    write!(out, "{}", encoded.text()).unwrap_err();
    let failure = encoded.failure().unwrap();
    assert_eq!(failure.kind(), MediaErrorKind::Read);
    assert!(std::error::Error::source(&failure).is_some());

    fs::write(&file.0, PNG).unwrap();
    write!(out, "{}", encoded.text()).unwrap();
    assert!(encoded.failure().is_none());
}

#[test]
fn a_missing_file_and_a_folder_are_named_before_anything_is_written() {
    let missing = Image::from_path("/no/such/picture.png")
        .encode()
        .unwrap_err();
    assert_eq!(missing.kind(), MediaErrorKind::Read);
    assert_eq!(
        missing.to_string(),
        "cannot read the file (/no/such/picture.png)"
    );
    let folder = Document::from_path(std::env::temp_dir())
        .encode()
        .unwrap_err();
    assert_eq!(folder.kind(), MediaErrorKind::Read);
}

#[test]
fn a_set_type_wins_over_the_content_and_the_content_over_the_name() {
    let set = Image::from_bytes(PNG)
        .with_media_type("image/webp")
        .encode()
        .unwrap();
    assert!(
        set.text()
            .to_string()
            .starts_with("data:image/webp;base64,")
    );
    assert_eq!(set.type_source(), Some(TypeSource::Explicit));
    insta::assert_snapshot!(set.mismatch().unwrap(), @"said to be image/webp, looks like image/png, sent as image/webp");

    let file = TempFile::new("really-png.jpg", PNG);
    let named = Image::from_path(&file.0).encode().unwrap();
    assert!(
        named
            .text()
            .to_string()
            .starts_with("data:image/png;base64,")
    );
    assert_eq!(named.type_source(), Some(TypeSource::Content));
    insta::assert_snapshot!(named.mismatch().unwrap(), @"said to be image/jpeg, looks like image/png, sent as image/png");

    let agreeing = Image::from_bytes(&b"\xff\xd8\xff\xe0"[..])
        .with_media_type("image/jpg")
        .encode()
        .unwrap();
    assert_eq!(agreeing.mismatch(), None);
}

#[test]
fn a_payload_of_another_kind_is_refused_unless_its_type_is_set() {
    let pdf = Image::from_bytes(&b"%PDF-1.7"[..]);
    let error = pdf.encode().unwrap_err();
    assert_eq!(error.kind(), MediaErrorKind::WrongKind);
    insta::assert_snapshot!(error, @"this image holds application/pdf; set the type to send it anyway");
    pdf.with_media_type("image/x-mine").encode().unwrap();

    let unknown = Image::from_bytes(&[0x80_u8, 0x81][..])
        .encode()
        .unwrap_err();
    assert_eq!(unknown.kind(), MediaErrorKind::UnknownType);
    let not_base64 = Image::from_base64("!!!!").encode().unwrap_err();
    assert_eq!(not_base64.kind(), MediaErrorKind::NotBase64);
}

#[test]
fn audio_is_base64_alone_with_its_format() {
    let encode = |audio: Audio| {
        let encoded = audio.encode().unwrap();
        (
            encoded.media().text().to_string(),
            encoded.format().as_str().to_owned(),
        )
    };
    let (text, format) = encode(Audio::from_bytes(&b"RIFF\0\0\0\0WAVE"[..]));
    assert_eq!(
        (text.as_str(), format.as_str()),
        ("UklGRgAAAABXQVZF", "wav")
    );
    assert_eq!(encode(Audio::from_base64("UklGRgAAAABXQVZF")).1, "wav");
    assert_eq!(
        encode(Audio::from_url("data:audio/mp3;base64,AAAA").unwrap()),
        ("AAAA".to_owned(), "mp3".to_owned())
    );
    assert_eq!(
        encode(Audio::from_base64("data:audio/x-m4a;base64,AAAA")).1,
        "m4a"
    );
    assert_eq!(
        encode(Audio::from_bytes(&b"\0\0\0\x20ftypisom"[..])).1,
        "m4a"
    );
    assert_eq!(
        encode(Audio::from_bytes(&[1_u8, 0, 2, 0][..]).with_format(AudioFormat::PCM16)).1,
        "pcm16"
    );
    assert_eq!(
        encode(Audio::from_base64("AAAA").with_media_type("audio/x-new")).1,
        "x-new"
    );
}

#[test]
fn audio_by_address_is_refused_with_the_reason() {
    for error in [
        Audio::from_url("https://example.org/a.mp3").unwrap_err(),
        Audio::from_base64("https://example.org/a.mp3")
            .encode()
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), MediaErrorKind::AudioUrl);
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"the API takes no address for audio, only base64: fetch it and pass the bytes");
        }
    }
    let headerless = Audio::from_bytes(&[1_u8, 0, 2, 0][..])
        .encode()
        .unwrap_err();
    assert_eq!(headerless.kind(), MediaErrorKind::UnknownType);
}

#[test]
fn documents_and_videos_fall_back_to_a_type_that_is_always_taken() {
    let unknown: &[u8] = &[0x80, 0x81];
    assert_eq!(
        Video::from_bytes(unknown)
            .encode()
            .unwrap()
            .text()
            .to_string(),
        "data:video/mp4;base64,gIE="
    );

    let document = Document::from_bytes(unknown).encode().unwrap();
    assert_eq!(
        document.media().unwrap().text().to_string(),
        "data:application/octet-stream;base64,gIE="
    );
    assert_eq!(
        document.media().unwrap().type_source(),
        Some(TypeSource::Default)
    );
    assert_eq!(document.file_name(), None);
}

#[test]
fn a_document_keeps_the_name_of_its_file() {
    let file = TempFile::new("notes.md", b"# Notes");
    let document = Document::from_path(&file.0).encode().unwrap();
    assert!(document.file_name().unwrap().ends_with("notes.md"));
    assert_eq!(
        document.media().unwrap().media_type().unwrap().as_str(),
        "text/markdown"
    );

    let uploaded = Document::from_file_id("file_1")
        .with_file_name("a.pdf")
        .encode()
        .unwrap();
    assert_eq!(
        (uploaded.file_id(), uploaded.file_name()),
        (Some("file_1"), Some("a.pdf"))
    );
    assert!(uploaded.media().is_none());
}

#[test]
fn nothing_shows_a_payload_when_it_is_debugged() {
    let image = Image::from_bytes(PNG);
    let data = Image::from_url("data:image/png;base64,c2VjcmV0").with_media_type("image/png");
    let base64 = Audio::from_base64("UklGRgAAAABXQVZF");
    insta::assert_snapshot!(format!("{image:?}\n{data:?}\n{base64:?}\n{:?}", image.encode().unwrap()), @r#"
    Image { payload: <8 bytes>, detail: None }
    Image { payload: <data URL, 30 bytes> as image/png, detail: None }
    Audio { payload: <base64, 16 bytes>, format: None }
    EncodedMedia { text: <deferred>, text_bytes: 34, media_type: Some(("image/png", Content)), mismatch: None, file: None }
    "#);
}

proptest! {
    #[test]
    fn any_bytes_come_back_from_the_text_that_was_written(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        let encoded = Image::from_bytes(bytes.clone()).with_media_type("image/png").encode().unwrap();
        let text = encoded.text().to_string();
        prop_assert_eq!(text.len(), encoded.text_bytes());
        let base64 = text.strip_prefix("data:image/png;base64,").unwrap();
        prop_assert_eq!(STANDARD.decode(base64).unwrap(), bytes);
    }
}
