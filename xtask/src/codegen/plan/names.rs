//! Wire names as Rust names.

/// `image_url` stays; `type` becomes `kind`, as `type` is a word of the language.
#[must_use]
pub fn field_name(wire: &str) -> String {
    let name: String = wire
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    match name.as_str() {
        "type" => "kind".to_owned(),
        "ref" | "match" | "use" | "in" | "for" | "mod" | "where" | "loop" | "move" | "static"
        | "async" | "await" => {
            format!("{name}_")
        }
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("n{name}"),
        _ => name,
    }
}

/// `tool_calls`, `openrouter:web_search` and `gpt-4` in upper camel case.
#[must_use]
pub fn variant_name(wire: &str) -> String {
    let mut name = String::new();
    for word in wire
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let mut chars = word.chars();
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        name.extend(chars);
    }
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}

/// `SCREAMING_SNAKE_CASE` for constants.
#[must_use]
pub(crate) fn constant_name(wire: &str) -> String {
    let mut name = String::new();
    for c in wire.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_uppercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_').to_owned();
    match name.chars().next() {
        None => "EMPTY".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}
