//! Texts: a verse a line.

use super::GraphError;

/// A verse of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verse {
    pub(super) line: usize,
    /// `book.chapter.verse`.
    pub(super) name: String,
    pub(super) words: String,
    pub(super) refers_to: Vec<String>,
}

impl Verse {
    /// Returns the name of the book.
    pub(super) fn book(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// Returns the name of the chapter, `book.chapter`.
    pub(super) fn chapter(&self) -> &str {
        let chapter = self.name.rsplit_once('.');
        chapter.map_or(&*self.name, |(chapter, _)| chapter)
    }
}

/// Returns whether a text has the form of a verse's name.
pub(crate) fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        (1..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.split('.').count() == 3 && text.split('.').all(is_part)
}

/// Reads a text. Empty lines are left out.
pub(super) fn parse(text: &str) -> Result<Vec<Verse>, GraphError> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let verses: Vec<_> = lines.map(verse).collect::<Result<_, _>>()?;
    if verses.is_empty() {
        return Err(GraphError::Empty);
    }
    Ok(verses)
}

fn verse((line, text): (usize, &str)) -> Result<Verse, GraphError> {
    let error = |problem| GraphError::Text { line, problem };
    let mut columns = text.split('\t');
    let name = columns.next().filter(|name| is_name(name));
    let name = name.ok_or_else(|| error("expected `book.chapter.verse` before the first tab"))?;
    let words = columns.next().filter(|words| !words.trim().is_empty());
    let words = words.ok_or_else(|| error("expected words after the first tab"))?;
    let refers_to = columns.next().unwrap_or_default();
    if columns.next().is_some() {
        return Err(error("expected at most three columns"));
    }
    let refers_to = refers_to.split(',').map(str::trim);
    let refers_to = refers_to.filter(|target| !target.is_empty());
    Ok(Verse {
        line,
        name: name.to_owned(),
        words: words.to_owned(),
        refers_to: refers_to.map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::{is_name, parse};

    #[test]
    fn verses_have_books_chapters_and_references() {
        let verses =
            parse("a.1.2\tA word.\tb.1.1, b.2.1\n\nb.1.1\tTwo words.\n").unwrap_or_default();
        let [first, second] = verses.as_slice() else {
            unreachable!("two verses: {verses:?}");
        };
        assert_eq!((first.book(), first.chapter()), ("a", "a.1"));
        assert_eq!(first.refers_to, ["b.1.1", "b.2.1"]);
        assert_eq!((second.line, second.words.as_str()), (3, "Two words."));
    }

    #[test]
    fn broken_line_is_named() {
        for (text, line) in [
            ("a.1.1\tA.\nno name\tB.\n", "line 2"),
            ("a.1.1\t \n", "line 1"),
            ("a.1.1\n", "line 1"),
            ("a.1.1\tA.\t\tB.\n", "line 1"),
        ] {
            let error = parse(text).map_err(|error| error.to_string());
            assert!(
                error.is_err_and(|error| error.starts_with(line)),
                "{text:?}"
            );
        }
        assert!(parse(" \n").is_err());
    }

    #[test]
    fn names_have_three_short_parts() {
        assert!(is_name("gen.1.1"));
        for text in [
            "gen.1",
            "gen.1.1.1",
            "gen..1",
            "gen.1.x y",
            "gen.1.12345678901234567",
        ] {
            assert!(!is_name(text), "{text}");
        }
    }
}
