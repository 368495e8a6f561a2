//! Prints the notice for the Old Pier, in the width given on the command line.
//!
//! ```console
//! $ cargo run --example poster -- 34
//! ```

use std::error::Error;

use glyphflow::{layout, measure, Style};

const TITLE: &str = "⚓ Old Pier";
const TEXT: &str = "From **2024-03-17** until further notice the *lower steps* are closed \
at spring tides. The light\u{AD}house keeper apologises to seals and anglers. Questions to \
`keeper@example.org`.";

fn main() -> Result<(), Box<dyn Error>> {
    let width = std::env::args().nth(1).unwrap_or_else(|| "34".to_owned());
    let body: Style = format!("width={width} align=justify indent=2").parse()?;
    let title = Style {
        align: glyphflow::Align::Centre,
        indent: 0,
        ..body
    };

    let rule = "─".repeat(body.width);
    println!("┌{rule}┐");
    for line in layout(TITLE, &title)?
        .into_iter()
        .chain(layout(TEXT, &body)?)
    {
        // Pad by cells and not by characters: the anchor takes two.
        let padding = " ".repeat(body.width.saturating_sub(measure::width(&line)));
        println!("│{line}{padding}│");
    }
    println!("└{rule}┘");
    Ok(())
}
