//! What a payload is taken for.

use std::fmt::Write as _;

use openrouter_chat::media::{MediaKind, MediaType, SNIFF_BYTES};

/// First bytes as real encoders write them.
const SAMPLES: &[(&str, &[u8])] = &[
    ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
    ("gif", b"GIF89a\x01\0\x01\0"),
    ("webp", b"RIFF\x24\0\0\0WEBPVP8 "),
    ("bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0"),
    ("tiff, little endian", b"II*\0\x08\0\0\0"),
    ("tiff, big endian", b"MM\0*\0\0\0\x08"),
    ("avif", b"\0\0\0\x20ftypavif\0\0\0\0"),
    ("heic", b"\0\0\0\x18ftypheic\0\0\0\0"),
    ("wav", b"RIFF\x24\0\0\0WAVEfmt "),
    ("mp3 with a tag", b"ID3\x04\0\0\0\0\0\x23"),
    ("mp3 without a tag", b"\xff\xfb\x90\x64\0\0"),
    ("mp3, mpeg 2", b"\xff\xf3\x48\xc4\0\0"),
    ("aac", b"\xff\xf1\x50\x80\x02\x1f"),
    ("aac, mpeg 2", b"\xff\xf9\x50\x80\x02\x1f"),
    ("flac", b"fLaC\0\0\0\x22"),
    ("ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead"),
    ("ogg with pictures", b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x2a\x80theora"),
    ("m4a", b"\0\0\0\x20ftypM4A \0\0\x02\0"),
    ("aiff", b"FORM\0\0\0\x2eAIFFCOMM"),
    ("mp4", b"\0\0\0\x20ftypisom\0\0\x02\0"),
    ("mov", b"\0\0\0\x14ftypqt  \0\0\x02\0"),
    ("mov without a brand", b"\0\0\x0a\x34moov\0\0\0\x6cmvhd"),
    ("webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"),
    ("mkv", b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska"),
    ("mpeg", b"\0\0\x01\xba\x44\0\x04\0"),
    ("avi", b"RIFF\x24\0\0\0AVI LIST"),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
    ("docx", b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x11\0\0\0word/document.xml"),
    ("xlsx", b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f\0\0\0xl/workbook.xml"),
    ("pptx", b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0ppt/presentation.xml"),
    ("zip", b"PK\x03\x04\x14\0\0\0\0\0"),
    ("text", "Grüße\n\tan alle".as_bytes()),
    ("json", b"{\"a\": 1}"),
    // Texts that begin as another format would.
    ("text about id3", b"ID3 tags come first"),
    ("text about bitmaps", b"BM stands for bitmap"),
    ("text with a box name", b"The wide road"),
    ("text in utf-16", b"\xff\xfeh\0i\0"),
    ("zeros", b"\0\0\0\0\0\0\0\0\0\0\0\0"),
    ("cut latin-1", b"caf\xe9"),
    ("empty", b""),
];

#[test]
fn the_first_bytes_show_the_type() {
    let mut shown = String::new();
    for (name, content) in SAMPLES {
        let found = MediaType::of_content(content);
        let found = found.map_or_else(
            || "-".to_owned(),
            |found| format!("{found} ({:?})", found.kind()),
        );
        writeln!(shown, "{name}: {found}").unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn no_start_of_a_sample_panics_or_turns_it_into_another_format() {
    for (name, content) in SAMPLES {
        let whole = MediaType::of_content(content);
        for end in 0..content.len() {
            let found = MediaType::of_content(&content[..end]);
            // A container can be told before its content can; a text is one as long as it lasts.
            let generic = [
                "text/plain",
                "audio/ogg",
                "application/zip",
                "video/x-matroska",
                "video/mp4",
                "image/jpeg",
            ];
            let is_fine = found.is_none()
                || found == whole
                || found.iter().all(|found| generic.contains(&found.as_str()));
            assert!(is_fine, "{name} cut at {end}: {found:?}");
        }
    }
}

#[test]
fn a_character_cut_where_the_look_stops_is_still_text() {
    let text = "é".repeat(SNIFF_BYTES);
    let shifted = format!("a{text}");
    assert_eq!(
        MediaType::of_content(text.as_bytes()).unwrap().as_str(),
        "text/plain"
    );
    assert_eq!(
        MediaType::of_content(shifted.as_bytes()).unwrap().as_str(),
        "text/plain"
    );
}

#[test]
fn a_name_decides_only_what_the_content_leaves_open() {
    let detect = |content: &[u8], name| {
        MediaType::detect(content, Some(name)).map(|found| found.to_string())
    };
    assert_eq!(
        detect(b"a,b\n1,2", "table.csv").as_deref(),
        Some("text/csv")
    );
    assert_eq!(
        detect(b"<svg/>", "logo.SVG").as_deref(),
        Some("image/svg+xml")
    );
    assert_eq!(
        detect(b"\0\0\0\x20ftypisom", "voice.m4a").as_deref(),
        Some("audio/mp4")
    );
    assert_eq!(
        detect(b"\x80\x81", "unknown.flac").as_deref(),
        Some("audio/flac")
    );
    assert_eq!(
        detect(b"%PDF-1.4", "photo.png").as_deref(),
        Some("application/pdf")
    );
    assert_eq!(detect(b"\x80\x81", "unknown"), None);
}

#[test]
fn a_type_is_kept_in_lower_case_without_parameters() {
    let html = MediaType::new("Text/HTML; charset=utf-8");
    assert_eq!(html.as_str(), "text/html");
    assert_eq!(html.kind(), MediaKind::Document);
}
