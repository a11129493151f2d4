//! Rust source as the laws see it: with comments blanked, with texts blanked too, and cut into functions.
//!
//! Blanking keeps every byte's place, so that an offset means the same line in all three forms.

use super::lexer::blank;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// From the repository's root: `src/grants/acts.rs`.
    pub path: String,
    /// As it stands.
    pub text: String,
    /// With comments blanked.
    pub code: String,
    /// With comments and the insides of texts blanked.
    pub bare: String,
}

impl Source {
    /// A source with this text; for self-tests the text is made up.
    pub fn new(path: &str, text: &str) -> Self {
        let (code, bare) = blank(text);
        Self { path: path.to_owned(), text: text.to_owned(), code, bare }
    }
    /// A complaint about the line at `offset`, with the line itself.
    pub fn complain(&self, offset: usize, what: &str) -> String {
        let number = self.text[..offset].matches('\n').count() + 1;
        let line = self.text.lines().nth(number - 1).unwrap_or_default().trim();
        format!("{}:{number}: {what}\n    {line}", self.path)
    }
    /// Where `what` stands in the code outside comments and texts.
    pub fn find(&self, what: &str) -> Vec<usize> {
        self.bare.match_indices(what).map(|(at, _)| at).collect()
    }
    /// Where the tests at the file's end begin; the length when there are none.
    pub fn tests_at(&self) -> usize {
        self.bare.find("#[cfg(test)]").unwrap_or(self.bare.len())
    }
    /// The module of `lib.rs` that the file belongs to: `grants`; `None` for `lib.rs` and `main.rs`.
    pub fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let first = inside.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (name != "lib" && name != "main").then_some(name)
    }
    /// Every function of the file.
    pub fn functions(&self) -> Vec<Function> {
        let starts = self.find("fn ").into_iter().filter(|at| !self.bare[..*at].ends_with(is_word));
        starts.filter_map(|at| Function::read(self, at)).collect()
    }
    /// The blocks of `impl Trait for Type`, whose signatures are the trait's.
    pub fn trait_impls(&self) -> Vec<Range<usize>> {
        let starts = self.find("impl").into_iter().filter(|at| !self.bare[..*at].ends_with(is_word));
        let blocks = starts.filter_map(|at| {
            let open = at + self.bare[at..].find('{')?;
            self.bare[at..open].contains(" for ").then_some(open..closing(&self.bare, open)?)
        });
        blocks.collect()
    }
    /// The texts between quotes that stand in `range`, escapes untouched.
    pub fn texts(&self, range: Range<usize>) -> Vec<String> {
        let quotes: Vec<usize> =
            self.bare[range.clone()].match_indices('"').map(|(at, _)| range.start + at).collect();
        quotes.chunks_exact(2).map(|pair| self.text[pair[0] + 1..pair[1]].to_owned()).collect()
    }
}

/// A function found in a source.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where its `fn` stands.
    pub at: usize,
    /// Whether it is `pub` in any form.
    pub public: bool,
    /// Its parameters, each as written without white space at the ends.
    pub parameters: Vec<String>,
    /// What follows the parameters, up to the body.
    pub answer: String,
    /// The body between its braces; empty for a signature alone.
    pub body: Range<usize>,
}

impl Function {
    /// Reads the function whose `fn` stands at `at`; `None` for a function type.
    fn read(source: &Source, at: usize) -> Option<Self> {
        let bare = &source.bare;
        let name: String = bare[at + 3..].chars().take_while(|c| is_word(*c)).collect();
        if name.is_empty() {
            return None;
        }
        let mut open = at + 3 + name.len();
        if bare[open..].starts_with('<') {
            open = closing(bare, open)? + 1;
        }
        let open = open + bare[open..].find('(')?;
        let close = closing(bare, open)?;
        let end = close + end_of_signature(&bare[close + 1..])? + 1;
        let body = if bare[end..].starts_with('{') { end + 1..closing(bare, end)? } else { end..end };
        let line = bare[..at].rfind(['\n', ';', '{', '}']).map_or(0, |before| before + 1);
        Some(Self {
            name,
            at,
            public: bare[line..at].trim_start().starts_with("pub"),
            parameters: split_list(&bare[open + 1..close]),
            answer: bare[close + 1..end].trim().to_owned(),
            body,
        })
    }
}

/// Where the brace or semicolon stands that ends a signature; the one of `[u8; 16]` does not.
fn end_of_signature(rest: &str) -> Option<usize> {
    let mut depth = 0_i32;
    rest.find(|c: char| {
        depth += i32::from(c == '[' || c == '(') - i32::from(c == ']' || c == ')');
        depth == 0 && (c == '{' || c == ';')
    })
}

/// Whether a character belongs to a word of Rust.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the bracket that opens at `open` is closed, in text without comments and texts.
pub fn closing(bare: &str, open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    let mut before = ' ';
    for (at, c) in bare[open..].char_indices() {
        match c {
            // The arrow of a return type closes nothing.
            '>' if before == '-' || before == '=' => {}
            '<' | '>' if !bare[open..].starts_with('<') => {}
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at);
        }
        before = c;
    }
    None
}

/// Splits at the commas that stand outside every bracket.
pub fn split_list(list: &str) -> Vec<String> {
    let (mut depth, mut items, mut item, mut before) = (0_i32, Vec::new(), String::new(), ' ');
    for c in list.chars() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if before == '-' || before == '=' => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(c);
        }
        before = c;
    }
    items.push(item);
    items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// Every Rust file below a folder of the repository, sorted by path; none when the folder is missing.
pub fn rust_files(folder: &str) -> Vec<Source> {
    let read = |path: String| Source::new(&path, &fs::read_to_string(root().join(&path)).unwrap());
    files(folder, "rs").into_iter().map(read).collect()
}

/// The paths of every file below a folder whose name ends so, sorted, from the repository's root.
pub fn files(folder: &str, extension: &str) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|other| other == extension) {
                found.push(relative(&path));
            }
        }
    }
    found.sort();
    found
}

/// A path from the repository's root, with `/`.
fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

#[test]
fn functions_are_read_with_their_signatures() {
    let text = "pub(crate) fn a<'a, F: Fn(u8) -> u8>(x: Map<u8, u8>, (y, z): (u8, u8)) -> Result<(), E> where F: Copy { if x { } }\nfn b() -> [u8; 2] { x }\ntype F = fn (u8);\nlet s = \"fn c() {}\";";
    let functions = Source::new("src/x/y.rs", text).functions();
    assert_eq!(functions.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(functions[0].public && !functions[1].public);
    assert_eq!(functions[0].parameters, ["x: Map<u8, u8>", "(y, z): (u8, u8)"]);
    assert!(functions[0].answer.starts_with("-> Result<(), E>"));
    assert_eq!(text[functions[0].body.clone()].trim(), "if x { }");
    assert_eq!(text[functions[1].body.clone()].trim(), "x");
    assert_eq!(Source::new("src/x/y.rs", "").module(), Some("x"));
    assert_eq!(Source::new("src/main.rs", "").module(), None);
}

#[test]
fn the_repository_is_found() {
    assert!(rust_files("src").iter().any(|source| source.path == "src/lib.rs"));
    assert!(rust_files("no-such-folder").is_empty());
}
