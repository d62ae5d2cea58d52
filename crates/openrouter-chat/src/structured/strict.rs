//! Any JSON Schema, made to fit the strict mode of a provider.
//!
//! In strict mode a model cannot write anything that its schema forbids, but the schema must be of a subset: each
//! property required, each object closed, no `allOf`, few constraints. [`StrictSchema`] compiles to that subset, says
//! what it changed and what cannot be said strictly, and maps answers back to the original schema.

mod dialect;
mod exclude;
mod limits;
mod lower;
mod merge;
mod render;
mod report;
mod resolve;
mod restore;
mod shape;

use std::error::Error as StdError;
use std::fmt;

use openrouter_types::RawJson;

use super::json::{MAX_DEPTH, Node};

use lower::Lowered;
use render::WRAPPER;
use restore::Restoring;
use shape::{Definition, Schema, Shape};

pub use dialect::Dialect;
pub use report::{Change, ChangeKind, Obstacle, ObstacleKind, Report};

/// A schema in the strict subset of a dialect, and the way back from answers to the original.
///
/// ```
/// use openrouter_chat::structured::strict::{Dialect, StrictSchema};
/// use openrouter_types::RawJson;
///
/// let original = RawJson::parse(
///     r#"{
///         "type": "object",
///         "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
///         "required": ["city"]
///     }"#,
/// )?;
/// let strict = StrictSchema::compile(&original, Dialect::OpenAi)?;
/// assert!(strict.is_strict());
/// assert_eq!(
///     strict.schema().as_str(),
///     concat!(
///         r#"{"type":"object","properties":{"city":{"type":"string"},"days":{"type":["integer","null"],"minimum":1}},"#,
///         r#""required":["city","days"],"additionalProperties":false}"#,
///     )
/// );
/// assert_eq!(strict.restore(r#"{"city": "Bern", "days": null}"#)?.as_str(), r#"{"city":"Bern"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StrictSchema {
    schema: RawJson,
    report: Report,
    root: Schema,
    definitions: Vec<Definition>,
    is_wrapped: bool,
}

impl StrictSchema {
    /// Compiles a schema of any draft from 4 on, and most of what is written without regard to one.
    ///
    /// What cannot be made strict stays as it is and is named in the [report](Self::report).
    ///
    /// # Errors
    ///
    /// When the text is not a schema at all: neither an object nor a boolean, or nested deeper than 128 levels.
    pub fn compile(schema: &RawJson, dialect: Dialect) -> Result<Self, StrictError> {
        let document = Node::parse(schema.as_str())
            .filter(|node| matches!(node, Node::Object(_) | Node::Bool(_)))
            .ok_or_else(StrictError::not_a_schema)?;
        let Lowered {
            root,
            definitions,
            mut report,
        } = lower::lower(&document);
        let is_wrapped = root.is_nullable || !matches!(root.shape, Shape::Object(_));
        let rules = dialect.rules();
        let mut told = report.clone();
        let write = |stay_optional, report: &mut Report| {
            render::render(
                &root,
                &definitions,
                is_wrapped,
                rules,
                stay_optional,
                report,
            )
        };
        let mut rendered = write(0, &mut told);
        let excess = limits::excess_of_unions(&rendered, &rules.limits);
        if (1..=rules.limits.optional).contains(&excess) {
            let mut other_told = report.clone();
            let other = write(excess, &mut other_told);
            if limits::excess_of_unions(&other, &rules.limits) == 0 {
                (rendered, told) = (other, other_told);
            }
        }
        report = told;
        limits::check(&rendered, &rules.limits, &mut report);
        report.dedup();
        Ok(Self {
            schema: rendered.to_raw(),
            report,
            root,
            definitions,
            is_wrapped,
        })
    }

    /// The compiled schema, its properties in the order of the original.
    #[must_use]
    pub fn schema(&self) -> &RawJson {
        &self.schema
    }

    /// What was changed, and what cannot be made strict.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Whether nothing stood in the way, so that the schema may be sent with `strict: true`.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.report.obstacles.is_empty()
    }

    /// Whether the answer is in the property `value` of an object, since the original's root is not an object.
    #[must_use]
    pub fn is_wrapped(&self) -> bool {
        self.is_wrapped
    }

    /// The schema, if it is strict.
    ///
    /// # Errors
    ///
    /// When anything cannot be made strict. The error lists all of it.
    pub fn require_strict(self) -> Result<Self, StrictError> {
        if self.is_strict() {
            Ok(self)
        } else {
            Err(StrictError::not_strict(self.report.obstacles))
        }
    }

    /// Maps an answer back: out of its wrapper, and without the nulls that stand for absent properties.
    ///
    /// An answer that does not fit the schema comes back as far as it can be understood; key order, number text and
    /// what the schema does not describe stay.
    ///
    /// # Errors
    ///
    /// When the answer is not JSON, or nested deeper than 128 levels.
    pub fn restore(&self, answer: &str) -> Result<RawJson, StrictError> {
        let mut answer = Node::parse(answer).ok_or_else(StrictError::not_json)?;
        if self.is_wrapped {
            answer = unwrapped(answer);
        }
        Ok(Restoring {
            definitions: &self.definitions,
        }
        .restore(answer, &self.root)
        .to_raw())
    }

    /// The part of a growing answer that belongs to the original; `None` while only the wrapper is there.
    #[must_use]
    pub fn unwrap_partial<'a>(
        &self,
        value: &'a serde_json::Value,
    ) -> Option<&'a serde_json::Value> {
        if self.is_wrapped {
            value.get(WRAPPER)
        } else {
            Some(value)
        }
    }
}

/// What is in the wrapper. A model may have left the wrapper out.
fn unwrapped(answer: Node) -> Node {
    match answer {
        Node::Object(wrapper) if wrapper.contains(WRAPPER) && wrapper.iter().count() == 1 => {
            wrapper
                .into_fields()
                .into_iter()
                .next()
                .map_or(Node::Null, |(_, value)| value)
        }
        other => other,
    }
}

/// Why a schema or an answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrictError {
    kind: StrictErrorKind,
    obstacles: Vec<Obstacle>,
}

/// What is wrong with a schema or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StrictErrorKind {
    /// The text is no JSON Schema.
    NotASchema,
    /// The schema cannot be made strict; [`StrictError::obstacles`] says why. Send it without strict mode, or change it.
    NotStrict,
    /// The answer is not JSON.
    NotJson,
}

impl StrictError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> StrictErrorKind {
        self.kind
    }

    /// What cannot be made strict.
    #[must_use]
    pub fn obstacles(&self) -> &[Obstacle] {
        &self.obstacles
    }

    fn new(kind: StrictErrorKind) -> Self {
        Self {
            kind,
            obstacles: Vec::new(),
        }
    }

    fn not_a_schema() -> Self {
        Self::new(StrictErrorKind::NotASchema)
    }

    fn not_json() -> Self {
        Self::new(StrictErrorKind::NotJson)
    }

    fn not_strict(obstacles: Vec<Obstacle>) -> Self {
        Self {
            kind: StrictErrorKind::NotStrict,
            obstacles,
        }
    }
}

impl fmt::Display for StrictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            StrictErrorKind::NotASchema => {
                write!(
                    f,
                    "not a JSON Schema: an object or a boolean of at most {MAX_DEPTH} levels is one"
                )
            }
            StrictErrorKind::NotJson => write!(f, "not JSON, or of more than {MAX_DEPTH} levels"),
            StrictErrorKind::NotStrict => {
                f.write_str("the schema cannot be made strict")?;
                for (place, obstacle) in self.obstacles.iter().enumerate() {
                    write!(f, "{} {obstacle}", if place == 0 { ":" } else { ";" })?;
                }
                Ok(())
            }
        }
    }
}

impl StdError for StrictError {}
