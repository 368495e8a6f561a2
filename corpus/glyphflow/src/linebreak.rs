//! Where do lines end?
//!
//! The greedy answer, "as late as possible", leaves a ragged paragraph: one
//! line full, the next one half empty. This module gives the total-fit answer
//! of Donald Knuth and Michael Plass (1981): choose all the breaks together so
//! that the sum of what each line lacks is as small as can be.
//!
//! A paragraph is a list of items:
//!
//! - a *box* is something that is never split: a piece of a word;
//! - *glue* is white space that may stretch, and vanishes at a break;
//! - a *penalty* is a place inside a word where a line may end, at a price.
//!
//! With glyphs in cells nothing shrinks, so the problem is simpler than in
//! print: a line is feasible when its boxes and glue fit at natural width.

use crate::error::{Error, Result};
use crate::measure;

/// One element of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// A piece of a word.
    Box {
        /// What to print.
        text: &'a str,
        /// Cells it takes.
        cells: usize,
    },
    /// One blank between words.
    Glue,
    /// A possible break inside a word.
    Penalty {
        /// Print a hyphen if the line ends here.
        hyphen: bool,
        /// What a break costs, in units of demerits.
        cost: u64,
    },
}

/// The price of a hyphen: as bad as a line that is seven cells short.
const HYPHEN_COST: u64 = 49;

/// Splits a paragraph into items. White space at either end is dropped, and
/// white space inside counts once.
pub fn itemize(paragraph: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    for word in paragraph.split_ascii_whitespace() {
        if !items.is_empty() {
            items.push(Item::Glue);
        }
        itemize_word(word, &mut items);
    }
    items
}

fn itemize_word<'a>(word: &'a str, items: &mut Vec<Item<'a>>) {
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in word.char_indices() {
        if c == '\u{AD}' {
            push_box(&word[start..at], items);
            items.push(Item::Penalty {
                hyphen: true,
                cost: HYPHEN_COST,
            });
            start = at + c.len_utf8();
        } else if let Some(b) = before {
            if measure::breaks_between(b, c) {
                push_box(&word[start..at], items);
                items.push(Item::Penalty {
                    hyphen: false,
                    cost: 0,
                });
                start = at;
            }
        }
        before = Some(c);
    }
    push_box(&word[start..], items);
}

fn push_box<'a>(text: &'a str, items: &mut Vec<Item<'a>>) {
    if !text.is_empty() {
        items.push(Item::Box {
            text,
            cells: measure::width(text),
        });
    }
}

/// A line, as a range of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The first item.
    pub first: usize,
    /// The item after the last one that is printed.
    pub last: usize,
    /// Cells taken at natural width, with the hyphen if there is one.
    pub cells: usize,
    /// Does a hyphen follow?
    pub hyphen: bool,
}

/// What is known about the best way to end a line at some item.
#[derive(Clone, Copy)]
struct Best {
    /// Demerits of all the lines up to here.
    demerits: u64,
    /// The break before this one, as an index into the candidates.
    previous: usize,
    /// The line between the two.
    line: Line,
}

/// Chooses the lines of a paragraph. The first line is `indent` cells shorter.
///
/// # Errors
///
/// [`Error::TooWide`] if a box fits on no line.
pub fn break_lines(items: &[Item<'_>], width: usize, indent: usize) -> Result<Vec<Line>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    check_boxes(items, width, indent)?;

    // candidates[i] is the index of the first item of a line that may begin
    // after the break with that number; break 0 is the start of the paragraph.
    let mut candidates: Vec<usize> = vec![0];
    let mut best: Vec<Option<Best>> = vec![None];

    for end in 1..=items.len() {
        let (next, hyphen, cost) = match items.get(end) {
            None => (end, false, 0),
            Some(Item::Glue) => (end + 1, false, 0),
            Some(&Item::Penalty { hyphen, cost }) => (end + 1, hyphen, cost),
            Some(Item::Box { .. }) => continue,
        };
        let last_line = end == items.len();
        let mut found: Option<Best> = None;
        // Going backwards, lines only get longer: stop at the first that does
        // not fit.
        for (number, &first) in candidates.iter().enumerate().rev() {
            let cells = natural_width(&items[first..end]) + usize::from(hyphen);
            let room = if number == 0 {
                width.saturating_sub(indent)
            } else {
                width
            };
            if cells > room {
                if number > 0 {
                    break;
                }
                continue;
            }
            let before = match (number, best[number]) {
                (0, _) => 0,
                (_, Some(known)) => known.demerits,
                (_, None) => continue, // no way to get there
            };
            let short = (room - cells) as u64;
            // The last line may be as short as it likes.
            let demerits = before + cost + if last_line { 0 } else { short * short };
            if found.map_or(true, |known| demerits < known.demerits) {
                let line = Line {
                    first,
                    last: end,
                    cells,
                    hyphen,
                };
                found = Some(Best {
                    demerits,
                    previous: number,
                    line,
                });
            }
        }
        candidates.push(next);
        best.push(found);
    }

    let mut lines = Vec::new();
    let mut number = candidates.len() - 1;
    while number > 0 {
        // Every break on the way back was reached, or the way would not exist;
        // the only one that may be missing is the end of the paragraph.
        let Some(known) = best[number] else {
            return Err(too_wide(items, width));
        };
        lines.push(known.line);
        number = known.previous;
    }
    lines.reverse();
    Ok(lines)
}

/// Cells taken by items that stand on one line.
fn natural_width(items: &[Item<'_>]) -> usize {
    items
        .iter()
        .map(|item| match item {
            Item::Box { cells, .. } => *cells,
            Item::Glue => 1,
            Item::Penalty { .. } => 0,
        })
        .sum()
}

fn check_boxes(items: &[Item<'_>], width: usize, indent: usize) -> Result<()> {
    let first_room = width.saturating_sub(indent);
    for (number, item) in items.iter().enumerate() {
        if let Item::Box { text, cells } = item {
            let room = if number == 0 { first_room } else { width };
            if *cells > room {
                return Err(Error::TooWide {
                    word: (*text).to_owned(),
                    cells: *cells,
                });
            }
        }
    }
    Ok(())
}

/// Names the word that is to blame: the widest one, with its pieces joined.
fn too_wide(items: &[Item<'_>], width: usize) -> Error {
    let mut words = vec![String::new()];
    for item in items {
        match item {
            Item::Box { text, .. } => words.last_mut().expect("never empty").push_str(text),
            Item::Glue => words.push(String::new()),
            Item::Penalty { .. } => {}
        }
    }
    let word = words
        .into_iter()
        .max_by_key(|word| measure::width(word))
        .unwrap_or_default();
    let cells = measure::width(&word).max(width + 1);
    Error::TooWide { word, cells }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: usize) -> Vec<String> {
        let items = itemize(text);
        let lines = break_lines(&items, width, 0).unwrap();
        lines
            .iter()
            .map(|line| {
                let mut printed = String::new();
                for item in &items[line.first..line.last] {
                    match item {
                        Item::Box { text, .. } => printed.push_str(text),
                        Item::Glue => printed.push(' '),
                        Item::Penalty { .. } => {}
                    }
                }
                if line.hyphen {
                    printed.push('-');
                }
                printed
            })
            .collect()
    }

    #[test]
    fn the_textbook_example() {
        // Greedy breaking gives "aaa bb" / "cc" / "ddddd", which is worse.
        assert_eq!(lines("aaa bb cc ddddd", 6), ["aaa", "bb cc", "ddddd"]);
    }

    #[test]
    fn nothing_makes_no_lines() {
        assert!(lines(" \n ", 10).is_empty());
    }

    #[test]
    fn soft_hyphens_are_a_last_resort() {
        assert_eq!(lines("light\u{AD}house", 10), ["lighthouse"]);
        assert_eq!(lines("light\u{AD}house", 7), ["light-", "house"]);
    }

    #[test]
    fn ideographs_break_anywhere_but_before_a_full_stop() {
        assert_eq!(lines("灯台の光。", 8), ["灯台の", "光。"]);
    }

    #[test]
    fn too_wide_names_the_word() {
        let items = itemize("the harbourmaster's hut");
        let error = break_lines(&items, 10, 0).unwrap_err();
        assert_eq!(
            error,
            Error::TooWide {
                word: "harbourmaster's".into(),
                cells: 15
            }
        );
    }
}
