//! Exact decimals, and what a request costs.

use openrouter_routing::ErrorKind;
use openrouter_routing::price::{
    CostCaveat, PriceKey, Prices, Usd, UsdPerMillion, UsdPerToken, UtcClock, Workload,
};
use openrouter_types as types;
use proptest::prelude::*;
use types::Decode;

fn prices(json: &str) -> Prices {
    Prices::from(&types::PublicPricing::decode(json.as_bytes()).unwrap())
}

#[test]
fn decimals_do_not_drift() {
    let tenth: Usd = "0.1".parse().unwrap();
    assert_eq!(tenth + tenth + tenth, "0.3".parse().unwrap());
    let price: UsdPerToken = "0.00000015".parse().unwrap();
    assert_eq!((price * 123_456_789).to_string(), "18.51851835");
    assert_eq!(UsdPerMillion::from(price).to_string(), "0.15");
    assert_eq!(UsdPerToken::from(UsdPerMillion::from_cents(15)), price);
    assert_eq!("1.5e-7".parse::<UsdPerToken>().unwrap(), price);
    assert_eq!(
        UsdPerMillion::try_from(0.1).unwrap(),
        "0.1".parse().unwrap()
    );
    assert_eq!(
        format!("{price:?} {:?}", Usd::from_cents(-150)),
        "0.00000015 USD/token -1.5 USD"
    );
    assert_eq!(price.to_f64(), 1.5e-7);
}

#[test]
fn odd_texts_are_read_or_refused() {
    for (text, number) in [
        ("1.", "1"),
        (".5", "0.5"),
        ("-0.50", "-0.5"),
        ("+2e3", "2000"),
        ("-0", "0"),
        ("0e999999", "0"),
        ("1e-30", "0"),
        ("5e-25", "0.000000000000000000000001"),
        (
            "0.0000000000000000000000014999",
            "0.000000000000000000000001",
        ),
        (" 7 ", "7"),
        ("00012.30", "12.3"),
    ] {
        assert_eq!(text.parse::<Usd>().unwrap().to_string(), number, "{text}");
    }
    for text in [
        "", ".", "-", "e5", "1e", "1e5.5", "0x10", "1_000", "NaN", "inf", "1e15", "1,5", "١",
    ] {
        assert_eq!(
            text.parse::<Usd>().unwrap_err().kind(),
            ErrorKind::Price,
            "{text}"
        );
    }
    assert!(Usd::try_from(f64::NAN).is_err());
    assert!(Usd::try_from(1e300).is_err());
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(micros in any::<i64>(), digits in "[0-9]{1,12}\\.[0-9]{0,24}") {
        let amount = Usd::from_micros(micros);
        prop_assert_eq!(amount.to_string().parse::<Usd>().unwrap(), amount);
        let amount: Usd = digits.parse().unwrap();
        prop_assert_eq!(amount.to_string().parse::<Usd>().unwrap(), amount);
        prop_assert!((amount.to_f64() - digits.parse::<f64>().unwrap()).abs() <= amount.to_f64() * 1e-12);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), number in any::<f64>()) {
        let _ = text.parse::<UsdPerToken>();
        let _ = UsdPerMillion::try_from(number);
    }
}

#[test]
fn each_kind_of_use_has_its_line() {
    let prices = prices(
        r#"{"prompt": "0.000003", "completion": "0.000015", "request": "0.01", "image": "0.002", "web_search": "0.004",
            "input_cache_read": "0.0000003", "input_cache_write": "0.00000375", "input_cache_write_1h": "0.000006",
            "internal_reasoning": "0.00002", "audio": "0.00001", "audio_output": "0.00004", "image_output": "0.03"}"#,
    );
    let mut work = Workload::new(10_000, 2_000);
    work.cached_tokens = 4_000;
    work.cache_write_tokens = 1_000;
    work.cache_write_1h_tokens = 500;
    work.audio_tokens = 500;
    work.reasoning_tokens = 800;
    work.audio_output_tokens = 200;
    work.images = 3;
    work.output_images = 1;
    work.web_searches = 2;
    let estimate = prices.estimate(&work, None);
    let lines: Vec<_> = estimate
        .lines()
        .iter()
        .map(|line| (line.key.as_str(), line.units, line.cost.to_string()))
        .collect();
    let line = |key, units, cost: &str| (key, units, cost.to_owned());
    assert_eq!(
        lines,
        [
            line("audio", 500, "0.005"),
            line("input_cache_read", 4_000, "0.0012"),
            line("input_cache_write", 1_000, "0.00375"),
            line("input_cache_write_1h", 500, "0.003"),
            line("prompt", 4_000, "0.012"),
            line("internal_reasoning", 800, "0.016"),
            line("audio_output", 200, "0.008"),
            line("completion", 1_000, "0.015"),
            line("image", 3, "0.006"),
            line("image_output", 1, "0.03"),
            line("web_search", 2, "0.008"),
            line("request", 1, "0.01"),
        ]
    );
    assert_eq!(estimate.total().to_string(), "0.11795");
    assert_eq!(estimate.caveats(), [CostCaveat::CacheWithinPrompt]);
}

#[test]
fn what_has_no_price_of_its_own_is_named() {
    let prices = prices(
        r#"{"prompt": "0.000001", "completion": "0.000002", "internal_reasoning": "0", "discount": 0.1}"#,
    );
    let mut work = Workload::new(1_000, 1_000);
    work.cached_tokens = 600;
    work.reasoning_tokens = 900;
    work.images = 1;
    let estimate = prices.estimate(&work, None);
    assert_eq!(estimate.total().to_string(), "0.003");
    assert_eq!(
        estimate.caveats(),
        [
            CostCaveat::PriceMissing(PriceKey::Image),
            CostCaveat::ReasoningAsCompletion,
            CostCaveat::CacheWithinPrompt,
            CostCaveat::CacheAtPromptPrice,
            CostCaveat::DiscountListed,
        ]
    );
}

#[test]
fn parts_larger_than_their_whole_do_not_go_below_zero() {
    let prices =
        prices(r#"{"prompt": "0.000001", "completion": "0", "input_cache_read": "0.0000001"}"#);
    let mut work = Workload::new(100, 0);
    work.cached_tokens = 1_000;
    let estimate = prices.estimate(&work, None);
    assert_eq!(estimate.total().to_string(), "0.0001");
    assert!(estimate.caveats().contains(&CostCaveat::PartsExceedWhole));
}

#[test]
fn long_prompts_and_hours_change_prices() {
    let prices = prices(
        r#"{"prompt": "0.000001", "completion": "0.000001", "overrides": [
            {"min_prompt_tokens": 200000, "prompt": "0.000002"},
            {"utc_start": 2230, "utc_end": 600, "prompt": "0.0000005", "completion": "0.0000005"}]}"#,
    );
    let cost = |tokens, clock| {
        prices
            .estimate(&Workload::new(tokens, 0), clock)
            .total()
            .to_string()
    };
    let at = |hour, minute| UtcClock::new(hour, minute);
    assert_eq!(
        cost(200_000, at(12, 0)),
        "0.2",
        "the limit itself is still short"
    );
    assert_eq!(cost(200_001, at(12, 0)), "0.400002");
    assert_eq!(
        cost(200_001, at(23, 0)),
        "0.1000005",
        "of those that apply, the later wins"
    );
    assert_eq!(cost(1_000_000, at(22, 29)), "2");
    assert_eq!(cost(1_000_000, at(22, 30)), "0.5");
    assert_eq!(cost(1_000_000, at(5, 59)), "0.5");
    assert_eq!(cost(1_000_000, at(6, 0)), "2");
    assert_eq!(
        prices.estimate(&Workload::new(1, 1), None).caveats(),
        [CostCaveat::TimeOfDay]
    );
    assert_eq!(UtcClock::new(24, 0), None);
}

#[test]
fn a_text_that_is_no_number_is_not_a_price() {
    let prices = prices(r#"{"prompt": "free", "completion": 0.000002}"#);
    assert_eq!(prices.prompt(), None);
    assert_eq!(prices.completion().unwrap().to_string(), "0.000002");
    assert!(!prices.is_free());
}

#[test]
fn usage_of_an_answer_is_a_workload() {
    let usage = types::ChatUsage::decode(
        br#"{"prompt_tokens": 10, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 5}, "server_tool_use_details": {"web_search_requests": 2}}"#,
    )
    .unwrap();
    let work = Workload::from(&usage);
    let read = (
        work.prompt_tokens,
        work.completion_tokens,
        work.cached_tokens,
        work.reasoning_tokens,
        work.web_searches,
    );
    assert_eq!(read, (10, 20, 4, 5, 2));
    assert_eq!(work.requests, 1);
}
