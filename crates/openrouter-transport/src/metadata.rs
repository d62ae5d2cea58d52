//! What is known of an answer beside its body.

mod fields;

use std::time::Duration;

use http::{HeaderMap, StatusCode, Version};

use fields::Fields;

/// Status, headers, ids and timings of an answer, and how often the request was tried.
#[derive(Clone, Debug)]
pub struct Metadata {
    status: StatusCode,
    version: Version,
    headers: Fields,
    attempts: u32,
    waited: Duration,
    head_after: Duration,
}

impl Metadata {
    /// Metadata of an answer that came some other way, such as out of a recording.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap) -> Self {
        Self {
            status,
            version: Version::HTTP_11,
            headers: Fields::new(headers),
            attempts: 1,
            waited: Duration::ZERO,
            head_after: Duration::ZERO,
        }
    }

    pub(crate) fn with_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    pub(crate) fn with_timings(
        mut self,
        attempts: u32,
        waited: Duration,
        head_after: Duration,
    ) -> Self {
        self.attempts = attempts;
        self.waited = waited;
        self.head_after = head_after;
        self
    }

    /// Moves the header fields into memory of their own and no more than that: as they came, they keep the whole buffer
    /// alive that they were read into, for as long as a stream is open or an answer is kept.
    pub(crate) fn compact(&mut self) {
        self.headers.compact();
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The HTTP version that was spoken.
    #[must_use]
    pub fn http_version(&self) -> Version {
        self.version
    }

    /// The answer's header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.headers.map()
    }

    /// The id under which the cost can be looked up later; known before the first chunk of a stream.
    // Source: <https://openrouter.ai/docs/api/reference/overview>, read 2026-08-22.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.text("x-generation-id")
    }

    /// The provider that answers, where a header tells it.
    #[must_use]
    pub fn provider_name(&self) -> Option<&str> {
        self.text("x-provider-name")
    }

    /// The edge's id of the request, to quote to support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.text("request-id")
            .or_else(|| self.text("x-request-id"))
            .or_else(|| self.text("cf-ray"))
    }

    /// Whether the answer came out of OpenRouter's response cache; `None` where caching was off.
    // Source: <https://openrouter.ai/docs/guides/features/response-caching>, read 2026-08-22.
    #[must_use]
    pub fn is_cache_hit(&self) -> Option<bool> {
        Some(
            self.text("x-openrouter-cache-status")?
                .eq_ignore_ascii_case("hit"),
        )
    }

    /// How long ago the cached answer was made.
    #[must_use]
    pub fn cache_age(&self) -> Option<Duration> {
        self.seconds("x-openrouter-cache-age")
    }

    /// How long the cached answer will be kept.
    #[must_use]
    pub fn cache_ttl(&self) -> Option<Duration> {
        self.seconds("x-openrouter-cache-ttl")
    }

    /// The generation that the cached answer was made by.
    #[must_use]
    pub fn cache_source_id(&self) -> Option<&str> {
        self.text("x-openrouter-cache-source-id")
    }

    /// Requests allowed in a period; sent only with a refusal for too many requests.
    #[must_use]
    pub fn rate_limit(&self) -> Option<u64> {
        self.text("x-ratelimit-limit")?.parse().ok()
    }

    /// Requests left in the period; sent only with a refusal for too many requests.
    #[must_use]
    pub fn rate_limit_remaining(&self) -> Option<u64> {
        self.text("x-ratelimit-remaining")?.parse().ok()
    }

    /// When the period ends, as the server writes it; the unit is not documented.
    #[must_use]
    pub fn rate_limit_reset(&self) -> Option<&str> {
        self.text("x-ratelimit-reset")
    }

    /// How many times the request was tried; at least 1.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Time spent waiting between attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Time from the call to the head of the answer, all attempts and waits included.
    #[must_use]
    pub fn head_after(&self) -> Duration {
        self.head_after
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.headers.text(name).filter(|text| !text.is_empty())
    }

    fn seconds(&self, name: &str) -> Option<Duration> {
        self.text(name)?.parse().ok().map(Duration::from_secs)
    }
}
