//! Conversations written down in files.

use std::io;
use std::path::Path;
use std::time::Duration;

use openrouter_types as types;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Answer, Catalog, Fault, Match, Pace, Refusal, TestServerBuilder};

/// A server written down as data: turns in order, turns for requests that match, faults, pace, keys, models, and whether
/// it is [`lenient`](TestServerBuilder::lenient).
///
/// ```
/// use openrouter_testkit::{Scenario, TestServer};
///
/// let scenario = Scenario::from_json(r#"{
///     "pace": {"tokens_per_second": 50, "time_to_first_token_ms": 200},
///     "turns": [
///         {"tool_calls": [{"name": "weather", "arguments": {"city": "Oslo"}}]},
///         {"text": "4 degrees."},
///         {"refuse": {"status": 429, "message": "Rate limit exceeded", "retry_after": 2}}
///     ],
///     "rules": [{"when": {"says": "hello"}, "text": "Hello!"}],
///     "faults": [{"request": 2, "fault": {"cut_at_byte": 300}}]
/// }"#)?;
/// let server = TestServer::builder().scenario(scenario);
/// # let _ = server;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A turn may have `text`, `reasoning`, `reasoning_details`, `tool_calls` (of `name`, `arguments` as JSON or as text, and
/// `id`), `images` (URLs), `audio` (`data`, `transcript`), `annotations`, `refusal`, `logprobs`, `finish_reason`,
/// `native_finish_reason`, `model`, `provider`, `usage`, `also` (more choices), `pace`, `comments`, `break_off_after`,
/// `error_after` (`chunks`, `error`), `refuse` and `faults`. A rule is a turn with `when`: `model`, `says`, `tool_result`,
/// `after_tools`, `offers_tool`, `headers`, `streamed`.
#[derive(Clone, Debug, Default)]
pub struct Scenario(Written);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    key: Option<String>,
    management_key: Option<String>,
    lenient: bool,
    pace: Option<WrittenPace>,
    turns: Vec<WrittenAnswer>,
    rules: Vec<WrittenRule>,
    faults: Vec<WrittenFault>,
    catalog: Option<Catalog>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenPace {
    #[serde(deserialize_with = "rate")]
    tokens_per_second: Option<f64>,
    time_to_first_token_ms: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFault {
    request: Option<usize>,
    fault: Fault,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenMatch {
    model: Option<String>,
    says: Option<String>,
    tool_result: Option<String>,
    after_tools: bool,
    offers_tool: Option<String>,
    headers: std::collections::BTreeMap<String, String>,
    streamed: Option<bool>,
}

/// A turn with `when`. It is taken apart by hand, since serde cannot both flatten and refuse unknown fields.
#[derive(Clone, Debug)]
struct WrittenRule {
    when: WrittenMatch,
    answer: WrittenAnswer,
}

impl<'de> Deserialize<'de> for WrittenRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let when = fields
            .remove("when")
            .ok_or_else(|| D::Error::missing_field("when"))?;
        // As text, since parts of it keep raw JSON text.
        let answer = Value::Object(fields).to_string();
        Ok(Self {
            when: serde_json::from_value(when).map_err(D::Error::custom)?,
            answer: serde_json::from_str(&answer).map_err(|error| {
                let text = error.to_string();
                let place = text.rfind(" at line ").unwrap_or(text.len());
                D::Error::custom(&text[..place])
            })?,
        })
    }
}

fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let rate = Option::<f64>::deserialize(deserializer)?;
    match rate {
        Some(rate) if !(rate > 0.0 && rate.is_finite()) => Err(D::Error::custom(
            "tokens_per_second: expected a number above 0",
        )),
        rate => Ok(rate),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenAnswer {
    text: String,
    reasoning: String,
    reasoning_details: Vec<types::ReasoningDetailUnion>,
    tool_calls: Vec<WrittenCall>,
    images: Vec<String>,
    audio: Option<types::ChatAudioOutput>,
    annotations: Vec<types::ChatAnnotation>,
    refusal: String,
    logprobs: Option<types::ChatTokenLogprobs>,
    finish_reason: Option<String>,
    native_finish_reason: Option<String>,
    model: Option<String>,
    provider: Option<String>,
    usage: Option<types::ChatUsage>,
    also: Vec<WrittenAnswer>,
    pace: Option<WrittenPace>,
    comments: usize,
    break_off_after: Option<usize>,
    error_after: Option<WrittenError>,
    refuse: Option<Refusal>,
    faults: Vec<Fault>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCall {
    id: Option<String>,
    name: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenError {
    chunks: usize,
    error: Refusal,
}

impl Scenario {
    /// Reads a scenario from JSON.
    ///
    /// # Errors
    ///
    /// When the text is not such JSON, with the line and what is allowed there: [`io::ErrorKind::InvalidData`].
    pub fn from_json(json: &str) -> io::Result<Self> {
        let written: Written = serde_json::from_str(json).map_err(invalid)?;
        Ok(Self(written))
    }

    /// Reads a scenario from YAML.
    ///
    /// # Errors
    ///
    /// When the text is not such YAML: [`io::ErrorKind::InvalidData`]. The line is that of the text where it is no YAML;
    /// what it says wrongly as YAML is told by its name.
    #[cfg(feature = "yaml")]
    pub fn from_yaml(yaml: &str) -> io::Result<Self> {
        // By way of JSON, since parts of it keep raw JSON text. Its lines are not those of the file.
        let value: Value = serde_norway::from_str(yaml).map_err(invalid)?;
        Self::from_json(&value.to_string()).map_err(|error| {
            let text = error.to_string();
            let place = text.rfind(" at line ").unwrap_or(text.len());
            invalid(text[..place].to_owned())
        })
    }

    /// Reads a scenario from a file: JSON, or, with the feature `yaml`, YAML where the name ends so.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no scenario; the message begins with its name.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        Self::read(path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let is_yaml = path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml");
        if !is_yaml {
            return Self::from_json(&text);
        }
        #[cfg(feature = "yaml")]
        return Self::from_yaml(&text);
        #[cfg(not(feature = "yaml"))]
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "scenarios in YAML need the feature `yaml` of openrouter-testkit",
        ))
    }
}

impl TestServerBuilder {
    /// Adds what a scenario says.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        let Scenario(written) = scenario;
        if let Some(key) = written.key {
            self = self.key(key);
        }
        if let Some(key) = written.management_key {
            self = self.management_key(key);
        }
        if written.lenient {
            self = self.lenient();
        }
        if let Some(pace) = written.pace {
            self = self.pace(pace.into());
        }
        if let Some(catalog) = written.catalog {
            self = self.catalog(catalog);
        }
        for turn in written.turns {
            self = self.turn(turn.into());
        }
        for rule in written.rules {
            self = self.when(rule.when.into(), rule.answer.into());
        }
        for WrittenFault { request, fault } in written.faults {
            self = match request {
                Some(request) => self.fault_on(request, fault),
                None => self.fault(fault),
            };
        }
        self
    }
}

impl From<WrittenPace> for Pace {
    fn from(written: WrittenPace) -> Self {
        written
            .tokens_per_second
            .map_or_else(Self::default, Self::tokens_per_second)
            .with_time_to_first_token(Duration::from_millis(written.time_to_first_token_ms))
    }
}

impl From<WrittenMatch> for Match {
    fn from(written: WrittenMatch) -> Self {
        let mut requests = Self::new();
        if let Some(model) = written.model {
            requests = requests.model(model);
        }
        if let Some(text) = written.says {
            requests = requests.says(text);
        }
        if let Some(text) = written.tool_result {
            requests = requests.tool_result(text);
        }
        if written.after_tools {
            requests = requests.after_tools();
        }
        if let Some(name) = written.offers_tool {
            requests = requests.offers_tool(name);
        }
        for (name, value) in written.headers {
            requests = requests.header(name, value);
        }
        match written.streamed {
            Some(streamed) => requests.streamed(streamed),
            None => requests,
        }
    }
}

impl From<WrittenAnswer> for Answer {
    fn from(written: WrittenAnswer) -> Self {
        let mut answer = Self {
            reasoning: written.reasoning,
            reasoning_details: written.reasoning_details,
            text: written.text,
            images: written.images,
            audio: written.audio,
            annotations: written.annotations,
            refusal: written.refusal,
            logprobs: written.logprobs,
            finish_reason: written.finish_reason,
            native_finish_reason: written.native_finish_reason,
            model: written.model,
            provider: written.provider,
            usage: written.usage,
            pace: written.pace.map(Pace::from).unwrap_or_default(),
            comments: written.comments,
            break_off_after: written.break_off_after,
            error_after: written.error_after.map(|it| (it.chunks, it.error)),
            refused: written.refuse,
            also: written.also.into_iter().map(Self::from).collect(),
            faults: written.faults,
            ..Self::default()
        };
        for call in written.tool_calls {
            let arguments = match call.arguments {
                Value::String(text) => text,
                Value::Null => "{}".to_owned(),
                value => value.to_string(),
            };
            answer = match call.id {
                Some(id) => answer.tool_call_with_id(id, call.name, arguments),
                None => answer.tool_call(call.name, arguments),
            };
        }
        answer
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
