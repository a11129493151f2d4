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

/// Reads a text into rows, each cell as it was before [`write`](fn@write) guarded it; empty lines are left out.
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
        rows.push((began, cells.iter().map(|cell| unguarded(cell)).collect()));
    }
}

/// Whether a spreadsheet could take a cell that begins so for a formula. Some take the wide forms of these signs too.
const fn is_risky(letter: char) -> bool {
    matches!(
        letter,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'
    )
}

/// Whether a piece of a cell, after apostrophes, begins as a formula does.
fn runs(piece: &str) -> bool {
    piece.trim_start_matches('\'').starts_with(is_risky)
}

/// A cell with an apostrophe wherever a spreadsheet could begin to read a formula: at its start, and after a semicolon, since
/// where commas stand in numbers it separates cells by semicolons and heeds no quotes that open elsewhere.
fn guarded(cell: &str) -> String {
    let pieces =
        cell.split(';').map(|piece| if runs(piece) { format!("'{piece}") } else { piece.to_owned() });
    pieces.collect::<Vec<_>>().join(";")
}

/// A cell as it was before [`guarded`].
fn unguarded(cell: &str) -> String {
    let bare = |piece| match str::strip_prefix(piece, '\'') {
        Some(rest) if runs(rest) => rest,
        _ => piece,
    };
    cell.split(';').map(bare).collect::<Vec<_>>().join(";")
}

/// A row with its end. Every cell stands in quotes.
pub fn row(cells: &[String]) -> String {
    let cell = |text: &String| format!("\"{}\"", guarded(text).replace('"', "\"\""));
    cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

/// Writes rows.
pub fn write(rows: &[Vec<String>]) -> String {
    rows.iter().map(|cells| row(cells)).collect()
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
            assert_eq!(cells, row);
        }
    }

    #[test]
    fn no_piece_of_a_cell_is_a_formula_wherever_cells_end() {
        for (text, wanted) in [
            ("plain; text", "\"plain; text\"\r\n"),
            ("@SUM(A1)", "\"'@SUM(A1)\"\r\n"),
            ("x;=cmd|' /C calc'!A0", "\"x;'=cmd|' /C calc'!A0\"\r\n"),
            ("\u{FF1D}1+1", "\"'\u{FF1D}1+1\"\r\n"),
            ("\u{FF20}x;\u{FF0B}1;\u{FF0D}2", "\"'\u{FF20}x;'\u{FF0B}1;'\u{FF0D}2\"\r\n"),
            ("'=1", "\"''=1\"\r\n"),
            ("\tx", "\"'\tx\"\r\n"),
        ] {
            assert_eq!(row(&[text.to_owned()]), wanted);
            assert_eq!(read(wanted).unwrap()[0].1[0], text);
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
