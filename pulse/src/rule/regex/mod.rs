//! The syntax of ECMA-262 patterns, for the format `regex`.

mod character;

/// Whether `text` is a pattern by the Unicode grammar of ECMA-262, 22.2.1, in
/// which a backslash may stand before any ASCII punctuation. The names of groups
/// and of Unicode properties are read, not looked up; groups nest up to 128 deep.
pub(super) const fn is_pattern(text: &[u8]) -> bool {
    let mut reader = Reader {
        text,
        at: 0,
        groups: 0,
        referenced: 0,
        depth: 0,
        assertions: 0,
    };
    let mut quantifiable = false;
    while let Some(byte) = reader.next() {
        quantifiable = match reader.term(byte, quantifiable) {
            Some(quantifiable) => quantifiable,
            None => return false,
        };
    }
    reader.depth == 0 && reader.referenced <= reader.groups
}

/// Reads a pattern from the front; what does not fit gives `None` or `false`.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// How many capturing groups were opened.
    groups: u64,
    /// The highest back-reference.
    referenced: u64,
    /// How many groups are open.
    depth: u32,
    /// For each open group, the innermost last, whether it is an assertion.
    assertions: u128,
}

impl Reader<'_> {
    const fn peek(&self) -> Option<u8> {
        if self.at < self.text.len() {
            Some(self.text[self.at])
        } else {
            None
        }
    }

    const fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += byte.is_some() as usize;
        byte
    }

    const fn eat(&mut self, expected: u8) -> bool {
        let found = matches!(self.peek(), Some(byte) if byte == expected);
        self.at += found as usize;
        found
    }

    /// What begins with `byte`; says whether a quantifier may follow.
    const fn term(&mut self, byte: u8, quantifiable: bool) -> Option<bool> {
        match byte {
            b'|' | b'^' | b'$' => Some(false),
            b'(' => self.open(),
            b')' => self.close(),
            b'*' | b'+' | b'?' => self.quantifier(quantifiable),
            b'{' if self.counts() => self.quantifier(quantifiable),
            b'{' | b'}' | b']' => None,
            b'\\' => self.escape(),
            b'[' => self.class(),
            _ => Some(true),
        }
    }

    const fn quantifier(&mut self, quantifiable: bool) -> Option<bool> {
        self.eat(b'?');
        if quantifiable { Some(false) } else { None }
    }

    /// `n}`, `n,}` or `n,m}` with n up to m.
    const fn counts(&mut self) -> bool {
        let Some(least) = self.number() else {
            return false;
        };
        if self.eat(b',') && !matches!(self.peek(), Some(b'}')) {
            match self.number() {
                Some(most) if least <= most => {}
                _ => return false,
            }
        }
        self.eat(b'}')
    }

    const fn number(&mut self) -> Option<u64> {
        let start = self.at;
        let mut number: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number
                .saturating_mul(10)
                .saturating_add((digit - b'0') as u64);
            self.at += 1;
        }
        if self.at > start { Some(number) } else { None }
    }

    const fn open(&mut self) -> Option<bool> {
        if !self.eat(b'?') {
            self.groups += 1;
            return self.push(false);
        }
        match self.next() {
            Some(b':') => self.push(false),
            Some(b'=' | b'!') => self.push(true),
            Some(b'<') if self.eat(b'=') || self.eat(b'!') => self.push(true),
            Some(b'<') if self.name() => {
                self.groups += 1;
                self.push(false)
            }
            Some(flag) if self.flags(flag) => self.push(false),
            _ => None,
        }
    }

    const fn push(&mut self, assertion: bool) -> Option<bool> {
        if self.depth == u128::BITS {
            return None;
        }
        self.depth += 1;
        self.assertions = self.assertions << 1 | assertion as u128;
        Some(false)
    }

    const fn close(&mut self) -> Option<bool> {
        if self.depth == 0 {
            return None;
        }
        let assertion = self.assertions & 1 == 1;
        self.depth -= 1;
        self.assertions >>= 1;
        Some(!assertion)
    }

    /// `ims-ims:` from its first byte on: each flag once, and at least one.
    const fn flags(&mut self, first: u8) -> bool {
        let (mut seen, mut dash) = (0_u8, false);
        let mut next = Some(first);
        while let Some(byte) = next {
            let flag = match byte {
                b':' => return seen != 0,
                b'-' if !dash => 0,
                b'i' => 1,
                b'm' => 2,
                b's' => 4,
                _ => return false,
            };
            if seen & flag != 0 {
                return false;
            }
            dash |= byte == b'-';
            seen |= flag;
            next = self.next();
        }
        false
    }

    /// A name and `>`; what is beyond ASCII counts as letters.
    const fn name(&mut self) -> bool {
        let start = self.at;
        while let Some(byte) = self.next() {
            match byte {
                b'>' => return self.at > start + 1,
                b'0'..=b'9' if self.at > start + 1 => {}
                b'a'..=b'z' | b'A'..=b'Z' | b'$' | b'_' | 0x80.. => {}
                _ => return false,
            }
        }
        false
    }
}
