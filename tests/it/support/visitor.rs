//! People at their browsers. A visitor keeps cookies, follows nothing unasked, and sends forms that pages offered.

use super::forms::{self, Form};
use super::http::{Answer, Request};
use super::mailbox::path_of;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Somebody's browser: where it goes, what it sends along, and its cookies.
#[derive(Clone, Debug)]
pub struct Visitor {
    server: SocketAddr,
    /// Scheme and host as the visitor sees them: `https://trust.example`.
    origin: String,
    /// What the proxy in front of the server adds; empty without one.
    proxy: Vec<(String, String)>,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// A visitor of the server at `base`, for example `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Self {
        let origin = base.trim_end_matches('/').to_owned();
        let server = origin.strip_prefix("http://").unwrap().parse().unwrap();
        Self { server, origin, proxy: Vec::new(), cookies: BTreeMap::new() }
    }
    /// A visitor who reaches `server` as `origin` through a proxy that ends TLS and says who `from` is.
    pub fn through_proxy(server: SocketAddr, origin: &str, from: &str) -> Self {
        let proxy = vec![
            ("X-Forwarded-For".to_owned(), from.to_owned()),
            ("X-Forwarded-Proto".to_owned(), "https".to_owned()),
        ];
        Self { server, origin: origin.trim_end_matches('/').to_owned(), proxy, cookies: BTreeMap::new() }
    }

    /// Fetches a page; `path` may also be a whole address, as letters hold it.
    pub fn get(&mut self, path: &str) -> Page {
        let navigation = [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate")];
        self.send(&self.request("GET", path, &navigation))
    }
    /// Sends form fields, as the page at this origin would.
    pub fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = encode_fields(fields);
        self.post(path, "application/x-www-form-urlencoded", body.into_bytes())
    }
    /// Sends form fields and files.
    pub fn multipart(&mut self, path: &str, parts: &[Part<'_>]) -> Page {
        let (kind, body) = encode_parts(parts);
        self.post(path, &kind, body)
    }
    /// Sends a filled-in form of the page at `page.path`.
    pub fn submit(&mut self, page: &Page, form: &Form) -> Page {
        let action = if form.action.is_empty() { page.path.as_str() } else { form.action.as_str() };
        let fields: Vec<(&str, &str)> =
            form.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if form.method == "post" {
            return self.post_form(action, &fields);
        }
        let path = action.split(['?', '#']).next().unwrap_or_default();
        self.get(&format!("{path}?{}", encode_fields(&fields)))
    }
    /// Goes where a 303 points; panics when the page is no such answer.
    pub fn follow(&mut self, page: &Page) -> Page {
        assert_eq!(page.status, 303, "{} did not send on: {}", page.path, page.words());
        let target = page.header("location").unwrap().to_owned();
        self.get(target.split_once('#').map_or(target.as_str(), |(path, _)| path))
    }
    /// Sends any request and leaves the body in the socket: to read part of a download and break off.
    pub fn begin(&mut self, request: &Request) -> Answer {
        let answer = request.begin(self.server);
        self.keep_cookies(&answer);
        answer
    }
    /// A request with this visitor's cookies and these headers, to be changed before [`Visitor::begin`].
    pub fn request(&self, method: &'static str, path: &str, headers: &[(&str, &str)]) -> Request {
        let path = if path.contains("://") { path_of(path) } else { path.to_owned() };
        let (_, host) = self.origin.split_once("://").unwrap();
        let mut request = Request::new(method, &path).with("Host", host).with("User-Agent", "Candor test");
        for (name, value) in &self.proxy {
            request = request.with(name, value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.with("Cookie", &pairs.join("; "));
        }
        headers.iter().fold(request, |request, (name, value)| request.with(name, value))
    }
    /// The value of a cookie, for tests that steal or lose one.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
    /// Puts a cookie in, as a thief would.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Sends a body as a page of this origin would.
    fn post(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let own =
            [("Origin", self.origin.as_str()), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", kind)];
        let mut request = self.request("POST", path, &own);
        request.body = body;
        self.send(&request)
    }
    /// Sends a request and reads the whole answer.
    fn send(&mut self, request: &Request) -> Page {
        let answer = self.begin(request);
        let (status, headers) = (answer.status, answer.headers.clone());
        Page { path: request.path.clone(), status, headers, body: answer.whole() }
    }
    /// Keeps and drops cookies as the answer says.
    fn keep_cookies(&mut self, answer: &Answer) {
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let mut fields = line.split(';').map(str::trim);
            let (name, value) = fields.next().unwrap().split_once('=').unwrap();
            if value.is_empty() || fields.any(|field| field.eq_ignore_ascii_case("max-age=0")) {
                self.cookies.remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
    }
}

/// A page, or whatever else came back.
#[derive(Clone, Debug)]
pub struct Page {
    /// Path and query it was asked by.
    pub path: String,
    /// The status code.
    pub status: u16,
    /// The headers in their order, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Page {
    /// The first header of this name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
    /// The body as text.
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// The words a person reads.
    pub fn words(&self) -> String {
        forms::words(&self.html())
    }
    /// The one form with this action, or else the one whose action begins so; empty means the form that is sent to the
    /// page itself.
    pub fn form(&self, action: &str) -> Form {
        let fits = |form: &Form| {
            if action.is_empty() { form.action.is_empty() } else { form.action.starts_with(action) }
        };
        let all = Form::all(&self.html());
        let mut fitting: Vec<Form> = all.iter().filter(|form| fits(form)).cloned().collect();
        if fitting.len() > 1 {
            fitting.retain(|form| form.action == action);
        }
        let actions: Vec<&str> = all.iter().map(|form| form.action.as_str()).collect();
        assert_eq!(
            fitting.len(),
            1,
            "forms for {action:?} on {} ({}) among {actions:?}",
            self.path,
            self.status
        );
        fitting.remove(0)
    }
    /// The targets of the page's links, in their order.
    pub fn links(&self) -> Vec<String> {
        links(&self.html())
    }
    /// The targets of its navigation.
    pub fn tabs(&self) -> Vec<String> {
        let html = self.html();
        let nav = html.split("<nav class=\"nav\"").nth(1).and_then(|rest| rest.split("</nav>").next());
        links(nav.unwrap_or_default())
    }
}

/// The targets of the links in a piece of a page.
fn links(html: &str) -> Vec<String> {
    let tags = forms::tags(html);
    tags.iter().filter(|(_, tag)| tag.name == "a").filter_map(|(_, tag)| tag.attribute("href")).collect()
}

/// A field or file of a multipart form.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// Name and value.
    Field(&'a str, &'a str),
    /// Name, file name, content type, bytes.
    File(&'a str, &'a str, &'a str, &'a [u8]),
}

/// Form fields as `application/x-www-form-urlencoded`.
fn encode_fields(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

/// Percent-encodes everything but letters, digits and `-._`.
fn escape(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// The content type and body of a multipart form (RFC 7578).
pub fn encode_parts(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = "candor-test-boundary-7f3a";
    let mut body = Vec::new();
    for part in parts {
        let (head, bytes) = match part {
            Part::Field(name, value) => (format!("name=\"{name}\""), value.as_bytes()),
            Part::File(name, file, kind, bytes) => {
                (format!("name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {kind}"), *bytes)
            }
        };
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    /// A server that echoes each request into a page with a form, sets a cookie, and sends POSTs on to `/after`.
    fn echo() -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut asked = vec![0; 4000];
                let length = stream.read(&mut asked).unwrap();
                let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
                let head = if asked.starts_with("POST") {
                    "HTTP/1.1 303 See Other\r\nLocation: /after\r\nSet-Cookie: s=; Max-Age=0"
                } else {
                    "HTTP/1.1 200 OK\r\nSet-Cookie: s=abc; Path=/; HttpOnly"
                };
                let form = "<form method=\"post\"><input type=\"hidden\" name=\"csrf\" value=\"x y\"></form>";
                let body = format!("<a href=\"/next\">n</a>{form}<pre>{asked}</pre>");
                let _ = stream
                    .write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
            }
        });
        base
    }

    #[test]
    fn a_visitor_keeps_cookies_and_sends_what_the_page_offered() {
        let mut ann = Visitor::new(&echo());
        let page = ann.get("/room?x=1");
        assert_eq!((page.status, ann.cookie("s")), (200, Some("abc")));
        assert_eq!(page.links(), ["/next"]);
        assert!(!page.words().contains("Cookie:"));
        let sent = ann.submit(&page, &page.form(""));
        let words = sent.words();
        assert!(words.contains("POST /room?x=1 HTTP/1.1"), "{words}");
        assert!(words.contains("Cookie: s=abc") && words.ends_with("csrf=x%20y"), "{words}");
        assert!(words.contains("Sec-Fetch-Site: same-origin"), "{words}");
        assert_eq!(ann.cookie("s"), None);
        assert!(ann.follow(&sent).words().contains("GET /after"));
        ann.set_cookie("stolen", "1");
        assert!(ann.get("https://trust.example/x/y").words().contains("GET /x/y"));
    }

    #[test]
    fn a_visitor_behind_a_proxy_is_seen_at_the_public_address() {
        let server = echo().strip_prefix("http://").unwrap().parse().unwrap();
        let mut bob = Visitor::through_proxy(server, "https://trust.example/", "203.0.113.9");
        let words = bob
            .multipart("/up", &[Part::Field("a", "b"), Part::File("f", "r.pdf", "application/pdf", b"%PDF")])
            .words();
        for wanted in [
            "Host: trust.example",
            "Origin: https://trust.example",
            "X-Forwarded-For: 203.0.113.9",
            "filename=\"r.pdf\"",
            "%PDF",
        ] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        let mut answer = bob.begin(&bob.request("GET", "/", &[("Sec-Fetch-Site", "cross-site")]));
        assert_eq!(answer.some(3), b"<a ");
    }
}
