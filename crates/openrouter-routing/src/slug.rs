//! Model slugs: `author/model:variant`, aliases, presets, routers.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

mod router;
mod variant;

pub use router::Router;
pub use variant::{UnknownVariant, Variant, VariantKind};

/// What goes into `model`: the parts of a slug, printed exactly as they were read.
///
/// ```text
/// slug = [ "~" ] author "/" name { ":" variant } [ "@preset/" preset ]  |  "@preset/" preset
/// ```
///
/// ```
/// use openrouter_routing::slug::{ModelSlug, Variant};
///
/// let slug: ModelSlug = "meta-llama/llama-3.2-3b-instruct:free:online".parse()?;
/// assert_eq!(slug.author(), "meta-llama");
/// assert_eq!(slug.variants(), [Variant::Free, Variant::Online]);
/// assert_eq!(slug.listed(), "meta-llama/llama-3.2-3b-instruct:free");
/// assert_eq!(slug.with_variant(Variant::Floor).to_string(), "meta-llama/llama-3.2-3b-instruct:free:online:floor");
/// # Ok::<(), openrouter_routing::Error>(())
/// ```
///
/// Names are compared as they are written. The service expects lower case; whether it minds is not documented.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelSlug {
    latest: bool,
    // Both empty when the slug is a preset alone.
    author: String,
    name: String,
    variants: Vec<Variant>,
    preset: Option<String>,
}

impl ModelSlug {
    /// The slug of a preset alone, `@preset/<name>`: the preset says which model answers.
    #[must_use]
    pub fn of_preset(preset: impl Into<String>) -> Self {
        let (author, name) = (String::new(), String::new());
        Self {
            latest: false,
            author,
            name,
            variants: Vec::new(),
            preset: Some(preset.into()),
        }
    }

    /// The model's author, such as `openai`; empty for a preset alone.
    #[must_use]
    pub fn author(&self) -> &str {
        &self.author
    }

    /// The model's name without author and variants; empty for a preset alone.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variants, in the order in which they are stacked.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// The name behind `@preset/`.
    #[must_use]
    pub fn preset(&self) -> Option<&str> {
        self.preset.as_deref()
    }

    /// Whether this is an alias `~author/family-latest`, which resolves to the newest model of the family.
    #[must_use]
    pub fn is_alias(&self) -> bool {
        self.latest
    }

    /// Whether the slug names a preset and no model.
    #[must_use]
    pub fn is_preset_alone(&self) -> bool {
        self.author.is_empty() && self.name.is_empty()
    }

    /// The router that the slug names; it picks the model itself.
    #[must_use]
    pub fn router(&self) -> Option<Router> {
        if self.latest || self.author != "openrouter" {
            None
        } else {
            Router::from_name(&self.name)
        }
    }

    /// Whether a variant is among those of the slug.
    #[must_use]
    pub fn has(&self, variant: &Variant) -> bool {
        self.variants.contains(variant)
    }

    /// The slug under which the model is listed: without preset and without the variants that only change routing.
    #[must_use]
    pub fn listed(&self) -> String {
        let mut text = String::new();
        self.write_model(&mut text, |variant| variant.kind() != VariantKind::Dynamic);
        text
    }

    /// The slug with one more variant at its end; one that is there already is not repeated.
    #[must_use]
    pub fn with_variant(mut self, variant: Variant) -> Self {
        if !self.variants.contains(&variant) {
            self.variants.push(variant);
        }
        self
    }

    /// The slug with a preset applied to the model.
    #[must_use]
    pub fn with_preset(mut self, preset: impl Into<String>) -> Self {
        self.preset = Some(preset.into());
        self
    }

    fn write_model(&self, to: &mut String, keep: impl Fn(&Variant) -> bool) {
        if self.is_preset_alone() {
            return;
        }
        if self.latest {
            to.push('~');
        }
        to.push_str(&self.author);
        to.push('/');
        to.push_str(&self.name);
        for variant in self.variants.iter().filter(|variant| keep(variant)) {
            to.push(':');
            to.push_str(variant.as_str());
        }
    }
}

/// # Errors
///
/// When the text is empty, contains white space, or lacks the author, the name, a variant or a preset where its
/// punctuation says that there is one. Names that do not exist are not an error: the service knows them, not this crate.
impl FromStr for ModelSlug {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |problem| Err(Error::new(ErrorKind::Slug, text, problem));
        if text.is_empty() {
            return refuse("it is empty");
        }
        if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return refuse("it contains white space");
        }
        let (model, preset) = match text.split_once(PRESET) {
            Some((_, "")) => return refuse("the preset has no name"),
            Some((model, preset)) => (model, Some(preset.to_owned())),
            None => (text, None),
        };
        if model.is_empty()
            && let Some(preset) = preset
        {
            return Ok(Self::of_preset(preset));
        }
        let (latest, model) = model
            .strip_prefix('~')
            .map_or((false, model), |model| (true, model));
        let Some((author, rest)) = model.split_once('/') else {
            return refuse("it has no `author/`");
        };
        let mut parts = rest.split(':');
        let name = parts.next().unwrap_or_default();
        if author.is_empty() || name.is_empty() {
            return refuse("author and name cannot be empty");
        }
        if author.contains(':') {
            return refuse("variants come after the name");
        }
        let variants: Vec<_> = parts.map(Variant::from).collect();
        if variants.iter().any(|variant| variant.as_str().is_empty()) {
            return refuse("a variant has no name");
        }
        Ok(Self {
            latest,
            author: author.to_owned(),
            name: name.to_owned(),
            variants,
            preset,
        })
    }
}

impl fmt::Display for ModelSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_model(&mut text, |_| true);
        if let Some(preset) = &self.preset {
            text.push_str(PRESET);
            text.push_str(preset);
        }
        f.pad(&text)
    }
}

impl From<ModelSlug> for String {
    fn from(slug: ModelSlug) -> Self {
        slug.to_string()
    }
}

/// Where presets begin.
const PRESET: &str = "@preset/";
