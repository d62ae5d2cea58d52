//! What `cargo xtask bench` reads, prints and refuses.

use xtask::bench::baseline::Baseline;
use xtask::bench::output::{self, Measured};
use xtask::bench::report::{Report, table};

const BASELINE: &str = r#"
rustc = "1.95.0"
valgrind = "3.19.0"
gungraun = "0.20.0"
band = 5.0

[suites.framing]
"frame by_16k" = { instructions = 466_000, units = 2_000, per = "event" }
"frame by_1" = { instructions = 99_956_000, units = 2_000, per = "event" }

[suites.media]
encode = { instructions = 38_600_000, units = 20_000_000, per = "byte" }
"#;

fn baseline() -> Baseline {
    Baseline::parse(BASELINE).unwrap()
}

fn measured(figures: &[(&str, u64)]) -> Vec<Measured> {
    let figure = |&(name, instructions): &(&str, u64)| Measured {
        name: name.to_owned(),
        instructions,
    };
    figures.iter().map(figure).collect()
}

/// What is said of figures of the framing suite.
fn complaints(figures: &[(&str, u64)]) -> Vec<String> {
    Report::new("framing", &measured(figures), &baseline()).complaints()
}

#[test]
fn a_benchmark_is_named_after_its_function_and_its_input() {
    let printed = concat!(
        r#"{"function_name":"frame","group":"framing","id":"by_16k","profiles":[{"tool":"DHAT","data":{}},"#,
        r#"{"tool":"Callgrind","data":{"parts":[],"total":{"metrics":{"Ir":{"values":{"new":466001}},"#,
        r#""EstimatedCycles":{"values":{"new":1}}},"regressions":[]}}}]}"#,
        "\n\n",
        r#"{"function_name":"encode","profiles":[{"tool":"Callgrind","data":{"total":{"metrics":{"Ir":"#,
        r#"{"change":{"diff_pct":"1.5"},"values":{"new":7,"old":6}}}}}}]}"#,
        "\n",
    );
    assert_eq!(
        output::read(printed).unwrap(),
        measured(&[("frame by_16k", 466_001), ("encode", 7)])
    );
}

#[test]
fn what_is_no_summary_is_refused_with_a_reason() {
    let reason = |printed: &str| output::read(printed).unwrap_err().to_string();
    assert_eq!(reason(" \n"), "no benchmark said anything");
    assert!(reason("warning: slow").contains("warning: slow"));
    assert_eq!(reason("{}"), "a summary without a function");
    assert_eq!(
        reason(r#"{"function_name":"f","id":"x","profiles":[{"tool":"DHAT","data":{}}]}"#),
        "f x: no count of instructions"
    );
}

#[test]
fn within_the_band_nothing_is_complained_of() {
    for by_16k in [442_800, 466_000, 489_200] {
        assert_eq!(
            complaints(&[("frame by_16k", by_16k), ("frame by_1", 99_956_000)]),
            [""; 0]
        );
    }
}

#[test]
fn outside_the_band_both_ways_are_complained_of() {
    assert_eq!(
        complaints(&[("frame by_16k", 489_400), ("frame by_1", 94_000_000)]),
        [
            "framing frame by_16k has changed by +5.02 %, and the band is \u{b1}5 %",
            "framing frame by_1 has changed by -5.96 %, and the band is \u{b1}5 %",
        ]
    );
}

#[test]
fn what_only_one_side_has_is_complained_of() {
    assert_eq!(
        complaints(&[("frame by_16k", 466_000), ("frame by_64", 1)]),
        [
            "framing frame by_64 is not in the baseline",
            "framing frame by_1 is in the baseline, and there is no such benchmark",
        ]
    );
}

#[test]
fn the_table_shows_units_and_is_aligned() {
    let baseline = baseline();
    let framing = measured(&[
        ("frame by_1", 99_956_000),
        ("frame by_16k", 500_000),
        ("frame by_64", 2_278_500),
    ]);
    let reports = [
        Report::new("framing", &framing, &baseline),
        Report::new("media", &measured(&[("encode", 38_600_000)]), &baseline),
        Report::new("new", &measured(&[]), &baseline),
    ];
    insta::assert_snapshot!(table(&reports));
}

#[test]
fn saving_keeps_units_and_forgets_what_is_no_more() {
    let mut baseline = baseline();
    baseline.replace(
        "framing",
        &measured(&[("frame by_16k", 450_000), ("frame by_64", 2_278_500)]),
    );
    baseline.keep_only(["framing"].into_iter());
    insta::assert_snapshot!(baseline);
    assert_eq!(Baseline::parse(&baseline.to_string()).unwrap(), baseline);
}

#[test]
fn a_baseline_that_nobody_could_have_written_is_refused() {
    for (from, to, reason) in [
        ("units = 20_000_000", "units = 0", "\"encode\" has no units"),
        ("per = \"byte\"", "pro = \"byte\"", "unknown field"),
        ("band = 5.0", "", "missing field `band`"),
        ("rustc = \"1.95.0\"", "", "missing field `rustc`"),
    ] {
        let error = Baseline::parse(&BASELINE.replace(from, to))
            .unwrap_err()
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn the_committed_baseline_is_in_the_form_that_saving_gives_it() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(Baseline::parse(&text).unwrap().to_string(), text);
}
