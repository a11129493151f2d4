//! HEAD on public pages is GET without the body; what is gated answers it with a refusal and no entry.

use crate::support::house::House;
use candor::ledger::EventKind;
use candor::ledger::store::{self, Filter};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Sends a request and reads everything that comes until the server closes.
fn ask(house: &House, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(house.address()).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: trust.example\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Head and body of an answer.
fn parts(answer: &str) -> (String, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

/// The length that a head promises.
fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.unwrap_or_else(|| panic!("no length in {head}")).parse().unwrap()
}

#[test]
fn a_public_page_answers_head_as_get_without_the_body() {
    let house = House::open();
    for path in ["/", "/sign-in", "/verify", "/healthz"] {
        let (head, body) = parts(&ask(&house, "HEAD", path));
        let (of_get, whole) = parts(&ask(&house, "GET", path));
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert_eq!(body, "", "{path}");
        assert_eq!((length(&head), length(&of_get)), (whole.len(), whole.len()), "{path}");
    }
}

#[test]
fn what_is_gated_does_not_answer_head() {
    let house = House::open();
    for path in
        ["/reports/soc2", "/reports/soc2/copy", "/reports/soc2/pages/1/picture", "/access", "/security"]
    {
        let (head, _) = parts(&ask(&house, "HEAD", path));
        assert!(head.starts_with("http/1.1 405"), "{path}: {head}");
    }
    for kind in [EventKind::AccessRefused, EventKind::ReportViewed, EventKind::DownloadStarted] {
        let filter = Filter { kind: Some(kind), ..Filter::default() };
        let found = store::list(&mut house.app().database.read().unwrap(), &filter, 9).unwrap();
        assert!(found.is_empty(), "{kind}");
    }
}
