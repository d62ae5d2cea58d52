//! Figures beside the baseline.

use super::baseline::{Baseline, Entry};
use super::output::Measured;

/// The figures of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    suite: String,
    band: f64,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    name: String,
    /// All of it; `None` when the baseline has it and it was not run.
    instructions: Option<u64>,
    known: Option<Entry>,
}

impl Row {
    fn per_unit(&self) -> Option<f64> {
        let units = self.known.as_ref().map_or(1, |entry| entry.units);
        self.instructions.map(|all| ratio(all, units))
    }

    fn baseline(&self) -> Option<f64> {
        self.known
            .as_ref()
            .map(|entry| ratio(entry.instructions, entry.units))
    }

    /// In percent of the baseline.
    fn change(&self) -> Option<f64> {
        let (new, old) = (self.per_unit()?, self.baseline()?);
        Some((new - old) / old * 100.0)
    }
}

impl Report {
    /// Puts a suite's figures beside its baseline.
    #[must_use]
    pub fn new(suite: &str, measured: &[Measured], baseline: &Baseline) -> Self {
        let known = baseline.suites.get(suite);
        let mut rows: Vec<Row> = measured
            .iter()
            .map(|measured| Row {
                name: measured.name.clone(),
                instructions: Some(measured.instructions),
                known: known.and_then(|known| known.get(&measured.name)).cloned(),
            })
            .collect();
        for (name, entry) in known.into_iter().flatten() {
            if !measured.iter().any(|measured| measured.name == *name) {
                rows.push(Row {
                    name: name.clone(),
                    instructions: None,
                    known: Some(entry.clone()),
                });
            }
        }
        Self {
            suite: suite.to_owned(),
            band: baseline.band,
            rows,
        }
    }

    /// What is not as the baseline has it, a line each.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let complaint = |row: &Row| {
            let what = match (row.instructions, row.change()) {
                (None, _) => "is in the baseline, and there is no such benchmark".to_owned(),
                (_, None) => "is not in the baseline".to_owned(),
                // A cost that was nothing and is something has changed without bounds.
                (_, Some(change)) if !change.is_finite() || change.abs() > self.band => {
                    format!(
                        "has changed by {change:+.2} %, and the band is \u{b1}{} %",
                        self.band
                    )
                }
                _ => return None,
            };
            Some(format!("{} {} {what}", self.suite, row.name))
        };
        self.rows.iter().filter_map(complaint).collect()
    }
}

/// The figures as text, a line for each benchmark.
#[must_use]
pub fn table(reports: &[Report]) -> String {
    let mut lines =
        vec![["benchmark", "instructions", "per", "baseline", "change"].map(str::to_owned)];
    for report in reports {
        lines.push([
            report.suite.clone(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ]);
        for row in &report.rows {
            lines.push([
                format!("  {}", row.name),
                row.per_unit().map_or_else(|| "-".to_owned(), figure),
                row.known
                    .as_ref()
                    .map_or("run", |entry| &entry.per)
                    .to_owned(),
                row.baseline().map_or_else(|| "-".to_owned(), figure),
                row.change()
                    .map_or_else(|| "-".to_owned(), |change| format!("{change:+.1} %")),
            ]);
        }
    }
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let [name, count, per, baseline, change] = [0, 1, 2, 3, 4].map(width);
    let mut text = String::new();
    for line in &lines {
        let [a, b, c, d, e] = line;
        let line = format!("{a:name$}  {b:>count$}  {c:per$}  {d:>baseline$}  {e:>change$}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A count of instructions, with as many digits as are worth reading.
fn figure(count: f64) -> String {
    match count {
        small if small < 10.0 => format!("{small:.2}"),
        small if small < 100.0 => format!("{small:.1}"),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count, rounded"
        )]
        large => grouped(large.round() as u64, ','),
    }
}

/// A number with its digits in groups of three.
pub(super) fn grouped(number: u64, between: char) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts are far below the limit of exact numbers"
)]
fn ratio(count: u64, of: u64) -> f64 {
    count as f64 / of as f64
}
