//! A value that grows at its right edge.

use serde_json::{Map, Value};

use super::lexer::Bracket;

/// The value, and the way from its root to the place that grows.
///
/// While text is read, the open containers are taken out of each other and lie on a stack, so that each is at hand
/// without a walk from the root. Between two pieces they are put back, so that the value can be looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct GrowingTree {
    root: Option<Value>,
    open: Vec<Open>,
    /// The string that is open, while it is out of the tree.
    string: Option<String>,
    has_open_string: bool,
}

#[derive(Clone, Debug)]
enum Open {
    Array(Vec<Value>),
    /// The object, and the key whose value is being read.
    Object(Map<String, Value>, String),
}

impl Open {
    fn put(&mut self, value: Value) {
        match self {
            Self::Array(items) => items.push(value),
            Self::Object(fields, key) => match fields.get_mut(key.as_str()) {
                Some(place) => *place = value,
                None => {
                    fields.insert(key.clone(), value);
                }
            },
        }
    }

    /// The value that is being read, out of its place. The place in an object stays.
    fn take_last(&mut self) -> Option<Value> {
        match self {
            Self::Array(items) => items.pop(),
            Self::Object(fields, key) => fields.get_mut(key.as_str()).map(Value::take),
        }
    }

    fn forget_last(&mut self) {
        if let Self::Object(fields, key) = self {
            fields.remove(key.as_str());
        }
    }

    fn take_container(&mut self) -> Value {
        match self {
            Self::Array(items) => Value::Array(std::mem::take(items)),
            Self::Object(fields, _) => Value::Object(std::mem::take(fields)),
        }
    }

    fn fill_container(&mut self, value: Value) {
        match (self, value) {
            (Self::Array(items), Value::Array(value)) => *items = value,
            (Self::Object(fields, _), Value::Object(value)) => *fields = value,
            _ => {}
        }
    }
}

impl GrowingTree {
    pub(super) fn value(&self) -> Option<&Value> {
        self.root.as_ref()
    }

    pub(super) fn into_value(self) -> Option<Value> {
        self.root
    }

    pub(super) fn has_open_string(&self) -> bool {
        self.has_open_string
    }

    pub(super) fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            Some(open) => open.put(value),
            None => self.root = Some(value),
        }
    }

    pub(super) fn open(&mut self, bracket: Bracket) {
        self.open.push(match bracket {
            Bracket::Array => Open::Array(Vec::new()),
            Bracket::Object => Open::Object(Map::new(), String::new()),
        });
    }

    pub(super) fn close(&mut self) {
        if let Some(mut closed) = self.open.pop() {
            self.put(closed.take_container());
        }
    }

    pub(super) fn set_key(&mut self, new: String) {
        if let Some(Open::Object(_, key)) = self.open.last_mut() {
            *key = new;
        }
    }

    pub(super) fn open_string(&mut self) {
        self.string = Some(String::new());
        self.has_open_string = true;
    }

    pub(super) fn extend_string(&mut self, text: &str) {
        if let Some(string) = &mut self.string {
            string.push_str(text);
        }
    }

    pub(super) fn close_string(&mut self) {
        self.has_open_string = false;
        if let Some(string) = self.string.take() {
            self.put(Value::String(string));
        }
    }

    /// Puts everything that is open into its place.
    pub(super) fn attach(&mut self) {
        #[cfg(test)]
        super::tests::WORK.add(self.open.len());
        let mut inner = self.string.take().map(Value::String);
        for open in self.open.iter_mut().rev() {
            if let Some(inner) = inner {
                open.put(inner);
            }
            inner = Some(open.take_container());
        }
        if inner.is_some() {
            self.root = inner;
        }
    }

    /// Takes everything that is open out of its place.
    pub(super) fn detach(&mut self) {
        let depth = self.open.len();
        #[cfg(test)]
        super::tests::WORK.add(depth);
        if depth == 0 && !self.has_open_string {
            return;
        }
        let mut outer = self.root.take();
        for (level, open) in self.open.iter_mut().enumerate() {
            if let Some(container) = outer.take() {
                open.fill_container(container);
            }
            if level + 1 < depth || self.has_open_string {
                outer = open.take_last();
            }
        }
        if let Some(Value::String(string)) = outer {
            self.string = Some(string);
        }
    }

    /// Looks at the value without the string that is open; `None` when the value is that string.
    pub(super) fn without_open_string<R>(&mut self, look: impl FnOnce(&Value) -> R) -> Option<R> {
        self.detach();
        let string = self.string.take();
        if let Some(open) = self.open.last_mut() {
            open.forget_last();
        }
        self.attach();
        let seen = self
            .root
            .as_ref()
            .filter(|_| !self.open.is_empty())
            .map(look);

        // The string is not in the tree now, so that only the containers are taken out.
        self.has_open_string = false;
        self.detach();
        self.has_open_string = true;
        self.string = string;
        self.attach();
        seen
    }
}
