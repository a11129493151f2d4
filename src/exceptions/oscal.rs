//! Exceptions as OSCAL assessment results (NIST OSCAL 1.1, JSON): findings with their observations and risks, read and
//! written.
//!
//! A finding is the exception, its observation how the control was tested, its risk what may come of it and what is done
//! about it. What OSCAL has no place for, or no exact one, travels in `props` of the finding under our own namespace,
//! named as the columns of the table are; they win when a document of ours is read again. A document of other makers is
//! read as far as it goes. `scripts/interop-oscal` holds both ways against `compliance-trestle`.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::{Builder, Uuid};

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

/// How the methods of OSCAL, and what others write for them, fit our kinds of tests. OSCAL knows no observation of its
/// own: it is written as the first method that reads as inspection.
const METHODS: [(&str, &str); 4] = [
    ("EXAMINE", "inspection"),
    ("INTERVIEW", "inquiry"),
    ("OBSERVE", "observation"),
    ("TEST", "re_performance"),
];

/// Reads the findings of a document, each as the fields of the table. Results without findings are passed over; a
/// document in which nobody speaks of findings is not read as an empty one.
pub fn read(text: &str) -> Result<Vec<Fields>, OscalError> {
    let document: Value = serde_json::from_str(text).map_err(OscalError::NotJson)?;
    let results = document.pointer("/assessment-results/results").and_then(Value::as_array);
    let results = results.ok_or(OscalError::NoFindings)?;
    if !results.iter().any(|result| result.get("findings").is_some_and(Value::is_array)) {
        return Err(OscalError::NoFindings);
    }
    let found =
        results.iter().flat_map(|result| list(result, "findings").map(move |finding| (finding, result)));
    Ok((1..).zip(found).map(|(number, (finding, result))| fields(finding, result, number)).collect())
}

/// The text of a member.
fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The members of a list; none when there is no list.
fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// One finding as fields.
fn fields(finding: &Value, result: &Value, number: usize) -> Fields {
    let mut fields = Fields::from([("reference".to_owned(), format!("F-{number}"))]);
    let mut put = |name: &str, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            fields.insert(name.to_owned(), text);
        }
    };
    put("title", text(finding, "title"));
    put("finding", text(finding, "description"));
    put("pages", text(finding, "remarks"));
    let target = finding.get("target");
    put("criterion", target.and_then(|target| text(target, "target-id")));
    put("control", target.and_then(|target| text(target, "description").or_else(|| text(target, "title"))));
    put("tests", Some(methods(finding, result)));
    let risks = related(finding, result, ("related-risks", "risk-uuid"), "risks");
    put("impact", Some(joined(risks.iter().filter_map(|risk| text(risk, "statement")))));
    let factors = risks.iter().flat_map(|risk| list(risk, "mitigating-factors"));
    put("compensating", Some(joined(factors.filter_map(|factor| text(factor, "description")))));
    let advised = risks.iter().flat_map(|risk| list(risk, "remediations"));
    let advised = advised.filter(|one| text(one, "lifecycle").as_deref() == Some("recommendation"));
    put("recommendation", Some(joined(advised.filter_map(|one| text(one, "description")))));
    // Ours say all of it exactly, so what was read from the neighbours above does not stand beside them.
    let ours: Vec<&Value> =
        list(finding, "props").filter(|prop| text(prop, "ns").as_deref() == Some(NAMESPACE)).collect();
    if !ours.is_empty() {
        fields.retain(|name, _| matches!(name.as_str(), "title" | "finding"));
    }
    for prop in ours {
        if let Some(name) = text(prop, "name") {
            fields.extend(text(prop, "remarks").or_else(|| text(prop, "value")).map(|text| (name, text)));
        }
    }
    fields
}

/// Paragraphs one below the other.
fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("\n\n")
}

/// What a finding names of a list of its result: `by` are the member that names and the one that holds the identifier.
fn related<'v>(finding: &Value, result: &'v Value, by: (&str, &str), among: &str) -> Vec<&'v Value> {
    let named: Vec<String> = list(finding, by.0).filter_map(|related| text(related, by.1)).collect();
    list(result, among).filter(|one| text(one, "uuid").is_some_and(|uuid| named.contains(&uuid))).collect()
}

/// The methods of the observations that a finding rests on, as our words.
fn methods(finding: &Value, result: &Value) -> String {
    let observations = related(finding, result, ("related-observations", "observation-uuid"), "observations");
    let mut words = Vec::new();
    for method in observations.iter().flat_map(|one| list(one, "methods")).filter_map(Value::as_str) {
        let known = METHODS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(method));
        words.extend(known.map(|(_, ours)| *ours).filter(|ours| !words.contains(ours)));
    }
    words.join(";")
}

/// What a document says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Its title.
    pub title: &'a str,
    /// What it is about: its own identifiers are derived from this one.
    pub about: Uuid,
    /// When it was written, RFC 3339.
    pub at: &'a str,
    /// When the period began, RFC 3339.
    pub start: &'a str,
    /// When it ended, RFC 3339: evidence was collected by then.
    pub end: &'a str,
}

/// An identifier of a part of something: version 5 (RFC 9562), since OSCAL takes versions 4 and 5 alone. The same part
/// of the same thing has the same one in every document.
fn part(of: Uuid, name: &str) -> String {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[of.as_bytes(), name.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    Builder::from_sha1_bytes(bytes).into_uuid().to_string()
}

/// Writes findings as a document; `all` are the fields of each with what it is about.
pub fn write(head: Head<'_>, all: &[(Uuid, Fields)]) -> String {
    let mut result = json!({
        "uuid": part(head.about, "result"),
        "title": head.title,
        "description": "Exceptions as the report has them.",
        "start": head.start,
        "end": head.end,
        "reviewed-controls": { "control-selections": [{ "include-all": {} }] },
    });
    let parts: [(&str, Vec<Value>); 3] = [
        ("observations", all.iter().map(|(id, fields)| observation(*id, fields, head.end)).collect()),
        ("risks", all.iter().map(|(id, fields)| risk(*id, fields)).collect()),
        ("findings", all.iter().map(|(id, fields)| finding(*id, fields)).collect()),
    ];
    // OSCAL knows no empty list.
    for (name, values) in parts.into_iter().filter(|(_, values)| !values.is_empty()) {
        if let Some(result) = result.as_object_mut() {
            result.insert(name.to_owned(), values.into());
        }
    }
    let document = json!({ "assessment-results": {
        "uuid": part(head.about, "assessment-results"),
        "metadata": { "title": head.title, "last-modified": head.at, "version": "1", "oscal-version": "1.1.2" },
        "import-ap": { "href": "#" },
        "results": [result],
    }});
    format!("{document:#}\n")
}

/// The first of these fields that says something.
fn first<'f>(fields: &'f Fields, names: &[&str]) -> &'f str {
    names.iter().find_map(|name| fields.get(*name)).map_or("Not stated.", String::as_str)
}

/// How the control was tested.
fn observation(id: Uuid, fields: &Fields, collected: &str) -> Value {
    let tests = fields.get("tests").map_or("", String::as_str);
    let of = |test: &str| {
        // What was observed was looked at.
        let test = if test == "observation" { "inspection" } else { test };
        METHODS.iter().find(|(_, ours)| *ours == test).map(|(theirs, _)| *theirs)
    };
    let mut methods: Vec<&str> = tests.split(';').filter_map(of).collect();
    methods.dedup();
    if methods.is_empty() {
        methods.push("UNKNOWN");
    }
    json!({
        "uuid": part(id, "observation"),
        "description": first(fields, &["test_words", "control", "title"]),
        "methods": methods,
        "collected": collected,
    })
}

/// What may come of it, and what is done about it.
fn risk(id: Uuid, fields: &Fields) -> Value {
    let field = |name: &str| fields.get(name);
    let answered = ["completed", "in_progress", "planned_date"].iter().any(|name| fields.contains_key(*name));
    let mut risk = json!({
        "uuid": part(id, "risk"),
        "title": first(fields, &["title"]),
        "description": first(fields, &["nature", "finding"]),
        "statement": first(fields, &["impact"]),
        // Whether it is mended is told beside the report, day by day; the report knows that it was answered.
        "status": if answered { "remediating" } else { "open" },
    });
    let mut put = |name: &str, value: Option<Value>| {
        if let (Some(risk), Some(value)) = (risk.as_object_mut(), value) {
            risk.insert(name.to_owned(), value);
        }
    };
    let factor = |text| json!([{ "uuid": part(id, "compensating"), "description": text }]);
    put("mitigating-factors", field("compensating").map(factor));
    put("deadline", field("planned_date").map(|day| format!("{day}T00:00:00Z").into()));
    let steps = [
        ("recommendation", "recommendation", "What the auditor recommends"),
        ("completed", "completed", "What management has done"),
        ("in_progress", "planned", "What management is doing"),
    ];
    let steps: Vec<Value> = steps
        .into_iter()
        .filter_map(|(name, lifecycle, title)| {
            let description = field(name)?;
            let uuid = part(id, name);
            Some(json!({ "uuid": uuid, "lifecycle": lifecycle, "title": title, "description": description }))
        })
        .collect();
    put("remediations", (!steps.is_empty()).then(|| steps.into()));
    risk
}

/// One finding.
fn finding(id: Uuid, fields: &Fields) -> Value {
    // A value is one line; what has several stands in the remarks.
    let prop = |name: &str, text: &str| {
        if text.contains(['\n', '\r']) {
            json!({ "name": name, "ns": NAMESPACE, "value": "see-remarks", "remarks": text })
        } else {
            json!({ "name": name, "ns": NAMESPACE, "value": text })
        }
    };
    let props: Vec<Value> = fields
        .iter()
        .map(|(name, text)| (name.as_str(), text.trim()))
        .filter(|(name, text)| !text.is_empty() && !matches!(*name, "title" | "finding"))
        .map(|(name, text)| prop(name, text))
        .collect();
    json!({
        "uuid": part(id, "finding"),
        "title": first(fields, &["title"]),
        "description": first(fields, &["finding"]),
        "props": props,
        "target": {
            "type": "objective-id",
            "target-id": token(first(fields, &["criterion"])),
            "description": first(fields, &["control"]),
            "status": { "state": "not-satisfied" },
        },
        "related-observations": [{ "observation-uuid": part(id, "observation") }],
        "related-risks": [{ "risk-uuid": part(id, "risk") }],
    })
}

/// A criterion as an OSCAL token: letters, digits, dots, dashes, underlines; begun with a letter or an underline.
fn token(text: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let text: String = text.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
    if text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        text
    } else {
        format!("_{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document about one exception with these fields.
    fn document(fields: &Fields) -> String {
        let about = Uuid::from_u128(1);
        let (start, end) = ("2025-10-01T00:00:00Z", "2026-09-30T00:00:00Z");
        let head = Head { title: "t", about, at: "2026-11-21T09:30:00Z", start, end };
        write(head, &[(Uuid::from_u128(2), fields.clone())])
    }

    #[test]
    fn what_is_written_reads_as_it_was() {
        let fields = |pairs: &[(&str, &str)]| -> Fields {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let bare = [
            ("reference", "E-1"),
            ("title", "Late"),
            ("finding", "3 of 25\nlate"),
            ("criterion", "CC6.2"),
            ("control", "c"),
        ];
        let whole = [
            ("tests", "inquiry;observation"),
            ("impact", "i"),
            ("compensating", "one\n\ntwo"),
            ("recommendation", "r"),
            ("completed", "done"),
            ("in_progress", "doing"),
            ("planned_date", "2027-01-31"),
            ("nature", "n"),
        ];
        for fields in [fields(&bare), fields(&[&bare[..], &whole].concat())] {
            assert_eq!(read(&document(&fields)).unwrap(), [fields]);
        }
    }

    #[test]
    fn what_is_written_keeps_to_the_rules_of_oscal() {
        let fields = Fields::from([
            ("title".to_owned(), "T".to_owned()),
            ("criterion".to_owned(), "5.1 (b)".to_owned()),
            ("root_cause".to_owned(), "two\nlines".to_owned()),
        ]);
        let document: Value = serde_json::from_str(&document(&fields)).unwrap();
        let finding = document.pointer("/assessment-results/results/0/findings/0").unwrap();
        assert_eq!(finding["target"]["target-id"], "_5.1--b-");
        assert_eq!(finding["uuid"].as_str().unwrap().as_bytes()[14], b'5', "only versions 4 and 5 are taken");
        let prop = &list(finding, "props").find(|prop| prop["name"] == "root_cause").unwrap();
        assert_eq!(
            (prop["value"].as_str(), prop["remarks"].as_str()),
            (Some("see-remarks"), Some("two\nlines"))
        );
        let risk = document.pointer("/assessment-results/results/0/risks/0").unwrap();
        assert_eq!(
            (risk["status"].as_str(), &finding["related-risks"][0]["risk-uuid"]),
            (Some("open"), &risk["uuid"])
        );
    }

    #[test]
    fn a_document_of_others_is_read_as_far_as_it_goes() {
        let text = r#"{"assessment-results":{"results":[{"observations":[]},{"observations":[{"uuid":"o","methods":["TEST","INTERVIEW","x"]}],
            "risks":[{"uuid":"r","statement":"S","mitigating-factors":[{"description":"M"}],
              "remediations":[{"lifecycle":"planned","description":"P"},{"lifecycle":"recommendation","description":"R"}]},
              {"uuid":"other","statement":"not this one"}],
            "findings":[{"title":"T","description":"D","target":{"target-id":"ac-2"},"related-risks":[{"risk-uuid":"r"}],
            "related-observations":[{"observation-uuid":"o"}]}]}]}}"#;
        let first = read(text).unwrap().remove(0);
        let names = ["reference", "tests", "criterion", "impact", "compensating", "recommendation"];
        assert_eq!(
            names.map(|name| first[name].as_str()),
            ["F-1", "re_performance;inquiry", "ac-2", "S", "M", "R"]
        );
        for broken in
            ["", "[]", "{}", r#"{"assessment-results":{"results":[{}]}}"#, r#"{"assessment-results":1}"#]
        {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
