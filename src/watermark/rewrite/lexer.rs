//! Reads a content stream token by token, strictly.
//!
//! Promise: never panics, never recurses, looks at every byte once (inline images: a few times). What the
//! standard does not allow is an [`Unclean`], not a guess: viewers differ in such places, and the page is then
//! isolated in a form of its own.

/// A token of a content stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `]`
    ArrayEnd,
    /// `[`
    ArrayStart,
    /// `>>`
    DictEnd,
    /// `<<`
    DictStart,
    /// A name, without its solidus, still escaped.
    Name(&'a [u8]),
    /// A number as written.
    Number(&'a [u8]),
    /// An operator, or `true`, `false`, `null`.
    Word(&'a [u8]),
    /// A string with its brackets.
    Text(&'a [u8]),
}

/// A place where the stream breaks the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclean {
    /// A string or hexadecimal string that does not end, or a bracket that opens nothing.
    Bracket,
    /// An inline image whose end is not certain.
    InlineImage,
}

/// Walks over the tokens of a content stream.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'a> {
    data: &'a [u8],
    at: usize,
}

/// White space of PDF.
const fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Characters that end a word.
const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// Whether a word is a number: an optional sign, digits with at most one point, at least one digit.
fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    let points = digits.split(|byte| *byte == b'.').skip(1).count();
    let figures = digits.iter().filter(|byte| byte.is_ascii_digit()).count();
    figures > 0 && points <= 1 && figures + points == digits.len()
}

impl<'a> Lexer<'a> {
    /// Begins at the first byte.
    pub(crate) const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }
    /// Where the next token is looked for.
    pub(crate) const fn place(&self) -> usize {
        self.at
    }
    /// The byte some places further on.
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.data.get(self.at.saturating_add(ahead)).copied()
    }
    /// The bytes from a place up to here.
    fn since(&self, start: usize) -> &'a [u8] {
        self.data.get(start..self.at.min(self.data.len())).unwrap_or_default()
    }
    /// Steps over bytes as long as they are wanted.
    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }
    /// Steps over white space and comments.
    fn skip_blanks(&mut self) {
        loop {
            self.skip_while(is_white);
            if self.peek(0) != Some(b'%') {
                return;
            }
            self.skip_while(|byte| !matches!(byte, 10 | 13));
        }
    }
    /// The next token, `None` at the end.
    pub(crate) fn token(&mut self) -> Result<Option<Token<'a>>, Unclean> {
        self.skip_blanks();
        let Some(first) = self.peek(0) else { return Ok(None) };
        let start = self.at;
        self.at += 1;
        let token = match first {
            b'[' => Token::ArrayStart,
            b']' => Token::ArrayEnd,
            b'(' => self.literal(start)?,
            b'<' if self.peek(0) == Some(b'<') => {
                self.at += 1;
                Token::DictStart
            }
            b'<' => self.hexadecimal(start)?,
            b'>' if self.peek(0) == Some(b'>') => {
                self.at += 1;
                Token::DictEnd
            }
            b'>' | b')' | b'{' | b'}' => return Err(Unclean::Bracket),
            b'/' => {
                self.skip_while(|byte| !is_white(byte) && !is_delimiter(byte));
                Token::Name(self.since(start + 1))
            }
            _ => {
                self.skip_while(|byte| !is_white(byte) && !is_delimiter(byte));
                let word = self.since(start);
                if is_number(word) { Token::Number(word) } else { Token::Word(word) }
            }
        };
        Ok(Some(token))
    }
    /// A literal string, from its bracket on.
    fn literal(&mut self, start: usize) -> Result<Token<'a>, Unclean> {
        let mut open = 1_usize;
        while open > 0 {
            match self.peek(0) {
                Some(b'(') => open += 1,
                Some(b')') => open -= 1,
                Some(b'\\') => self.at += 1,
                Some(_) => {}
                None => return Err(Unclean::Bracket),
            }
            self.at += 1;
        }
        if self.at > self.data.len() { Err(Unclean::Bracket) } else { Ok(Token::Text(self.since(start))) }
    }
    /// A hexadecimal string, from its bracket on.
    fn hexadecimal(&mut self, start: usize) -> Result<Token<'a>, Unclean> {
        self.skip_while(|byte| byte.is_ascii_hexdigit() || is_white(byte));
        if self.peek(0) == Some(b'>') {
            self.at += 1;
            Ok(Token::Text(self.since(start)))
        } else {
            Err(Unclean::Bracket)
        }
    }
    /// Steps over the data of an inline image, from behind `ID` to behind `EI`.
    ///
    /// Viewers look for the end in different ways. It is certain only if the first `EI` that stands alone is followed
    /// by something that looks like content, and everything else is left to isolation.
    pub(crate) fn inline_data(&mut self) -> Result<(), Unclean> {
        self.at += 1;
        loop {
            let rest = self.data.get(self.at..).ok_or(Unclean::InlineImage)?;
            let found = rest.windows(2).position(|pair| pair == b"EI").ok_or(Unclean::InlineImage)?;
            let place = self.at.saturating_add(found);
            self.at = place.saturating_add(2);
            let before = place.checked_sub(1).and_then(|before| self.data.get(before)).copied();
            let stands_alone = before.is_none_or(is_white) && self.peek(0).is_none_or(is_white);
            if stands_alone {
                let ahead = self.data.get(self.at..).unwrap_or_default();
                let printable = |byte: &u8| is_white(*byte) && *byte != 0 || matches!(byte, 32..=126);
                return if ahead.iter().take(16).all(printable) { Ok(()) } else { Err(Unclean::InlineImage) };
            }
        }
    }
}
