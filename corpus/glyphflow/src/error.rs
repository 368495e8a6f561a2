//! What can go wrong between a string and a page.

use std::fmt;

/// The error of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A marker such as `**` was opened at this byte and never closed.
    Unclosed {
        /// The marker as written.
        marker: &'static str,
        /// Where it was opened, as a byte offset into the source.
        at: usize,
    },
    /// A setting of a [`Style`](crate::Style) that does not exist.
    UnknownSetting(String),
    /// A setting that exists, with a value it does not take.
    BadValue {
        /// The name of the setting.
        name: &'static str,
        /// The value as written.
        value: String,
    },
    /// A word that is wider than the line, with nowhere to break it.
    TooWide {
        /// The word.
        word: String,
        /// Its width in cells.
        cells: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unclosed { marker, at } => write!(f, "`{marker}` at byte {at} is never closed"),
            Error::UnknownSetting(name) => write!(f, "unknown setting `{name}`"),
            Error::BadValue { name, value } => write!(f, "`{value}` is no value for `{name}`"),
            Error::TooWide { word, cells } => {
                write!(f, "`{word}` takes {cells} cells and fits on no line")
            }
        }
    }
}

impl std::error::Error for Error {}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
