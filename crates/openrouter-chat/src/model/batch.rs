//! Many questions at once.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::ChatModel;
use crate::message::Input;
use crate::{ChatOptions, ChatResponse, Error};

type Running = Pin<Box<dyn Future<Output = Result<ChatResponse, Error>> + Send>>;

/// Many questions, so many of them at once, each with a result of its own: one failure does not lose the others.
///
/// Take results as they finish with [`next`](Self::next), or all of them in the order of the questions with
/// [`all`](Self::all).
///
/// # Cancellation
///
/// Dropping the batch ends what is running and asks nothing more.
pub struct Batch {
    model: ChatModel,
    options: ChatOptions,
    waiting: VecDeque<(usize, Input<'static>)>,
    running: Vec<(usize, Running)>,
    concurrency: usize,
}

impl ChatModel {
    /// Asks many questions, at most `concurrency` of them at once.
    ///
    /// `concurrency` 0 counts as 1. Nothing is asked until the batch is polled.
    ///
    /// ```no_run
    /// # async fn example(model: openrouter_chat::ChatModel) {
    /// for (question, answer) in model.batch(["What is 1 + 1?", "What is 2 + 2?"], 8).all().await.iter().enumerate() {
    ///     match answer {
    ///         Ok(answer) => println!("{question}: {}", answer.text()),
    ///         Err(error) => eprintln!("{question}: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn batch<'a, I>(&self, inputs: impl IntoIterator<Item = I>, concurrency: usize) -> Batch
    where
        I: Into<Input<'a>>,
    {
        self.batch_with(inputs, concurrency, ChatOptions::default())
    }

    /// Asks many questions with options of this batch alone.
    pub fn batch_with<'a, I>(
        &self,
        inputs: impl IntoIterator<Item = I>,
        concurrency: usize,
        options: ChatOptions,
    ) -> Batch
    where
        I: Into<Input<'a>>,
    {
        let waiting = inputs
            .into_iter()
            .map(|input| input.into().into_owned())
            .enumerate()
            .collect();
        Batch {
            model: self.clone(),
            options,
            waiting,
            running: Vec::new(),
            concurrency: concurrency.max(1),
        }
    }
}

impl Batch {
    /// The next result that is there, with the position of its question; `None` when all have been told.
    pub async fn next(&mut self) -> Option<(usize, Result<ChatResponse, Error>)> {
        poll_fn(|cx| self.poll_next_result(cx)).await
    }

    /// All results, in the order of the questions.
    pub async fn all(mut self) -> Vec<Result<ChatResponse, Error>> {
        let mut results = Vec::new();
        while let Some((position, result)) = self.next().await {
            if results.len() <= position {
                results.resize_with(position + 1, || None);
            }
            results[position] = Some(result);
        }
        // Those that were taken before are missing.
        results.into_iter().flatten().collect()
    }

    fn poll_next_result(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(usize, Result<ChatResponse, Error>)>> {
        while self.running.len() < self.concurrency
            && let Some((position, input)) = self.waiting.pop_front()
        {
            let (model, options) = (self.model.clone(), self.options.clone());
            let call = async move { model.invoke_with(input, &options).await };
            self.running.push((position, Box::pin(call)));
        }
        if self.running.is_empty() {
            return Poll::Ready(None);
        }
        for at in 0..self.running.len() {
            if let Poll::Ready(result) = self.running[at].1.as_mut().poll(cx) {
                let (position, _) = self.running.swap_remove(at);
                return Poll::Ready(Some((position, result)));
            }
        }
        Poll::Pending
    }
}

impl Stream for Batch {
    type Item = (usize, Result<ChatResponse, Error>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_result(cx)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("waiting", &self.waiting.len())
            .field("running", &self.running.len())
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
