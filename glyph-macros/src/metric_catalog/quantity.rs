//! Numbers with a unit: `250ms`, `4KiB`, `12`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Lit, Token,
    parse::{Parse, ParseStream},
};

use super::unit::Unit;

/// A number literal with its unit as a suffix.
pub(super) struct Quantity {
    minus: Option<Token![-]>,
    literal: Lit,
}

impl Parse for Quantity {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let minus = input.parse()?;
        let literal = input.parse()?;
        match literal {
            Lit::Int(_) | Lit::Float(_) => {
                let quantity = Self { minus, literal };
                quantity.check_space(input)?;
                Ok(quantity)
            }
            other => Err(syn::Error::new_spanned(other, "expected a number")),
        }
    }
}

impl ToTokens for Quantity {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.minus.to_tokens(tokens);
        self.literal.to_tokens(tokens);
    }
}

impl Quantity {
    /// Reports a unit that is not part of the literal: `2 s`.
    fn check_space(&self, input: ParseStream<'_>) -> syn::Result<()> {
        let Ok(unit) = input.fork().parse::<syn::Ident>() else {
            return Ok(());
        };
        if !self.is_plain() || !UNITS.iter().any(|known| unit == known) {
            return Ok(());
        }
        let number = self.text();
        let message = format!("a number and its unit are one word: write `{number}{unit}`");
        Err(syn::Error::new_spanned(unit, message))
    }

    pub(super) fn text(&self) -> String {
        let minus = if self.minus.is_some() { "-" } else { "" };
        format!("{minus}{}", self.literal.to_token_stream())
    }

    fn parts(&self) -> (&str, &str) {
        match &self.literal {
            Lit::Int(literal) => (literal.base10_digits(), literal.suffix()),
            Lit::Float(literal) => (literal.base10_digits(), literal.suffix()),
            _ => ("", ""),
        }
    }

    /// The number without a unit.
    pub(super) fn plain(&self) -> syn::Result<f64> {
        match self.parts() {
            (_, "") => self.value(&Unit::None, "number"),
            (_, suffix) => Err(self.error(&format!(
                "expected a number without a unit: remove `{suffix}`"
            ))),
        }
    }

    /// The value in the metric's unit. `what` is its role, for errors.
    pub(super) fn value(&self, unit: &Unit, what: &str) -> syn::Result<f64> {
        let (digits, suffix) = self.parts();
        let Some(scale) = Scale::of(suffix) else {
            return Err(self.error(&format!(
                "`{suffix}` is not a unit{}; allowed: ns, us, ms, s, m, h, d, KB, MB, GB, KiB, MiB, GiB, or no unit",
                self.with_unit(suffix)
            )));
        };
        if let Some(needed) = scale.unit
            && unit.suffix() != Some(needed)
        {
            let found = unit.suffix().map_or_else(String::new, |unit| {
                format!("; `{}` is not of {unit}", self.text())
            });
            return Err(self.error(&format!(
                "a {what} in `{suffix}` needs `unit = {needed}`{found}"
            )));
        }
        let value = scale.apply(digits).filter(|value| value.is_finite());
        let value =
            value.ok_or_else(|| self.error(&format!("a {what} must be a finite number")))?;
        Ok(if self.minus.is_some() { -value } else { value })
    }

    /// `: write 10ms`, for a unit that resembles `suffix`.
    fn with_unit(&self, suffix: &str) -> String {
        let (digits, _) = self.parts();
        let start = match suffix.get(..1) {
            Some("m") if suffix.starts_with("mi") && !suffix.starts_with("mib") => "m",
            _ => suffix,
        };
        let mut units = UNITS.iter();
        let alike = |unit: &&&str| start.eq_ignore_ascii_case(unit);
        let unit = units.clone().find(alike);
        let longer = |unit: &&&str| unit.len() > 1 && start.starts_with(**unit);
        let unit = unit.or_else(|| units.find(longer));
        unit.map_or_else(String::new, |unit| format!(": write `{digits}{unit}`"))
    }

    /// Whether the number has no unit.
    pub(super) fn is_plain(&self) -> bool {
        self.parts().1.is_empty()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.parts().0.parse() == Ok(0.0)
    }

    /// A duration in whole seconds.
    pub(super) fn seconds(&self) -> syn::Result<u64> {
        let (digits, suffix) = self.parts();
        let scale = Scale::of(suffix).filter(|scale| scale.unit == Some("seconds"));
        let whole = scale
            .and_then(|scale| scale.apply(digits))
            .filter(|seconds| {
                self.minus.is_none()
                    && seconds.fract() == 0.0
                    && (1.0..=31_536_000.0).contains(seconds)
            });
        let Some(whole) = whole else {
            if self.is_plain() && digits.parse().is_ok_and(|number: u64| number > 0) {
                let message = format!("a duration has a unit: write `{digits}s` or `{digits}m`");
                return Err(self.error(&message));
            }
            return Err(self.error(
                "expected a duration in whole seconds, up to a year: `30s`, `5m`, `6h`, `3d`",
            ));
        };
        format!("{whole}")
            .parse()
            .map_err(|_| self.error("expected a duration in whole seconds"))
    }

    pub(super) fn error(&self, message: &str) -> syn::Error {
        syn::Error::new_spanned(self, message)
    }
}

/// The units of quantities.
const UNITS: [&str; 13] = [
    "ns", "us", "ms", "KiB", "MiB", "GiB", "KB", "MB", "GB", "s", "m", "h", "d",
];

/// The factor that a literal's suffix stands for.
struct Scale {
    unit: Option<&'static str>,
    /// The power of ten. It is added to the literal's exponent, which avoids a second rounding.
    exponent: i32,
    factor: f64,
}

impl Scale {
    fn of(suffix: &str) -> Option<Self> {
        let (unit, exponent, factor) = match suffix {
            "" => (None, 0, 1.0),
            "ns" => (Some("seconds"), -9, 1.0),
            "us" => (Some("seconds"), -6, 1.0),
            "ms" => (Some("seconds"), -3, 1.0),
            "s" => (Some("seconds"), 0, 1.0),
            "m" => (Some("seconds"), 0, 60.0),
            "h" => (Some("seconds"), 0, 3600.0),
            "d" => (Some("seconds"), 0, 86_400.0),
            "KB" | "kB" => (Some("bytes"), 3, 1.0),
            "MB" => (Some("bytes"), 6, 1.0),
            "GB" => (Some("bytes"), 9, 1.0),
            "KiB" => (Some("bytes"), 0, 1024.0),
            "MiB" => (Some("bytes"), 0, 1_048_576.0),
            "GiB" => (Some("bytes"), 0, 1_073_741_824.0),
            _ => return None,
        };
        Some(Self {
            unit,
            exponent,
            factor,
        })
    }

    /// The seconds of a unit of time.
    fn seconds(&self) -> f64 {
        self.factor * 10f64.powi(self.exponent)
    }

    fn apply(&self, digits: &str) -> Option<f64> {
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let exponent = exponent.parse::<i32>().ok()?.checked_add(self.exponent)?;
        let value: f64 = format!("{mantissa}e{exponent}").parse().ok()?;
        Some(value * self.factor)
    }
}

/// A number, a percentage or a rate: `5`, `5%`, `10/s`.
pub(super) struct Threshold {
    pub(super) quantity: Quantity,
    percent: Option<Token![%]>,
    per: Option<(Token![/], syn::Ident)>,
}

/// The dimension that a threshold is compared in.
pub(super) enum Dimension<'metric> {
    /// Values in a metric's unit.
    Of(&'metric Unit),
    /// Rates per second.
    PerSecond(&'metric Unit),
    /// Fractions of one.
    Share,
}

impl Parse for Threshold {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let quantity = input.parse()?;
        let percent = input.parse()?;
        let per = if input.peek(Token![/]) {
            Some((input.parse()?, input.parse()?))
        } else {
            None
        };
        Ok(Self {
            quantity,
            percent,
            per,
        })
    }
}

impl ToTokens for Threshold {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.quantity.to_tokens(tokens);
        self.percent.to_tokens(tokens);
        if let Some((slash, unit)) = &self.per {
            slash.to_tokens(tokens);
            unit.to_tokens(tokens);
        }
    }
}

impl Threshold {
    pub(super) fn value(&self, dimension: &Dimension<'_>) -> syn::Result<f64> {
        match dimension {
            Dimension::Share | Dimension::Of(Unit::Ratio) => self.share(),
            Dimension::Of(unit) => {
                self.only_quantity()?;
                if **unit == Unit::Seconds && self.quantity.is_plain() && !self.quantity.is_zero() {
                    let number = self.quantity.text();
                    return Err(self.error(&format!(
                        "a threshold of a duration has a unit: write `{number}s` or `{number}ms`"
                    )));
                }
                self.quantity.value(unit, "threshold")
            }
            Dimension::PerSecond(unit) => self.per_second(unit),
        }
    }

    /// The percentage that a number without `%` stands for.
    pub(super) fn as_percent(&self) -> Option<f64> {
        let number = self
            .quantity
            .plain()
            .ok()
            .filter(|_| self.percent.is_none())?;
        // One rounding: 0.95 becomes 95.
        let percent = if number <= 1.0 {
            (number * 1e9).round() / 1e7
        } else {
            number
        };
        Some(percent)
    }

    fn share(&self) -> syn::Result<f64> {
        if self.per.is_some() {
            return Err(self.error("expected a share: `5%` or `0.05`"));
        }
        let value = self.quantity.plain()?;
        Ok(if self.percent.is_some() {
            // Division rounds once: 5 / 100 is the number nearest to 0.05.
            value / 100.0
        } else {
            value
        })
    }

    fn per_second(&self, unit: &Unit) -> syn::Result<f64> {
        let (Some((_, time)), None) = (&self.per, &self.percent) else {
            let number = self.quantity.text();
            return Err(self.error(&format!(
                "expected a rate: `{number}/s`, `{number}/m` or `{number}/h`"
            )));
        };
        let scale = Scale::of(&time.to_string()).filter(|scale| {
            scale.unit == Some("seconds") && (1.0..=3600.0).contains(&scale.seconds())
        });
        let Some(scale) = scale else {
            return Err(syn::Error::new_spanned(
                time,
                format!("`{time}` is not a unit of time; allowed: `/s`, `/m`, `/h`"),
            ));
        };
        let seconds = scale.seconds();
        Ok(self.quantity.value(unit, "threshold")? / seconds)
    }

    fn only_quantity(&self) -> syn::Result<()> {
        if self.percent.is_some() {
            return Err(self.error(
                "`%` is for ratios, shares and metrics with `unit = ratio`: write a plain number",
            ));
        }
        if self.per.is_some() {
            return Err(
                self.error("only `rate` takes a threshold such as `10/s`: write a plain number")
            );
        }
        Ok(())
    }

    fn error(&self, message: &str) -> syn::Error {
        syn::Error::new_spanned(self, message)
    }
}
