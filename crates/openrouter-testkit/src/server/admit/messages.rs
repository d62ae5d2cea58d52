//! Messages and what they are made of.
//!
//! Sources: the published description's `ChatMessages`, `ChatContentItems` and `ChatToolCall`. The documentation adds
//! `name` of a tool's message, `annotations` and `reasoning_content`.

use super::shape::{Field, MANY, OBJECT, Shape, TEXT, nullable, optional, required};

/// At least one message.
pub(super) const MESSAGES: Shape = Shape::List(&MESSAGE, 1, MANY);

const MESSAGE: Shape = Shape::Tagged(
    "role",
    &[
        ("system", INSTRUCTIONS),
        ("developer", INSTRUCTIONS),
        ("user", USER),
        ("assistant", ASSISTANT),
        ("tool", TOOL),
    ],
);

/// Instructions are made of text alone.
const INSTRUCTIONS: &[Field] = &[
    required(
        "content",
        Shape::Either(&[
            TEXT,
            Shape::List(&Shape::Tagged("type", &[("text", TEXT_PART)]), 0, MANY),
        ]),
    ),
    optional("name", TEXT),
];

const USER: &[Field] = &[required("content", CONTENT), optional("name", TEXT)];

/// All may be null, since replies come that way, and go back as they came.
const ASSISTANT: &[Field] = &[
    nullable("content", CONTENT),
    nullable("name", TEXT),
    nullable("tool_calls", Shape::List(&TOOL_CALL, 0, MANY)),
    nullable("reasoning", TEXT),
    nullable("reasoning_content", TEXT),
    // Blocks go back as they came, also those that this server has never seen.
    nullable("reasoning_details", Shape::List(&OBJECT, 0, MANY)),
    nullable("refusal", TEXT),
    nullable("images", Shape::List(&Shape::Object(IMAGE), 0, MANY)),
    nullable("audio", Shape::Object(AUDIO)),
    nullable("annotations", Shape::List(&OBJECT, 0, MANY)),
    nullable("model", TEXT),
];

const TOOL: &[Field] = &[
    required("tool_call_id", TEXT),
    required("content", CONTENT),
    optional("name", TEXT),
];

const TOOL_CALL: Shape = Shape::Object(&[
    required("id", TEXT),
    required("type", Shape::Word(&["function"])),
    required(
        "function",
        Shape::Object(&[required("name", TEXT), required("arguments", TEXT)]),
    ),
]);

const IMAGE: &[Field] = &[required(
    "image_url",
    Shape::Object(&[required("url", TEXT)]),
)];

const AUDIO: &[Field] = &[
    optional("id", TEXT),
    optional("data", TEXT),
    optional("transcript", TEXT),
    nullable("expires_at", super::shape::WHOLE),
];

/// A text, or parts.
const CONTENT: Shape = Shape::Either(&[TEXT, Shape::List(&PART, 0, MANY)]);

const PART: Shape = Shape::Tagged(
    "type",
    &[
        ("text", TEXT_PART),
        (
            "image_url",
            &[
                required(
                    "image_url",
                    Shape::Object(&[
                        required("url", TEXT),
                        optional("detail", Shape::Word(&["auto", "low", "high", "original"])),
                    ]),
                ),
                CACHE_CONTROL,
            ],
        ),
        (
            "input_audio",
            &[
                required(
                    "input_audio",
                    Shape::Object(&[required("data", TEXT), required("format", TEXT)]),
                ),
                CACHE_CONTROL,
            ],
        ),
        ("video_url", VIDEO),
        ("input_video", VIDEO),
        (
            "file",
            &[
                required(
                    "file",
                    Shape::Object(&[
                        optional("file_data", TEXT),
                        optional("file_id", TEXT),
                        optional("filename", TEXT),
                    ]),
                ),
                CACHE_CONTROL,
            ],
        ),
    ],
);

const TEXT_PART: &[Field] = &[
    required("text", TEXT),
    CACHE_CONTROL,
    nullable(
        "prompt_cache_breakpoint",
        Shape::Object(&[required("mode", Shape::Word(&["explicit"]))]),
    ),
];

const VIDEO: &[Field] = &[
    required("video_url", Shape::Object(&[required("url", TEXT)])),
    CACHE_CONTROL,
];

/// Described for text; the official adapter sends it with every kind of part.
pub(super) const CACHE_CONTROL: Field = optional(
    "cache_control",
    Shape::Object(&[
        required("type", Shape::Word(&["ephemeral"])),
        optional("ttl", Shape::Word(&["5m", "1h"])),
    ]),
);
