//! Somebody steals the data directory: without the keyring it tells nothing.

use super::{SHORT_REPORT, accepts, downloads, play, publish};
use std::fs;

#[test]
fn a_stolen_data_directory_tells_nothing() {
    play(|mut house| {
        let mut officer = house.staff("Tobias", "compliance");
        let mut seller = house.staff("Sam", "sales");
        publish(&mut officer, SHORT_REPORT);
        let mut ada = house.visitor("198.51.100.77");
        house.asks(&mut ada, "ada.lovelace@buyer.example");
        let code = house.mailbox.wait_for("ada.lovelace@buyer.example", "Your code").code();
        accepts(&mut ada);
        house.approves(&mut seller, "ada.lovelace@buyer.example");
        assert_eq!(downloads(&mut ada).status, 200);
        house.kill();
        let secrets = [
            "ada.lovelace@buyer.example",
            "Ada Lovelace",
            "Lovelace",
            "Buyer Works",
            "198.51.100.77",
            "Head of vendor risk",
            "For 3 of 25 persons selected, access was disabled late.",
            "Access is removed within one business day.",
            "Jet Propulsion Laboratory",
            code.as_str(),
            &code.replace('-', ""),
        ];
        let stolen: Vec<_> = house
            .folder
            .files()
            .into_iter()
            .filter(|file| file.starts_with(house.folder.join("house")))
            .collect();
        assert!(!stolen.is_empty());
        for file in stolen {
            let bytes = fs::read(&file).unwrap();
            for secret in secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{} holds {secret:?}", file.display());
            }
        }
    });
}
