//! Exceptions as OSCAL assessment results: findings with their observations, read and written.
//!
//! What OSCAL has no place for travels in `props` under our own namespace, named as the columns of the table are; a
//! document of other makers is read as far as it goes: title, description, target, methods, remarks.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The namespace of our own props.
const NAMESPACE: &str = "https://candor.dev/ns/oscal";
/// What a field of the table is called, with its text.
pub type Fields = BTreeMap<String, String>;

/// Why a document cannot be read; the text says what was looked for.
#[derive(Debug, thiserror::Error)]
pub enum OscalError {
    /// Not JSON.
    #[error("this is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// JSON of another shape.
    #[error("there is no \"assessment-results\" with \"results\" and \"findings\" in it")]
    NoFindings,
}

/// How our kinds of tests and the methods of OSCAL fit.
const METHODS: [(&str, &str); 4] = [
    ("EXAMINE", "inspection"),
    ("INTERVIEW", "inquiry"),
    ("OBSERVE", "observation"),
    ("TEST", "re_performance"),
];

/// Reads the findings of a document, each as the fields of the table.
pub fn read(text: &str) -> Result<Vec<Fields>, OscalError> {
    let document: Value = serde_json::from_str(text).map_err(OscalError::NotJson)?;
    let results = document.pointer("/assessment-results/results").and_then(Value::as_array);
    let results = results.ok_or(OscalError::NoFindings)?;
    let mut all = Vec::new();
    for result in results {
        let findings = result.get("findings").and_then(Value::as_array).ok_or(OscalError::NoFindings)?;
        for finding in findings {
            all.push(fields(finding, result, all.len() + 1));
        }
    }
    Ok(all)
}

/// The text of a member.
fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// One finding as fields.
fn fields(finding: &Value, result: &Value, number: usize) -> Fields {
    let mut fields = Fields::from([("reference".to_owned(), format!("F-{number}"))]);
    let mut put = |name: &str, text: Option<String>| {
        if let Some(text) = text {
            fields.insert(name.to_owned(), text);
        }
    };
    put("title", text(finding, "title"));
    put("finding", text(finding, "description"));
    put("pages", text(finding, "remarks"));
    let target = finding.get("target");
    put("criterion", target.and_then(|target| text(target, "target-id")));
    put("control", target.and_then(|target| text(target, "description").or_else(|| text(target, "title"))));
    put("tests", Some(methods(finding, result)).filter(|methods| !methods.is_empty()));
    for prop in finding.get("props").and_then(Value::as_array).into_iter().flatten() {
        if text(prop, "ns").as_deref() == Some(NAMESPACE)
            && let Some(name) = text(prop, "name")
        {
            put(&name, text(prop, "value"));
        }
    }
    fields
}

/// The methods of the observations that a finding rests on, as our words.
fn methods(finding: &Value, result: &Value) -> String {
    let related: Vec<&str> = finding
        .get("related-observations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|related| related.get("observation-uuid").and_then(Value::as_str))
        .collect();
    let observations = result.get("observations").and_then(Value::as_array).into_iter().flatten();
    let mut words = Vec::new();
    for observation in observations {
        if !text(observation, "uuid").is_some_and(|uuid| related.contains(&uuid.as_str())) {
            continue;
        }
        let methods = observation.get("methods").and_then(Value::as_array).into_iter().flatten();
        for method in methods.filter_map(Value::as_str) {
            let known = METHODS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(method));
            words.extend(known.map(|(_, ours)| *ours).filter(|ours| !words.contains(ours)));
        }
    }
    words.join(";")
}

/// What a document says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its own identifier.
    pub uuid: &'a str,
    /// When it was written, RFC 3339.
    pub at: &'a str,
    /// When the period began, RFC 3339.
    pub start: &'a str,
}

/// Writes findings as a document; `all` are the fields of each with its identifier.
pub fn write(head: Head<'_>, all: &[(String, Fields)]) -> String {
    let findings: Vec<Value> = all.iter().map(|(uuid, fields)| finding(uuid, fields)).collect();
    let document = json!({ "assessment-results": {
        "uuid": head.uuid,
        "metadata": { "title": head.title, "last-modified": head.at, "version": "1", "oscal-version": "1.1.2" },
        "import-ap": { "href": "#" },
        "results": [{
            "uuid": head.uuid,
            "title": head.title,
            "description": "Exceptions as the report has them.",
            "start": head.start,
            "reviewed-controls": { "control-selections": [{ "include-all": {} }] },
            "findings": findings,
        }],
    }});
    format!("{document:#}\n")
}

/// One finding.
fn finding(uuid: &str, fields: &Fields) -> Value {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let props: Vec<Value> = fields
        .iter()
        .filter(|(name, value)| !value.is_empty() && !matches!(name.as_str(), "title" | "finding"))
        .map(|(name, value)| json!({ "name": name, "ns": NAMESPACE, "value": value }))
        .collect();
    json!({
        "uuid": uuid,
        "title": field("title"),
        "description": field("finding"),
        "props": props,
        "target": {
            "type": "objective-id",
            "target-id": field("criterion"),
            "description": field("control"),
            "status": { "state": "not-satisfied" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_it_was() {
        let fields = Fields::from(
            [
                ("reference", "E-1"),
                ("title", "Late"),
                ("finding", "3 of 25\nlate"),
                ("criterion", "CC6.2"),
                ("control", "c"),
            ]
            .map(|(name, text)| (name.to_owned(), text.to_owned())),
        );
        let head = Head { title: "t", uuid: "u", at: "2026-11-21T09:30:00Z", start: "2025-10-01T00:00:00Z" };
        assert_eq!(read(&write(head, &[("x".to_owned(), fields.clone())])).unwrap(), [fields]);
    }

    #[test]
    fn a_document_of_others_is_read_as_far_as_it_goes() {
        let text = r#"{"assessment-results":{"results":[{"observations":[{"uuid":"o","methods":["TEST","INTERVIEW","x"]}],
            "findings":[{"title":"T","description":"D","target":{"target-id":"ac-2"},
            "related-observations":[{"observation-uuid":"o"}]}]}]}}"#;
        let first = read(text).unwrap().remove(0);
        assert_eq!(
            (first["tests"].as_str(), first["criterion"].as_str()),
            ("re_performance;inquiry", "ac-2")
        );
        for broken in
            ["", "[]", "{}", r#"{"assessment-results":{"results":[{}]}}"#, r#"{"assessment-results":1}"#]
        {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
