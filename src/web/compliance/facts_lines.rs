//! Lists that are typed one item per line; an item of several parts has them between bars.

use crate::reports::{Method, Subservice, UserControl};
use crate::text::{Line, Paragraphs, TextError};
use crate::web::form::Form;

/// One item per line.
pub fn lines<T>(items: &[T], line: impl Fn(&T) -> String) -> String {
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A subservice organisation in a line.
pub fn subservice_line(one: &Subservice) -> String {
    format!("{} | {} | {}", one.name, one.service, one.method.words())
}

/// A user control in a line; its text's own line breaks become spaces.
pub fn user_control_line(one: &UserControl) -> String {
    let words = one.text.as_str().replace('\n', " ");
    format!(
        "{} | {} | {words}",
        one.reference,
        one.criteria.as_ref().map(ToString::to_string).unwrap_or_default()
    )
}

/// Reads one item per line; an empty field is an empty list.
pub fn parse_lines<T>(
    form: &mut Form,
    name: &str,
    label: &str,
    parse: impl Fn(&str) -> Result<T, TextError>,
) -> Option<Vec<T>> {
    let typed = form.text(name).to_owned();
    let mut items = Vec::new();
    for (number, line) in typed.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match parse(line) {
            Ok(item) => items.push(item),
            Err(error) => {
                form.refuse(name, format!("{label}, line {}: this {error}.", number.saturating_add(1)));
                return None;
            }
        }
    }
    Some(items)
}

/// Reads `name | what they do | carve-out`.
pub fn parse_subservice(line: &str) -> Result<Subservice, TextError> {
    let mut parts = line.splitn(3, '|');
    let mut next = || parts.next().unwrap_or_default();
    let (name, service) = (Line::parse(next())?, Line::parse(next())?);
    let method = match next().trim().to_lowercase().replace([' ', '_'], "-").as_str() {
        "carve-out" | "carved-out" => Method::CarveOut,
        "inclusive" => Method::Inclusive,
        _ => return Err(TextError::NotAChoice),
    };
    Ok(Subservice { name, service, method })
}

/// Reads `CUEC-1 | CC6.1 | what the user entity has to do`.
pub fn parse_user_control(line: &str) -> Result<UserControl, TextError> {
    let mut parts = line.splitn(3, '|');
    let mut next = || parts.next().unwrap_or_default();
    let (reference, criteria) = (Line::parse(next())?, next().trim());
    let criteria = if criteria.is_empty() { None } else { Some(Line::parse(criteria)?) };
    Ok(UserControl { reference, criteria, text: Paragraphs::parse(next())? })
}
