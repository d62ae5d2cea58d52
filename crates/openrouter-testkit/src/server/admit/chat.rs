//! The fields of a chat request.
//!
//! Sources: kinds, words, and what may be null, from the published description's `ChatRequest`; ranges of numbers from
//! the documentation's page of parameters. Fields that the documentation alone has may be null as well.

use super::messages::{CACHE_CONTROL, MESSAGES};
use super::provider::PROVIDER;
use super::shape::{
    COUNT, Field, MANY, NUMBER, OBJECT, Shape, TEXT, TEXTS, WHOLE, nullable, optional, required,
};
use super::tools::{PLUGINS, TOOL_CHOICE, TOOLS};

pub(super) const CHAT: Shape = Shape::Object(&[
    required("messages", MESSAGES),
    // Who answers.
    optional("model", TEXT),
    optional("models", TEXTS),
    nullable("preset", TEXT),
    nullable("route", Shape::Word(&["fallback", "sort"])),
    PROVIDER,
    nullable(
        "service_tier",
        Shape::Word(&["auto", "default", "fast", "flex", "priority", "scale"]),
    ),
    nullable("speed", Shape::Word(&["fast"])),
    // How it comes.
    optional("stream", Shape::Flag),
    nullable(
        "stream_options",
        Shape::Object(&[optional("include_usage", Shape::Flag)]),
    ),
    nullable("usage", Shape::Object(&[optional("include", Shape::Flag)])),
    optional(
        "debug",
        Shape::Object(&[optional("echo_upstream_body", Shape::Flag)]),
    ),
    // What is sampled.
    nullable("max_tokens", COUNT),
    nullable("max_completion_tokens", COUNT),
    nullable("temperature", Shape::Number(0.0, 2.0)),
    nullable("top_p", Shape::Number(0.0, 1.0)),
    nullable("top_k", Shape::Whole(0.0, f64::INFINITY)),
    nullable("min_p", Shape::Number(0.0, 1.0)),
    nullable("top_a", Shape::Number(0.0, 1.0)),
    nullable("frequency_penalty", Shape::Number(-2.0, 2.0)),
    nullable("presence_penalty", Shape::Number(-2.0, 2.0)),
    nullable("repetition_penalty", Shape::Number(0.0, 2.0)),
    nullable("seed", WHOLE),
    nullable("stop", Shape::Either(&[TEXT, Shape::List(&TEXT, 0, 4)])),
    nullable(
        "logit_bias",
        Shape::Map(&Shape::Number(-100.0, 100.0), MANY, MANY),
    ),
    nullable("logprobs", Shape::Flag),
    nullable("top_logprobs", Shape::Whole(0.0, 20.0)),
    // In neither source; providers that have it take so many.
    nullable("n", Shape::Whole(1.0, 128.0)),
    // Of what form it is.
    optional("response_format", RESPONSE_FORMAT),
    nullable("structured_outputs", Shape::Flag),
    nullable(
        "verbosity",
        Shape::Word(&["low", "medium", "high", "xhigh", "max"]),
    ),
    optional(
        "modalities",
        Shape::List(&Shape::Word(&["text", "image", "audio"]), 0, MANY),
    ),
    nullable(
        "audio",
        Shape::Object(&[required("voice", TEXT), required("format", TEXT)]),
    ),
    optional(
        "image_config",
        Shape::Map(
            &Shape::Either(&[TEXT, NUMBER, Shape::List(&Shape::Any, 0, MANY)]),
            MANY,
            MANY,
        ),
    ),
    nullable("prediction", PREDICTION),
    // Tools.
    optional("tools", TOOLS),
    optional("tool_choice", TOOL_CHOICE),
    nullable("parallel_tool_calls", Shape::Flag),
    nullable("max_tool_calls", Shape::Whole(1.0, 30.0)),
    optional(
        "stop_server_tools_when",
        Shape::List(&STOP_CONDITION, 1, MANY),
    ),
    optional("plugins", PLUGINS),
    nullable(
        "web_search_options",
        Shape::Object(&[nullable(
            "search_context_size",
            Shape::Word(&["low", "medium", "high"]),
        )]),
    ),
    // Thinking.
    optional("reasoning", REASONING),
    nullable("reasoning_effort", Shape::Word(EFFORTS)),
    nullable("include_reasoning", Shape::Flag),
    // Caching.
    CACHE_CONTROL,
    nullable("prompt_cache_key", TEXT),
    nullable(
        "prompt_cache_options",
        Shape::Object(&[
            required("mode", Shape::Word(&["explicit"])),
            nullable("ttl", TEXT),
        ]),
    ),
    // Who asks.
    optional("session_id", Shape::Text(0, 256)),
    optional("user", TEXT),
    optional("metadata", Shape::Map(&Shape::Text(0, 512), 16, 64)),
    optional(
        "trace",
        Shape::Object(&[
            optional("trace_id", TEXT),
            optional("trace_name", TEXT),
            optional("span_name", TEXT),
            optional("generation_name", TEXT),
            optional("parent_span_id", TEXT),
        ]),
    ),
]);

/// A schema is not required by the description, and yet by every provider that takes the format.
const RESPONSE_FORMAT: Shape = Shape::Tagged(
    "type",
    &[
        ("text", &[]),
        ("json_object", &[]),
        (
            "json_schema",
            &[required(
                "json_schema",
                Shape::Object(&[
                    required("name", Shape::Name),
                    required("schema", OBJECT),
                    optional("description", TEXT),
                    nullable("strict", Shape::Flag),
                ]),
            )],
        ),
        ("grammar", &[required("grammar", TEXT)]),
        ("python", &[]),
    ],
);

const PREDICTION: Shape = Shape::Object(&[
    required("type", Shape::Word(&["content"])),
    required(
        "content",
        Shape::Either(&[
            TEXT,
            Shape::List(&Shape::Tagged("type", &[("text", PREDICTED)]), 0, MANY),
        ]),
    ),
]);

const PREDICTED: &[Field] = &[required("text", TEXT)];

const STOP_CONDITION: Shape = Shape::Tagged(
    "type",
    &[
        ("step_count_is", &[required("step_count", WHOLE)]),
        ("has_tool_call", &[required("tool_name", TEXT)]),
        ("max_tokens_used", &[required("max_tokens", WHOLE)]),
        ("max_cost", &[required("max_cost_in_dollars", NUMBER)]),
        ("finish_reason_is", &[required("reason", TEXT)]),
    ],
);

const REASONING: Shape = Shape::Object(&[
    nullable("effort", Shape::Word(EFFORTS)),
    nullable("summary", Shape::Word(&["auto", "concise", "detailed"])),
    nullable("max_tokens", COUNT),
    nullable("enabled", Shape::Flag),
    nullable("exclude", Shape::Flag),
    nullable(
        "context",
        Shape::Word(&["auto", "all_turns", "current_turn"]),
    ),
    nullable("mode", Shape::Word(&["standard", "pro"])),
]);

const EFFORTS: &[&str] = &["max", "xhigh", "high", "medium", "low", "minimal", "none"];
