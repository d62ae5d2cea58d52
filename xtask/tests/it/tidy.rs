//! What `cargo xtask tidy` finds.

use std::path::Path;

use serde_json::json;
use xtask::tidy::{Findings, files, layers, origins};

fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> serde_json::Value {
    let dependencies: Vec<_> = dependencies
        .iter()
        .map(|(name, kind)| json!({"name": name, "kind": kind}))
        .collect();
    json!({ "name": name, "publish": [], "dependencies": dependencies })
}

fn problems(packages: &[serde_json::Value]) -> Vec<String> {
    layers::problems(&json!({ "packages": packages }))
}

#[test]
fn dependencies_within_the_layers_are_fine() {
    let packages = [
        package(
            "openrouter-types",
            &[
                ("serde", None),
                ("serde_json", None),
                ("insta", Some("dev")),
            ],
        ),
        package(
            "openrouter-chat",
            &[
                ("openrouter-types", None),
                ("openrouter-transport", None),
                ("openrouter-testkit", Some("dev")),
            ],
        ),
        package(
            "openrouter-testkit",
            &[("openrouter-routing", None), ("hyper", None)],
        ),
    ];
    assert_eq!(problems(&packages), [""; 0]);
}

#[test]
fn dependencies_across_the_layers_are_problems() {
    let packages = [
        package(
            "openrouter-types",
            &[("bytes", None), ("openrouter-testkit", Some("dev"))],
        ),
        package(
            "openrouter-chat",
            &[
                ("openrouter-routing", None),
                ("openrouter-testkit", None),
                ("hyper", None),
            ],
        ),
        package(
            "openrouter-routing",
            &[
                ("openrouter-chat", None),
                ("tokio", None),
                ("tokio", Some("dev")),
            ],
        ),
        package("openrouter-facade", &[]),
    ];
    assert_eq!(
        problems(&packages),
        [
            "openrouter-types: it depends on bytes, which its layer does not allow",
            "openrouter-types: its tests depend on openrouter-testkit, which its layer does not allow",
            "openrouter-chat: it depends on openrouter-routing, which its layer does not allow",
            "openrouter-chat: it depends on openrouter-testkit, which its layer does not allow",
            "openrouter-chat: it depends on hyper, which its layer does not allow",
            "openrouter-routing: it depends on openrouter-chat, which its layer does not allow",
            "openrouter-routing: it depends on tokio, which its layer does not allow",
            "openrouter-facade: not in the table of layers (xtask/src/tidy/layers.rs)",
        ]
    );
}

#[test]
fn a_published_crate_says_what_it_is() {
    let packages = [
        json!({ "name": "xtask", "publish": null, "license": "MIT", "readme": "README.md", "manifest_path": "/nowhere/Cargo.toml" }),
    ];
    assert_eq!(
        problems(&packages),
        [
            "xtask: no `description` in Cargo.toml",
            "xtask: no `rust-version` in Cargo.toml",
            "xtask: README.md is missing or empty",
        ]
    );
}

fn check(path: &str, text: &str) -> Findings {
    let mut findings = Findings::default();
    files::check(Path::new(path), text.as_bytes(), &mut findings);
    findings
}

#[test]
fn no_file_holds_a_key_or_the_path_of_a_person() {
    // Put together here, so that this file passes its own check.
    let key = format!("sk-or-{}-{}", "v1", "0123456789abcdef".repeat(4));
    assert_eq!(
        check("a.md", &format!("first\nkey = {key}\n")).problems,
        ["a.md: line 2: looks like an API key"]
    );
    assert_eq!(check("a.md", "key = sk-or-v1-your-key\n").problems, [""; 0]);
    let home = format!("/{}/", "home");
    assert_eq!(
        check("a.md", &format!("see {home}somebody/x")).problems,
        [format!("a.md: line 1: a path in somebody's {home}")]
    );
    assert_eq!(
        check("a.md", &format!("see https://host{home}page")).problems,
        [""; 0]
    );
    assert_eq!(check("a.md", &format!("see {home}")).problems, [""; 0]);
}

#[test]
fn generated_files_say_so_and_others_do_not() {
    let generated = "crates/openrouter-types/src/generated/chat.rs";
    assert_eq!(
        check(generated, &format!("{}\n", files::GENERATED)).problems,
        [""; 0]
    );
    assert_eq!(check(generated, "//! Hand-made.\n").problems.len(), 1);
    assert_eq!(
        check(
            "crates/openrouter-types/src/lib.rs",
            &format!("{}\n", files::GENERATED)
        )
        .problems
        .len(),
        1
    );
}

#[test]
fn modules_are_named_and_long_files_are_noticed() {
    assert_eq!(check("src/sse/mod.rs", "").problems.len(), 1);
    assert_eq!(check("src/a.rs", &"\n".repeat(600)).warnings, [""; 0]);
    assert_eq!(check("src/a.rs", &"\n".repeat(601)).warnings.len(), 1);
}

#[test]
fn a_snapshot_belongs_to_a_test_file() {
    let check = |paths: &[&str]| {
        let paths: Vec<_> = paths.iter().map(Into::into).collect();
        let mut findings = Findings::default();
        files::check_snapshots(&paths, &mut findings);
        findings.problems
    };
    let snapshot = "a/tests/it/snapshots/it__drift__one.snap";
    assert_eq!(check(&["a/tests/it/drift.rs", snapshot]), [""; 0]);
    assert_eq!(
        check(&["a/tests/it/other.rs", "b/tests/it/drift.rs", snapshot]),
        [format!("{snapshot}: no test file has this name any more")]
    );
}

#[test]
fn every_data_file_has_an_origin() {
    let text = "[\"stream/*.sse\"]\norigin = \"by hand\"\n[\"gone.json\"]\norigin = \"recorded\"\n[\"a.json\"]\nwhy = \"\"\n";
    assert_eq!(
        origins::problems(
            "origins.toml",
            text,
            &["stream/one.sse", "stream/deep/two.sse", "a.json"]
        ),
        [
            "origins.toml: a.json has no origin",
            "origins.toml: there is no gone.json",
            "origins.toml: does not say where stream/deep/two.sse comes from",
        ]
    );
    assert!(origins::matches("a/*/c*.json", "a/b/c1.json"));
    assert!(!origins::matches("a/*.json", "a/b/c.json"));
}
