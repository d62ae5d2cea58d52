//! How much work reading takes, counted and not timed.

use std::cell::Cell;
use std::thread::LocalKey;

use super::PartialJson;

/// Bytes and steps that were gone through on this thread: the bytes that the lexer takes and its turns, and the levels
/// that are taken out of the tree and put back.
pub(super) struct Work(&'static LocalKey<Cell<usize>>);

pub(super) static WORK: Work = Work(&DONE);

thread_local! {
    static DONE: Cell<usize> = const { Cell::new(0) };
}

impl Work {
    pub(super) fn add(&self, steps: usize) {
        self.0.set(self.0.get() + steps);
    }

    fn of(&self, work: impl FnOnce()) -> usize {
        self.0.set(0);
        work();
        self.0.get()
    }
}

/// A text of lists and objects, strings and numbers, of about so many bytes.
fn text(bytes: usize) -> String {
    let mut text = r#"{"title": "A \"long\" list", "rows": ["#.to_owned();
    while text.len() < bytes {
        text += r#"{"name": "a name \u00e9\n", "n": -12.5e3, "tags": ["a", "b", true, null]}, "#;
    }
    text + r#"{}], "end": "0123456789"}"#
}

#[test]
fn the_work_grows_with_the_text_and_not_with_its_square() {
    for size in [1, 3, 16] {
        let work = [10_000, 100_000].map(|bytes| {
            let text = text(bytes);
            let pieces: Vec<&str> = text
                .as_bytes()
                .chunks(size)
                .map(|piece| std::str::from_utf8(piece).unwrap())
                .collect();
            let work = WORK.of(|| {
                let mut partial = PartialJson::new();
                for piece in &pieces {
                    partial.push(piece).unwrap();
                }
                assert_eq!(partial.finish().unwrap()["end"], "0123456789");
            });
            // Each byte once, in a turn of its own at worst; and for each piece, another turn and four levels both ways.
            assert!(work >= text.len());
            assert!(work <= 2 * text.len() + 9 * (pieces.len() + 1), "{work}");
            work
        });
        let times = work[1] as f64 / work[0] as f64;
        assert!(
            (9.0..11.0).contains(&times),
            "ten times the text took {times} times the work"
        );
    }
}

#[test]
fn a_long_string_is_not_gone_through_again_with_each_piece() {
    let pieces = 50_000;
    let work = WORK.of(|| {
        let mut partial = PartialJson::new();
        partial.push("[[[\"").unwrap();
        for _ in 0..pieces {
            partial.push("word ").unwrap();
        }
        assert_eq!(
            partial.value().unwrap()[0][0][0].as_str().unwrap().len(),
            5 * pieces
        );
    });
    assert!(work <= 16 * pieces, "{work}");
}
