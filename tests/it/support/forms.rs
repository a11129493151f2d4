//! Forms as a browser reads them: the fields of a page with the values they stand at, hidden ones included.

/// A form of a page, to be filled in and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent; empty means the page itself.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// Names and values that would be sent now, in the page's order.
    pub values: Vec<(String, String)>,
    /// Names, values and kinds of everything that could be filled in.
    offered: Vec<Offer>,
}

/// One thing that can be filled in, ticked or chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    name: String,
    /// The value a tick or choice would send; `None` for what is typed.
    value: Option<String>,
}

impl Form {
    /// Every form of a page.
    pub fn all(html: &str) -> Vec<Self> {
        let mut forms: Vec<Self> = Vec::new();
        let mut select = String::new();
        for (at, tag) in tags(html) {
            if tag.name == "form" {
                let action = tag.attribute("action").unwrap_or_default();
                let method = tag.attribute("method").unwrap_or_default().to_ascii_lowercase();
                forms.push(Self { action, method, values: Vec::new(), offered: Vec::new() });
            }
            let Some(form) = forms.last_mut() else { continue };
            if tag.name == "select" {
                select = tag.attribute("name").unwrap_or_default();
            }
            form.take(&tag, &html[at..], &select);
        }
        forms
    }

    /// The value that stands in `name` now.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Types `text` into the field `name`, which the page must offer.
    #[must_use]
    pub fn fill(mut self, name: &str, text: &str) -> Self {
        let offered = self.offered.iter().any(|offer| offer.name == name && offer.value.is_none());
        assert!(offered, "no field {name:?} to type in: {:?}", self.offered);
        self.values.retain(|(other, _)| other != name);
        self.values.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Chooses `value` of `name` in a list or among radio buttons; the page must offer it.
    #[must_use]
    pub fn choose(mut self, name: &str, value: &str) -> Self {
        self.values.retain(|(other, _)| other != name);
        self.tick(name, value)
    }

    /// Ticks the box `name` whose value is `value`; other boxes of the name stay as they are.
    #[must_use]
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        let offered =
            self.offered.iter().any(|offer| offer.name == name && offer.value.as_deref() == Some(value));
        assert!(offered, "{name:?} does not offer {value:?}: {:?}", self.offered);
        self.values.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes in one tag; `rest` is the page from after the tag, `select` the list that options belong to.
    fn take(&mut self, tag: &Tag, rest: &str, select: &str) {
        let name = tag.attribute("name").unwrap_or_default();
        let value = tag.attribute("value");
        match tag.name.as_str() {
            "textarea" => self.typed(&name, unescape(before(rest, "</textarea")).trim_start_matches('\n')),
            "option" => {
                let value = value.unwrap_or_else(|| unescape(before(rest, "<").trim()));
                // A list sends its first choice until another is made.
                let first = !self.offered.iter().any(|offer| offer.name == select);
                self.offer(select, &value);
                if first || tag.attribute("selected").is_some() {
                    self.values.retain(|(other, _)| other != select);
                    self.values.push((select.to_owned(), value));
                }
            }
            // A button is sent only when it is the one that is pressed: `tick` presses it.
            "button" => self.offer(&name, &value.unwrap_or_default()),
            "input" => match tag.attribute("type").unwrap_or_default().as_str() {
                "checkbox" | "radio" => {
                    let value = value.unwrap_or_else(|| "on".to_owned());
                    self.offer(&name, &value);
                    if tag.attribute("checked").is_some() {
                        self.values.push((name, value));
                    }
                }
                "button" | "image" | "reset" | "submit" => self.offer(&name, &value.unwrap_or_default()),
                // Files go by `Visitor::multipart`.
                "file" => {}
                "hidden" => self.values.push((name, value.unwrap_or_default())),
                _ => self.typed(&name, &value.unwrap_or_default()),
            },
            _ => {}
        }
    }

    /// Notes a field to type in; what stands in it is sent.
    fn typed(&mut self, name: &str, value: &str) {
        if !name.is_empty() {
            self.offered.push(Offer { name: name.to_owned(), value: None });
            self.values.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Notes a value that can be ticked, chosen or pressed.
    fn offer(&mut self, name: &str, value: &str) {
        if !name.is_empty() {
            self.offered.push(Offer { name: name.to_owned(), value: Some(value.to_owned()) });
        }
    }
}

/// An opening tag.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The element's name in small letters.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value with its entities decoded; empty for one without value.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| unescape(value))
    }
}

/// Every opening tag of a page with the offset after it.
pub fn tags(html: &str) -> Vec<(usize, Tag)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<') {
        let start = at + open + 1;
        let end = start + tag_length(&html[start..]);
        at = if html[start..].starts_with("!--") {
            start + html[start..].find("-->").unwrap_or(html.len() - start)
        } else {
            if html[start..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                found.push((html.len().min(end + 1), tag(&html[start..end])));
            }
            end
        };
    }
    found
}

/// How far it is to the `>` that ends a tag; one between quotes does not.
fn tag_length(text: &str) -> usize {
    let mut quoted = false;
    let ends = |c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    };
    text.find(ends).unwrap_or(text.len())
}

/// Reads what stands between the angle brackets of an opening tag. The house's templates quote every value.
fn tag(text: &str) -> Tag {
    let text = text.trim_end_matches('/');
    let (name, mut rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            break;
        }
        if let Some(quoted) = after.strip_prefix("=\"") {
            let (value, after) = quoted.split_once('"').unwrap();
            attributes.push((name.to_ascii_lowercase(), value.to_owned()));
            rest = after;
        } else {
            assert!(!after.starts_with('='), "an attribute without quotes: <{text}>");
            attributes.push((name.to_ascii_lowercase(), String::new()));
            rest = after;
        }
    }
    Tag { name: name.to_ascii_lowercase(), attributes }
}

/// The text up to `end`.
fn before<'a>(text: &'a str, end: &str) -> &'a str {
    text.split(end).next().unwrap_or_default()
}

/// Decodes the entities that templates write.
pub fn unescape(text: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
    ];
    let plain = pairs.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain));
    plain.replace("&amp;", "&")
}

/// The words of a page as a person reads them, without tags and without script and style.
pub fn words(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (inside, after) = piece.split_once('>').unwrap_or(("", piece));
        if !inside.starts_with("script") && !inside.starts_with("style") {
            text += after;
            text.push(' ');
        }
    }
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><!-- <form> --><p title="a > b">Hi&amp;<b>you</b></p><style>p{}</style>
        <form action="/request?a=1&amp;b=2" method="POST">
        <input type="hidden" name="token" value="t&quot;1"><input name="email" value="a@b.example" required>
        <textarea name="why">two
lines</textarea>
        <input type="checkbox" name="report" value="x"><input type="checkbox" name="report" value="y" checked>
        <select name="role"><option value="customer">C</option><option value="auditor" selected>A</option></select>
        <select name="term"><option>30 days</option><option>60 days</option></select>
        <input type="file" name="pdf"><button name="act" value="approve">Yes</button><button>No</button></form>
        <form><input type="radio" name="n" value="1"></form>"#;

    /// The values as one line.
    fn sent(form: &Form) -> String {
        form.values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_form_sends_what_a_browser_would() {
        let forms = Form::all(PAGE);
        assert_eq!(forms.len(), 2);
        let form = &forms[0];
        assert_eq!((form.action.as_str(), form.method.as_str()), ("/request?a=1&b=2", "post"));
        assert_eq!(
            sent(form),
            "token=t\"1|email=a@b.example|why=two\nlines|report=y|role=auditor|term=30 days"
        );
        assert_eq!(form.value("token"), Some("t\"1"));
        let filled = form.clone().fill("email", "c@d.example").choose("role", "customer").tick("report", "x");
        assert_eq!(
            sent(&filled.tick("act", "approve")),
            "token=t\"1|why=two\nlines|report=y|term=30 days|email=c@d.example|role=customer|report=x|act=approve"
        );
        assert_eq!(sent(&forms[1]), "");
    }

    #[test]
    #[should_panic(expected = "does not offer")]
    fn what_a_page_does_not_offer_cannot_be_chosen() {
        let _ = Form::all(PAGE)[0].clone().choose("role", "admin");
    }

    #[test]
    #[should_panic(expected = "no field")]
    fn a_hidden_field_cannot_be_typed_in() {
        let _ = Form::all(PAGE)[0].clone().fill("token", "x");
    }

    #[test]
    fn the_words_of_a_page_are_what_is_read() {
        assert_eq!(words("<p>Hi&amp;<b>you</b> &lt;3</p><style>p{}</style> there"), "Hi& you <3 there");
    }
}
