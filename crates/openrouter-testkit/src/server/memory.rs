//! What `/generation` remembers.

use openrouter_types as types;
use types::ChatRequest;

use super::bounded::Bounded;
use crate::Answer;
use crate::answer::{Envelope, usage};

/// The last generations, and what all of them cost. Older ones are forgotten.
#[derive(Debug)]
pub(super) struct Memory {
    last: Bounded<Generation>,
    spent_usd: f64,
    free: FreeRequests,
}

/// Requests to models that cost nothing, on the last day with any.
#[derive(Debug, Default)]
struct FreeRequests {
    day: u64,
    requests: usize,
}

#[derive(Debug)]
pub(super) struct Generation {
    pub(super) data: types::GenerationResponseData,
    pub(super) content: types::GenerationContentData,
}

const MOST_GENERATIONS: usize = 1000;
/// Of the requests behind them.
const MOST_BYTES: usize = 64 << 20;
const SECONDS_A_DAY: u64 = 86_400;

impl Default for Memory {
    fn default() -> Self {
        Self {
            last: Bounded::new(MOST_GENERATIONS, MOST_BYTES),
            spent_usd: 0.0,
            free: FreeRequests::default(),
        }
    }
}

impl Memory {
    pub(super) fn find(&self, id: &str) -> Option<&Generation> {
        let mut last = self.last.iter();
        last.find(|it| it.data.id.as_deref() == Some(id))
    }

    pub(super) fn keep(
        &mut self,
        request: &ChatRequest,
        answer: &Answer,
        envelope: &Envelope,
        source: Option<&str>,
        bytes: usize,
    ) {
        let generation = Generation::new(request, answer, envelope, source);
        self.spent_usd += generation.data.total_cost.unwrap_or(0.0);
        if envelope.model.ends_with(":free") {
            let day = envelope.created / SECONDS_A_DAY;
            if day != self.free.day {
                self.free = FreeRequests { day, requests: 0 };
            }
            self.free.requests += 1;
        }
        self.last.push(generation, bytes);
    }

    /// How many requests of that day, in days since 1970, went to models that cost nothing.
    pub(super) fn free_requests(&self, day: u64) -> usize {
        match self.free.day == day {
            true => self.free.requests,
            false => 0,
        }
    }

    /// What all generations cost, in USD, also those that are forgotten.
    pub(super) fn spent(&self) -> f64 {
        self.spent_usd
    }
}

impl Generation {
    fn new(
        request: &ChatRequest,
        answer: &Answer,
        envelope: &Envelope,
        source: Option<&str>,
    ) -> Self {
        let usage = usage(answer, envelope);
        let (prompt, completion) = (
            usage.prompt_tokens.unwrap_or(0),
            usage.completion_tokens.unwrap_or(0),
        );
        let reasoning = usage
            .completion_tokens_details
            .as_ref()
            .and_then(|details| details.reasoning_tokens)
            .unwrap_or(0);
        let cost = usage.cost.unwrap_or(0.0);
        let mut data = types::GenerationResponseData::default()
            .with_id(envelope.id.as_str())
            .with_created_at(timestamp(envelope.created))
            .with_api_type("completions")
            .with_model(envelope.model.as_str())
            .with_provider_name(envelope.provider.as_str())
            .with_streamed(request.stream == Some(true))
            .with_cancelled(false)
            .with_finish_reason(answer.finish())
            .with_native_finish_reason(answer.native_finish())
            .with_latency(1.0)
            .with_generation_time(1.0)
            .with_tokens_prompt(prompt)
            .with_tokens_completion(completion)
            .with_native_tokens_prompt(prompt)
            .with_native_tokens_completion(completion)
            .with_native_tokens_reasoning(reasoning)
            .with_native_tokens_cached(0)
            .with_total_cost(cost)
            .with_usage(cost)
            .with_upstream_inference_cost(0.0)
            .with_is_byok(false)
            .with_data_region("global")
            .with_origin("");
        data.session_id.clone_from(&request.session_id);
        data.external_user.clone_from(&request.user);
        data.response_cache_source_id = source.map(str::to_owned);
        let messages = request
            .messages
            .iter()
            .filter_map(|message| types::RawJson::from_serialize(message).ok());
        let mut output =
            types::GenerationContentOutput::default().with_completion(answer.text.as_str());
        output.reasoning = (!answer.reasoning.is_empty()).then(|| answer.reasoning.clone());
        let input = types::GenerationContentMessages::default().with_messages(messages);
        let content = types::GenerationContentData::default()
            .with_input(input)
            .with_output(output);
        Self { data, content }
    }
}

/// Seconds since 1970 in the calendar, by the algorithm of Howard Hinnant's `civil_from_days`.
fn timestamp(seconds: u64) -> String {
    let (days, time) = (seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY);
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.000Z",
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn seconds_become_dates() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(timestamp(1_767_225_599), "2025-12-31T23:59:59.000Z");
    }
}
