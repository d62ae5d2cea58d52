//! What the strict modes of the providers take.

/// The subset of JSON Schema that a provider enforces.
///
/// All of them require a closed object at the root, want every property listed as required here (so that a model never
/// decides by leaving out), and know `anyOf`, `enum` and `description`. Anthropic limits alternatives, `null` beside
/// another type among them: what goes beyond that stays optional, as far as its servers take that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// What every strict server takes: no constraints beyond types, enums and alternatives. References stay.
    #[default]
    Generic,
    /// OpenAI's structured outputs: most constraints on numbers, strings and arrays; references and recursion.
    ///
    /// Source: <https://platform.openai.com/docs/guides/structured-outputs>, section "Supported schemas".
    OpenAi,
    /// Anthropic's structured outputs: formats, simple patterns; references without recursion.
    ///
    /// Source: <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>, section "JSON Schema
    /// limitations".
    Anthropic,
    /// Gemini's structured output: bounds of numbers and arrays; references are inlined, recursion is refused.
    ///
    /// Source: <https://ai.google.dev/gemini-api/docs/structured-output>, section "JSON Schema support". It takes
    /// recursion only through optional properties, which do not exist here.
    Gemini,
}

impl Dialect {
    /// The dialect of the model's own provider: by the author in the slug, else [`Generic`](Self::Generic).
    ///
    /// ```
    /// use openrouter_chat::structured::strict::Dialect;
    ///
    /// assert_eq!(Dialect::for_model("openai/gpt-5.2"), Dialect::OpenAi);
    /// assert_eq!(Dialect::for_model("~anthropic/claude-sonnet-latest"), Dialect::Anthropic);
    /// assert_eq!(Dialect::for_model("google/gemma-3-27b-it:free"), Dialect::Generic);
    /// ```
    #[must_use]
    pub fn for_model(slug: &str) -> Self {
        let slug = slug.trim_start_matches('~').to_ascii_lowercase();
        match slug.split_once('/').unwrap_or(("", &slug)) {
            // Open weights, which anybody serves.
            ("openai", name) if name.starts_with("gpt-oss") => Self::Generic,
            ("openai", _) => Self::OpenAi,
            ("anthropic", _) => Self::Anthropic,
            ("google", name) if name.starts_with("gemini") => Self::Gemini,
            _ => Self::Generic,
        }
    }

    pub(super) fn rules(self) -> &'static Rules {
        match self {
            Self::Generic => &GENERIC,
            Self::OpenAi => &OPENAI,
            Self::Anthropic => &ANTHROPIC,
            Self::Gemini => &GEMINI,
        }
    }
}

/// A dialect as data.
#[derive(Debug)]
pub(super) struct Rules {
    /// Constraints that may stay.
    pub(super) keywords: &'static [&'static str],
    /// Values of `format` that may stay.
    pub(super) formats: &'static [&'static str],
    /// The largest `minItems` that may stay.
    pub(super) max_min_items: Option<u64>,
    pub(super) references: References,
    /// Whether `enum` may list `null`, and booleans.
    pub(super) enum_takes_any_scalar: bool,
    pub(super) limits: Limits,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum References {
    Kept,
    /// Kept, but a schema must not contain itself.
    NotRecursive,
    Inlined,
}

/// How large a schema may be; `usize::MAX` where nothing is known.
#[derive(Debug)]
pub(super) struct Limits {
    /// Properties of all objects together.
    pub(super) properties: usize,
    /// Objects within objects.
    pub(super) levels: usize,
    /// Values of all enums together.
    pub(super) enum_values: usize,
    /// Characters in the names of properties and definitions and in the values of enums.
    pub(super) name_chars: usize,
    /// An enum of more than [`LONG_ENUM_VALUES`] strings has at most so many characters.
    pub(super) long_enum_chars: usize,
    /// Places with `anyOf` or several types.
    pub(super) unions: usize,
    /// Properties that are not required: used where there would be too many unions else.
    pub(super) optional: usize,
}

/// From this many values on, OpenAI limits the characters of an enum.
pub(super) const LONG_ENUM_VALUES: usize = 250;

const UNLIMITED: Limits = Limits {
    properties: usize::MAX,
    levels: usize::MAX,
    enum_values: usize::MAX,
    name_chars: usize::MAX,
    long_enum_chars: usize::MAX,
    unions: usize::MAX,
    optional: 0,
};

const GENERIC: Rules = Rules {
    keywords: &[],
    formats: &[],
    max_min_items: None,
    references: References::Kept,
    enum_takes_any_scalar: true,
    limits: UNLIMITED,
};

const OPENAI: Rules = Rules {
    keywords: &[
        "pattern",
        "format",
        "multipleOf",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minItems",
        "maxItems",
    ],
    formats: &[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uuid",
    ],
    max_min_items: None,
    references: References::Kept,
    enum_takes_any_scalar: true,
    // Source: the guide above, "Objects have limitations on nesting depth and size" and the sections after it; at the
    // start of 2025 it still said 100 properties and 5 levels.
    limits: Limits {
        properties: 5000,
        levels: 10,
        enum_values: 1000,
        name_chars: 120_000,
        long_enum_chars: 15_000,
        unions: usize::MAX,
        optional: 0,
    },
};

const ANTHROPIC: Rules = Rules {
    keywords: &["pattern", "format", "minItems"],
    formats: &[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    ],
    max_min_items: Some(1),
    references: References::NotRecursive,
    enum_takes_any_scalar: true,
    // Source: the page above, "Schema complexity limits": 16 parameters with union types and 24 optional ones, over all
    // strict schemas of a request; this counts one schema.
    limits: Limits {
        unions: 16,
        optional: 24,
        ..UNLIMITED
    },
};

const GEMINI: Rules = Rules {
    keywords: &["format", "minimum", "maximum", "minItems", "maxItems"],
    formats: &["date-time", "date", "time"],
    max_min_items: None,
    references: References::Inlined,
    enum_takes_any_scalar: false,
    limits: UNLIMITED,
};
