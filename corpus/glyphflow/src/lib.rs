//! Total-fit paragraph layout for fixed-width displays.
//!
//! ```
//! use glyphflow::{layout, Style};
//!
//! let style: Style = "width=16".parse()?;
//! let lines = layout("Mind the *lower* steps.", &style)?;
//! assert_eq!(lines, ["Mind the lower", "steps."]);
//! # Ok::<(), glyphflow::Error>(())
//! ```

pub mod error;
pub mod linebreak;
pub mod markup;
pub mod measure;
pub mod style;

pub use error::{Error, Result};
pub use style::{Align, Style};

use linebreak::{Item, Line};

/// Lays a paragraph out and returns its lines, without trailing blanks.
///
/// # Errors
///
/// See [`Error`]: a marker is not closed, or a word fits on no line.
pub fn layout(source: &str, style: &Style) -> Result<Vec<String>> {
    // Weights do not change the width of a glyph here, so the runs are joined
    // again before breaking. TODO: carry them along for the three brightnesses.
    let text: String = markup::parse_markup(source)?
        .into_iter()
        .map(|run| run.text)
        .collect();
    let items = linebreak::itemize(&text);
    let lines = linebreak::break_lines(&items, style.width, style.indent)?;
    let last = lines.len().saturating_sub(1);
    Ok(lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            let indent = if number == 0 { style.indent } else { 0 };
            set_line(&items, line, style, indent, number == last)
        })
        .collect())
}

fn set_line(items: &[Item<'_>], line: &Line, style: &Style, indent: usize, last: bool) -> String {
    let room = style.width - indent;
    let spare = room - line.cells;
    let (left, stretch) = match style.align {
        Align::Left => (0, 0),
        Align::Right => (spare, 0),
        Align::Centre => (spare / 2, 0),
        Align::Justify if last => (0, 0),
        Align::Justify => (0, spare),
    };
    let printed = &items[line.first..line.last];
    let gaps = printed.iter().filter(|item| **item == Item::Glue).count();

    let mut text = " ".repeat(indent + left);
    let mut gap = 0;
    for item in printed {
        match item {
            Item::Box { text: piece, .. } => text.push_str(piece),
            Item::Glue => {
                // Spread the blanks evenly: gap k gets the difference of two
                // rounded shares, so that no river runs down one side.
                let share = |k: usize| (k * stretch) / gaps;
                text.push_str(&" ".repeat(1 + share(gap + 1) - share(gap)));
                gap += 1;
            }
            Item::Penalty { .. } => {}
        }
    }
    if line.hyphen {
        text.push('-');
    }
    text
}
