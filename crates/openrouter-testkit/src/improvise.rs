//! An answer to whatever is asked, when there is no script.

use openrouter_types::{ChatMessages, ChatRequest};

use crate::Answer;
use crate::received::last_user_text;

/// Makes up an answer. It says what it is, so that nobody takes it for a model's.
pub(crate) fn improvise(request: &ChatRequest) -> Answer {
    let question = last_user_text(request).unwrap_or_default();
    let question = question.trim();
    let said = if question.is_empty() {
        "nothing".to_owned()
    } else {
        format!("\u{201c}{question}\u{201d}")
    };
    let turns = request
        .messages
        .iter()
        .filter(|message| matches!(message, ChatMessages::User(_)))
        .count();
    let thinks = request.reasoning.is_some() || request.reasoning_effort.is_some();
    let answer = Answer::text(format!(
        "You said {said}. No model has read it: this is the test server of the OpenRouter crates, which runs on your own \
         machine and answers everybody with these words. The request is turn {turns} of its conversation, and it \
         came through the same client, over the same kind of connection, as it would on its way to a model. Set \
         OPENROUTER_API_KEY to hear from one."
    ));
    if thinks {
        answer.reasoning("There is nothing to think about; a test server only pretends to.")
    } else {
        answer
    }
}
