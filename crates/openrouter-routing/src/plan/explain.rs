//! A plan as text.

use std::fmt::{self, Write as _};

use super::{Billing, Candidate, Certainty, Modifier, Plan};
use crate::price::{PriceKey, UsdPerMillion, UsdPerToken};

/// A table of the candidates, then everything else that the plan has to say.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "models: {}", self.models.join(", "))?;
        list(f, "rules", self.modifiers.iter())?;
        if self.candidates.is_empty() {
            writeln!(f, "\nno endpoint is left")?;
        } else {
            writeln!(f, "\ncandidates, in the order in which they are tried")?;
            self.candidate_table(f)?;
        }
        if !self.excluded.is_empty() {
            writeln!(f, "\nexcluded")?;
            let with_model = self.models.len() > 1;
            let name = |out: &super::Exclusion| match with_model {
                true => format!("{} ({})", out.tag(), out.model),
                false => out.tag().to_string(),
            };
            let width = self
                .excluded
                .iter()
                .map(|out| name(out).chars().count())
                .max()
                .unwrap_or_default();
            for out in &self.excluded {
                let reasons: Vec<_> = out.reasons.iter().map(ToString::to_string).collect();
                writeln!(f, "  {:width$}  {}", name(out), reasons.join("; "))?;
            }
        }
        list(f, "\nwhat would help", self.advice.iter())?;
        list(f, "\nwarnings", self.warnings.iter())?;
        list(
            f,
            "\nassumed",
            self.caveats
                .iter()
                .filter(|caveat| caveat.kind().is_reading()),
        )?;
        list(
            f,
            "\nnot known",
            self.caveats
                .iter()
                .filter(|caveat| !caveat.kind().is_reading()),
        )
    }
}

fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: impl Iterator<Item = T>,
) -> fmt::Result {
    let mut title = Some(title);
    for item in items {
        if let Some(title) = title.take() {
            writeln!(f, "{title}")?;
        }
        writeln!(f, "  {item}")?;
    }
    Ok(())
}

impl Plan {
    fn candidate_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut header = vec![
            "#", "endpoint", "place", "$/M in", "$/M out", "quant", "context", "max out", "up %",
            "tok/s",
        ];
        let with_model = self.models.len() > 1;
        if with_model {
            header.insert(2, "model");
        }
        header.push("notes");
        let mut rows = vec![header.into_iter().map(str::to_owned).collect::<Vec<_>>()];
        rows.extend(
            self.candidates
                .iter()
                .map(|candidate| row(candidate, with_model)),
        );

        let columns = rows[0].len();
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                write!(line, "  {cell:width$}")?;
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn row(candidate: &Candidate, with_model: bool) -> Vec<String> {
    let endpoint = &candidate.endpoint;
    let price = |key: PriceKey| {
        endpoint
            .prices
            .per_token(key)
            .map_or_else(missing, per_million)
    };
    let count = |number: Option<u64>| number.map_or_else(missing, |number| number.to_string());
    let mut cells = vec![(candidate.rank + 1).to_string(), endpoint.tag.to_string()];
    if with_model {
        cells.push(candidate.model.clone());
    }
    let mut notes = Vec::new();
    if !candidate.meets_thresholds {
        notes.push("misses a preferred threshold");
    }
    if candidate.billing == Billing::OwnKey {
        notes.push("own key");
    }
    notes.extend(candidate.doubts.iter().map(|doubt| doubt.code()));
    cells.extend([
        candidate.certainty.to_string(),
        price(PriceKey::Prompt),
        price(PriceKey::Completion),
        endpoint
            .quantization
            .as_ref()
            .map_or_else(missing, |quantization| quantization.as_str().to_owned()),
        count(endpoint.context_length),
        count(endpoint.max_completion_tokens),
        endpoint
            .uptime_last_5m
            .map_or_else(missing, |uptime| format!("{uptime:.1}")),
        endpoint
            .throughput
            .and_then(|stats| stats.p50)
            .map_or_else(missing, |rate| format!("{rate:.0}")),
        notes.join(", "),
    ]);
    cells
}

fn missing() -> String {
    "-".to_owned()
}

fn per_million(price: UsdPerToken) -> String {
    UsdPerMillion::from(price).to_string()
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.pad("exact"),
            Self::Assumed => f.pad("assumed"),
            Self::Unknown => f.pad("unknown"),
            Self::Weighted(odds) => f.pad(&format!("first {:.1} %", odds * 100.0)),
        }
    }
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variant { model, variant } => write!(f, "{model}:{variant} {}", variant.effect()),
            Self::Order => f.write_str("`order` decides; nothing is drawn"),
            Self::Sort(sort) => write!(f, "sorted by {}", sort.as_str()),
            Self::AutoExacto => f.write_str("tools without a sort: by the quality of tool calls"),
            Self::Draw => f.write_str("the first is drawn, in proportion to 1/price²"),
            Self::Tier(tier) => write!(f, "service tier {tier}"),
            Self::AcrossModels => f.write_str("all models are one list"),
            Self::SoftFilter(parameter) => {
                write!(f, "those without `{}` are dropped", parameter.as_str())
            }
            Self::Thresholds { moved } => {
                write!(f, "{moved} that miss a preferred threshold come last")
            }
            Self::NoFallbacks => f.write_str("no fallbacks"),
            Self::OwnKeys => f.write_str("the account's own keys are used"),
        }
    }
}
