//! The fields of a request for embeddings.
//!
//! Source: the published description of `POST /embeddings`.

use super::provider::PROVIDER;
use super::shape::{COUNT, MANY, NUMBER, OBJECT, Shape, TEXT, optional, required};

pub(super) const EMBEDDINGS: Shape = Shape::Object(&[
    required("model", TEXT),
    required(
        "input",
        Shape::Either(&[
            WORDS,
            Shape::List(&WORDS, 1, MANY),
            Shape::List(&NUMBER, 1, MANY),
            Shape::List(&Shape::List(&NUMBER, 1, MANY), 1, MANY),
            Shape::List(&CONTENT, 1, MANY),
        ]),
    ),
    optional("encoding_format", Shape::Word(&["float", "base64"])),
    optional("dimensions", COUNT),
    optional("input_type", TEXT),
    optional("user", TEXT),
    PROVIDER,
]);

/// A text that says something.
const WORDS: Shape = Shape::Text(1, MANY);

const CONTENT: Shape = Shape::Object(&[required("content", Shape::List(&PART, 1, MANY))]);

const PART: Shape = Shape::Tagged(
    "type",
    &[
        ("text", &[required("text", WORDS)]),
        (
            "image_url",
            &[required(
                "image_url",
                Shape::Object(&[required("url", TEXT)]),
            )],
        ),
        ("input_audio", &[required("input_audio", OBJECT)]),
        ("input_video", &[required("input_video", OBJECT)]),
        ("input_file", &[required("input_file", OBJECT)]),
    ],
);
