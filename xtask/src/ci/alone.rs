//! The types crate on its own: copied out of this repository, and without the standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Outcome, cargo, step};
use crate::Result;

/// Copies the folder of the types crate to an empty place, builds it there and runs its tests: also as in a program of
/// which another crate has switched over how `serde_json` reads numbers and orders keys.
pub(super) fn tests(workspace: &Path) -> Result<Outcome> {
    let copy = Scratch::new("types-alone")?;
    copy_folder(&workspace.join("crates/openrouter-types"), &copy.0)?;
    // The versions that this repository is tested with. Where they are at hand, no network is needed.
    std::fs::copy(workspace.join("Cargo.lock"), copy.0.join("Cargo.lock"))?;
    let target = workspace.join("target/types-alone");
    let switched = "serde_json/arbitrary_precision,serde_json/preserve_order";
    for arguments in [&["test"][..], &["test", "--features", switched]] {
        let target = target.to_string_lossy();
        step(&copy.0, arguments, &[("CARGO_TARGET_DIR", &target)])?;
    }
    Ok(Outcome::Passed)
}

/// Builds the types crate against a toolchain that has `core` and `alloc` and nothing else.
///
/// A crate that is `no_std` may still link `std`, through itself or through a dependency, and on a system that has a
/// standard library nobody notices. Here there is none to be found.
pub(super) fn no_std(workspace: &Path) -> Result<Outcome> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = |arguments: &[&str]| -> Result<String> {
        let output = Command::new(&rustc)
            .args(arguments)
            .current_dir(workspace)
            .output()?;
        Ok(String::from_utf8(output.stdout)?)
    };
    let version = ask(&["-vV"])?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("rustc does not name its host")?;
    let libraries = Path::new(ask(&["--print", "sysroot"])?.trim())
        .join("lib/rustlib")
        .join(host)
        .join("lib");
    let sysroot = Scratch::new("no-std-sysroot")?;
    let copies = sysroot.0.join("lib/rustlib").join(host).join("lib");
    std::fs::create_dir_all(&copies)?;
    for entry in std::fs::read_dir(&libraries)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if [
            "libcore-",
            "liballoc-",
            "libcompiler_builtins-",
            "librustc_std_workspace_core-",
        ]
        .iter()
        .any(|start| name.starts_with(start))
        {
            std::fs::copy(&path, copies.join(name))?;
        }
    }
    // With a target named, flags are for it alone: build scripts and macros still see the whole toolchain.
    let flags = format!("--sysroot={}", sysroot.0.display());
    let environment = [
        ("RUSTFLAGS", flags.as_str()),
        ("CARGO_TARGET_DIR", "target/no-std"),
    ];
    let check = [
        "check",
        "--package",
        "openrouter-types",
        "--no-default-features",
        "--target",
        host,
    ];
    step(workspace, &check, &environment)?;
    // The proof is worth something only if the same toolchain refuses a crate that does want `std`.
    let probe = sysroot.0.join("probe.rs");
    std::fs::write(&probe, "#![no_std]\nextern crate std;\n")?;
    let output = Command::new(cargo_rustc(&rustc))
        .args([
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
            &flags,
            "--target",
            host,
            "--out-dir",
        ])
        .arg(&sysroot.0)
        .arg(&probe)
        .output()?;
    let reason = String::from_utf8_lossy(&output.stderr);
    match reason.contains("can't find crate for `std`") {
        true => Ok(Outcome::Passed),
        false => Err(format!("a crate that wants `std` was not refused for that: {reason}").into()),
    }
}

/// The compiler beside the running `cargo`.
fn cargo_rustc(rustc: &std::ffi::OsStr) -> PathBuf {
    let beside = PathBuf::from(cargo()).with_file_name("rustc");
    if beside.is_file() {
        beside
    } else {
        PathBuf::from(rustc)
    }
}

/// A folder outside this repository that is deleted afterwards.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("openrouter-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be deleted is left to the system, which empties its folder of temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == "target" => {}
            true => copy_folder(&entry.path(), &target)?,
            false => drop(std::fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}
