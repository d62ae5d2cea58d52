//! The setters that model handles and call options have in common.

/// Setters of everything that a request can ask for, on a type with an `options_mut`.
///
/// Written once, so that a handle's defaults and a call's overrides cannot differ in what they offer.
macro_rules! request_setters {
    () => {
        $crate::options::plain_setters! {
            /// Sets the model.
            with_model(model: impl Into<String>);
            /// Sets the models to fall back to, in order, when this one fails or refuses.
            with_models(models: impl IntoIterator<Item = impl Into<String>>);
            /// Sets how fallback models are tried, by the old name of `provider.sort.partition`: `fallback` or `sort`.
            with_route(route: impl Into<$crate::types::DeprecatedRoute>);
            /// Sets the largest number of tokens of the answer, reasoning included. Some providers refuse less than 16.
            with_max_tokens(max_tokens: u64);
            /// Sets the largest number of tokens of the answer, by the field's newer name.
            with_max_completion_tokens(max_completion_tokens: u64);
            /// Sets the sampling temperature, 0 to 2.
            with_temperature(temperature: f64);
            /// Sets the probability mass to sample from, above 0 and at most 1.
            with_top_p(top_p: f64);
            /// Sets how many of the likeliest tokens to sample from; 0 switches it off.
            with_top_k(top_k: u64);
            /// Sets the least probability of a token, relative to the likeliest one, 0 to 1.
            with_min_p(min_p: f64);
            /// Sets the threshold that falls with the square of the likeliest token's probability, 0 to 1.
            with_top_a(top_a: f64);
            /// Sets the penalty on tokens by how often they occurred, −2 to 2.
            with_frequency_penalty(frequency_penalty: f64);
            /// Sets the penalty on tokens that occurred at all, −2 to 2.
            with_presence_penalty(presence_penalty: f64);
            /// Sets the penalty on tokens of prompt and answer, above 0 and at most 2; 1 is none.
            with_repetition_penalty(repetition_penalty: f64);
            /// Sets the seed: the same request with the same seed should give the same answer, where providers can.
            with_seed(seed: i64);
            /// Sets the text, or the list of at most four texts, at which the model stops.
            with_stop(stop: impl Into<$crate::types::ChatRequestStop>);
            /// Asks for the log probabilities of the answer's tokens.
            with_logprobs(logprobs: bool);
            /// Sets how many likelier tokens to tell beside each, 0 to 20; needs log probabilities.
            with_top_logprobs(top_logprobs: u64);
            /// Sets biases, −100 to 100, by token id.
            with_logit_bias(logit_bias: impl Into<$crate::types::Map<f64>>);
            /// Sets the form of the answer.
            with_response_format(response_format: impl Into<$crate::types::ChatRequestResponseFormat>);
            /// Sets the tools on offer. They must be there on every turn of a conversation that has used them.
            with_tools(tools: impl IntoIterator<Item = impl Into<$crate::types::ChatFunctionTool>>);
            /// Sets which tool to call, if any.
            with_tool_choice(tool_choice: impl Into<$crate::types::ChatToolChoice>);
            /// Sets whether the model may call several tools at once.
            with_parallel_tool_calls(parallel_tool_calls: bool);
            /// Sets how many steps OpenRouter's own tools may take, at most 30.
            with_max_tool_calls(max_tool_calls: u64);
            /// Sets when OpenRouter's own tools stop.
            with_stop_server_tools_when(conditions: impl IntoIterator<Item = impl Into<$crate::types::StopServerToolsWhenCondition>>);
            /// Sets how much the model thinks, and what of it is told.
            with_reasoning(reasoning: impl Into<$crate::types::ChatRequestReasoning>);
            /// Sets how verbose the answer is.
            with_verbosity(verbosity: impl Into<$crate::types::Verbosity>);
            /// Sets the kinds of output.
            with_modalities(modalities: impl IntoIterator<Item = impl Into<$crate::types::ChatRequestModality>>);
            /// Sets voice and format of spoken answers; needs the `audio` modality and a stream.
            with_audio(audio: impl Into<$crate::types::ChatRequestAudio>);
            /// Sets options of image output, which differ from provider to provider.
            with_image_config(image_config: impl Into<$crate::types::Map<$crate::types::ImageConfigValue>>);
            /// Sets the expected answer, which speeds up providers that can use it.
            with_prediction(prediction: impl Into<$crate::types::Prediction>);
            /// Sets which providers may answer, and in which order. `openrouter-routing` has a checked builder for it.
            with_provider(provider: impl Into<$crate::types::ProviderPreferences>);
            /// Sets the plugins.
            with_plugins(plugins: impl IntoIterator<Item = impl Into<$crate::types::ChatRequestPlugin>>);
            /// Sets the service tier, such as `flex` or `priority`.
            with_service_tier(service_tier: impl Into<$crate::types::ChatRequestServiceTier>);
            /// Switches automatic prompt caching on.
            with_cache_control(cache_control: impl Into<$crate::types::AnthropicCacheControlDirective>);
            /// Sets a key that keeps requests at the provider that has their prompt cached.
            with_prompt_cache_key(prompt_cache_key: impl Into<String>);
            /// Sets the session: requests of one session are grouped, and stay at one provider. At most 256 characters;
            /// the empty text stands for none. Read from `OPENROUTER_SESSION_ID` when a model handle is made.
            with_session_id(session_id: impl Into<String>);
            /// Sets a stable name of the end user, which need not be the real one.
            with_user(user: impl Into<String>);
            /// Sets up to 16 names and values of your own.
            with_metadata(metadata: impl Into<$crate::types::Map<String>>);
            /// Sets what observability destinations are told.
            with_trace(trace: impl Into<$crate::types::TraceConfig>);
        }

        /// Sets how many answers are asked for; 1 is not sent. Not every provider obeys.
        #[must_use]
        pub fn with_n(mut self, n: u64) -> Self {
            self.options_mut().request.n = Some(n);
            self
        }

        /// Sets how hard the model thinks.
        #[must_use]
        pub fn with_reasoning_effort(mut self, effort: impl Into<$crate::types::ReasoningEffort>) -> Self {
            let reasoning = self.options_mut().request.reasoning.get_or_insert_default();
            reasoning.effort = Some(effort.into());
            self
        }

        /// Sets a field of the request that this crate does not know.
        #[must_use]
        pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<$crate::types::RawJson>) -> Self {
            self.options_mut().request.extra.insert(name, value);
            self
        }

        /// Asks the answer to tell how OpenRouter found the endpoint.
        #[must_use]
        pub fn with_router_metadata(mut self, on: bool) -> Self {
            self.options_mut().router_metadata = Some(on);
            self
        }

        /// Sets how OpenRouter's response cache is used.
        #[must_use]
        pub fn with_response_cache(mut self, cache: $crate::ResponseCache) -> Self {
            self.options_mut().response_cache = Some(cache);
            self
        }

        /// Sets your application's address (`HTTP-Referer`): without one, requests count for no application. The empty text
        /// stands for none: then what the client says holds.
        #[must_use]
        pub fn with_app_url(mut self, url: impl Into<String>) -> Self {
            self.options_mut().app_url = Some(url.into());
            self
        }

        /// Sets your application's name (`X-OpenRouter-Title`); counts with an address only. The empty text stands for
        /// none, as above.
        #[must_use]
        pub fn with_app_title(mut self, title: impl Into<String>) -> Self {
            self.options_mut().app_title = Some(title.into());
            self
        }

        /// Sets your application's categories, such as `cli-agent`: at most 2, each of at most 30 characters. The empty list
        /// stands for none, as above.
        #[must_use]
        pub fn with_app_categories(
            mut self,
            categories: impl IntoIterator<Item = impl Into<String>>,
        ) -> Self {
            let categories = categories.into_iter().map(Into::into).collect();
            self.options_mut().app_categories = Some(categories);
            self
        }

        /// Records in spans what is said, in both directions: `gen_ai.input.messages` and `gen_ai.output.messages`.
        ///
        /// Off by default, since prompts and answers are often private. Payloads of images, audio and files are left
        /// out. Without the `tracing` feature there are no spans.
        #[must_use]
        pub fn with_content_recorded(mut self, on: bool) -> Self {
            self.options_mut().content_recorded = Some(on);
            self
        }

        /// Sets which reasoning blocks of earlier replies are sent.
        #[must_use]
        pub fn with_reasoning_replay(mut self, replay: $crate::ReasoningReplay) -> Self {
            self.options_mut().reasoning_replay = Some(replay);
            self
        }
    };
}

/// Setters that hand their value to the setter of the same name of the wire's request.
macro_rules! plain_setters {
    ($($(#[$docs:meta])* $setter:ident($value:ident: $type:ty);)*) => {
        $(
            $(#[$docs])*
            #[must_use]
            pub fn $setter(mut self, $value: $type) -> Self {
                let request = &mut self.options_mut().request;
                **request = std::mem::take(&mut **request).$setter($value);
                self
            }
        )*
    };
}

pub(crate) use {plain_setters, request_setters};
