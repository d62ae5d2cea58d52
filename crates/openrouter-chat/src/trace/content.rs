//! What is said, as the conventions for generative AI write it into spans.

use openrouter_types::ChatContentItems;
use serde_json::{Value, json};

use crate::message::parts_of;
use crate::{ChatResponse, Message, Role};

/// The value of `gen_ai.input.messages`.
pub(super) fn input(messages: &[Message]) -> String {
    let messages: Vec<Value> = messages.iter().map(message).collect();
    Value::from(messages).to_string()
}

/// The value of `gen_ai.output.messages`: one for each choice.
pub(super) fn output(answer: &ChatResponse) -> String {
    let choices = answer.choices();
    let messages: Vec<Value> = choices
        .iter()
        .map(|choice| {
            let mut said = message(&choice.message());
            if let Some(thought) = choice.reasoning()
                && let Some(parts) = said["parts"].as_array_mut()
            {
                parts.insert(0, json!({"type": "reasoning", "content": thought}));
            }
            said["finish_reason"] = choice.finish_reason().map(|reason| reason.as_str()).into();
            said
        })
        .collect();
    Value::from(messages).to_string()
}

fn message(message: &Message) -> Value {
    if let Some(id) = message.tool_call_id() {
        let response = json!({"type": "tool_call_response", "id": id, "response": message.text()});
        return json!({"role": "tool", "parts": [response]});
    }
    let mut parts: Vec<Value> = match parts_of(message.as_wire()) {
        [] if message.text().is_empty() => Vec::new(),
        [] => vec![json!({"type": "text", "content": message.text()})],
        parts => parts.iter().map(part).collect(),
    };
    parts.extend(message.tool_calls().iter().map(|call| {
        let arguments = call
            .arguments()
            .unwrap_or_else(|_| call.arguments_text().into());
        json!({"type": "tool_call", "id": call.id(), "name": call.name(), "arguments": arguments})
    }));
    json!({"role": role(&message.role()), "parts": parts})
}

/// Of what is no text, only the kind is told.
fn part(part: &ChatContentItems) -> Value {
    match part {
        ChatContentItems::Text(text) => json!({"type": "text", "content": text.text}),
        other => json!({"type": other.kind()}),
    }
}

fn role(role: &Role) -> &str {
    match role {
        Role::System => "system",
        Role::Developer => "developer",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
        Role::Other(name) => name,
    }
}
