//! Preferences for providers: the one closed object of a chat request.
//!
//! Source: the published description's `ProviderPreferences`, which has `additionalProperties: false`. Prices are texts
//! there and numbers in the documentation; both are taken.

use super::shape::{Field, MANY, NUMBER, Shape, TEXT, TEXTS, nullable, optional};

pub(super) const PROVIDER: Field = nullable(
    "provider",
    Shape::Closed(&[
        nullable("order", TEXTS),
        nullable("only", TEXTS),
        nullable("ignore", TEXTS),
        nullable("allow_fallbacks", Shape::Flag),
        nullable("require_parameters", Shape::Flag),
        nullable("data_collection", Shape::Word(&["deny", "allow"])),
        nullable("zdr", Shape::Flag),
        nullable("enforce_distillable_text", Shape::Flag),
        nullable(
            "quantizations",
            Shape::List(&Shape::Word(QUANTIZATIONS), 0, MANY),
        ),
        nullable(
            "sort",
            Shape::Either(&[
                Shape::Word(SORTS),
                Shape::Object(&[
                    nullable("by", Shape::Word(SORTS)),
                    nullable("partition", Shape::Word(&["model", "none"])),
                ]),
            ]),
        ),
        optional(
            "max_price",
            Shape::Object(&[
                optional("prompt", PRICE),
                optional("completion", PRICE),
                optional("request", PRICE),
                optional("image", PRICE),
                optional("audio", PRICE),
            ]),
        ),
        nullable("preferred_min_throughput", PERCENTILES),
        nullable("preferred_max_latency", PERCENTILES),
    ]),
);

const QUANTIZATIONS: &[&str] = &[
    "int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32",
    "unknown",
];

const SORTS: &[&str] = &["price", "throughput", "latency", "exacto"];

const PRICE: Shape = Shape::Either(&[TEXT, Shape::Number(0.0, f64::INFINITY)]);

const PERCENTILES: Shape = Shape::Either(&[
    NUMBER,
    Shape::Object(&[
        nullable("p50", NUMBER),
        nullable("p75", NUMBER),
        nullable("p90", NUMBER),
        nullable("p99", NUMBER),
    ]),
]);
