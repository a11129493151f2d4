//! Copy ids: said over the phone, typed by hand.

use candor::clock::Clock;
use candor::watermark::{CopyId, CopyIdError};
use std::collections::HashSet;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[test]
fn an_id_reads_back_however_it_is_typed() {
    let clock = Clock::system();
    for _ in 0..200 {
        let id = CopyId::new(&clock);
        let shown = id.to_string();
        assert_eq!(shown.len(), 11);
        assert_eq!(shown.parse(), Ok(id));
        let spaced: String = shown.to_lowercase().chars().flat_map(|letter| [letter, ' ']).collect();
        assert_eq!(spaced.replace('-', "\u{2013}").parse(), Ok(id));
        assert_eq!(shown.replace('0', "o").replace('1', "l").replace('-', "").parse(), Ok(id));
        assert_eq!(serde_json::from_str::<CopyId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }
}

#[test]
fn every_single_wrong_symbol_is_refused() {
    let shown = CopyId::new(&Clock::system()).to_string();
    for place in (0..11).filter(|place| *place != 5) {
        for symbol in ALPHABET.chars().filter(|symbol| shown.chars().nth(place) != Some(*symbol)) {
            let wrong: String =
                shown.chars().enumerate().map(|(at, old)| if at == place { symbol } else { old }).collect();
            assert_eq!(wrong.parse::<CopyId>(), Err(CopyIdError::Check), "{wrong} for {shown}");
        }
    }
}

#[test]
fn two_symbols_that_changed_places_are_refused() {
    let shown: Vec<char> = CopyId::new(&Clock::system()).to_string().chars().filter(|c| *c != '-').collect();
    for one in 0..10 {
        for other in 0..one {
            let mut swapped = shown.clone();
            swapped.swap(one, other);
            if swapped != shown {
                let swapped: String = swapped.into_iter().collect();
                assert_eq!(swapped.parse::<CopyId>(), Err(CopyIdError::Check));
            }
        }
    }
}

#[test]
fn other_texts_are_no_ids() {
    assert_eq!("".parse::<CopyId>(), Err(CopyIdError::Length));
    assert_eq!("7Q4KX-2M9D".parse::<CopyId>(), Err(CopyIdError::Length));
    assert_eq!("7Q4KX-2M9DTT".parse::<CopyId>(), Err(CopyIdError::Length));
    assert_eq!("7Q4KX-2M9DU".parse::<CopyId>(), Err(CopyIdError::Symbol));
    assert_eq!("7Q4KX/2M9DT".parse::<CopyId>(), Err(CopyIdError::Symbol));
}

#[test]
fn ids_differ() {
    let clock = Clock::system();
    let ids: HashSet<CopyId> = (0..1_000).map(|_| CopyId::new(&clock)).collect();
    assert_eq!(ids.len(), 1_000);
}
