//! How many cells does a piece of text take?
//!
//! Most characters take one, East Asian ones and most emoji two, combining
//! marks none. The tables are ranges, sorted, searched by bisection.

use std::cmp::Ordering;

/// Characters that take no cell of their own.
const ZERO: &[(u32, u32)] = &[
    (0x00AD, 0x00AD), // soft hyphen, unless a line ends there
    (0x0300, 0x036F), // combining diacritical marks
    (0x0483, 0x0489), // Cyrillic marks
    (0x0591, 0x05BD), // Hebrew points
    (0x064B, 0x065F), // Arabic marks
    (0x0900, 0x0902), // Devanagari signs
    (0x093C, 0x093C),
    (0x0941, 0x0948),
    (0x094D, 0x094D),
    (0x1AB0, 0x1AFF),   // combining marks, extended
    (0x1DC0, 0x1DFF),   // combining marks, supplement
    (0x200B, 0x200F),   // zero width space, joiners, direction marks
    (0x20D0, 0x20FF),   // combining marks for symbols
    (0x3099, 0x309A),   // kana voicing marks
    (0xFE00, 0xFE0F),   // variation selectors
    (0xFE20, 0xFE2F),   // combining half marks
    (0x1F3FB, 0x1F3FF), // skin tones, which follow an emoji
];

/// Characters that take two cells.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115F), // Hangul Jamo
    (0x231A, 0x231B), // watch, hourglass
    (0x23E9, 0x23EC),
    (0x25FD, 0x25FE),
    (0x2614, 0x2615), // umbrella in the rain, hot drink
    (0x2693, 0x2693), // anchor
    (0x26A1, 0x26A1), // high voltage
    (0x26F5, 0x26F5), // sailing boat
    (0x2E80, 0x303E), // CJK radicals and punctuation
    (0x3041, 0x33FF), // kana and CJK symbols
    (0x3400, 0x4DBF), // CJK, extension A
    (0x4E00, 0x9FFF), // CJK
    (0xA000, 0xA4CF), // Yi
    (0xAC00, 0xD7A3), // Hangul
    (0xF900, 0xFAFF), // CJK compatibility
    (0xFE30, 0xFE4F), // CJK compatibility forms
    (0xFF00, 0xFF60), // full-width forms
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F), // pictographs, faces
    (0x1F680, 0x1F6FF), // transport
    (0x1F900, 0x1F9FF), // more faces
    (0x20000, 0x3FFFD), // CJK, further extensions
];

/// The joiner that welds several emoji into one.
const JOINER: char = '\u{200D}';

/// Cells taken by one character on its own.
pub fn char_width(c: char) -> usize {
    if c.is_ascii() {
        return usize::from(!c.is_ascii_control());
    }
    if contains(ZERO, c) {
        0
    } else if contains(WIDE, c) {
        2
    } else {
        1
    }
}

/// Cells taken by a string.
///
/// A joined emoji counts once: the family of four takes two cells, not eight.
pub fn width(text: &str) -> usize {
    let mut cells = 0;
    let mut joined = false;
    for c in text.chars() {
        if !joined {
            cells += char_width(c);
        }
        joined = c == JOINER;
    }
    cells
}

/// May a line end between these two characters without a blank or a hyphen?
/// Between ideographs it may, except in front of closing punctuation.
pub fn breaks_between(before: char, after: char) -> bool {
    const NEVER_FIRST: &str = "、。，．！？）」』】〕〉》ー々";
    const NEVER_LAST: &str = "（「『【〔〈《";
    char_width(before) == 2
        && char_width(after) == 2
        && !NEVER_FIRST.contains(after)
        && !NEVER_LAST.contains(before)
}

fn contains(table: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    table
        .binary_search_by(|&(first, last)| {
            if last < code {
                Ordering::Less
            } else if first > code {
                Ordering::Greater
            } else {
                Ordering::Equal
            }
        })
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [ZERO, WIDE] {
            assert!(table.windows(2).all(|pair| pair[0].1 < pair[1].0));
            assert!(table.iter().all(|&(first, last)| first <= last));
        }
    }

    #[test]
    fn combining_marks_are_free() {
        assert_eq!(width("caf\u{e9}"), 4);
        assert_eq!(width("cafe\u{301}"), 4);
    }

    #[test]
    fn ideographs_are_wide() {
        assert_eq!(width("灯台"), 4);
        assert_eq!(width("灯台 lighthouse"), 15);
    }

    #[test]
    fn emoji_count_once() {
        assert_eq!(width("⚓ harbour"), 10);
        assert_eq!(width("👩‍🌾"), 2);
        assert_eq!(width("👍🏽"), 2);
    }

    #[test]
    fn no_line_begins_with_a_full_stop() {
        assert!(breaks_between('灯', '台'));
        assert!(!breaks_between('台', '。'));
        assert!(!breaks_between('「', '灯'));
        assert!(!breaks_between('a', '灯'));
    }
}
