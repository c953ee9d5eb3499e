//! The words that a prompt is about.

use super::hash;

/// Words that say little about the subject.
const COMMON: [&str; 44] = [
    "about", "after", "again", "also", "another", "because", "been", "before", "could", "does",
    "from", "give", "have", "here", "into", "just", "know", "like", "long", "make", "many", "more",
    "much", "need", "only", "other", "over", "please", "shall", "should", "some", "tell", "than",
    "that", "them", "then", "there", "this", "want", "what", "when", "where", "which", "would",
];

/// The shortest word that can be a subject.
const SHORTEST: usize = 4;

/// Speaks of up to three words of a prompt.
pub(super) fn answer(prompt: &str) -> Option<String> {
    let lower = prompt.to_lowercase();
    let words = lower.split(|at: char| !at.is_alphabetic());
    let mut subjects: Vec<&str> = Vec::new();
    for word in words {
        let is_subject = word.chars().count() >= SHORTEST && !COMMON.contains(&word);
        if is_subject && !subjects.contains(&word) && subjects.len() < 3 {
            subjects.push(word);
        }
    }
    let (end, others) = subjects.split_last()?;
    let list = if others.is_empty() {
        (*end).to_owned()
    } else {
        format!("{} and {end}", others.join(", "))
    };
    Some(match hash(&lower) % 3 {
        0 => format!("You speak of {list}. What do you want to know?"),
        1 => format!("Of {list} I have heard, but not from a friend."),
        _ => format!("Ask me about {list} again when the moon is full."),
    })
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn answer_names_the_subjects() {
        let answer = answer("Tell me about the dragon, the gate and the OLD bridge.");
        let answer = answer.unwrap_or_default();
        assert!(answer.contains("dragon, gate and bridge"), "{answer}");
    }

    #[test]
    fn short_and_common_words_have_no_answer() {
        assert_eq!(answer("What is it, then?"), None);
    }
}
