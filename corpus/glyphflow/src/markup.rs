//! A very small markup: `*emphasis*`, `**strong**`, `` `code` ``.
//!
//! Markers do not nest, because a harbour display has one font and three
//! brightnesses. A backslash takes the meaning away from the next character.

use crate::error::{Error, Result};

/// How a run of text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// As it comes.
    Plain,
    /// Between single asterisks.
    Emphasis,
    /// Between double asterisks.
    Strong,
    /// Between backquotes. Nothing inside has a meaning.
    Code,
}

impl Weight {
    /// The marker that opens and closes this weight.
    fn marker(self) -> &'static str {
        match self {
            Weight::Plain => "",
            Weight::Emphasis => "*",
            Weight::Strong => "**",
            Weight::Code => "`",
        }
    }
}

/// Text of one weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The text, without markers and backslashes.
    pub text: String,
    /// How to set it.
    pub weight: Weight,
}

/// Parses a paragraph into runs. Adjacent runs differ in weight, and none is
/// empty.
pub fn parse_markup(source: &str) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    let mut text = String::new();
    let mut weight = Weight::Plain;
    let mut opened = 0;
    let mut rest = source;

    while let Some(first) = rest.chars().next() {
        let at = source.len() - rest.len();
        let marker = match marker_at(rest) {
            // Inside code only the closing backquote counts.
            Some(found) if weight == Weight::Code && found != Weight::Code => None,
            // Inside emphasis a double asterisk closes once and opens once.
            Some(Weight::Strong) if weight == Weight::Emphasis => Some(Weight::Emphasis),
            other => other,
        };
        match marker {
            Some(found) if found == weight => {
                push_run(&mut runs, &mut text, weight);
                weight = Weight::Plain;
                rest = &rest[found.marker().len()..];
            }
            Some(found) if weight == Weight::Plain => {
                push_run(&mut runs, &mut text, weight);
                weight = found;
                opened = at;
                rest = &rest[found.marker().len()..];
            }
            _ if first == '\\' && weight != Weight::Code => {
                let mut chars = rest.chars();
                chars.next();
                // A backslash at the very end stands for itself.
                text.push(chars.next().unwrap_or('\\'));
                rest = chars.as_str();
            }
            _ => {
                text.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    if weight != Weight::Plain {
        return Err(Error::Unclosed {
            marker: weight.marker(),
            at: opened,
        });
    }
    push_run(&mut runs, &mut text, weight);
    Ok(runs)
}

fn marker_at(rest: &str) -> Option<Weight> {
    // The longest marker first.
    [Weight::Strong, Weight::Emphasis, Weight::Code]
        .into_iter()
        .find(|weight| rest.starts_with(weight.marker()))
}

fn push_run(runs: &mut Vec<Run>, text: &mut String, weight: Weight) {
    if text.is_empty() {
        return;
    }
    let text = std::mem::take(text);
    match runs.last_mut() {
        Some(last) if last.weight == weight => last.text.push_str(&text),
        _ => runs.push(Run { text, weight }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Vec<(String, Weight)> {
        let runs = parse_markup(source).unwrap();
        runs.into_iter().map(|run| (run.text, run.weight)).collect()
    }

    #[test]
    fn three_weights() {
        assert_eq!(
            parse("a *b* **c** `d`"),
            [
                ("a ".into(), Weight::Plain),
                ("b".into(), Weight::Emphasis),
                (" ".into(), Weight::Plain),
                ("c".into(), Weight::Strong),
                (" ".into(), Weight::Plain),
                ("d".into(), Weight::Code),
            ]
        );
    }

    #[test]
    fn code_is_verbatim() {
        assert_eq!(parse(r"`a\*b**`"), [(r"a\*b**".to_owned(), Weight::Code)]);
    }

    #[test]
    fn backslashes() {
        assert_eq!(parse(r"2\*3 \"), [(r"2*3 \".to_owned(), Weight::Plain)]);
    }

    #[test]
    fn unclosed_markers_are_found() {
        let error = parse_markup("the **Old Pier").unwrap_err();
        assert_eq!(
            error,
            Error::Unclosed {
                marker: "**",
                at: 4
            }
        );
    }
}
