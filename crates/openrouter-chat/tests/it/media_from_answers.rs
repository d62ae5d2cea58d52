//! Payloads out of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use openrouter_chat::media::{Base64Stream, DecodedMedia, MediaErrorKind};
use proptest::prelude::*;

fn joined<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut stream = Base64Stream::new();
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.extend(stream.push(piece).unwrap());
    }
    bytes.extend(stream.finish().unwrap());
    bytes
}

#[test]
fn data_urls_are_read_in_every_spelling() {
    let mut shown = String::new();
    for url in [
        "data:image/png;base64,iVBORw0KGgo=",
        "DATA:image/PNG;BASE64,iVBORw0KGgo",
        "data:image/svg+xml;charset=utf-8;base64,PHN2Zy8+",
        "data:image/jpeg;base64,_9j_",
        "data:image/png;base64,iVBO\nRw0K",
        "data:image/png;base64,iVBORw0KGgo%3D",
        "data:,hello%20w%C3%B6rld%",
        "data:text/html,%3Cp%3E",
        "data:;base64,",
        "data:image/png;base64",
        "data:image/png;base64,*",
        "https://example.org/a.png",
        "",
    ] {
        let read = match DecodedMedia::from_data_url(url) {
            Ok(media) => format!(
                "{} {:?}",
                media.media_type,
                String::from_utf8_lossy(&media.bytes)
            ),
            Err(error) => format!("{:?}: {error}", error.kind()),
        };
        shown += &format!("{url:?}\n    {read}\n");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn plain_base64_takes_its_type_from_its_content() {
    assert_eq!(
        DecodedMedia::from_base64("UklGRgAAAABXQVZF")
            .unwrap()
            .media_type
            .as_str(),
        "audio/wav"
    );
    assert_eq!(
        DecodedMedia::from_base64("gIE")
            .unwrap()
            .media_type
            .as_str(),
        "application/octet-stream"
    );
    assert_eq!(
        DecodedMedia::from_base64("?").unwrap_err().kind(),
        MediaErrorKind::NotBase64
    );
}

#[test]
fn pieces_that_were_padded_each_by_itself_are_decoded_each_by_itself() {
    assert_eq!(joined(["YQ==", "Yg==", "Y2Q="]), b"abcd");
    assert_eq!(joined(["YQ==Yg=", "=", "Y2Q="]), b"abcd");
}

#[test]
fn a_text_cut_within_a_group_without_padding_is_told() {
    let mut stream = Base64Stream::new();
    assert_eq!(&stream.push("YWJjZ").unwrap()[..], b"abc");
    assert_eq!(
        stream.finish().unwrap_err().kind(),
        MediaErrorKind::NotBase64
    );
}

proptest! {
    #[test]
    fn a_text_cut_anywhere_gives_the_same_bytes(bytes: Vec<u8>, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6), padded: bool) {
        let text = if padded { STANDARD.encode(&bytes) } else { STANDARD_NO_PAD.encode(&bytes) };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        prop_assert_eq!(joined(cuts.windows(2).map(|pair| &text[pair[0]..pair[1]])), bytes);
    }

    #[test]
    fn pieces_encoded_each_by_itself_give_their_bytes_in_turn(pieces in prop::collection::vec(any::<Vec<u8>>(), 0..6)) {
        let texts: Vec<String> = pieces.iter().map(|piece| STANDARD.encode(piece)).collect();
        prop_assert_eq!(joined(texts.iter().map(String::as_str)), pieces.concat());
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = DecodedMedia::from_data_url(&text);
        let _ = DecodedMedia::from_data_url(&format!("data:{text}"));
        let mut stream = Base64Stream::new();
        let _ = stream.push(&text);
        let _ = stream.finish();
    }
}
