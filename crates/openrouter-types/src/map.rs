//! Maps that keep their order.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A map from names to values that keeps the order in which they were added, so that the same request is always the
/// same bytes.
///
/// ```
/// use openrouter_types::Map;
///
/// let mut metadata: Map<String> = [("team", "search")].into();
/// metadata.insert("stage", "test".to_owned());
/// assert_eq!(metadata.get("team").map(String::as_str), Some("search"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Map<T>(Vec<(String, T)>);

impl<T> Map<T> {
    /// No entries.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Sets a value: in its place when the name is there, at the end when it is new. Returns the value that it had.
    pub fn insert(&mut self, name: impl Into<String>, value: T) -> Option<T> {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => Some(core::mem::replace(old, value)),
            None => {
                self.0.push((name, value));
                None
            }
        }
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an entry at the end, and hands out its value.
    pub(crate) fn push(&mut self, name: String, value: T) -> &mut T {
        self.0.push((name, value));
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }

    pub(crate) fn pop(&mut self) -> Option<(String, T)> {
        self.0.pop()
    }

    /// The entry at a place.
    pub(crate) fn at(&self, place: usize) -> Option<(&str, &T)> {
        self.0.get(place).map(|(name, value)| (&**name, value))
    }
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<Vec<(String, T)>> for Map<T> {
    fn from(entries: Vec<(String, T)>) -> Self {
        Self(entries)
    }
}

impl<N: Into<String>, V: Into<T>, T, const LEN: usize> From<[(N, V); LEN]> for Map<T> {
    fn from(entries: [(N, V); LEN]) -> Self {
        entries
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
}

impl<N: Into<String>, T> FromIterator<(N, T)> for Map<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (name, value) in entries {
            map.insert(name, value);
        }
        map
    }
}

impl<T: fmt::Debug> fmt::Debug for Map<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T: Serialize> Serialize for Map<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
