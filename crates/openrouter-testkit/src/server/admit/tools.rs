//! Tools, the choice among them, and plugins.
//!
//! Sources: the published description's `ChatFunctionTool`, `ChatToolChoice` and `ChatRequestPlugin`. What a server tool
//! takes as its `parameters` is not looked into: it is run by nobody here.

use super::messages::CACHE_CONTROL;
use super::shape::{
    COUNT, Field, MANY, OBJECT, Shape, TEXT, TEXTS, WHOLE, nullable, optional, required,
};

pub(super) const TOOLS: Shape = Shape::List(
    &Shape::Tagged(
        "type",
        &[
            ("function", FUNCTION),
            ("openrouter:advisor", SERVER_TOOL),
            ("openrouter:bash", SERVER_TOOL),
            ("openrouter:datetime", SERVER_TOOL),
            ("openrouter:experimental__search_models", SERVER_TOOL),
            ("openrouter:files", SERVER_TOOL),
            ("openrouter:fusion", SERVER_TOOL),
            ("openrouter:image_generation", SERVER_TOOL),
            ("openrouter:subagent", SERVER_TOOL),
            ("openrouter:web_fetch", SERVER_TOOL),
            ("openrouter:web_search", SERVER_TOOL),
            ("web_search", WEB_SEARCH),
            ("web_search_preview", WEB_SEARCH),
            ("web_search_preview_2025_03_11", WEB_SEARCH),
            ("web_search_2025_08_26", WEB_SEARCH),
        ],
    ),
    0,
    MANY,
);

const FUNCTION: &[Field] = &[
    required(
        "function",
        Shape::Object(&[
            required("name", Shape::Name),
            optional("description", TEXT),
            optional("parameters", OBJECT),
            nullable("strict", Shape::Flag),
        ]),
    ),
    CACHE_CONTROL,
];

const SERVER_TOOL: &[Field] = &[optional("parameters", OBJECT)];

const WEB_SEARCH: &[Field] = &[
    optional("parameters", OBJECT),
    optional("max_results", WHOLE),
    optional("max_uses", WHOLE),
    optional("allowed_domains", TEXTS),
    optional("excluded_domains", TEXTS),
    optional(
        "search_context_size",
        Shape::Word(&["low", "medium", "high"]),
    ),
];

pub(super) const TOOL_CHOICE: Shape = Shape::Either(&[
    Shape::Word(&["none", "auto", "required"]),
    // Any other `type` names a server tool.
    Shape::Object(&[
        required("type", TEXT),
        optional("function", Shape::Object(&[required("name", TEXT)])),
    ]),
]);

pub(super) const PLUGINS: Shape = Shape::List(
    &Shape::Tagged(
        "id",
        &[
            ("auto-router", ROUTER),
            ("auto-beta-router", ROUTER),
            (
                "context-compression",
                &[ENABLED, optional("engine", Shape::Word(&["middle-out"]))],
            ),
            (
                "file-parser",
                &[
                    ENABLED,
                    optional(
                        "pdf",
                        Shape::Object(&[optional("engine", Shape::Word(PDF_ENGINES))]),
                    ),
                ],
            ),
            (
                "fusion",
                &[
                    ENABLED,
                    optional(
                        "preset",
                        Shape::Word(&["general-high", "general-budget", "general-fast"]),
                    ),
                    optional("analysis_models", Shape::List(&TEXT, 1, 8)),
                    optional("model", TEXT),
                    optional("max_tool_calls", Shape::Whole(1.0, 16.0)),
                    optional(
                        "tools",
                        Shape::List(&Shape::Object(&[required("type", TEXT)]), 0, 8),
                    ),
                ],
            ),
            ("moderation", &[]),
            (
                "pareto-router",
                &[
                    ENABLED,
                    optional("min_coding_score", Shape::Number(0.0, 1.0)),
                    optional("max_price", Shape::Number(0.0, f64::INFINITY)),
                    optional("price_source", Shape::Word(&["prompt", "weighted_avg"])),
                ],
            ),
            ("response-healing", &[ENABLED]),
            (
                "web",
                &[
                    ENABLED,
                    optional("engine", Shape::Word(WEB_ENGINES)),
                    optional("max_results", COUNT),
                    optional("max_uses", WHOLE),
                    optional("search_prompt", TEXT),
                    optional("include_domains", TEXTS),
                    optional("exclude_domains", TEXTS),
                ],
            ),
            (
                "web-fetch",
                &[
                    optional("max_uses", WHOLE),
                    optional("max_content_tokens", WHOLE),
                    optional("allowed_domains", TEXTS),
                    optional("blocked_domains", TEXTS),
                ],
            ),
        ],
    ),
    0,
    MANY,
);

const ENABLED: Field = optional("enabled", Shape::Flag);

const ROUTER: &[Field] = &[
    ENABLED,
    optional("allowed_models", Shape::List(&PATTERN, 0, 1024)),
    optional("excluded_models", Shape::List(&PATTERN, 0, 1024)),
    optional(
        "cost_tier",
        Shape::Word(&["low", "medium", "high", "xhigh", "max"]),
    ),
    optional("cost_quality_tradeoff", Shape::Whole(0.0, 10.0)),
    optional("pin_model", Shape::Flag),
];

const PATTERN: Shape = Shape::Text(0, 1024);

const PDF_ENGINES: &[&str] = &["native", "mistral-ocr", "cloudflare-ai", "pdf-text"];

const WEB_ENGINES: &[&str] = &["native", "exa", "firecrawl", "parallel", "perplexity"];
