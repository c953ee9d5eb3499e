//! When the alerts of an objective fire: `period`, `fast(..)`, `slow(..)`, `min_requests` and
//! `absent`.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{
    Ident, Token,
    parse::{Parse, ParseStream},
};

use crate::{
    arguments::{assigned, listed},
    diagnostic::Errors,
    home::option,
    metric_catalog::quantity::Quantity,
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The windows and burn rates of "Alerting on SLOs" in Google's SRE workbook.
const FAST: [Windows; 2] = [
    Windows::new(5 * MINUTE, HOUR, 14.4),
    Windows::new(30 * MINUTE, 6 * HOUR, 6.0),
];
const SLOW: [Windows; 2] = [
    Windows::new(2 * HOUR, DAY, 3.0),
    Windows::new(6 * HOUR, 3 * DAY, 1.0),
];

/// The default time of an error budget.
const PERIOD: u64 = 30 * DAY;

/// The window of the recorded rates, which all other windows are built from.
const LEAST_WINDOW: u64 = 5 * MINUTE;

/// The default time for which the calls must be missing.
const ABSENT: u64 = 5 * MINUTE;

/// The keys of an objective about its alerts.
#[derive(Default)]
pub(super) struct BurnArgs {
    period: Option<Quantity>,
    fast: Option<Vec<WindowsArg>>,
    slow: Option<Vec<WindowsArg>>,
    min_requests: Option<Quantity>,
    absent: Option<AbsentArg>,
}

/// `5m/1h > 14.4`.
struct WindowsArg {
    short: Quantity,
    long: Quantity,
    factor: Quantity,
}

/// `10m` or `never`.
enum AbsentArg {
    After(Quantity),
    Never,
}

/// When the alerts of an objective fire. Times are in seconds.
pub(super) struct Burn {
    period: u64,
    fast: Vec<Windows>,
    slow: Vec<Windows>,
    min_requests: u64,
    absent: Option<u64>,
}

#[derive(Clone, Copy)]
struct Windows {
    short: u64,
    long: u64,
    factor: f64,
}

impl Windows {
    const fn new(short: u64, long: u64, factor: f64) -> Self {
        Self {
            short,
            long,
            factor,
        }
    }
}

impl Parse for WindowsArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        Self::read(input).map_err(|error| {
            // Tokens that nobody read would be a second error.
            while input.parse::<TokenTree>().is_ok() {}
            let short = ahead.parse::<Quantity>().ok();
            let short = short.filter(|_| ahead.peek(Token![>]));
            let message = short.as_ref().map_or_else(
                || "expected a short window, a long one and a burn rate: `5m/1h > 14.4`".to_owned(),
                without_long,
            );
            syn::Error::new(error.span(), message)
        })
    }
}

impl WindowsArg {
    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let short = input.parse()?;
        input.parse::<Token![/]>()?;
        let long = input.parse()?;
        input.parse::<Token![>]>()?;
        let factor = input.parse()?;
        Ok(Self {
            short,
            long,
            factor,
        })
    }
}

/// The message for `2h > 3`.
fn without_long(short: &Quantity) -> String {
    let is_long = short.seconds().is_ok_and(|short| short >= HOUR);
    let long = if is_long { "3d" } else { "1h" };
    let short = short.text();
    format!("missing long window: write `{short}/{long} > ..`")
}

impl Parse for AbsentArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident) {
            return input.parse().map(Self::After);
        }
        let word: Ident = input.parse()?;
        if word == "never" {
            return Ok(Self::Never);
        }
        Err(syn::Error::new_spanned(
            word,
            "expected a duration or `never`: `absent = 10m`",
        ))
    }
}

impl BurnArgs {
    /// Reads the value of a key. Returns `false` for another key.
    pub(super) fn read(&mut self, key: &str, input: ParseStream<'_>) -> syn::Result<bool> {
        match key {
            "period" => self.period = Some(assigned(input)?),
            "fast" => self.fast = Some(listed(input)?),
            "slow" => self.slow = Some(listed(input)?),
            "min_requests" => self.min_requests = Some(assigned(input)?),
            "absent" => self.absent = Some(assigned(input)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Checks the arguments of an objective with this target.
    pub(super) fn model(self, target: f64, errors: &mut Errors) -> Burn {
        let period = period(self.period.as_ref(), errors);
        let mut windows = |written: Option<Vec<WindowsArg>>, key, default: &[Windows]| {
            let Some(written) = written else {
                check_default(key, default, self.period.as_ref(), period, errors);
                return default.to_vec();
            };
            let windows = written.iter();
            let windows = windows.filter_map(|windows| windows.model(period, target, errors));
            windows.collect()
        };
        let fast = windows(self.fast, "fast", &FAST);
        let slow = windows(self.slow, "slow", &SLOW);
        let min_requests = self.min_requests.and_then(|least| errors.ok(count(&least)));
        let absent = match self.absent {
            None => Some(ABSENT),
            Some(AbsentArg::Never) => None,
            Some(AbsentArg::After(time)) => errors.ok(time.seconds()),
        };
        Burn {
            period,
            fast,
            slow,
            min_requests: min_requests.unwrap_or(0),
            absent,
        }
    }
}

fn period(written: Option<&Quantity>, errors: &mut Errors) -> u64 {
    let Some(written) = written else {
        return PERIOD;
    };
    let Some(period) = errors.ok(written.seconds()) else {
        return PERIOD;
    };
    if period < DAY {
        errors.at(written, "`period` must be at least a day: `period = 28d`");
        return PERIOD;
    }
    period
}

/// Reports a period that is shorter than a default window.
fn check_default(
    key: &str,
    default: &[Windows],
    written: Option<&Quantity>,
    period: u64,
    errors: &mut Errors,
) {
    if default.iter().any(|windows| windows.long > period) {
        errors.at(
            written,
            format!(
                "the default windows of `{key}` are longer than this period: \
                 add `{key}(..)` with shorter ones"
            ),
        );
    }
}

/// An integer from 1.
fn count(written: &Quantity) -> syn::Result<u64> {
    let whole = written.plain()?;
    let parsed = format!("{whole}").parse();
    let parsed = parsed.ok().filter(|count| *count > 0);
    parsed.ok_or_else(|| written.error("expected an integer from 1: `min_requests = 100`"))
}

impl WindowsArg {
    fn model(&self, period: u64, target: f64, errors: &mut Errors) -> Option<Windows> {
        let short = errors.ok(self.short.seconds())?;
        let long = errors.ok(self.long.seconds())?;
        let factor = errors.ok(self.factor.plain())?;
        if short < LEAST_WINDOW {
            errors.at(
                &self.short,
                "a window must be at least 5m, the window of the recorded rates",
            );
        } else if long <= short {
            let (short, long) = (self.short.text(), self.long.text());
            errors.at(
                &self.long,
                format!("`{long}` is not longer than `{short}`: write the short window first"),
            );
        } else if long > period {
            errors.at(
                &self.long,
                "a window cannot be longer than the period of the objective: shorten it, \
                 or set `period`",
            );
        }
        // A target of 99% leaves a budget of 1%: calls that all fail burn it 100 times too fast.
        let highest = rounded(1.0 / (1.0 - target));
        if factor <= 0.0 {
            errors.at(&self.factor, "a burn rate must be above 0");
        } else if factor >= highest {
            errors.at(
                &self.factor,
                format!(
                    "this never fires: even if all calls fail, the budget burns {highest} times \
                     too fast; write a lower burn rate"
                ),
            );
        }
        Some(Windows::new(short, long, factor))
    }
}

/// Rounds to six decimals, which removes floating-point noise.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

impl Burn {
    /// The fields of the objective's descriptor.
    pub(super) fn tokens(&self, rt: &TokenStream) -> TokenStream {
        let duration = |seconds: u64| quote!(#rt::core::time::Duration::from_secs(#seconds));
        let windows = |windows: &[Windows]| {
            let windows = windows.iter().map(|windows| {
                let (short, long) = (duration(windows.short), duration(windows.long));
                let factor = windows.factor;
                quote!(#rt::BurnWindows { short: #short, long: #long, factor: #factor })
            });
            quote!(&[#(#windows),*])
        };
        let period = duration(self.period);
        let (fast, slow) = (windows(&self.fast), windows(&self.slow));
        let min_requests = self.min_requests;
        let absent = option(rt, self.absent.map(duration));
        quote! {
            period: #period,
            fast: #fast,
            slow: #slow,
            min_requests: #min_requests,
            absent: #absent,
        }
    }
}
