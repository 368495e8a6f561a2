//! The settings of a paragraph, and how to parse them from a string.

use std::str::FromStr;

use crate::error::{Error, Result};

/// Where the white space goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// All of it on the right.
    #[default]
    Left,
    /// All of it on the left.
    Right,
    /// Half on either side; the odd cell goes to the right.
    Centre,
    /// Between the words, except on the last line.
    Justify,
}

/// The settings of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Cells in a line.
    pub width: usize,
    /// Cells in front of the first line.
    pub indent: usize,
    /// Where the white space goes.
    pub align: Align,
}

impl Default for Style {
    fn default() -> Self {
        Style {
            width: 72,
            indent: 0,
            align: Align::Left,
        }
    }
}

impl FromStr for Style {
    type Err = Error;

    /// Parses `name=value` pairs separated by blanks. Later pairs win, so a
    /// caller can append overrides to a default.
    fn from_str(text: &str) -> Result<Self> {
        let mut style = Style::default();
        for pair in text.split_whitespace() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "width" => style.width = parse_cells("width", value)?,
                "indent" => style.indent = parse_cells("indent", value)?,
                "align" => style.align = parse_align(value)?,
                _ => return Err(Error::UnknownSetting(name.to_owned())),
            }
        }
        if style.width == 0 {
            return Err(Error::BadValue {
                name: "width",
                value: "0".to_owned(),
            });
        }
        Ok(style)
    }
}

fn parse_cells(name: &'static str, value: &str) -> Result<usize> {
    match value.parse() {
        Ok(cells) if cells <= 1000 => Ok(cells),
        _ => Err(Error::BadValue {
            name,
            value: value.to_owned(),
        }),
    }
}

fn parse_align(value: &str) -> Result<Align> {
    match value {
        "left" => Ok(Align::Left),
        "right" => Ok(Align::Right),
        "centre" | "center" => Ok(Align::Centre),
        "justify" => Ok(Align::Justify),
        _ => Err(Error::BadValue {
            name: "align",
            value: value.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_pairs_win() {
        let style: Style = "width=40 align=right width=20".parse().unwrap();
        assert_eq!(
            style,
            Style {
                width: 20,
                indent: 0,
                align: Align::Right
            }
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            "widht=9".parse::<Style>(),
            Err(Error::UnknownSetting("widht".into()))
        );
        let bad = Error::BadValue {
            name: "indent",
            value: "-1".into(),
        };
        assert_eq!("indent=-1".parse::<Style>(), Err(bad));
        assert!("width=0".parse::<Style>().is_err());
    }
}
