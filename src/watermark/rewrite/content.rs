//! Judges the content of a page: what it leaves open at its end, and whether every viewer will agree on that.

use super::lexer::{Lexer, Token, Unclean};

/// What a page's content leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Where a `Q` stands that restores nothing.
    pub(crate) surplus: Vec<usize>,
    /// States saved and not restored.
    pub(crate) states: usize,
    /// Marked content not ended.
    pub(crate) marked: usize,
    /// Compatibility sections not ended.
    pub(crate) compatibility: usize,
    /// A text object not ended.
    pub(crate) in_text: bool,
    /// A path begun and not painted.
    pub(crate) in_path: bool,
    /// Viewers may disagree about what this content means: it goes into a form of its own.
    pub(crate) isolate: bool,
}

/// Brackets within operands deeper than this are no content that any program writes.
const OPERAND_DEPTH: usize = 100;

/// Reads a page's content to its last byte.
pub(crate) fn judge(content: &[u8]) -> Ending {
    let mut ending = Ending::default();
    if walk(content, &mut ending).is_err() {
        ending.isolate = true;
    }
    ending
}

/// Follows the operators.
fn walk(content: &[u8], ending: &mut Ending) -> Result<(), Unclean> {
    let mut lexer = Lexer::new(content);
    let mut operands = 0_usize;
    let mut depth = 0_usize;
    let mut in_image = false;
    while let Some(token) = lexer.token()? {
        match token {
            Token::ArrayStart | Token::DictStart => {
                depth += 1;
                operands += 1;
                ending.isolate |= depth > OPERAND_DEPTH;
            }
            Token::ArrayEnd | Token::DictEnd => depth = depth.checked_sub(1).ok_or(Unclean::Bracket)?,
            Token::Word(b"true" | b"false" | b"null")
            | Token::Name(_)
            | Token::Number(_)
            | Token::Text(_) => operands += 1,
            Token::Word(b"BI") if !in_image => in_image = true,
            Token::Word(b"ID") if in_image => {
                lexer.inline_data()?;
                in_image = false;
                operands = 0;
            }
            Token::Word(operator) => {
                ending.isolate |= depth > 0 || in_image || (!is_known(operator) && ending.compatibility == 0);
                apply(operator, lexer.place().saturating_sub(operator.len()), ending);
                operands = 0;
                depth = 0;
            }
        }
    }
    // Operands without an operator would become those of ours.
    ending.isolate |= operands > 0 || depth > 0 || in_image;
    Ok(())
}

/// What an operator opens or closes.
fn apply(operator: &[u8], place: usize, ending: &mut Ending) {
    match operator {
        b"q" => ending.states += 1,
        b"Q" => match ending.states.checked_sub(1) {
            Some(left) => ending.states = left,
            None => ending.surplus.push(place),
        },
        b"BT" => ending.in_text = true,
        b"ET" => ending.in_text = false,
        b"BMC" | b"BDC" => ending.marked += 1,
        b"EMC" => ending.marked = ending.marked.saturating_sub(1),
        b"BX" => ending.compatibility += 1,
        b"EX" => ending.compatibility = ending.compatibility.saturating_sub(1),
        b"m" | b"re" => ending.in_path = true,
        b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"n" => ending.in_path = false,
        _ => {}
    }
}

/// Whether the standard knows this operator.
#[rustfmt::skip]
fn is_known(operator: &[u8]) -> bool {
    matches!(
        operator,
        b"b" | b"B" | b"b*" | b"B*" | b"BDC" | b"BMC" | b"BT" | b"BX" | b"c" | b"cm" | b"CS" | b"cs" | b"d" | b"d0"
            | b"d1" | b"Do" | b"DP" | b"EMC" | b"ET" | b"EX" | b"f" | b"F" | b"f*" | b"G" | b"g" | b"gs" | b"h" | b"i"
            | b"j" | b"J" | b"K" | b"k" | b"l" | b"m" | b"M" | b"MP" | b"n" | b"q" | b"Q" | b"re" | b"RG" | b"rg"
            | b"ri" | b"s" | b"S" | b"sc" | b"SC" | b"scn" | b"SCN" | b"sh" | b"T*" | b"Tc" | b"Td" | b"TD" | b"Tf"
            | b"Tj" | b"TJ" | b"TL" | b"Tm" | b"Tr" | b"Ts" | b"Tw" | b"Tz" | b"v" | b"w" | b"W" | b"W*" | b"y"
            | b"'" | b"\""
    )
}

impl Ending {
    /// The content between a saved state of ours and everything that closes it.
    ///
    /// Every viewer passes over a `Q` that restores nothing, with the matrix as it is; before a state of ours it would
    /// restore that one. So these are taken out.
    pub(crate) fn enclose(&self, content: &[u8]) -> Vec<u8> {
        let mut enclosed = Vec::with_capacity(content.len().saturating_add(64));
        enclosed.extend_from_slice(b"q\n");
        let start = enclosed.len();
        enclosed.extend_from_slice(content);
        for place in &self.surplus {
            if let Some(byte) = enclosed.get_mut(start.saturating_add(*place)) {
                *byte = b' ';
            }
        }
        enclosed.push(b'\n');
        if self.in_path {
            enclosed.extend_from_slice(b"n ");
        }
        if self.in_text {
            enclosed.extend_from_slice(b"ET ");
        }
        enclosed.extend_from_slice(&b"EX ".repeat(self.compatibility));
        enclosed.extend_from_slice(&b"EMC ".repeat(self.marked));
        enclosed.extend_from_slice(&b"Q ".repeat(self.states.saturating_add(1)));
        enclosed.push(b'\n');
        enclosed
    }
}
