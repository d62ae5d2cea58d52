//! Texts that match a pattern of a JSON Schema.

use std::iter::Peekable;
use std::str::Chars;

/// A text that the pattern matches, of so many characters at least and at most. `pick` chooses among several.
///
/// Of regular expressions it knows what schemas use: characters, classes, groups, alternatives and repetitions. `None`
/// for others, such as looking ahead.
pub(super) fn matching(pattern: &str, least: usize, most: usize, pick: usize) -> Option<String> {
    let mut parser = Parser(pattern.chars().peekable());
    let node = parser.alternatives()?;
    if parser.0.next().is_some() {
        return None;
    }
    // What may be repeated is repeated until the text is long enough.
    (0..=least.clamp(1, MOST_REPEATED)).find_map(|more| {
        let mut text = String::new();
        node.write(&mut text, more, pick);
        let length = text.chars().count();
        (least..=most).contains(&length).then_some(text)
    })
}

/// More often nothing is repeated to make a text long enough.
const MOST_REPEATED: usize = 1000;
/// Longer texts are not made up.
const MOST_BYTES: usize = 100_000;

enum Node {
    /// Any of these characters.
    Class(Vec<char>),
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    Repeated(Box<Node>, usize, Option<usize>),
}

impl Node {
    fn write(&self, out: &mut String, more: usize, pick: usize) {
        if out.len() > MOST_BYTES {
            return;
        }
        match self {
            Self::Class(chars) => out.extend(chars.get(pick % chars.len().max(1))),
            Self::Sequence(nodes) => nodes.iter().for_each(|node| node.write(out, more, pick)),
            Self::Alternatives(nodes) => nodes[pick % nodes.len()].write(out, more, pick),
            Self::Repeated(node, least, most) => {
                let times = most.map_or(least + more, |most| most.min(least + more));
                (0..times).for_each(|_| node.write(out, more, pick));
            }
        }
    }
}

struct Parser<'a>(Peekable<Chars<'a>>);

impl Parser<'_> {
    fn alternatives(&mut self) -> Option<Node> {
        let mut nodes = vec![self.sequence()?];
        while self.0.next_if_eq(&'|').is_some() {
            nodes.push(self.sequence()?);
        }
        Some(Node::Alternatives(nodes))
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.0.next_if(|c| !matches!(c, '|' | ')')) {
            let node = match c {
                // A text that is nothing else begins and ends where the pattern does.
                '^' | '$' => continue,
                '(' => {
                    if self.0.next_if_eq(&'?').is_some() {
                        self.0.next_if_eq(&':')?;
                    }
                    let inner = self.alternatives()?;
                    self.0.next_if_eq(&')')?;
                    inner
                }
                '[' => Node::Class(self.class()?),
                '\\' => Node::Class(escaped(self.0.next()?)?),
                '.' => Node::Class(POOL.chars().collect()),
                '*' | '+' | '?' | '{' => return None,
                c => Node::Class(vec![c]),
            };
            nodes.push(self.repeated(node)?);
        }
        Some(Node::Sequence(nodes))
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.0.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let counts: String = self.0.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let (least, most) = counts.split_once(',').unwrap_or((&counts, &counts));
                let most = match most {
                    "" => None,
                    most => Some(most.parse().ok()?),
                };
                self.0.next_if_eq(&'?');
                return Some(Node::Repeated(Box::new(node), least.parse().ok()?, most));
            }
            _ => return Some(node),
        };
        self.0.next();
        self.0.next_if_eq(&'?');
        Some(Node::Repeated(Box::new(node), least, most))
    }

    /// The characters of a class, after its opening bracket.
    fn class(&mut self) -> Option<Vec<char>> {
        let is_negated = self.0.next_if_eq(&'^').is_some();
        let mut chars: Vec<char> = Vec::new();
        loop {
            let c = match self.0.next()? {
                ']' => break,
                '\\' => match escaped(self.0.next()?)?.as_slice() {
                    [c] => *c,
                    several => {
                        chars.extend(several);
                        continue;
                    }
                },
                c => c,
            };
            if self.0.next_if_eq(&'-').is_none() {
                chars.push(c);
                continue;
            }
            match self.0.peek()? {
                ']' => chars.extend([c, '-']),
                _ => {
                    let last = match self.0.next()? {
                        '\\' => escaped(self.0.next()?)?.first().copied()?,
                        last => last,
                    };
                    chars.extend(c..=last);
                }
            }
        }
        if is_negated {
            chars = POOL.chars().filter(|c| !chars.contains(c)).collect();
        }
        (!chars.is_empty()).then_some(chars)
    }
}

/// What an escape stands for.
fn escaped(c: char) -> Option<Vec<char>> {
    let pool = |is_in: fn(char) -> bool| POOL.chars().filter(|c| is_in(*c)).collect();
    Some(match c {
        'd' => ('0'..='9').collect(),
        'w' => pool(|c| c.is_ascii_alphanumeric() || c == '_'),
        's' => vec![' '],
        'D' => pool(|c| !c.is_ascii_digit()),
        'W' => pool(|c| !c.is_ascii_alphanumeric() && c != '_'),
        'S' => pool(|c| c != ' '),
        't' => vec!['\t'],
        'n' => vec!['\n'],
        'r' => vec!['\r'],
        // Borders of words, classes of Unicode, references back.
        c if c.is_alphanumeric() => return None,
        c => vec![c],
    })
}

/// Where characters come from that are only told by what they are not.
const POOL: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-. !#$%&'()*+,/:;<=>?@[]^{|}~\"\\";

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn texts_match_their_pattern() {
        for (pattern, text) in [
            ("^[A-Z]{2}\\d{3}$", "AA000"),
            ("^(red|blue)-?[a-f]*$", "red"),
            ("^\\+?[1-9]\\d{1,3}$", "10"),
            ("^[^a-c\\d]$", "d"),
            ("^a.c\\.(?:x|y)\\s$", "aac.x "),
            ("^[\\w-]+@[a-z]+\\.com$", "a@a.com"),
        ] {
            assert_eq!(
                matching(pattern, 0, 100, 0).as_deref(),
                Some(text),
                "{pattern}"
            );
        }
        assert_eq!(matching("^[a-z]+$", 5, 9, 0).unwrap(), "aaaaa");
        assert_eq!(matching("^[a-z]+$", 0, 9, 1).unwrap(), "b");
        for unknown in ["(?=a)b", "\\bword", "a{x}", "(", "[", "*"] {
            assert_eq!(matching(unknown, 0, 100, 0), None, "{unknown}");
        }
    }
}
