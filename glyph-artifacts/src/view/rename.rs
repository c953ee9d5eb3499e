//! Other metric names in an expression, which otherwise stays as it was written.

/// Words before a list of labels.
const BEFORE_LABELS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// Replaces metric names by those that `name` returns. Labels, strings and comments stay.
pub(super) fn renamed(promql: &str, name: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(promql.len());
    let mut rest = promql;
    let mut are_labels = false;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        let (found, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        let is_labels = are_labels && first == '(';
        let list = is_labels.then(|| rest.find(')')).flatten();
        let is_name = is_start(first) && !are_labels_next(found) && !is_call(rest);
        match name(found).filter(|_| is_name) {
            Some(other) => result.push_str(&other),
            None => result.push_str(found),
        }
        if let Some((labels, after)) = list.and_then(|end| rest.split_at_checked(end)) {
            result.push_str(labels);
            rest = after;
        }
        are_labels = are_labels_next(found) || (are_labels && first.is_whitespace());
    }
    result
}

fn are_labels_next(word: &str) -> bool {
    let mut words = BEFORE_LABELS.iter();
    words.any(|before| before.eq_ignore_ascii_case(word))
}

/// Whether what follows makes a word the name of a function.
fn is_call(rest: &str) -> bool {
    rest.trim_start().starts_with('(')
}

/// Returns the length of the token that starts with `first`: a word, a number, a string, matchers, a
/// window, a comment, or one character.
fn token(text: &str, first: char) -> usize {
    let until = |is_in: &dyn Fn(char) -> bool| {
        let end = text.find(|letter| !is_in(letter));
        end.unwrap_or(text.len())
    };
    match first {
        '"' | '\'' | '`' => quoted(text, first),
        '{' => matchers(text),
        '[' => text.find(']').map_or(text.len(), |end| end + 1),
        '#' => text.find('\n').unwrap_or(text.len()),
        first if is_start(first) => until(&|letter| is_start(letter) || letter.is_ascii_digit()),
        first if first.is_ascii_digit() => {
            until(&|letter| letter.is_ascii_alphanumeric() || letter == '.')
        }
        first => first.len_utf8(),
    }
}

/// Whether a metric name can start with this character.
fn is_start(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_' || letter == ':'
}

/// Returns the length of a string, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if quote != '`' => is_escaped = true,
            _ if letter == quote => return index + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Returns the length of matchers, their braces included.
fn matchers(text: &str) -> usize {
    let mut index = 1;
    while let Some(rest) = text.get(index..) {
        match rest.chars().next() {
            None => break,
            Some('}') => return index + 1,
            Some(quote @ ('"' | '\'' | '`')) => index += quoted(rest, quote),
            Some(letter) => index += letter.len_utf8(),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::renamed;

    fn of_shop(name: &str) -> Option<String> {
        let own = name.strip_prefix("cache_")?;
        Some(format!("shop_{own}"))
    }

    #[test]
    fn names_of_metrics_are_replaced_everywhere() {
        let cases = [
            ("cache_lookups_total", "shop_lookups_total"),
            (
                "sum by (result) (rate(cache_lookups_total{result=\"hit\"}[5m])) > 5",
                "sum by (result) (rate(shop_lookups_total{result=\"hit\"}[5m])) > 5",
            ),
            (
                "cache_size / on (job) group_left cache_limit and cache_size offset 5m",
                "shop_size / on (job) group_left shop_limit and shop_size offset 5m",
            ),
            ("-cache_size*1e3", "-shop_size*1e3"),
            // Series of tests have the same notation.
            (
                "cache_size{shard=\"a\"} 0+1x10",
                "shop_size{shard=\"a\"} 0+1x10",
            ),
        ];
        for (promql, expected) in cases {
            assert_eq!(renamed(promql, of_shop), expected);
        }
    }

    #[test]
    fn labels_strings_functions_and_comments_stay() {
        let texts = [
            "sum by (cache_size) (up{cache_size=\"cache_size\"})",
            "sum(up) by(cache_size, cache_limit)",
            "up * on(cache_size) group_left ( cache_limit ) up",
            "label_replace(up, \"cache_size\", 'cache_\\'size', `cache_\\`, \"}\")",
            "up{name=\"}\", other!=\"cache_size\"}",
            "cache_size(up)",
            "up # cache_size",
            "my:cache_size + xcache_size",
        ];
        for promql in texts {
            assert_eq!(renamed(promql, of_shop), promql);
        }
    }
}
