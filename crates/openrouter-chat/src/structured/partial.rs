//! JSON that can be read while it arrives.

mod lexer;
#[cfg(test)]
mod tests;
mod tree;

use std::error::Error as StdError;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use lexer::{Lexer, Token};
use tree::GrowingTree;

/// A JSON text that grows, and the value that it shows so far.
///
/// ```
/// use openrouter_chat::structured::partial::PartialJson;
/// use serde_json::json;
///
/// let mut recipe = PartialJson::new();
/// recipe.push(r#"{"title": "Pancakes", "steps": ["Whisk the e"#)?;
/// assert_eq!(recipe.value(), Some(&json!({"title": "Pancakes", "steps": ["Whisk the e"]})));
///
/// recipe.push(r#"ggs"], "minutes": 2"#)?;
/// assert_eq!(recipe.value().unwrap()["minutes"], json!(null)); // 2, or 20, or 2.5?
///
/// recipe.push("0}")?;
/// assert_eq!(recipe.finish()?["minutes"], 20);
/// # Ok::<(), openrouter_chat::structured::partial::PartialJsonError>(())
/// ```
///
/// Strings, arrays and objects that are still open appear as far as they go. A number, `true`, `false` or `null` appears
/// when it is whole; until then its key or place is left out. A value never takes back what it showed, unless a key
/// comes twice: the last one wins, as it does in `serde_json`.
///
/// Each byte is looked at once, so the work grows with the length of the text; a push costs its own length and a
/// step for each level that is open.
#[derive(Clone, Debug, Default)]
pub struct PartialJson {
    lexer: Lexer,
    tree: GrowingTree,
    /// How many pieces the value was made of.
    shown: usize,
    failed: Option<PartialJsonError>,
}

impl PartialJson {
    /// Starts with an empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of the text.
    ///
    /// # Errors
    ///
    /// When the text cannot be the start of a JSON value any more. What was shown before stays readable, and every
    /// later push fails the same way.
    pub fn push(&mut self, piece: &str) -> Result<(), PartialJsonError> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        self.tree.detach();
        let outcome = self.read(piece);
        self.tree.attach();
        if let Err(error) = &outcome {
            self.failed = Some(error.clone());
        }
        outcome
    }

    fn read(&mut self, piece: &str) -> Result<(), PartialJsonError> {
        let mut rest = piece;
        while let Some(token) = self.lexer.next(&mut rest)? {
            let is_seen = !matches!(token, Token::Key(_) | Token::StringEnd | Token::Close);
            self.shown += usize::from(is_seen);
            match token {
                Token::Scalar(value) => self.tree.put(value),
                Token::StringStart => self.tree.open_string(),
                Token::StringPiece(text) => self.tree.extend_string(text),
                Token::StringChar(c) => self.tree.extend_string(c.encode_utf8(&mut [0; 4])),
                Token::StringEnd => self.tree.close_string(),
                Token::Key(key) => self.tree.set_key(key),
                Token::Open(bracket) => self.tree.open(bracket),
                Token::Close => self.tree.close(),
            }
        }
        Ok(())
    }

    /// What the text shows so far; `None` while no value has begun.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.tree.value()
    }

    /// What the text shows so far, as a type. Each field that may be missing yet must be optional or have a default.
    ///
    /// A string that is still growing may not fit yet, such as the name of an enum variant; it is left out then.
    /// Each call costs as much as the value is large.
    ///
    /// ```
    /// use openrouter_chat::structured::partial::PartialJson;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, Default)]
    /// #[serde(default)]
    /// struct Recipe {
    ///     title: Option<String>,
    ///     difficulty: Option<Difficulty>,
    /// }
    ///
    /// #[derive(Deserialize, PartialEq, Debug)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Difficulty {
    ///     Easy,
    ///     Hard,
    /// }
    ///
    /// let mut text = PartialJson::new();
    /// text.push(r#"{"title": "Pancakes", "difficulty": "ea"#)?;
    /// let recipe: Recipe = text.get().unwrap();
    /// assert_eq!(recipe.title.as_deref(), Some("Pancakes"));
    /// assert_eq!(recipe.difficulty, None);
    /// # Ok::<(), openrouter_chat::structured::partial::PartialJsonError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value does not fit the type, or no value has begun.
    pub fn get<T: DeserializeOwned>(&mut self) -> Result<T, PartialJsonError> {
        let misfit = |error: serde_json::Error| PartialJsonError {
            kind: PartialJsonErrorKind::Misfit,
            message: error.to_string(),
            offset: None,
        };
        let Some(value) = self.tree.value() else {
            return Err(PartialJsonError::cut_off(0));
        };
        let whole = T::deserialize(value).map_err(misfit);
        if whole.is_ok() || !self.tree.has_open_string() {
            return whole;
        }
        self.tree
            .without_open_string(|value| T::deserialize(value).map_err(misfit))
            .unwrap_or(whole)
    }

    /// Whether the value is whole. Nothing but white space may follow.
    ///
    /// A number at the top of the text is whole only when something follows it, or at [`finish`](Self::finish).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.lexer.is_complete()
    }

    /// A number that changes when the value does.
    pub(super) fn shown(&self) -> usize {
        self.shown
    }

    /// How many bytes were taken without an error.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.lexer.offset()
    }

    /// The whole value, equal to what `serde_json` reads from the same text.
    ///
    /// # Errors
    ///
    /// When a push failed, or the text ends within the value.
    pub fn finish(mut self) -> Result<Value, PartialJsonError> {
        let offset = self.offset();
        if self.failed.is_none() && !self.lexer.may_end() {
            return Err(PartialJsonError::cut_off(offset));
        }
        // White space ends a number.
        self.push(" ")?;
        self.tree
            .into_value()
            .ok_or_else(|| PartialJsonError::cut_off(offset))
    }
}

/// Why a growing text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialJsonError {
    kind: PartialJsonErrorKind,
    message: String,
    offset: Option<usize>,
}

/// What is wrong with a growing text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartialJsonErrorKind {
    /// It is not JSON.
    Syntax,
    /// Arrays and objects lie in each other deeper than `serde_json` reads them, which is 127 levels.
    TooDeep,
    /// It ends before its value does.
    CutOff,
    /// It is JSON and does not fit the type that was asked for.
    Misfit,
}

impl PartialJsonError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> PartialJsonErrorKind {
        self.kind
    }

    /// Where in the text, in bytes from its start; `None` for a value that does not fit.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    fn syntax(message: impl Into<String>, offset: usize) -> Self {
        Self {
            kind: PartialJsonErrorKind::Syntax,
            message: message.into(),
            offset: Some(offset),
        }
    }

    fn too_deep(offset: usize) -> Self {
        let message = "arrays and objects lie too deep in each other".to_owned();
        Self {
            kind: PartialJsonErrorKind::TooDeep,
            message,
            offset: Some(offset),
        }
    }

    fn cut_off(offset: usize) -> Self {
        let message = "the text ends within a value".to_owned();
        Self {
            kind: PartialJsonErrorKind::CutOff,
            message,
            offset: Some(offset),
        }
    }
}

impl fmt::Display for PartialJsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{} at byte {offset}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl StdError for PartialJsonError {}
