//! Any text as an address, a domain, a signed note, a checkpoint: refused, or read back as it is written.
#![no_main]

use candor::ledger::note::{Checkpoint, SignedNote};
use candor::text::{Domain, EmailAddress};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(address) = EmailAddress::parse(text) {
        let again = EmailAddress::parse(address.as_str()).expect("written by us");
        assert_eq!(again.as_str(), address.as_str());
        let _ = (address.domain(), address.lookup());
    }
    if let Ok(domain) = Domain::parse(text) {
        assert!(domain.is_within(&domain));
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(Checkpoint::parse(&checkpoint.to_text()), Ok(checkpoint));
    }
    let _ = SignedNote::parse(text);
});
