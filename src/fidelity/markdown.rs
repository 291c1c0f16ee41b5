//! Tables of a Markdown page.

/// A table; a bar in a cell stays a bar.
pub fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: impl IntoIterator<Item = [String; COLUMNS]>) -> String {
    let line = |cells: [String; COLUMNS]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let ruler = format!("|{}\n", "---|".repeat(COLUMNS));
    [line(head.map(str::to_owned)), ruler].into_iter().chain(rows.into_iter().map(line)).collect()
}

/// A text as code.
pub fn code(text: &str) -> String {
    format!("`{text}`")
}
