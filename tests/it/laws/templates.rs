//! Every template is listed once and every listed one exists; nothing reaches a page unescaped.
//!
//! Pages are listed in `const TEMPLATES: &[&str] = &["portal/trust", ...]` of the web layer. A letter is a folder named
//! by a word of `LetterKind` with `subject`, `text` and `html`. Partials and the layout are named by the pages that use
//! them.

use super::must_hold;
use super::source::{Source, closing, files, root, rust_files};
use std::fs;

/// A template: its name as it is registered, and its text.
struct Template {
    name: String,
    text: String,
}

/// What a self-test does to sound templates.
type Change<'a> = &'a dyn Fn(&mut Vec<Template>);

/// Every template of the repository.
fn templates() -> Vec<Template> {
    let read = |path: String| Template {
        name: path.trim_start_matches("templates/").trim_end_matches(".hbs").to_owned(),
        text: fs::read_to_string(root().join(&path)).unwrap(),
    };
    files("templates", "hbs").into_iter().map(read).collect()
}

/// The names in the list of pages; `None` while there is no web layer.
fn listed_pages(sources: &[Source]) -> Option<Vec<String>> {
    let source = sources
        .iter()
        .find(|source| source.path.starts_with("src/web/") && source.bare.contains("const TEMPLATES:"))?;
    let at = source.bare.find("const TEMPLATES:")?;
    let open = at + source.bare[at..].find('=')? + source.bare[at..].split_once('=')?.1.find('[')? + 1;
    Some(source.texts(open..closing(&source.bare, open)?))
}

/// The words of `LetterKind`, from which letters are rendered; `None` while there are no letters.
fn letter_kinds(sources: &[Source]) -> Option<Vec<String>> {
    let source = sources
        .iter()
        .find(|source| source.bare.contains("LetterKind {") && source.bare.contains("text_enum!"))?;
    let open = source.bare.find("LetterKind {")? + "LetterKind ".len();
    Some(source.texts(open..closing(&source.bare, open)?))
}

/// Differences between what is listed and what exists.
fn compare(listed: &[String], existing: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, name) in listed.iter().enumerate() {
        if listed[..number].contains(name) {
            complaints.push(format!("the template {name} is listed twice"));
        }
        if !existing.contains(name) {
            complaints.push(format!("templates/{name}.hbs is listed and does not exist"));
        }
    }
    let missing = existing.iter().filter(|name| !listed.contains(name));
    complaints.extend(missing.map(|name| format!("templates/{name}.hbs is not listed")));
    complaints
}

/// Every breach: pages, letters, partials, stashes.
fn check(templates: &[Template], pages: Option<&[String]>, kinds: Option<&[String]>) -> Vec<String> {
    let mut complaints = Vec::new();
    let names = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        templates.iter().map(|one| one.name.clone()).filter(|name| wanted(name)).collect()
    };
    let is_page =
        |name: &str| !["partials/", "letters/", "layout"].iter().any(|other| name.starts_with(other));
    if let Some(pages) = pages {
        complaints.extend(compare(pages, &names(&is_page)));
    }
    if let Some(kinds) = kinds {
        let parts = |kind: &String| ["html", "subject", "text"].map(|part| format!("letters/{kind}/{part}"));
        let listed: Vec<String> = kinds.iter().flat_map(parts).collect();
        complaints.extend(compare(&listed, &names(&|name| name.starts_with("letters/"))));
    }
    for template in templates {
        complaints.extend(breaches(template, templates));
    }
    complaints
}

/// Unescaped output and partials that nobody uses.
fn breaches(template: &Template, all: &[Template]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in template.text.lines().enumerate() {
        if line.contains("{{{") || line.contains("{{&") || line.contains("{{~{") || line.contains("{{~&") {
            complaints.push(format!(
                "templates/{}.hbs:{}: nothing is unescaped\n    {}",
                template.name,
                number + 1,
                line.trim()
            ));
        }
    }
    let uses = |other: &Template| {
        let named = ["{{> ", "{{#> ", "{{~> ", "{{~#> "].map(|start| format!("{start}{}", template.name));
        named.iter().any(|named| {
            other
                .text
                .match_indices(named.as_str())
                .any(|(at, _)| other.text[at + named.len()..].starts_with([' ', '}', '\n', '~']))
        })
    };
    if template.name.starts_with("partials/") && !all.iter().any(uses) {
        complaints.push(format!("templates/{}.hbs: no template uses this partial", template.name));
    }
    complaints
}

#[test]
fn templates_are_listed_complete_and_escaped() {
    let sources = rust_files("src");
    let pages = listed_pages(&sources);
    let has_web = sources.iter().any(|source| source.path == "src/web/guard.rs");
    assert!(pages.is_some() || !has_web, "the web layer has no `const TEMPLATES: &[&str]`");
    must_hold(&check(&templates(), pages.as_deref(), letter_kinds(&sources).as_deref()));
}

#[test]
fn the_lists_are_read_from_the_source() {
    let list = "/// All.\nconst TEMPLATES: &[&str] = &[\"portal/trust\", /* \"x\" */ \"sales/queue\"];";
    let letters = "text_enum! {\n LetterKind { Code = \"code\", } }";
    let sources = [Source::new("src/web/page.rs", list), Source::new("src/notices/letter.rs", letters)];
    assert_eq!(listed_pages(&sources).unwrap(), ["portal/trust", "sales/queue"]);
    assert_eq!(letter_kinds(&sources).unwrap(), ["code"]);
    assert!(listed_pages(&[]).is_none() && letter_kinds(&[]).is_none());
}

#[test]
fn a_breach_in_the_templates_is_found() {
    let template = |name: &str, text: &str| Template { name: name.to_owned(), text: text.to_owned() };
    let letter = |part: &str| template(&format!("letters/code/{part}"), "{{code}}");
    let whole = || {
        vec![
            template("layout", "{{> @partial-block}}"),
            template("portal/trust", "{{#> layout}}{{> partials/row x=1}}{{/layout}}"),
            template("partials/row", "{{x}}"),
            letter("subject"),
            letter("text"),
            letter("html"),
        ]
    };
    let (pages, kinds) = (vec!["portal/trust".to_owned()], vec!["code".to_owned()]);
    let complaints = |change: &dyn Fn(&mut Vec<Template>)| {
        let mut templates = whole();
        change(&mut templates);
        check(&templates, Some(&pages), Some(&kinds))
    };
    must_hold(&complaints(&|_| {}));
    must_hold(&check(&whole(), None, None));
    let changes: [(&str, Change); 6] = [
        ("trust.hbs is listed and does not exist", &|all| all[1].name = "partials/trust".to_owned()),
        ("portal/faq.hbs is not listed", &|all| all.push(template("portal/faq", ""))),
        ("letters/code/html.hbs is listed and", &|all| drop(all.pop())),
        ("letters/lost/text.hbs is not listed", &|all| all.push(template("letters/lost/text", ""))),
        ("row.hbs:1: nothing is unescaped", &|all| all[2].text = "{{{x}}}".to_owned()),
        ("no template uses this partial", &|all| all.push(template("partials/ro", ""))),
    ];
    for (wanted, change) in changes {
        assert!(
            complaints(change).iter().any(|one| one.contains(wanted)),
            "{wanted}: {:?}",
            complaints(change)
        );
    }
    let twice = vec!["portal/trust".to_owned(), "portal/trust".to_owned()];
    assert_eq!(check(&whole(), Some(&twice), None), ["the template portal/trust is listed twice"]);
}
