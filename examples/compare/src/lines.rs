//! Lines of code.

/// Counts the lines that are neither blank nor a comment.
///
/// Lines with `///` count: they are the help texts of metrics in some of the services, and strings
/// in the others.
pub(crate) fn count(source: &str) -> usize {
    let lines = source.lines().map(str::trim_start);
    lines.filter(|line| is_counted(line)).count()
}

fn is_counted(line: &str) -> bool {
    let comment = line.starts_with("//") && !line.starts_with("///");
    !line.is_empty() && !comment
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn blank_lines_and_comments_do_not_count() {
        let source = "//! A shop.\n\n// Why.\nuse std::fmt;\n\n    // Indented.\n    fn price() {} // half\n";
        assert_eq!(count(source), 2);
    }

    #[test]
    fn help_texts_count() {
        assert_eq!(count("/// Duration of calls.\nduration: Histogram,\n"), 2);
    }
}
