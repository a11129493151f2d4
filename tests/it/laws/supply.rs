//! What we build on: every package from the one registry, none that is banned, each under a licence we accept.
//!
//! `deny.toml` is the list, for `cargo deny` as well; this law needs no tool and no network.

use super::must_hold;
use super::source::root;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// The registry everything comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` says.
struct Rules {
    licences: Vec<String>,
    banned: Vec<String>,
}

/// Reads `deny.toml`.
fn rules(text: &str) -> Rules {
    let file: toml::Table = text.parse().unwrap();
    let texts = |list: &toml::Value| -> Vec<String> {
        let name = |item: &toml::Value| item.get("crate").unwrap_or(item).as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(name).collect()
    };
    Rules { licences: texts(&file["licenses"]["allow"]), banned: texts(&file["bans"]["deny"]) }
}

/// Whether an SPDX expression can be met by accepted licences: one of each `OR`, all of each `AND`.
fn accepted(expression: &str, licences: &[String]) -> bool {
    // Old manifests write `MIT/Apache-2.0` for a choice.
    let expression = expression.replace('/', " OR ");
    let tokens = expression.replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = tokens.split_whitespace().collect();
    let mut at = 0;
    let met = any(&tokens, &mut at, licences);
    met && at == tokens.len()
}

/// `A OR B OR ...`
fn any(tokens: &[&str], at: &mut usize, licences: &[String]) -> bool {
    let mut met = all(tokens, at, licences);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(tokens, at, licences);
    }
    met
}

/// `A AND B AND ...`
fn all(tokens: &[&str], at: &mut usize, licences: &[String]) -> bool {
    let mut met = one(tokens, at, licences);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(tokens, at, licences);
    }
    met
}

/// A licence, a licence with an exception, or an expression in brackets.
fn one(tokens: &[&str], at: &mut usize, licences: &[String]) -> bool {
    let Some(first) = tokens.get(*at) else { return false };
    *at += 1;
    if *first == "(" {
        let met = any(tokens, at, licences);
        *at += 1;
        return met;
    }
    let mut name = (*first).to_owned();
    if tokens.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", tokens.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    licences.contains(&name)
}

/// Every package of the graph that breaks a rule.
fn check(packages: &[Value], rules: &Rules) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        if rules.banned.iter().any(|banned| banned == name) {
            complaints.push(format!("{name} is banned by deny.toml"));
        }
        // Our own package has no source.
        if package["source"].as_str().is_some_and(|source| source != REGISTRY) {
            complaints.push(format!("{name} comes from {}", package["source"]));
        }
        let licence = package["license"].as_str().unwrap_or("no licence");
        if !accepted(licence, &rules.licences) {
            complaints.push(format!("{name} is under {licence}, which deny.toml does not accept"));
        }
    }
    complaints
}

/// The packages that are built for this machine.
fn packages() -> Vec<Value> {
    let host = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let host = String::from_utf8(host)
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned));
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--locked",
        "--offline",
        "--format-version",
        "1",
        "--filter-platform",
        &host.unwrap(),
    ]);
    let output = command.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn what_we_build_on_keeps_the_rules() {
    let packages = packages();
    assert!(packages.len() > 100);
    must_hold(&check(&packages, &rules(&fs::read_to_string(root().join("deny.toml")).unwrap())));
}

#[test]
fn a_package_against_the_rules_is_found() {
    let rules = rules(
        "[licenses]\nallow = [\"MIT\", \"ISC\", \"Apache-2.0 WITH LLVM-exception\"]\n[bans]\ndeny = [{ crate = \"openssl\" }]",
    );
    let package = |name: &str, source: &str, licence: &str| serde_json::json!({ "name": name, "source": source, "license": licence });
    for licence in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "MIT AND (GPL-3.0 OR ISC)",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        must_hold(&check(&[package("a", REGISTRY, licence)], &rules));
    }
    for (name, source, licence, wanted) in [
        ("openssl", REGISTRY, "MIT", "banned"),
        ("a", "git+https://example.org/a", "MIT", "comes from"),
        ("a", REGISTRY, "GPL-3.0", "under GPL-3.0"),
        ("a", REGISTRY, "MIT AND GPL-3.0", "does not accept"),
        ("a", REGISTRY, "", "does not accept"),
        ("a", REGISTRY, "Apache-2.0 WITH Other", "does not accept"),
    ] {
        let complaints = check(&[package(name, source, licence)], &rules);
        assert!(complaints.len() == 1 && complaints[0].contains(wanted), "{licence}: {complaints:?}");
    }
}
