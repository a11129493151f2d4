//! Any bytes as a page's content: closed, they are closed, or every viewer gets them in a form of their own.
#![no_main]

use candor::watermark::fuzzing::{Closed, close};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    if let Closed::Beside(enclosed) = close(content) {
        // Nothing is left open that the mark, painted next, would fall into.
        assert_eq!(close(&enclosed), Closed::Whole, "{:?}", String::from_utf8_lossy(&enclosed));
    }
});
