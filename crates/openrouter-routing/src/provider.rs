//! Providers: display names, routing slugs, endpoint tags, and which of them an entry of a preference matches.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use openrouter_types as types;

/// The routing slug of an endpoint: `deepinfra`, `deepinfra/turbo`, `google-vertex/us-east5`, `openai/priority`.
///
/// ```
/// use openrouter_routing::provider::{EndpointTag, Tier};
///
/// let tag = EndpointTag::from("openai/priority");
/// assert_eq!((tag.provider(), tag.suffix()), ("openai", Some("priority")));
/// assert_eq!(tag.tier(), Some(Tier::Priority));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointTag(String);

/// An entry of `order`, `only` or `ignore`.
///
/// Without a slash it is a provider and matches all endpoints of it but those of a service tier; with one it matches
/// exactly that tag.
///
/// ```
/// use openrouter_routing::provider::ProviderEntry;
///
/// let deepinfra = ProviderEntry::from("deepinfra");
/// assert!(deepinfra.matches(&"deepinfra/turbo".into()));
/// assert!(!deepinfra.matches(&"deepinfra/flex".into()));
/// assert!(ProviderEntry::from("deepinfra/flex").matches(&"deepinfra/flex".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderEntry(String);

/// A service tier that has endpoints of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// Slower and cheaper.
    Flex,
    /// Faster and dearer.
    Priority,
}

impl EndpointTag {
    /// The tag's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The provider's slug: the text up to the first slash.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0
            .split_once('/')
            .map_or(&self.0, |(provider, _)| provider)
    }

    /// What follows the provider: a variant, a region, a quantization or a service tier.
    #[must_use]
    pub fn suffix(&self) -> Option<&str> {
        self.0.split_once('/').map(|(_, suffix)| suffix)
    }

    /// The service tier whose endpoint this is. Such endpoints are used only by those who ask for them.
    #[must_use]
    pub fn tier(&self) -> Option<Tier> {
        match self.0.rsplit_once('/')?.1 {
            "flex" => Some(Tier::Flex),
            "priority" => Some(Tier::Priority),
            _ => None,
        }
    }
}

impl ProviderEntry {
    /// The entry's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the entry names one endpoint rather than a provider.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.0.contains('/')
    }

    /// Whether the entry matches an endpoint.
    #[must_use]
    pub fn matches(&self, tag: &EndpointTag) -> bool {
        entry_matches(&self.0, tag)
    }
}

/// [`ProviderEntry::matches`] for an entry that is only text.
pub(crate) fn entry_matches(entry: &str, tag: &EndpointTag) -> bool {
    if entry.contains('/') {
        entry == tag.0
    } else {
        tag.provider() == entry && tag.tier().is_none()
    }
}

impl Tier {
    /// The suffix of the tier's tags.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::Priority => "priority",
        }
    }
}

macro_rules! text {
    ($($name:ident)*) => {$(
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

text!(EndpointTag ProviderEntry);

impl From<ProviderEntry> for String {
    fn from(entry: ProviderEntry) -> Self {
        entry.0
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Exactly that endpoint, or the provider's endpoints when the tag has no suffix.
impl From<EndpointTag> for ProviderEntry {
    fn from(tag: EndpointTag) -> Self {
        Self(tag.0)
    }
}

/// The provider of that display name, by the slug that [`slug_of_name`] gives.
impl From<&types::ProviderName> for ProviderEntry {
    fn from(name: &types::ProviderName) -> Self {
        Self(slug_of_name(name.as_str()).into_owned())
    }
}

/// The provider of that display name, by the slug that [`slug_of_name`] gives.
impl From<types::ProviderName> for ProviderEntry {
    fn from(name: types::ProviderName) -> Self {
        Self::from(&name)
    }
}

/// The routing slug of a provider's display name, as far as it can be told from the name: `Google AI Studio` is
/// `google-ai-studio`, `Moonshot AI` is `moonshotai`.
///
/// Most slugs are the name in lower case with hyphens; the others are in a table of this crate. The authority is the
/// provider list, for which there is [`ProviderDirectory`], or the `tag` of an endpoint.
#[must_use]
pub fn slug_of_name(name: &str) -> Cow<'static, str> {
    if let Ok(at) = IRREGULAR.binary_search_by_key(&name, |(name, _)| name) {
        return Cow::Borrowed(IRREGULAR[at].1);
    }
    Cow::Owned(name.to_lowercase().replace(' ', "-"))
}

/// Display names and slugs of providers, from the answer of `GET /providers`.
///
/// ```
/// use openrouter_routing::provider::ProviderDirectory;
/// use openrouter_types::{Decode, ProvidersResponse};
///
/// let answer = ProvidersResponse::decode(br#"{"data": [{"name": "Z.AI", "slug": "z-ai"}]}"#)?;
/// let directory = ProviderDirectory::from(&answer);
/// assert_eq!(directory.slug("Z.AI"), Some("z-ai"));
/// assert_eq!(directory.name("z-ai"), Some("Z.AI"));
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ProviderDirectory {
    slugs: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
}

impl ProviderDirectory {
    /// The slug of a display name.
    #[must_use]
    pub fn slug(&self, name: &str) -> Option<&str> {
        self.slugs.get(name).map(String::as_str)
    }

    /// The display name of a slug; of a tag, that of its provider.
    #[must_use]
    pub fn name(&self, slug: &str) -> Option<&str> {
        let provider = slug.split_once('/').map_or(slug, |(provider, _)| provider);
        self.names.get(provider).map(String::as_str)
    }
}

impl From<&types::ProvidersResponse> for ProviderDirectory {
    fn from(answer: &types::ProvidersResponse) -> Self {
        let pairs = || {
            answer
                .data
                .iter()
                .filter_map(|item| Some((item.name.clone()?, item.slug.clone()?)))
        };
        Self {
            slugs: pairs().collect(),
            names: pairs().map(|(name, slug)| (slug, name)).collect(),
        }
    }
}

/// Names whose slug is not the name in lower case with hyphens, sorted by name. Inferred from the provider lists of
/// OpenRouter's API description.
const IRREGULAR: [(&str, &str); 17] = [
    ("01.AI", "01ai"),
    ("AionLabs", "aion-labs"),
    ("AtlasCloud", "atlas-cloud"),
    ("Cent-ML", "centml"),
    ("Claude Platform on AWS", "claude-on-aws"),
    ("FakeProvider", "fake-provider"),
    ("Google", "google-vertex"),
    ("InferenceNet", "inference-net"),
    ("Kluster", "klusterai"),
    ("Mancer", "mancer-old"),
    ("Mancer 2", "mancer"),
    ("Moonshot AI", "moonshotai"),
    ("OpenInference", "open-inference"),
    ("Thinking Machines", "thinkingmachines"),
    ("VoyageAI by MongoDB", "voyageai"),
    ("Z.AI", "z-ai"),
    ("xAI", "xai"),
];
