//! The guide and the first readme, compiled and run as doc tests.

macro_rules! pages {
    ($($name:ident $path:literal)*) => {
        $(
            #[doc = include_str!($path)]
            struct $name;
        )*
    };
}

pages! {
    RootReadme "../../../README.md"
    Install "../../../docs/guide/src/install.md"
    Credentials "../../../docs/guide/src/credentials.md"
    Instantiate "../../../docs/guide/src/instantiate.md"
    Invoke "../../../docs/guide/src/invoke.md"
    Stream "../../../docs/guide/src/stream.md"
    Tools "../../../docs/guide/src/tools.md"
    Strict "../../../docs/guide/src/strict.md"
    Structured "../../../docs/guide/src/structured.md"
    AgentStructured "../../../docs/guide/src/agent_structured.md"
    Reasoning "../../../docs/guide/src/reasoning.md"
    Media "../../../docs/guide/src/media.md"
    Usage "../../../docs/guide/src/usage.md"
    Caching "../../../docs/guide/src/caching.md"
    Metadata "../../../docs/guide/src/metadata.md"
    Routing "../../../docs/guide/src/routing.md"
    FallbackModels "../../../docs/guide/src/fallback_models.md"
    Attribution "../../../docs/guide/src/attribution.md"
    Retries "../../../docs/guide/src/retries.md"
    Errors "../../../docs/guide/src/errors.md"
    Testing "../../../docs/guide/src/testing.md"
    Gateways "../../../docs/guide/src/gateways.md"
    Batch "../../../docs/guide/src/batch.md"
    Migrating "../../../docs/guide/src/migrating.md"
}
