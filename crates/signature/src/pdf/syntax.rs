//! Reading PDF syntax from bytes (ISO 32000-1, 7.2 and 7.3).

use super::PdfError;
use super::value::{Dict, Ref, Text, Value};

/// Arrays and dictionaries nested deeper than this are hostile: a report stays under ten.
const MAX_DEPTH: usize = 48;
/// Values inside one object; the largest arrays of a report have some thousand.
const MAX_VALUES: usize = 1 << 18;

/// A position in the bytes being read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub(super) position: usize,
    /// How many more values one object may hold.
    budget: usize,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

impl<'a> Reader<'a> {
    pub(super) fn at(bytes: &'a [u8], position: usize) -> Self {
        Self {
            bytes,
            position,
            budget: MAX_VALUES,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.position += 1;
        Some(byte)
    }

    /// The bytes that follow, without moving.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// Steps over white space and comments.
    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.position += 1;
            } else if byte == b'%' {
                while self
                    .peek()
                    .is_some_and(|byte| byte != b'\n' && byte != b'\r')
                {
                    self.position += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Steps over `word` when it is the next token, and says whether it was.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        self.skip_space();
        let rest = self.rest();
        let ends = rest.get(word.len()).is_none_or(|byte| !is_regular(*byte));
        let found = ends && rest.starts_with(word.as_bytes());
        if found {
            self.position += word.len();
        }
        found
    }

    pub(super) fn expect(&mut self, word: &str, what: &'static str) -> Result<(), PdfError> {
        if self.keyword(word) {
            Ok(())
        } else {
            Err(PdfError::Malformed(what))
        }
    }

    /// Steps over exactly these bytes, if they come next.
    pub(super) fn literal(&mut self, bytes: &[u8]) -> bool {
        let found = self.rest().starts_with(bytes);
        if found {
            self.position += bytes.len();
        }
        found
    }

    /// An integer without a sign.
    pub(super) fn unsigned(&mut self) -> Option<u64> {
        self.skip_space();
        let start = self.position;
        let digits: Vec<u8> = self
            .rest()
            .iter()
            .copied()
            .take_while(|byte| is_regular(*byte))
            .take(20)
            .collect();
        let number = std::str::from_utf8(&digits)
            .ok()
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok());
        self.position = if number.is_some() {
            start + digits.len()
        } else {
            start
        };
        number
    }

    /// Steps over `N G obj`, which must start right here, and says whether it was there.
    pub(super) fn object_name(&mut self, reference: Ref) -> bool {
        self.peek().is_some_and(|byte| byte.is_ascii_digit())
            && self.unsigned() == Some(u64::from(reference.number))
            && self.unsigned() == Some(u64::from(reference.generation))
            && self.keyword("obj")
    }

    /// The next value, with everything inside it.
    pub(super) fn value(&mut self) -> Result<Value, PdfError> {
        self.budget = MAX_VALUES;
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Result<Value, PdfError> {
        if depth > MAX_DEPTH {
            return Err(PdfError::TooLarge("nesting"));
        }
        self.budget = self
            .budget
            .checked_sub(1)
            .ok_or(PdfError::TooLarge("object"))?;
        self.skip_space();
        match self.peek() {
            Some(b'/') => self.name().map(Value::Name),
            Some(b'(') => self.literal_string(),
            Some(b'[') => self.array(depth),
            Some(b'<') if self.rest().get(1) == Some(&b'<') => self.dict(depth),
            Some(b'<') => self.hex_string(),
            Some(b'+' | b'-' | b'.' | b'0'..=b'9') => self.number(),
            Some(_) if self.keyword("true") => Ok(Value::Bool(true)),
            Some(_) if self.keyword("false") => Ok(Value::Bool(false)),
            Some(_) if self.keyword("null") => Ok(Value::Null),
            _ => Err(PdfError::Malformed("unexpected token")),
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, PdfError> {
        self.position += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| is_regular(*byte)) {
            self.position += 1;
            if byte == b'#' {
                let high = self.next().and_then(hex_digit);
                let low = self.next().and_then(hex_digit);
                let (Some(high), Some(low)) = (high, low) else {
                    return Err(PdfError::Malformed("name escape"));
                };
                name.push(high << 4 | low);
            } else {
                name.push(byte);
            }
        }
        Ok(name)
    }

    fn literal_string(&mut self) -> Result<Value, PdfError> {
        const OPEN: PdfError = PdfError::Malformed("unterminated string");
        let start = self.position;
        self.position += 1;
        let mut bytes = Vec::new();
        let mut parentheses = 1_u32;
        loop {
            match self.next().ok_or(OPEN)? {
                b'(' => {
                    parentheses += 1;
                    bytes.push(b'(');
                }
                b')' => {
                    parentheses -= 1;
                    if parentheses == 0 {
                        break;
                    }
                    bytes.push(b')');
                }
                b'\\' => match self.next().ok_or(OPEN)? {
                    b'n' => bytes.push(b'\n'),
                    b'r' => bytes.push(b'\r'),
                    b't' => bytes.push(b'\t'),
                    b'b' => bytes.push(8),
                    b'f' => bytes.push(0x0C),
                    b'\n' => {}
                    b'\r' => {
                        self.literal(b"\n");
                    }
                    digit @ b'0'..=b'7' => {
                        let mut code = u32::from(digit - b'0');
                        for _ in 0..2 {
                            let Some(digit @ b'0'..=b'7') = self.peek() else {
                                break;
                            };
                            self.position += 1;
                            code = code * 8 + u32::from(digit - b'0');
                        }
                        // High-order overflow is ignored (7.3.4.2).
                        bytes.push(u8::try_from(code & 0xFF).unwrap_or_default());
                    }
                    other => bytes.push(other),
                },
                byte => bytes.push(byte),
            }
        }
        Ok(Value::Text(Text {
            bytes,
            written: start..self.position,
        }))
    }

    fn hex_string(&mut self) -> Result<Value, PdfError> {
        let start = self.position;
        let body = self
            .rest()
            .split(|byte| *byte == b'>')
            .next()
            .and_then(|body| body.get(1..));
        let body = body.unwrap_or_default();
        self.position += body.len() + 1;
        if self.next().is_none() {
            return Err(PdfError::Malformed("unterminated string"));
        }
        let digits = body
            .iter()
            .filter(|byte| !is_space(**byte))
            .map(|byte| hex_digit(*byte));
        let digits: Option<Vec<u8>> = digits.collect();
        let bytes = digits
            .ok_or(PdfError::Malformed("hexadecimal string"))?
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => high << 4 | low,
                [high] => high << 4,
                _ => 0,
            })
            .collect();
        Ok(Value::Text(Text {
            bytes,
            written: start..self.position,
        }))
    }

    fn array(&mut self, depth: usize) -> Result<Value, PdfError> {
        self.position += 1;
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.literal(b"]") {
                return Ok(Value::Array(values));
            }
            values.push(self.nested(depth + 1)?);
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Value, PdfError> {
        self.position += 2;
        let mut dict = Dict::default();
        loop {
            self.skip_space();
            if self.literal(b">>") {
                return Ok(Value::Dict(dict));
            }
            if self.peek() != Some(b'/') {
                return Err(PdfError::Malformed("dictionary key"));
            }
            let key = self.name()?;
            // Readers disagree on which of two entries counts, so neither may.
            if dict.0.iter().any(|(name, _)| *name == key) {
                return Err(PdfError::Malformed("key twice in a dictionary"));
            }
            let value = self.nested(depth + 1)?;
            dict.0.push((key, value));
        }
    }

    fn number(&mut self) -> Result<Value, PdfError> {
        const BAD: PdfError = PdfError::Malformed("number");
        if let Some(reference) = self.reference() {
            return Ok(Value::Ref(reference));
        }
        let written: Vec<u8> = self
            .rest()
            .iter()
            .copied()
            .take_while(|byte| is_regular(*byte))
            .take(64)
            .collect();
        self.position += written.len();
        let text = std::str::from_utf8(&written).map_err(|_| BAD)?;
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Value::Integer).map_err(|_| BAD);
        }
        let mut parts = digits.splitn(2, '.');
        let decimal = parts.all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if decimal && digits.len() > 1 {
            Ok(Value::Real(written))
        } else {
            Err(BAD)
        }
    }

    /// `12 0 R`, or nothing read.
    fn reference(&mut self) -> Option<Ref> {
        let start = self.position;
        let reference = self.unsigned().and_then(|number| {
            let generation = self.unsigned()?;
            self.keyword("R").then_some(())?;
            Some(Ref {
                number: number.try_into().ok()?,
                generation: generation.try_into().ok()?,
            })
        });
        if reference.is_none() {
            self.position = start;
        }
        reference
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, PdfError> {
        Reader::at(text.as_bytes(), 0).value()
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let source =
            "<</A [1 -2 +3.50 .5 null true]/B (a\\(b\\051\\\n)/C <fe FF0>/D 3 0 R/#45 /x#20y>>";
        let value = read(source).unwrap();
        let mut written = Vec::new();
        value.write(&mut written);
        assert_eq!(read(std::str::from_utf8(&written).unwrap()).unwrap(), value);
        let dict = value.as_dict().unwrap();
        assert_eq!(dict.get("B").unwrap().as_text().unwrap().bytes, b"a(b)");
        assert_eq!(
            dict.get("C").unwrap().as_text().unwrap().bytes,
            [0xFE, 0xFF, 0x00]
        );
        assert_eq!(
            dict.get("D").unwrap().as_ref(),
            Some(Ref {
                number: 3,
                generation: 0
            })
        );
        assert!(dict.get("E").unwrap().is_name("x y"));
    }

    #[test]
    fn ambiguous_or_hostile_syntax_is_refused() {
        for source in [
            "<</A 1/A 2>>",
            "<0g>",
            "(open",
            "[1 2",
            "<</A>>",
            "1.2.3",
            "--1",
            "/a#z0",
            ".",
        ] {
            assert!(read(source).is_err(), "{source}");
        }
        assert_eq!(
            read(&"[".repeat(100_000)),
            Err(PdfError::TooLarge("nesting"))
        );
        let wide = format!("[{}]", "0 ".repeat(MAX_VALUES));
        assert_eq!(read(&wide), Err(PdfError::TooLarge("object")));
    }
}
