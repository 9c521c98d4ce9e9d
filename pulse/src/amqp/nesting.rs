//! Limits how deeply the headers of a received message are nested.

use crate::client::message_limits::MAX_HEADER_LEVELS;

/// The type of content header frames.
const CONTENT_HEADER: u8 = 2;

/// The size of a frame's head, which has its type, channel and size, in bytes.
const HEAD: usize = 7;

/// Reads along with the frames of a connection.
#[derive(Default)]
pub(super) struct Nesting {
    /// The start of the current frame, up to its payload.
    head: Vec<u8>,
    /// The payload of a content header frame.
    header: Vec<u8>,
    is_header: bool,
    /// How much of the current frame is still to come after the head.
    left: usize,
    is_exceeded: bool,
}

impl Nesting {
    /// Reads the next data from the broker. Returns how much of it lapin may read: all, or
    /// all before the last byte of a frame whose headers are nested too deeply.
    pub(super) fn accept(&mut self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_exceeded {
            rest = match self.left {
                0 => self.read_head(rest),
                _ => self.read_payload(rest),
            };
        }
        bytes.len() - rest.len() - usize::from(self.is_exceeded)
    }

    /// Whether the headers of a message are nested too deeply.
    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }

    fn read_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let missing = HEAD - self.head.len();
        let (head, rest) = bytes.split_at(missing.min(bytes.len()));
        self.head.extend_from_slice(head);
        if let [kind, _, _, size @ ..] = &*self.head
            && let Ok(size) = size.try_into()
        {
            self.is_header = *kind == CONTENT_HEADER;
            // One byte marks the end.
            self.left = (u32::from_be_bytes(size) as usize).saturating_add(1);
            self.head.clear();
        }
        rest
    }

    fn read_payload<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (payload, rest) = bytes.split_at(self.left.min(bytes.len()));
        self.left -= payload.len();
        if self.is_header {
            self.header.extend_from_slice(payload);
        }
        if self.is_header && self.left == 0 {
            self.is_exceeded = is_too_deep(&self.header) == Some(true);
            self.header.clear();
        }
        rest
    }
}

/// Whether the headers in a content header frame are nested too deeply; `None` if lapin
/// can't read it either.
fn is_too_deep(mut frame: &[u8]) -> Option<bool> {
    // Class, weight and the size of the body.
    take(&mut frame, 12)?;
    let flags = u16::from_be_bytes(take(&mut frame, 2)?.try_into().ok()?);
    // The content type and the content encoding.
    for property in [1 << 15, 1 << 14] {
        if flags & property != 0 {
            take_short(&mut frame)?;
        }
    }
    match flags & (1 << 13) {
        0 => Some(false),
        _ => exceeds(take_long(&mut frame)?, true, MAX_HEADER_LEVELS),
    }
}

/// Whether a table or an array has more than this number of levels.
fn exceeds(mut entries: &[u8], is_table: bool, levels: usize) -> Option<bool> {
    let Some(levels) = levels.checked_sub(1) else {
        return Some(true);
    };
    while !entries.is_empty() {
        if is_table {
            take_short(&mut entries)?;
        }
        let kind = *take(&mut entries, 1)?.first()?;
        let bytes = match kind {
            b'A' | b'F' => {
                let inner = take_long(&mut entries)?;
                if exceeds(inner, kind == b'F', levels)? {
                    return Some(true);
                }
                0
            }
            b'S' | b'x' => take_long(&mut entries).map(|_| 0)?,
            b't' | b'b' | b'B' => 1,
            b's' | b'U' | b'u' => 2,
            b'I' | b'i' | b'f' => 4,
            b'L' | b'l' | b'd' | b'T' => 8,
            b'D' => 5,
            b'V' => 0,
            _ => return None,
        };
        take(&mut entries, bytes)?;
    }
    Some(false)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Takes a text whose length is one byte.
fn take_short<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = *take(bytes, 1)?.first()?;
    take(bytes, length.into())
}

/// Takes bytes whose number is in the four bytes before.
fn take_long<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_be_bytes(take(bytes, 4)?.try_into().ok()?);
    take(bytes, usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(bytes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(bytes.len()).expect("short");
        [&length.to_be_bytes(), bytes].concat()
    }

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&[kind, 0, 1][..], &long(payload), &[0xce]].concat()
    }

    /// A content header whose headers are a table with this value.
    fn header(value: &[u8]) -> Vec<u8> {
        let table = long(&[b"\x01h", value].concat());
        let start = b"\0\x3c\0\0\0\0\0\0\0\0\0\0\xe0\0\x04type\0";
        frame(CONTENT_HEADER, &[&start[..], &table].concat())
    }

    /// Arrays or tables, in turn, this number of them in each other.
    fn nested(levels: usize) -> Vec<u8> {
        (0..levels).fold(b"V".to_vec(), |inner, level| match level % 2 {
            0 => [b"A", &*long(&inner)].concat(),
            _ => [b"F", &*long(&[b"\x01k", &*inner].concat())].concat(),
        })
    }

    #[test]
    fn headers_may_be_nested_up_to_the_limit() {
        let before = b"b\x01\x01iU\0\x01\x01jI\0\0\0\x01\x01kS\0\0\0\x02ab\x01l";
        let others = [&before[..], b"D\x01\0\0\0\x05\x01dd12345678\x01n"].concat();
        for (levels, is_accepted) in [(0, true), (63, true), (64, false), (20_000, false)] {
            let value = [&others[..], &nested(levels)].concat();
            // Other frames may have anything.
            let stream = [frame(3, &nested(100)), header(&value), frame(8, b"")].concat();
            let last = stream.len() - frame(8, b"").len() - 1;
            for piece in [1, 7, 100, stream.len()] {
                let mut nesting = Nesting::default();
                let mut accepted = 0;
                for bytes in stream.chunks(piece) {
                    accepted += nesting.accept(bytes);
                    if nesting.is_exceeded() {
                        break;
                    }
                }
                let expected = if is_accepted { stream.len() } else { last };
                assert_eq!(accepted, expected, "{levels} levels by {piece}");
            }
        }
    }

    #[test]
    fn malformed_headers_are_left_to_lapin() {
        let whole = header(&nested(3));
        for end in 8..whole.len() - 1 {
            let cut = frame(CONTENT_HEADER, &whole[HEAD..end]);
            assert_eq!(Nesting::default().accept(&cut), cut.len());
        }
        let other = b"AMQP\0\0\x09\x01";
        assert_eq!(Nesting::default().accept(other), other.len());
    }
}
