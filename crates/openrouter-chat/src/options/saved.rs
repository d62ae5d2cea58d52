//! Options as JSON, to be saved and loaded.

use openrouter_transport::ResponseCache;
use serde::de::{MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::time::Duration;

use super::ChatOptions;
use crate::request::ReasoningReplay;

/// The body's fields as `request`, and what else decides over the answer. Header fields, keys, timeouts and retries
/// belong to the program that runs, and are not saved.
impl Serialize for ChatOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut request = self.request.clone();
        request.messages = Vec::new();
        map.serialize_entry("request", &request)?;
        if let Some(on) = self.router_metadata {
            map.serialize_entry("router_metadata", &on)?;
        }
        if let Some(cache) = self.response_cache {
            let (name, seconds) = match cache {
                ResponseCache::On => ("on", None),
                ResponseCache::OnFor(time) => ("on", Some(time.as_secs())),
                ResponseCache::Refresh => ("refresh", None),
                _ => ("off", None),
            };
            map.serialize_entry("response_cache", name)?;
            if let Some(seconds) = seconds {
                map.serialize_entry("response_cache_seconds", &seconds)?;
            }
        }
        if let Some(replay) = self.reasoning_replay {
            let name = match replay {
                ReasoningReplay::SameAuthor => "same_author",
                ReasoningReplay::Always => "always",
                ReasoningReplay::Never => "never",
            };
            map.serialize_entry("reasoning_replay", name)?;
        }
        if let Some(url) = &self.app_url {
            map.serialize_entry("app_url", url)?;
        }
        if let Some(title) = &self.app_title {
            map.serialize_entry("app_title", title)?;
        }
        if let Some(categories) = &self.app_categories {
            map.serialize_entry("app_categories", categories)?;
        }
        if let Some(on) = self.content_recorded {
            map.serialize_entry("content_recorded", &on)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ChatOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OptionsVisitor)
    }
}

struct OptionsVisitor;

impl<'de> Visitor<'de> for OptionsVisitor {
    type Value = ChatOptions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("chat options")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChatOptions, A::Error> {
        let mut options = ChatOptions::new();
        let mut cache_seconds = None;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "request" => options.request = map.next_value()?,
                "router_metadata" => options.router_metadata = map.next_value()?,
                "response_cache" => {
                    options.response_cache = match map.next_value::<String>()?.as_str() {
                        "on" => Some(ResponseCache::On),
                        "refresh" => Some(ResponseCache::Refresh),
                        "off" => Some(ResponseCache::Off),
                        other => return Err(unknown("response_cache", other)),
                    };
                }
                "response_cache_seconds" => cache_seconds = Some(map.next_value::<u64>()?),
                "reasoning_replay" => {
                    options.reasoning_replay = match map.next_value::<String>()?.as_str() {
                        "same_author" => Some(ReasoningReplay::SameAuthor),
                        "always" => Some(ReasoningReplay::Always),
                        "never" => Some(ReasoningReplay::Never),
                        other => return Err(unknown("reasoning_replay", other)),
                    };
                }
                "app_url" => options.app_url = map.next_value()?,
                "app_title" => options.app_title = map.next_value()?,
                "app_categories" => options.app_categories = map.next_value()?,
                "content_recorded" => options.content_recorded = map.next_value()?,
                // Written by a newer version.
                _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
            }
        }
        if let (Some(ResponseCache::On), Some(seconds)) = (options.response_cache, cache_seconds) {
            options.response_cache = Some(ResponseCache::OnFor(Duration::from_secs(seconds)));
        }
        Ok(options)
    }
}

fn unknown<E: serde::de::Error>(field: &str, value: &str) -> E {
    E::custom(format!("`{value}` is no value of {field}"))
}
