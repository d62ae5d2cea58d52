//! Memory with an end: what came last, up to a number of items and of bytes.

use std::collections::VecDeque;

/// The last items. Older ones are forgotten when there are too many, or when they are too large together; one is kept
/// whatever its size.
#[derive(Debug)]
pub(super) struct Bounded<T> {
    items: VecDeque<(T, usize)>,
    bytes: usize,
    most_items: usize,
    most_bytes: usize,
}

impl<T> Bounded<T> {
    pub(super) fn new(most_items: usize, most_bytes: usize) -> Self {
        Self {
            items: VecDeque::new(),
            bytes: 0,
            most_items,
            most_bytes,
        }
    }

    /// Adds an item that takes about so many bytes.
    pub(super) fn push(&mut self, item: T, bytes: usize) {
        self.items.push_back((item, bytes));
        self.bytes += bytes;
        while self.items.len() > self.most_items
            || (self.bytes > self.most_bytes && self.items.len() > 1)
        {
            let Some((_, bytes)) = self.items.pop_front() else {
                return;
            };
            self.bytes -= bytes;
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.bytes = 0;
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter().map(|(item, _)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::Bounded;

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_too_large_ones() {
        let mut kept = Bounded::new(3, 100);
        let push = |kept: &mut Bounded<u8>, item, bytes| {
            kept.push(item, bytes);
            kept.iter().copied().collect::<Vec<_>>()
        };
        assert_eq!(push(&mut kept, 1, 10), [1]);
        assert_eq!(push(&mut kept, 2, 10), [1, 2]);
        assert_eq!(push(&mut kept, 3, 10), [1, 2, 3]);
        assert_eq!(push(&mut kept, 4, 10), [2, 3, 4]);
        assert_eq!(push(&mut kept, 5, 85), [4, 5]);
        assert_eq!(push(&mut kept, 6, 1000), [6]);
        assert_eq!(push(&mut kept, 7, 1), [7]);
        let mut none = Bounded::new(0, 100);
        assert!(push(&mut none, 1, 1).is_empty());
    }
}
