//! The saved form of a run.
//!
//! Written by hand and read leniently: what is missing is as if nothing had happened, so that a later version can add to it.

use std::time::Duration;

use openrouter_types as types;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};
use types::{ChatResult, ChatToolCall, Extra, RawJson};

use super::{CallOutcome, CallRecord, InFlight, OpenCall, RunState, Step};
use crate::tools::ToolCall;
use crate::tools::run::approval::Decision;
use crate::tools::run::stop::StopReason;
use crate::{ChatResponse, Conversation, Message};

/// The form that this version writes.
const VERSION: u64 = 1;

impl Serialize for RunState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("RunState", 8)?;
        fields.serialize_field("version", &VERSION)?;
        fields.serialize_field("conversation", &self.conversation)?;
        fields.serialize_field("steps", &self.steps)?;
        fields.serialize_field("open", &self.open)?;
        fields.serialize_field("has_called", &self.has_called)?;
        fields.serialize_field("elapsed_ms", &milliseconds(self.elapsed))?;
        fields.serialize_field("stopping", &self.stopping)?;
        fields.serialize_field("in_flight", &self.in_flight)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for RunState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        let version: u64 = fields.get("version")?;
        if version > VERSION {
            return Err(D::Error::custom(format!(
                "the run was saved in form {version}; this version reads up to {VERSION}"
            )));
        }
        Ok(Self {
            conversation: fields
                .get::<Option<Conversation>, _>("conversation")?
                .unwrap_or_default(),
            steps: fields.get::<Option<_>, _>("steps")?.unwrap_or_default(),
            open: fields.get::<Option<_>, _>("open")?.unwrap_or_default(),
            has_called: fields
                .get::<Option<_>, _>("has_called")?
                .unwrap_or_default(),
            elapsed: Duration::from_millis(
                fields
                    .get::<Option<_>, _>("elapsed_ms")?
                    .unwrap_or_default(),
            ),
            stopping: fields.get("stopping")?,
            in_flight: fields.get("in_flight")?,
        })
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Step", 7)?;
        fields.serialize_field("model", &self.model)?;
        fields.serialize_field(
            "response",
            &self.response.as_ref().map(ChatResponse::as_wire),
        )?;
        let is_done = self.response.as_ref().is_some_and(ChatResponse::is_done);
        fields.serialize_field("is_done", &is_done)?;
        fields.serialize_field("failure", &self.failure)?;
        fields.serialize_field("generation_id", &self.generation_id)?;
        fields.serialize_field("is_final", &self.is_final)?;
        fields.serialize_field("calls", &self.calls)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        let is_done = fields.get::<Option<_>, _>("is_done")?.unwrap_or_default();
        let response: Option<ChatResult> = fields.get("response")?;
        Ok(Self {
            model: fields.get("model")?,
            response: response.map(|result| ChatResponse::new(result, is_done)),
            failure: fields.get("failure")?,
            generation_id: fields.get("generation_id")?,
            is_final: fields.get::<Option<_>, _>("is_final")?.unwrap_or_default(),
            calls: fields.get::<Option<_>, _>("calls")?.unwrap_or_default(),
        })
    }
}

impl Serialize for CallRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("CallRecord", 5)?;
        fields.serialize_field("call", self.call.as_wire())?;
        fields.serialize_field("changed_arguments", &self.changed_arguments)?;
        fields.serialize_field("outcome", self.outcome.as_str())?;
        fields.serialize_field("reason", &self.reason)?;
        fields.serialize_field("duration_ms", &milliseconds(self.duration))?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for CallRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        let outcome: String = fields.get("outcome")?;
        let known = CallOutcome::ALL.into_iter();
        Ok(Self {
            call: fields.get::<ChatToolCall, _>("call")?.into(),
            changed_arguments: fields.get("changed_arguments")?,
            outcome: known
                .into_iter()
                .find(|known| known.as_str() == outcome)
                .ok_or_else(|| {
                    D::Error::custom(format!("unknown outcome {outcome:?} of a call"))
                })?,
            reason: fields.get("reason")?,
            duration: Duration::from_millis(
                fields
                    .get::<Option<_>, _>("duration_ms")?
                    .unwrap_or_default(),
            ),
        })
    }
}

impl Serialize for OpenCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("OpenCall", 4)?;
        fields.serialize_field("call", self.call.as_wire())?;
        fields.serialize_field("decision", &self.decision)?;
        let closed = self.closed.as_ref();
        fields.serialize_field("record", &closed.map(|(record, _)| record))?;
        fields.serialize_field("output", &closed.map(|(_, message)| message))?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for OpenCall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        let record: Option<CallRecord> = fields.get("record")?;
        let output: Option<Message> = fields.get("output")?;
        Ok(Self {
            call: ToolCall::from(fields.get::<ChatToolCall, _>("call")?),
            decision: fields.get("decision")?,
            closed: record.zip(output),
        })
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Decision", 2)?;
        let (kind, detail) = match self {
            Self::Approve => ("approve", None),
            Self::ApproveWith(arguments) => ("approve_with", Some(arguments.as_str())),
            Self::Refuse(reason) => ("refuse", Some(reason.as_str())),
            Self::Wait => ("wait", None),
        };
        fields.serialize_field("kind", kind)?;
        fields.serialize_field("detail", &detail)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Decision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        let kind: String = fields.get("kind")?;
        let detail = fields
            .get::<Option<String>, _>("detail")?
            .unwrap_or_default();
        Ok(match kind.as_str() {
            "approve" => Self::Approve,
            "approve_with" => Self::ApproveWith(RawJson::parse(&detail).map_err(D::Error::custom)?),
            "refuse" => Self::Refuse(detail),
            // Whoever is asked decides again.
            _ => Self::Wait,
        })
    }
}

impl Serialize for StopReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, detail) = self.to_parts();
        let mut fields = serializer.serialize_struct("StopReason", 2)?;
        fields.serialize_field("kind", kind)?;
        fields.serialize_field("detail", &detail)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for StopReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        let kind: String = fields.get("kind")?;
        let detail = fields
            .get::<Option<String>, _>("detail")?
            .unwrap_or_default();
        Self::from_parts(&kind, detail)
            .ok_or_else(|| D::Error::custom(format!("unknown reason {kind:?} to stop")))
    }
}

impl Serialize for InFlight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("InFlight", 3)?;
        fields.serialize_field("model", &self.model)?;
        fields.serialize_field("generation_id", &self.generation_id)?;
        fields.serialize_field("is_final", &self.is_final)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for InFlight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::read(deserializer)?;
        Ok(Self {
            model: fields.get("model")?,
            generation_id: fields.get("generation_id")?,
            is_final: fields.get::<Option<_>, _>("is_final")?.unwrap_or_default(),
        })
    }
}

/// The fields of an object that is being read.
struct Fields(Extra);

impl Fields {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Extra::deserialize(deserializer).map(Self)
    }

    /// A field's value; a missing field is read as `null`.
    fn get<T: DeserializeOwned, E: serde::de::Error>(&self, name: &str) -> Result<T, E> {
        let null = RawJson::null();
        let value = self.0.get(name).unwrap_or(&null);
        value
            .read()
            .map_err(|error| E::custom(format!("`{name}`: {error}")))
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
