//! Characters of patterns, alone and in classes.

use super::Reader;

impl Reader<'_> {
    /// What follows a backslash outside a class.
    pub(super) const fn escape(&mut self) -> Option<bool> {
        let fits = match self.next() {
            Some(b'b' | b'B') => return Some(false),
            Some(b'k') => self.eat(b'<') && self.name(),
            Some(b'1'..=b'9') => {
                self.at -= 1;
                if let Some(number) = self.number()
                    && number > self.referenced
                {
                    self.referenced = number;
                }
                true
            }
            Some(byte) => self.set(byte) || self.character(byte).is_some(),
            None => false,
        };
        if fits { Some(true) } else { None }
    }

    /// A set of characters, after a backslash.
    const fn set(&mut self, byte: u8) -> bool {
        match byte {
            b'd' | b'D' | b's' | b'S' | b'w' | b'W' => true,
            b'p' | b'P' => self.property(),
            _ => false,
        }
    }

    /// `{Name}` or `{Name=Value}`.
    const fn property(&mut self) -> bool {
        self.eat(b'{') && self.word() && (!self.eat(b'=') || self.word()) && self.eat(b'}')
    }

    const fn word(&mut self) -> bool {
        let start = self.at;
        while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_') = self.peek() {
            self.at += 1;
        }
        self.at > start
    }

    /// The code point of a character, after a backslash.
    const fn character(&mut self, byte: u8) -> Option<u32> {
        Some(match byte {
            b'f' => 0x0c,
            b'n' => 0x0a,
            b'r' => 0x0d,
            b't' => 0x09,
            b'v' => 0x0b,
            b'0' if !matches!(self.peek(), Some(b'0'..=b'9')) => 0,
            b'x' => return self.digits(2),
            b'u' => return self.unicode(),
            b'c' => match self.next() {
                Some(letter) if letter.is_ascii_alphabetic() => (letter % 32) as u32,
                _ => return None,
            },
            _ if byte.is_ascii() && !byte.is_ascii_alphanumeric() => byte as u32,
            _ => return None,
        })
    }

    /// `count` hexadecimal digits.
    const fn digits(&mut self, count: u32) -> Option<u32> {
        let mut number: u32 = 0;
        let mut index = 0;
        while index < count {
            number = match self.digit() {
                Some(digit) => number << 4 | digit,
                None => return None,
            };
            index += 1;
        }
        Some(number)
    }

    const fn digit(&mut self) -> Option<u32> {
        match self.next() {
            Some(byte) => (byte as char).to_digit(16),
            None => None,
        }
    }

    /// `HHHH`, two of them as UTF-16 pairs them, or `{H…}`, after `\u`.
    const fn unicode(&mut self) -> Option<u32> {
        if self.eat(b'{') {
            return self.code_point();
        }
        let first = match self.digits(4) {
            Some(first) => first,
            None => return None,
        };
        let start = self.at;
        if matches!(first, 0xd800..=0xdbff)
            && self.eat(b'\\')
            && self.eat(b'u')
            && let Some(second @ 0xdc00..=0xdfff) = self.digits(4)
        {
            return Some(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
        self.at = start;
        Some(first)
    }

    /// `H…}`, up to the last code point.
    const fn code_point(&mut self) -> Option<u32> {
        let mut number: u32 = 0;
        let start = self.at;
        while !self.eat(b'}') {
            number = match self.digit() {
                Some(digit) if number <= 0x10_ffff => number << 4 | digit,
                _ => return None,
            };
        }
        if number <= 0x10_ffff && self.at > start + 1 {
            Some(number)
        } else {
            None
        }
    }

    /// A class after its bracket.
    pub(super) const fn class(&mut self) -> Option<bool> {
        self.eat(b'^');
        while !self.eat(b']') {
            let first = match self.class_atom() {
                Some(first) => first,
                None => return None,
            };
            let ends = self.at + 1 < self.text.len() && self.text[self.at + 1] == b']';
            if ends || !self.eat(b'-') {
                continue;
            }
            match (first, self.class_atom()) {
                (Some(first), Some(Some(last))) if first <= last => {}
                _ => return None,
            }
        }
        Some(true)
    }

    /// One member of a class: a code point, or `None` inside for a set.
    const fn class_atom(&mut self) -> Option<Option<u32>> {
        let code = match self.next() {
            Some(b'\\') => match self.next() {
                Some(b'b') => Some(8),
                Some(byte) if self.set(byte) => return Some(None),
                Some(byte) => self.character(byte),
                None => None,
            },
            Some(byte) => Some(self.decoded(byte)),
            None => None,
        };
        match code {
            Some(code) => Some(Some(code)),
            None => None,
        }
    }

    /// The code point that begins with `byte`, from UTF-8.
    const fn decoded(&mut self, byte: u8) -> u32 {
        // The lead byte of a longer one has as many ones in front as it has bytes.
        let mut code = byte as u32 & (0xff_u32 >> byte.leading_ones());
        while let Some(more @ 0x80..=0xbf) = self.peek() {
            code = code << 6 | (more & 0x3f) as u32;
            self.at += 1;
        }
        code
    }
}
