//! UTF-8, byte by byte.

/// The bytes that may follow in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Utf8 {
    Start,
    /// A number of continuation bytes; the first one is in this range.
    Continue(u8, u8, u8),
}

impl Utf8 {
    pub(super) fn step(self, byte: u8) -> Option<Self> {
        match self {
            Self::Start => Some(match byte {
                0..=0x7f => Self::Start,
                0xc2..=0xdf => Self::Continue(1, 0x80, 0xbf),
                0xe0 => Self::Continue(2, 0xa0, 0xbf),
                0xed => Self::Continue(2, 0x80, 0x9f),
                0xe1..=0xef => Self::Continue(2, 0x80, 0xbf),
                0xf0 => Self::Continue(3, 0x90, 0xbf),
                0xf1..=0xf3 => Self::Continue(3, 0x80, 0xbf),
                0xf4 => Self::Continue(3, 0x80, 0x8f),
                _ => return None,
            }),
            Self::Continue(left, first, last) if (first..=last).contains(&byte) => {
                Some(match left {
                    1 => Self::Start,
                    left => Self::Continue(left - 1, 0x80, 0xbf),
                })
            }
            Self::Continue(..) => None,
        }
    }

    /// The group of a byte, by its role in UTF-8.
    pub(super) fn group(byte: u8) -> u8 {
        const FIRSTS: [u8; 13] = [
            0x80, 0x90, 0xa0, 0xc0, 0xc2, 0xe0, 0xe1, 0xed, 0xee, 0xf0, 0xf1, 0xf4, 0xf5,
        ];
        FIRSTS.iter().filter(|&&first| byte >= first).count() as u8
    }
}
