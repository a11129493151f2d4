//! A module may name only modules listed above it in `lib.rs`.

use super::must_hold;
use super::source::{Source, closing, is_word, rust_files, split_list};

/// Engines that do not know each other although the list's order would allow it: (who, whom).
const STRANGERS: &[(&str, &str)] = &[
    ("watermark", "vault"),
    ("ledger", "vault"),
    ("ledger", "watermark"),
    ("notices", "vault"),
    ("notices", "watermark"),
];

/// The modules of `lib.rs`, from the ground up.
fn layers(sources: &[Source]) -> Vec<String> {
    let lib = sources.iter().find(|source| source.path == "src/lib.rs").unwrap();
    let lines = lib.bare.lines().map(str::trim);
    let names = lines.filter_map(|line| line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod "));
    names.filter_map(|rest| rest.strip_suffix(';')).map(str::to_owned).collect()
}

/// Exported macros, which live at the crate's root, with the module that defines each.
fn macros(sources: &[Source]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for source in sources {
        for at in source.find("macro_rules!") {
            let exported = source.bare[..at].trim_end().ends_with("#[macro_export]");
            let name: String =
                source.bare[at + 12..].trim_start().chars().take_while(|c| is_word(*c)).collect();
            if let (true, Some(module)) = (exported, source.module()) {
                found.push((name, module.to_owned()));
            }
        }
    }
    found
}

/// What a path or group after `crate::` names first: `a` of `a::b`, `a` and `c` of `{a::b, c}`.
fn firsts(rest: &str) -> Vec<String> {
    let word = |path: &str| path.trim().chars().take_while(|c| is_word(*c)).collect::<String>();
    if rest.starts_with('{') {
        let end = closing(rest, 0).unwrap();
        return split_list(&rest[1..end]).iter().map(|item| word(item)).collect();
    }
    vec![word(rest)]
}

/// How many modules lie around an offset inside its own file.
fn nesting(source: &Source, offset: usize) -> usize {
    let inner =
        source.find("mod ").into_iter().filter(|at| *at < offset && !source.bare[..*at].ends_with(is_word));
    let opens = inner.filter_map(|at| {
        let brace = at + source.bare[at..].find(['{', ';'])?;
        source.bare[brace..].starts_with('{').then_some(brace)
    });
    opens.filter(|brace| closing(&source.bare, *brace).is_some_and(|end| end > offset)).count()
}

/// How deep the file's own module lies: `src/a.rs` and `src/a/mod.rs` 1, `src/a/b.rs` 2.
fn depth(path: &str) -> usize {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.trim_end_matches("/mod").split('/').count()
}

/// Every breach in every file.
fn check(sources: &[Source]) -> Vec<String> {
    let (layers, macros) = (layers(sources), macros(sources));
    let rank = |module: &str| layers.iter().position(|layer| layer == module);
    let mut complaints = Vec::new();
    for source in sources {
        let Some(module) = source.module() else { continue };
        let Some(own) = rank(module) else {
            complaints.push(format!(
                "{}: src/lib.rs does not list `{module}`, so nothing of it is built",
                source.path
            ));
            continue;
        };
        for at in source.find("crate::") {
            for named in firsts(&source.bare[at + 7..]) {
                let of_macro =
                    macros.iter().find(|(name, _)| *name == named).map(|(_, module)| module.as_str());
                let target = of_macro.unwrap_or(&named);
                let what = match rank(target) {
                    None => format!("`{named}` is no module of src/lib.rs"),
                    Some(other) if other > own => {
                        format!("`{module}` may not name `{target}`: it is listed below it")
                    }
                    Some(_) if STRANGERS.contains(&(module, target)) => {
                        format!("`{module}` and `{target}` do not know each other")
                    }
                    Some(_) => continue,
                };
                complaints.push(source.complain(at, &what));
            }
        }
        complaints.extend(escapes(source));
    }
    complaints
}

/// Paths that reach the crate's root by `super`, where no name of a module would be seen.
fn escapes(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for at in source.find("super::").into_iter().filter(|at| !source.bare[..*at].ends_with("super::")) {
        let rest = &source.bare[at..];
        let ups = (rest.len() - rest.trim_start_matches("super::").len()) / "super::".len();
        if ups >= depth(&source.path) + nesting(source, at) {
            complaints.push(source.complain(at, "`super` reaches the crate's root: write `crate::`"));
        }
    }
    for at in source.find("#[path") {
        complaints.push(source.complain(at, "a module lies where its name says"));
    }
    complaints
}

#[test]
fn modules_name_only_what_is_listed_above_them() {
    let sources = rust_files("src");
    assert!(layers(&sources).len() > 5);
    must_hold(&check(&sources));
}

/// The complaints about one made-up file beside a list of four modules.
fn about(path: &str, text: &str) -> Vec<String> {
    let lib = "//! pub mod zero;\npub mod ids;\npub mod vault;\npub mod watermark;\nmod web;\n";
    let ground = "#[macro_export]\nmacro_rules! top { () => {} }";
    check(&[Source::new("src/lib.rs", lib), Source::new("src/web/page.rs", ground), Source::new(path, text)])
}

#[test]
fn a_breach_is_found_with_its_line() {
    let upward = about("src/ids.rs", "//! See crate::web.\n\nuse crate::vault::Copy;\n");
    assert_eq!(
        upward,
        ["src/ids.rs:3: `ids` may not name `vault`: it is listed below it\n    use crate::vault::Copy;"]
    );
    for (path, text, wanted) in [
        ("src/vault/a.rs", "use crate::{ids::A, web::{B, C}};", "may not name `web`"),
        ("src/vault/a.rs", "fn f() { crate::web::g() }", "may not name `web`"),
        ("src/ids.rs", "crate::top!();", "may not name `web`"),
        ("src/ids.rs", "use crate::nothing;", "`nothing` is no module"),
        ("src/orphan.rs", "", "does not list `orphan`"),
        ("src/watermark/a.rs", "use crate::vault::X;", "do not know each other"),
        ("src/ids.rs", "use super::web::X;", "reaches the crate's root"),
        ("src/vault/mod.rs", "use super::web::X;", "reaches the crate's root"),
        ("src/vault/a.rs", "use super::super::web::X;", "reaches the crate's root"),
        ("src/ids.rs", "mod tests { use super::super::web::X; }", "reaches the crate's root"),
        ("src/ids.rs", "#[path = \"web.rs\"] mod a;", "where its name says"),
    ] {
        let complaints = about(path, text);
        assert!(complaints.len() == 1 && complaints[0].contains(wanted), "{text}: {complaints:?}");
    }
}

#[test]
fn what_is_allowed_is_not_complained_about() {
    for (path, text) in [
        ("src/web/a.rs", "use crate::{ids, vault::{self, X}, watermark::Y, web::Z};\n crate::top!();"),
        ("src/vault/a.rs", "use super::store;\nmod tests { use super::super::store; }"),
        ("src/ids.rs", "// crate::web\nmod tests { use super::*; }\nconst A: &str = \"crate::web\";"),
    ] {
        must_hold(&about(path, text));
    }
}
