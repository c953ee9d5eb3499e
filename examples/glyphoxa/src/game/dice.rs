//! Dice in the usual notation: `2d6+1`, `d20`, `1d8+1d6-2`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

const MOST_TERMS: usize = 8;
const MOST_DICE: u32 = 100;
const MOST_SIDES: u32 = 1000;
const LARGEST_NUMBER: u32 = 1000;

/// Dice to roll and numbers to add, in source order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dice(Vec<Term>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Term {
    negative: bool,
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Dice { count: u32, sides: u32 },
    Number(u32),
}

/// Errors of parsing a dice expression.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum DiceError {
    #[error("dice are written like 2d6+1")]
    Notation,
    #[error("roll 1 to {MOST_DICE} dice at a time")]
    Count,
    #[error("a die has 2 to {MOST_SIDES} sides")]
    Sides,
    #[error("add at most {LARGEST_NUMBER}")]
    Number,
    #[error("at most {MOST_TERMS} terms")]
    Terms,
}

impl Dice {
    /// Rolls each die once and returns the sum.
    pub(crate) fn roll(&self, rng: &mut fastrand::Rng) -> i64 {
        self.total(|count, sides| (0..count).map(|_| i64::from(rng.u32(1..=sides))).sum())
    }

    fn total(&self, mut dice: impl FnMut(u32, u32) -> i64) -> i64 {
        self.0
            .iter()
            .map(|term| {
                let value = match term.value {
                    Value::Dice { count, sides } => dice(count, sides),
                    Value::Number(number) => i64::from(number),
                };
                if term.negative { -value } else { value }
            })
            .sum()
    }
}

impl FromStr for Dice {
    type Err = DiceError;

    fn from_str(text: &str) -> Result<Self, DiceError> {
        let mut terms = Vec::new();
        let mut rest = text.trim();
        let mut negative = false;
        loop {
            if terms.len() == MOST_TERMS {
                return Err(DiceError::Terms);
            }
            let end = rest.find(['+', '-']);
            let (term, tail) = rest.split_at(end.unwrap_or(rest.len()));
            terms.push(Term {
                negative,
                value: term.trim().parse()?,
            });
            let mut tail = tail.chars();
            match tail.next() {
                None => return Ok(Self(terms)),
                Some(sign) => negative = sign == '-',
            }
            rest = tail.as_str();
        }
    }
}

impl FromStr for Value {
    type Err = DiceError;

    fn from_str(text: &str) -> Result<Self, DiceError> {
        let Some((count, sides)) = text.split_once(['d', 'D']) else {
            return Ok(Self::Number(number(
                text,
                0..=LARGEST_NUMBER,
                DiceError::Number,
            )?));
        };
        let count = if count.is_empty() {
            1
        } else {
            number(count, 1..=MOST_DICE, DiceError::Count)?
        };
        Ok(Self::Dice {
            count,
            sides: number(sides, 2..=MOST_SIDES, DiceError::Sides)?,
        })
    }
}

fn number(
    digits: &str,
    allowed: std::ops::RangeInclusive<u32>,
    refusal: DiceError,
) -> Result<u32, DiceError> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DiceError::Notation);
    }
    // Digits that overflow are a number out of range.
    digits
        .parse()
        .ok()
        .filter(|number| allowed.contains(number))
        .ok_or(refusal)
}

impl fmt::Display for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.0.iter().enumerate() {
            match (term.negative, index) {
                (true, _) => f.write_str("-")?,
                (false, 0) => {}
                (false, _) => f.write_str("+")?,
            }
            match term.value {
                Value::Dice { count: 1, sides } => write!(f, "d{sides}")?,
                Value::Dice { count, sides } => write!(f, "{count}d{sides}")?,
                Value::Number(number) => write!(f, "{number}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> (i64, i64) {
        let dice: Dice = text.parse().unwrap();
        let mut rng = fastrand::Rng::with_seed(3);
        let rolls: Vec<_> = (0..2000).map(|_| dice.roll(&mut rng)).collect();
        (
            rolls.iter().copied().min().unwrap(),
            rolls.iter().copied().max().unwrap(),
        )
    }

    #[test]
    fn rolls_cover_the_whole_range_and_no_more() {
        assert_eq!(range("2d6+1"), (3, 13));
        assert_eq!(range("d20"), (1, 20));
        assert_eq!(range("1D4 - 1d4"), (-3, 3));
        assert_eq!(range("10-3"), (7, 7));
    }

    #[test]
    fn dice_are_formatted_in_the_usual_notation() {
        for (written, usual) in [
            ("1d20", "d20"),
            (" 2D6 + 1 ", "2d6+1"),
            ("d8+2d6-2", "d8+2d6-2"),
        ] {
            assert_eq!(written.parse::<Dice>().unwrap().to_string(), usual);
        }
    }

    #[test]
    fn invalid_expression_error_says_what_is_wrong() {
        for (text, error) in [
            ("", DiceError::Notation),
            ("d", DiceError::Notation),
            ("2d", DiceError::Notation),
            ("2d6+", DiceError::Notation),
            ("-2d6", DiceError::Notation),
            ("2d6d6", DiceError::Notation),
            ("+5", DiceError::Notation),
            ("zwei", DiceError::Notation),
            ("0d6", DiceError::Count),
            ("101d6", DiceError::Count),
            ("2d1", DiceError::Sides),
            ("2d1001", DiceError::Sides),
            ("2d99999999999999999999", DiceError::Sides),
            ("d6+1001", DiceError::Number),
            ("1+1+1+1+1+1+1+1+1", DiceError::Terms),
        ] {
            assert_eq!(text.parse::<Dice>(), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_rejected(text in ".{0,40}") {
            let _ = text.parse::<Dice>();
        }

        #[test]
        fn formatted_dice_parse_to_the_same_dice(text in "[1-9]?d[1-9][0-9]([+-][1-9]?d[2-9]|[+-][0-9]{1,3}){0,7}") {
            let dice: Dice = text.parse().unwrap();
            prop_assert_eq!(dice.to_string().parse::<Dice>().unwrap(), dice);
        }

        #[test]
        fn roll_is_between_minimum_and_maximum(text in "[1-9]?d[1-9][0-9]([+-][1-9]?d[2-9]){0,7}", seed: u64) {
            let dice: Dice = text.parse().unwrap();
            let roll = dice.roll(&mut fastrand::Rng::with_seed(seed));
            let reach = dice.0.iter().map(|term| match term.value {
                Value::Dice { count, sides } => i64::from(count * sides),
                Value::Number(number) => i64::from(number),
            });
            prop_assert!(roll.abs() <= reach.sum());
        }
    }
}
