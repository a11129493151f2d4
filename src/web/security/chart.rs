//! Bars over days, as a picture that is drawn on the server and as the numbers it is drawn from.

use crate::clock::Micros;
use serde::Serialize;

/// Height of the tallest bar.
const HEIGHT: u64 = 100;
/// Width of a day.
const STEP: u64 = 20;

/// A picture and its numbers.
#[derive(Serialize)]
pub(super) struct Chart {
    title: &'static str,
    words: String,
    width: u64,
    bars: Vec<Bar>,
    days: Vec<Day>,
}

/// A bar.
#[derive(Serialize)]
struct Bar {
    x: u64,
    y: u64,
    height: u64,
}

/// A day with something in it.
#[derive(Serialize)]
struct Day {
    date: String,
    number: u64,
}

/// Draws the last `days` days up to `now`.
pub(super) fn chart(title: &'static str, counted: &[(Micros, u64)], now: Micros, days: i64) -> Chart {
    let day = |at: Micros| at.0.div_euclid(86_400_000_000);
    let today = day(now);
    let most = counted.iter().map(|(_, number)| *number).max().unwrap_or(0);
    let sum: u64 = counted.iter().map(|(_, number)| number).sum();
    let bars = counted.iter().filter_map(|(at, number)| {
        let ago = u64::try_from(today - day(*at)).ok()?;
        let place = u64::try_from(days).ok()?.checked_sub(ago + 1)?;
        // Whatever happened is seen, however small beside the tallest.
        let height = (number * HEIGHT).checked_div(most)?.max(2);
        Some(Bar { x: place * STEP + 2, y: HEIGHT - height, height })
    });
    Chart {
        title,
        words: format!("{sum} in {days} days, {most} on the busiest day"),
        width: u64::try_from(days).unwrap_or(0) * STEP,
        bars: bars.collect(),
        days: counted
            .iter()
            .rev()
            .map(|(at, number)| Day { date: at.date_words(), number: *number })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_stands_in_its_place_and_the_tallest_fills_the_picture() {
        let now = Micros(20_000 * 86_400_000_000 + 7);
        let at = |days: i64| Micros((20_000 + days) * 86_400_000_000);
        let drawn = chart("Downloads", &[(at(-29), 1), (at(-1), 50), (at(0), 100)], now, 30);
        let bars: Vec<_> = drawn.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(bars, [(2, 98, 2), (562, 50, 50), (582, 0, 100)]);
        assert_eq!(drawn.words, "151 in 30 days, 100 on the busiest day");
        assert!(chart("Downloads", &[], now, 30).bars.is_empty());
    }
}
