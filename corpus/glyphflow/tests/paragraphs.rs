//! Whole paragraphs, in the scripts that our readers write.

use glyphflow::{layout, measure, Error, Style};

fn style(text: &str) -> Style {
    text.parse().expect("a valid style")
}

/// The samples: a name, a tab, a paragraph.
fn samples() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("data/scripts.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once('\t').expect("a tab"))
}

#[test]
fn no_line_is_too_wide() {
    for width in [24, 30, 41, 72] {
        for align in ["left", "right", "centre", "justify"] {
            let style = style(&format!("width={width} align={align} indent=2"));
            for (name, text) in samples() {
                for line in layout(text, &style).unwrap_or_else(|e| panic!("{name}: {e}")) {
                    assert!(measure::width(&line) <= width, "{name}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn justified_lines_end_at_the_margin() {
    let lines = layout(
        "The keeper lights the lamp at dusk and puts it out at dawn, and in between \
         there is not much to do but read.",
        &style("width=30 align=justify"),
    )
    .unwrap();
    let (last, full) = lines.split_last().unwrap();
    assert!(
        full.iter().all(|line| measure::width(line) == 30),
        "{lines:#?}"
    );
    assert!(
        !last.contains("  "),
        "the last line is not stretched: {last:?}"
    );
}

#[test]
fn composed_and_decomposed_break_alike() {
    let style = style("width=12");
    let composed = layout("Un café à l'île", &style).unwrap();
    let decomposed = layout("Un cafe\u{301} a\u{300} l'i\u{302}le", &style).unwrap();
    let widths = |lines: &[String]| lines.iter().map(|l| measure::width(l)).collect::<Vec<_>>();
    assert_eq!(widths(&composed), widths(&decomposed));
}

#[test]
fn errors_reach_the_caller() {
    let unclosed = layout("a *b", &style("width=20")).unwrap_err();
    assert_eq!(unclosed.to_string(), "`*` at byte 2 is never closed");
    let too_wide = layout("Llanfairpwllgwyngyll", &style("width=12")).unwrap_err();
    assert!(matches!(too_wide, Error::TooWide { cells: 20, .. }));
}
