//! The one line that a person reads.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::{ApiError, PreviousError};

pub(super) fn api(
    f: &mut fmt::Formatter<'_>,
    api: &ApiError,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
) -> fmt::Result {
    f.write_str("API error")?;
    match (
        status.filter(|status| !status.is_success()),
        api.error_type(),
        api.code(),
    ) {
        (Some(status), Some(kind), _) => write!(f, " {} ({})", status.as_u16(), OneLine(kind))?,
        (Some(status), None, Some(code)) if code.parse() != Ok(status.as_u16()) => {
            write!(f, " {} ({})", status.as_u16(), OneLine(code))?;
        }
        (Some(status), None, _) => write!(f, " {}", status.as_u16())?,
        (None, Some(kind), _) => write!(f, " {}", OneLine(kind))?,
        (None, None, Some(code)) => write!(f, " {}", OneLine(code))?,
        (None, None, None) => {}
    }
    let message = if api.message().is_empty() {
        "it gave no reason"
    } else {
        api.message()
    };
    write!(f, ": {}", OneLine(message))?;

    let words = api
        .upstream_message()
        .filter(|words| !message.contains(words));
    match (api.provider_name().map(OneLine), words) {
        (Some(provider), Some(words)) => write!(f, "; {provider}: {}", OneLine(words))?,
        (Some(provider), None) => write!(f, "; from {provider}")?,
        (None, Some(words)) => write!(f, "; the provider: {}", OneLine(words))?,
        (None, None) => {}
    }
    list(f, "; flagged for ", api.moderation_reasons())?;
    for previous in api.previous_errors().iter().take(MAX_PREVIOUS) {
        self::previous(f, previous, message)?;
    }
    if let Some(availability) = api.availability() {
        if let Some(constraint) = availability.constraint() {
            let (field, detail) = (OneLine(&constraint.field), OneLine(&constraint.detail));
            write!(f, "; {field}: {detail}")?;
        }
        list(f, "; excluded by ", availability.excluded_by())?;
        list(f, "; instead try ", availability.fallback_models())?;
    }
    advice(f, api, status, retry_after)
}

fn previous(f: &mut fmt::Formatter<'_>, previous: &PreviousError, said: &str) -> fmt::Result {
    // The same words again tell nothing.
    if previous.provider.is_none()
        && previous
            .message
            .as_deref()
            .is_none_or(|message| message == said)
    {
        return Ok(());
    }
    write!(
        f,
        "; before that {}",
        OneLine(previous.provider.as_deref().unwrap_or("a provider"))
    )?;
    if let Some(code) = previous.code.as_deref() {
        write!(f, " answered {}", OneLine(code))?;
    }
    match previous.message.as_deref() {
        Some(message) if message != said => write!(f, ": {}", OneLine(message)),
        _ => Ok(()),
    }
}

fn advice(
    f: &mut fmt::Formatter<'_>,
    api: &ApiError,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
) -> fmt::Result {
    if let Some(wait) = retry_after {
        return write!(f, "; try again in {} s", wait.as_secs_f64().ceil());
    }
    match status.map(|status| status.as_u16()) {
        Some(401) => f.write_str("; check the API key"),
        Some(402) => match api.affordable_tokens() {
            Some((_, tokens)) => write!(f, "; add credits, or ask for at most {tokens} tokens"),
            None => f.write_str("; add credits, or raise the key's limit"),
        },
        _ => Ok(()),
    }
}

fn list(f: &mut fmt::Formatter<'_>, lead: &str, items: &[String]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        f.write_str(if at == 0 { lead } else { ", " })?;
        write!(f, "{}", OneLine(item))?;
    }
    Ok(())
}

/// A server's text, whose line ends and other control characters show as spaces: a log takes an error for one line, and
/// a terminal obeys what stands behind an escape.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self
            .0
            .split(char::is_control)
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .enumerate()
        {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(line)?;
        }
        Ok(())
    }
}

/// Most earlier failures that the text lists.
const MAX_PREVIOUS: usize = 4;
