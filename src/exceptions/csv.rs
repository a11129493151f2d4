//! Comma-separated text (RFC 4180), read strictly and written so that no spreadsheet takes a cell for a formula.

/// Why a text is no table; the number is the line on which the trouble begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// Quotes that are not closed.
    #[error("the quotes that open on line {0} are never closed")]
    Open(usize),
    /// Something between closing quotes and the next comma.
    #[error("on line {0} something follows closing quotes; double the quotes inside a quoted cell")]
    AfterQuotes(usize),
}

/// A row with the line it begins on.
pub type Row = (usize, Vec<String>);

/// Reads a text into rows; empty lines are left out.
pub fn read(text: &str) -> Result<Vec<Row>, CsvError> {
    let text = text.trim_start_matches('\u{FEFF}');
    let (mut rows, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began) = (1, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if cell.is_empty() => {
                let opened = line;
                loop {
                    match letters.next() {
                        None => return Err(CsvError::Open(opened)),
                        Some('"') if letters.next_if_eq(&'"').is_some() => cell.push('"'),
                        Some('"') => break,
                        Some(inside) => {
                            line += usize::from(inside == '\n');
                            cell.push(inside);
                        }
                    }
                }
                if letters.peek().is_some_and(|next| !matches!(next, ',' | '\n' | '\r')) {
                    return Err(CsvError::AfterQuotes(line));
                }
            }
            ',' => cells.push(std::mem::take(&mut cell)),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                push(&mut rows, began, std::mem::take(&mut cells));
                line += 1;
                began = line;
            }
            other => cell.push(other),
        }
    }
    cells.push(cell);
    push(&mut rows, began, cells);
    Ok(rows)
}

/// Keeps a row that is not empty.
fn push(rows: &mut Vec<Row>, began: usize, cells: Vec<String>) {
    if cells.iter().any(|cell| !cell.trim().is_empty()) {
        rows.push((began, cells));
    }
}

/// Whether a spreadsheet could take a cell that begins so for a formula.
fn is_risky(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r')
}

/// Writes rows; a cell that a spreadsheet could take for a formula gets an apostrophe in front.
pub fn write(rows: &[Vec<String>]) -> String {
    let cell = |text: &String| {
        let guarded = if text.starts_with(is_risky) { format!("'{text}") } else { text.clone() };
        format!("\"{}\"", guarded.replace('"', "\"\""))
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// A cell as it was before [`write`](fn@write) guarded it.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(is_risky)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_it_was_and_is_no_formula() {
        let row = ["=1+1", "a \"b\", c", "two\nlines", "", "-5", "plain"].map(str::to_owned).to_vec();
        let text = write(&[row.clone(), row.clone()]);
        assert!(text.starts_with("\"'=1+1\",") && text.contains("\"'-5\""), "{text}");
        let rows = read(&text).unwrap();
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3]);
        for (_, cells) in rows {
            assert_eq!(cells.iter().map(|cell| unguarded(cell).to_owned()).collect::<Vec<_>>(), row);
        }
    }

    #[test]
    fn broken_quotes_are_named_by_their_line() {
        assert_eq!(read("a,b\n\"open,\nmore"), Err(CsvError::Open(2)));
        assert_eq!(read("a\n\"b\"c,d"), Err(CsvError::AfterQuotes(2)));
        assert_eq!(
            read("\u{FEFF}a,b\r\n\r\n c ,\n").unwrap(),
            [(1, vec!["a".to_owned(), "b".to_owned()]), (3, vec![" c ".to_owned(), String::new()]),]
        );
    }
}
