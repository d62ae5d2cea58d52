//! Header fields as text, until somebody asks for the map: it is ten times as large, and every open stream has one.

use std::fmt;
use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};

/// At least one of the two is there.
#[derive(Clone)]
pub(super) struct Fields {
    /// Each field is `name:value` and a line end, which no value has in it.
    lines: Option<Box<[u8]>>,
    map: OnceLock<Box<HeaderMap>>,
}

impl Fields {
    pub(super) fn new(map: HeaderMap) -> Self {
        Self {
            lines: None,
            map: OnceLock::from(Box::new(map)),
        }
    }

    /// Keeps the text alone. A map with a value that is marked as sensitive stays, since text has no marks.
    pub(super) fn compact(&mut self) {
        let Some(map) = self.map.get() else { return };
        if self.lines.is_none() {
            if map.values().any(HeaderValue::is_sensitive) {
                return;
            }
            let bytes = map
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 2);
            let mut lines = Vec::with_capacity(bytes.sum());
            for (name, value) in map.iter() {
                lines.extend_from_slice(name.as_str().as_bytes());
                lines.push(b':');
                lines.extend_from_slice(value.as_bytes());
                lines.push(b'\n');
            }
            self.lines = Some(lines.into());
        }
        self.map = OnceLock::new();
    }

    pub(super) fn map(&self) -> &HeaderMap {
        self.map.get_or_init(|| {
            let mut map = HeaderMap::with_capacity(self.iter().count());
            for (name, value) in self.iter() {
                // What was a name or a value is one again.
                if let (Ok(name), Ok(value)) =
                    (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
                {
                    map.append(name, value);
                }
            }
            Box::new(map)
        })
    }

    /// The first value of a field, where it is visible ASCII; the name in lower case.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        if let Some(map) = self.map.get() {
            return map.get(name)?.to_str().ok();
        }
        let (_, value) = self.iter().find(|(other, _)| *other == name.as_bytes())?;
        let is_visible = value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        str::from_utf8(value).ok().filter(|_| is_visible)
    }

    /// Names and values of the text.
    fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let lines = self.lines.as_deref().unwrap_or_default();
        lines.split(|byte| *byte == b'\n').filter_map(|line| {
            let at = memchr::memchr(b':', line)?;
            Some((&line[..at], &line[at + 1..]))
        })
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in [
            ("date", &b"Mon, 01 Jan 2026 10:00:00 GMT"[..]),
            ("set-cookie", b"a=b: c"),
            ("set-cookie", b""),
            ("x-provider-name", b"Z.AI"),
            ("x-other", b"\xe9t\xe9"),
            ("x-utf-8", "\u{e9}t\u{e9}".as_bytes()),
        ] {
            map.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        map
    }

    #[test]
    fn the_map_is_what_it_was() {
        let mut compact = Fields::new(fields());
        compact.compact();
        assert!(compact.map.get().is_none());
        assert_eq!(compact.map(), &fields());
        // Once more, since the map is there again.
        compact.compact();
        assert_eq!(compact.clone().map(), &fields());
    }

    #[test]
    fn a_text_is_found_in_either_form() {
        let map = Fields::new(fields());
        let mut text = map.clone();
        text.compact();
        for name in [
            "date",
            "set-cookie",
            "x-provider-name",
            "x-other",
            "x-utf-8",
            "x-none",
        ] {
            assert_eq!(text.text(name), map.text(name), "{name}");
            assert!(text.map.get().is_none());
        }
        assert_eq!(text.text("x-provider-name"), Some("Z.AI"));
        assert_eq!(text.text("x-other"), None);
    }

    #[test]
    fn what_is_sensitive_stays_so() {
        let mut map = fields();
        map.get_mut("date").unwrap().set_sensitive(true);
        let mut fields = Fields::new(map);
        fields.compact();
        assert!(fields.map()["date"].is_sensitive());
    }
}
