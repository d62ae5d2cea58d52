//! Answers that come in pages.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use openrouter_types::operations::{ListEmbeddingModels, ListModels, ListUserModels};
use openrouter_types::{ModelsListResponse, Operation};

use crate::call_options::CallOptions;
use crate::client::{Client, Reply};
use crate::error::Error;

/// A call whose answer may be one page of several. Implement it for your own operations to use
/// [`Client::pages`] with them.
pub trait Paged: Operation + Sized {
    /// The call for the page behind this one, or `None` when this is the last.
    fn next_page(&self, answer: &Self::Answer) -> Option<Self>;
}

macro_rules! paged_by_link {
    ($($operation:ty),*) => {$(
        impl Paged for $operation {
            fn next_page(&self, answer: &ModelsListResponse) -> Option<Self> {
                let (offset, limit) = next_of(answer)?;
                // A link that leads backwards would never end.
                (offset > self.offset.unwrap_or(0)).then(|| {
                    let mut next = self.clone();
                    next.offset = Some(offset);
                    next.limit = limit.or(self.limit);
                    next
                })
            }
        }
    )*};
}

paged_by_link!(ListModels, ListUserModels, ListEmbeddingModels);

/// Offset and limit of the next page. The link's host is not followed: only these two numbers are taken.
// Source: the `ModelsListResponse` component of OpenRouter's OpenAPI description, read 2026-08-22.
fn next_of(answer: &ModelsListResponse) -> Option<(u64, Option<u64>)> {
    let link = answer.links.as_ref()?.next.as_deref()?;
    let (_, query) = link.split_once('?')?;
    let number = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(have, _)| *have == name)?
            .1
            .parse()
            .ok()
    };
    Some((number("offset")?, number("limit")))
}

/// The pages of an answer, fetched one after another as they are asked for.
///
/// # Cancellation
///
/// Dropping the stream ends the call that is open. Dropping the future of [`next`](Self::next) loses nothing.
pub struct Pages<O: Paged> {
    client: Client,
    options: CallOptions,
    next: Option<O>,
    open: Option<Fetching<O>>,
}

type Fetching<O> =
    Pin<Box<dyn Future<Output = (O, Result<Reply<<O as Operation>::Answer>, Error>)> + Send>>;

impl Client {
    /// Makes one call for each page of an answer. Ends behind the last page, or behind the first error.
    ///
    /// ```no_run
    /// # async fn example(client: openrouter_transport::Client) -> Result<(), openrouter_transport::Error> {
    /// use openrouter_types::operations::ListModels;
    ///
    /// let mut pages = client.pages(ListModels::new().with_limit(100u64));
    /// while let Some(page) = pages.next().await {
    ///     println!("{} models", page?.answer.data.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages<O: Paged>(&self, operation: O) -> Pages<O> {
        self.pages_with(operation, CallOptions::default())
    }

    /// The same with calls that do some things differently.
    pub fn pages_with<O: Paged>(&self, operation: O, options: CallOptions) -> Pages<O> {
        Pages {
            client: self.clone(),
            options,
            next: Some(operation),
            open: None,
        }
    }
}

impl<O> Pages<O>
where
    O: Paged + Send + Sync + Unpin + 'static,
    O::Answer: Send,
{
    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Reply<O::Answer>, Error>> {
        poll_fn(|cx| self.poll_next_page(cx)).await
    }

    fn poll_next_page(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Reply<O::Answer>, Error>>> {
        if self.open.is_none() {
            let Some(operation) = self.next.take() else {
                return Poll::Ready(None);
            };
            let (client, options) = (self.client.clone(), self.options.clone());
            self.open = Some(Box::pin(async move {
                let page = client.send_with(&operation, &options).await;
                (operation, page)
            }));
        }
        let Some(open) = &mut self.open else {
            return Poll::Ready(None);
        };
        let (operation, page) = ready!(open.as_mut().poll(cx));
        self.open = None;
        if let Ok(page) = &page {
            self.next = operation.next_page(&page.answer);
        }
        Poll::Ready(Some(page))
    }
}

impl<O> Stream for Pages<O>
where
    O: Paged + Send + Sync + Unpin + 'static,
    O::Answer: Send,
{
    type Item = Result<Reply<O::Answer>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_page(cx)
    }
}

impl<O: Paged> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_over = self.next.is_none() && self.open.is_none();
        f.debug_struct("Pages")
            .field("operation", &O::NAME)
            .field("is_over", &is_over)
            .finish_non_exhaustive()
    }
}
