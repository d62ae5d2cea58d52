//! Slugs, tags and provider names.

use openrouter_routing::ErrorKind;
use openrouter_routing::provider::{EndpointTag, ProviderEntry, Tier, slug_of_name};
use openrouter_routing::slug::{ModelSlug, Router, Variant, VariantKind};
use openrouter_types::ProviderName;
use proptest::prelude::*;

fn slug(text: &str) -> ModelSlug {
    text.parse().unwrap()
}

#[test]
fn the_parts_of_a_slug_are_told_apart() {
    let full = slug("~anthropic/claude-opus-latest:free:nitro@preset/my-preset");
    assert!(full.is_alias());
    assert_eq!(
        (full.author(), full.name()),
        ("anthropic", "claude-opus-latest")
    );
    assert_eq!(full.variants(), [Variant::Free, Variant::Nitro]);
    assert_eq!(full.preset(), Some("my-preset"));
    assert_eq!(full.listed(), "~anthropic/claude-opus-latest:free");

    let preset = slug("@preset/email");
    assert!(preset.is_preset_alone());
    assert_eq!(
        (preset.preset(), preset.listed().as_str()),
        (Some("email"), "")
    );
    assert_eq!(preset, ModelSlug::of_preset("email"));

    assert_eq!(
        slug("openai/gpt-5.2").with_preset("a").to_string(),
        "openai/gpt-5.2@preset/a"
    );
    assert_eq!(
        slug("openai/gpt-5.2:floor")
            .with_variant(Variant::Floor)
            .to_string(),
        "openai/gpt-5.2:floor"
    );
}

#[test]
fn unknown_variants_are_kept_and_belong_to_the_listed_name() {
    let novel = slug("acme/model:novel:floor");
    assert_eq!(novel.variants()[0].kind(), VariantKind::Unknown);
    assert_eq!(novel.variants()[0].as_str(), "novel");
    assert_eq!(novel.listed(), "acme/model:novel");
}

#[test]
fn routers_are_slugs_with_a_plugin_for_their_settings() {
    for router in Router::ALL {
        assert_eq!(slug(router.as_str()).router(), Some(router));
        assert_eq!(ModelSlug::from(router).to_string(), router.to_string());
    }
    assert_eq!(
        slug("openrouter/pareto-code:nitro").router(),
        Some(Router::ParetoCode)
    );
    assert_eq!(slug("openrouter/some-model").router(), None);
    assert_eq!(slug("acme/auto").router(), None);
    assert_eq!(Router::AutoBeta.settings_plugin(), Some("auto-beta-router"));
    assert_eq!(Router::Free.settings_plugin(), None);
}

#[test]
fn what_cannot_be_a_slug_is_refused_with_its_reason() {
    for (text, reason) in [
        ("", "it is empty"),
        ("gpt-4", "it has no `author/`"),
        ("open ai/gpt", "it contains white space"),
        ("/gpt", "author and name cannot be empty"),
        ("openai/", "author and name cannot be empty"),
        ("openai/:free", "author and name cannot be empty"),
        ("openai/gpt:", "a variant has no name"),
        ("openai/gpt::free", "a variant has no name"),
        ("openai:free/gpt", "variants come after the name"),
        ("openai/gpt@preset/", "the preset has no name"),
        ("@preset/", "the preset has no name"),
        ("~@preset/a", "it has no `author/`"),
    ] {
        let error = text.parse::<ModelSlug>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Slug);
        assert_eq!(
            error.to_string(),
            format!("`{text}` is not a model slug: {reason}")
        );
    }
    let long = "x".repeat(10_000).parse::<ModelSlug>().unwrap_err();
    assert!(
        long.to_string().len() < 200,
        "an error keeps a bounded piece of the text"
    );
}

proptest! {
    #[test]
    fn what_parses_prints_as_it_was(text in "~?[a-z@/:~.-]{0,24}(@preset/)?[a-z/:]{0,6}") {
        if let Ok(slug) = text.parse::<ModelSlug>() {
            prop_assert_eq!(slug.to_string(), text);
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = text.parse::<ModelSlug>();
        let tag = EndpointTag::from(text.as_str());
        prop_assert!(!text.contains('/') || ProviderEntry::from(text.as_str()).matches(&tag));
    }
}

#[test]
fn a_provider_matches_all_of_its_endpoints_but_those_of_a_tier() {
    for (entry, tag, matches) in [
        ("google-vertex", "google-vertex", true),
        ("google-vertex", "google-vertex/us-east5", true),
        ("google-vertex", "google-vertex/flex", false),
        ("google-vertex", "google-vertex/us-east5/priority", false),
        ("google-vertex", "google-vertex-2", false),
        ("google-vertex/us-east5", "google-vertex/us-east5", true),
        ("google-vertex/us-east5", "google-vertex", false),
        ("google-vertex/flex", "google-vertex/flex", true),
        ("Google-Vertex", "google-vertex", false),
        ("flex", "flex", true),
    ] {
        assert_eq!(
            ProviderEntry::from(entry).matches(&tag.into()),
            matches,
            "{entry} against {tag}"
        );
    }
    assert_eq!(EndpointTag::from("flex").tier(), None);
    assert_eq!(EndpointTag::from("a/b/flex").tier(), Some(Tier::Flex));
}

#[test]
fn display_names_become_slugs() {
    for (name, slug) in [
        ("OpenAI", "openai"),
        ("Google", "google-vertex"),
        ("Google AI Studio", "google-ai-studio"),
        ("Amazon Bedrock", "amazon-bedrock"),
        ("Moonshot AI", "moonshotai"),
        ("Mancer 2", "mancer"),
        ("Z.AI", "z-ai"),
        ("xAI", "xai"),
        ("AionLabs", "aion-labs"),
        ("Thinking Machines", "thinkingmachines"),
        ("Claude Platform on AWS", "claude-on-aws"),
        ("SF Compute", "sf-compute"),
        ("Brand New AI", "brand-new-ai"),
    ] {
        assert_eq!(slug_of_name(name), slug);
        assert_eq!(ProviderEntry::from(ProviderName::from(name)).as_str(), slug);
    }
}
