//! Rolls of dice, such as `2d6+3`.

use super::hash;

/// The dice of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Roll {
    count: u64,
    sides: u64,
    bonus: u64,
}

/// Rolls the dice that a prompt names. The same prompt at the same place of a conversation rolls the
/// same numbers.
pub(super) fn answer(prompt: &str, place: usize) -> Option<String> {
    let (word, roll) = find(prompt)?;
    let numbers = roll.throw(hash(&format!("{place} {prompt}")));
    let total: u64 = numbers.iter().sum::<u64>().saturating_add(roll.bonus);
    let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
    let numbers = numbers.join(", ");
    Some(if roll.count == 1 && roll.bonus == 0 {
        format!("You roll {word}: {total}.")
    } else {
        format!("You roll {word}: {numbers}. The total is {total}.")
    })
}

/// Returns the dice that a prompt names, as it has them.
pub(super) fn named(prompt: &str) -> Option<&str> {
    find(prompt).map(|(word, _)| word)
}

fn find(prompt: &str) -> Option<(&str, Roll)> {
    let mut words = prompt.split(|at: char| at.is_whitespace() || ",.;:!?".contains(at));
    words.find_map(|word| Some((word, Roll::parse(word)?)))
}

impl Roll {
    fn parse(word: &str) -> Option<Self> {
        let (count, rest) = word.split_once(['d', 'D'])?;
        let (sides, bonus) = rest.split_once('+').unwrap_or((rest, "0"));
        let roll = Self {
            count: if count.is_empty() {
                1
            } else {
                count.parse().ok()?
            },
            sides: sides.parse().ok()?,
            bonus: bonus.parse().ok()?,
        };
        let is_possible = (1..=20).contains(&roll.count)
            && (2..=1000).contains(&roll.sides)
            && roll.bonus <= 1000;
        is_possible.then_some(roll)
    }

    fn throw(self, seed: u64) -> Vec<u64> {
        let mut state = seed;
        let mut die = || {
            // The steps of Knuth's MMIX. The upper bits are the ones that vary well.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % self.sides + 1
        };
        (0..self.count).map(|_| die()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Roll, answer};

    #[test]
    fn rolls_are_within_the_sides() {
        for seed in 0..1000 {
            let roll = Roll::parse("3d6").unwrap_or_else(|| unreachable!("3d6 are dice"));
            let numbers = roll.throw(seed);
            assert_eq!(numbers.len(), 3);
            assert!(numbers.iter().all(|number| (1..=6).contains(number)));
        }
    }

    #[test]
    fn words_and_impossible_dice_are_not_rolled() {
        for prompt in ["the dragon and I", "0d6", "2d1", "21d6", "d", "2d6+x"] {
            assert_eq!(answer(prompt, 0), None, "{prompt}");
        }
    }

    #[test]
    fn another_place_rolls_other_numbers() {
        let roll = |place| answer("Roll 20d1000!", place);
        assert_eq!(roll(1), roll(1));
        assert_ne!(roll(1), roll(2));
    }
}
