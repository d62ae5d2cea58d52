//! What the compiler did, and what it could not do.

use std::collections::HashSet;
use std::fmt;

/// What became of a schema on its way to the strict subset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What was changed: first what does not depend on the dialect, then what does, each in the order of the schema.
    pub changes: Vec<Change>,
    /// What cannot be made strict. While there is any, a server in strict mode refuses the schema, or takes it and
    /// keeps the model from answers that the original allows.
    pub obstacles: Vec<Obstacle>,
}

/// A change to a schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Change {
    /// Where, as a JSON pointer into the original; `#` and the pointer's tokens. What a reference or an `allOf` brought
    /// in is told at the place that refers to it.
    pub pointer: String,
    /// What was done.
    pub kind: ChangeKind,
    /// The keyword or property that it was done to.
    pub subject: String,
}

/// What was done to a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// An optional property became required, with `null` for "absent".
    Required,
    /// An object takes no other properties than the described ones any more.
    Closed,
    /// The members of an `allOf`, or the neighbours of a `$ref` or an `anyOf`, were joined into one schema.
    Merged,
    /// `oneOf` became `anyOf`, which differs where two members fit one value, and two of these may.
    AnyOf,
    /// `oneOf` became `anyOf`, and its members exclude each other: nothing is lost.
    Exclusive,
    /// `const` became `enum`.
    Enum,
    /// Several types became alternatives of one type each.
    SplitTypes,
    /// A missing type was taken from the other keywords.
    Typed,
    /// A tuple became an array of whatever its places take, with its length where the dialect has words for that.
    Tuple,
    /// A keyword that the dialect lacks was moved into the description, where the model reads it and nothing checks it.
    Described,
    /// A keyword that says nothing about values was left out.
    Dropped,
    /// A property that no value fits was left out.
    Removed,
    /// A reference was replaced by what it refers to.
    Inlined,
    /// The root is not an object: it was put into the property `value` of one.
    Wrapped,
}

/// Something that cannot be made strict.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Obstacle {
    /// Where, as in [`Change::pointer`].
    pub pointer: String,
    /// What it is.
    pub kind: ObstacleKind,
    /// One line for a person.
    pub message: String,
}

/// What cannot be made strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObstacleKind {
    /// An object whose property names are not known beforehand. A list of key and value pairs can be described instead.
    OpenMap,
    /// A value of any type. Name the types that it may have.
    AnyValue,
    /// A type name that JSON Schema does not have.
    UnknownType,
    /// An `enum` or `const` of arrays or objects. Describe their shape instead.
    ComplexEnum,
    /// A reference that leads nowhere, or out of the schema.
    Unresolved,
    /// A schema that contains itself, in a dialect without recursion, or through `allOf`.
    Recursion,
    /// No value fits.
    Unsatisfiable,
    /// More properties, levels, enum values, names or alternatives than the dialect's servers take.
    TooLarge,
}

impl Change {
    /// Whether answers pass now that the original refuses: the model reads the rule in the description, if anywhere, and
    /// nothing holds it to that. [`OutputFormat::with_validation`](crate::structured::OutputFormat) and types of your own
    /// do.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        match self.kind {
            ChangeKind::Described => !SAYS_NOTHING_OF_VALUES.contains(&self.subject.as_str()),
            ChangeKind::AnyOf | ChangeKind::Tuple => true,
            _ => false,
        }
    }
}

impl Report {
    /// The changes that let answers pass which the original refuses. Without any, whatever fits the strict schema fits the
    /// original once it is mapped back.
    pub fn losses(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_loss())
    }

    pub(super) fn change(&mut self, pointer: &str, kind: ChangeKind, subject: &str) {
        let (pointer, subject) = (pointer.to_owned(), subject.to_owned());
        self.changes.push(Change {
            pointer,
            kind,
            subject,
        });
    }

    pub(super) fn obstacle(
        &mut self,
        pointer: &str,
        kind: ObstacleKind,
        message: impl Into<String>,
    ) {
        let (pointer, message) = (pointer.to_owned(), message.into());
        self.obstacles.push(Obstacle {
            pointer,
            kind,
            message,
        });
    }

    /// Says everything once, however often a place was looked at.
    pub(super) fn dedup(&mut self) {
        let mut seen = HashSet::new();
        self.changes.retain(|change| seen.insert(change.clone()));
        let mut seen = HashSet::new();
        self.obstacles
            .retain(|obstacle| seen.insert(obstacle.clone()));
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pointer,
            kind,
            subject,
        } = self;
        match kind {
            ChangeKind::Required => write!(
                f,
                "{pointer}: `{subject}` is required now, null stands for absent"
            ),
            ChangeKind::Closed => write!(f, "{pointer}: takes no other properties now"),
            ChangeKind::Merged => write!(f, "{pointer}: `{subject}` is joined into one schema"),
            ChangeKind::AnyOf => {
                write!(f, "{pointer}: `{subject}` is `anyOf` now, and two may fit")
            }
            ChangeKind::Exclusive => {
                write!(
                    f,
                    "{pointer}: `{subject}` is `anyOf` now, of which only one fits"
                )
            }
            ChangeKind::Enum => write!(f, "{pointer}: `{subject}` is `enum` now"),
            ChangeKind::SplitTypes => {
                write!(f, "{pointer}: the types {subject} are alternatives now")
            }
            ChangeKind::Typed => write!(
                f,
                "{pointer}: the type `{subject}` is taken from the other keywords"
            ),
            ChangeKind::Tuple => write!(
                f,
                "{pointer}: a tuple is an array of what its places take now"
            ),
            ChangeKind::Described => write!(f, "{pointer}: `{subject}` is in the description now"),
            ChangeKind::Dropped => write!(f, "{pointer}: `{subject}` is left out"),
            ChangeKind::Removed => write!(
                f,
                "{pointer}: `{subject}`, which no value fits, is left out"
            ),
            ChangeKind::Inlined => {
                write!(f, "{pointer}: `{subject}` stands in place of its reference")
            }
            ChangeKind::Wrapped => write!(
                f,
                "{pointer}: the root is in the property `{subject}` of an object now"
            ),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// Keywords whose values go into the description, and that refuse nothing.
const SAYS_NOTHING_OF_VALUES: &[&str] = &["default", "example", "examples"];

/// One line for each change, then one for each obstacle.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(f, "{change}")?;
        }
        for obstacle in &self.obstacles {
            writeln!(f, "not strict: {obstacle}")?;
        }
        Ok(())
    }
}
