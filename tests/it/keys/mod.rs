//! Keys: rotated beside a running server, cut off anywhere, retired; and reports that are shredded.

mod exchange;
mod handover;
mod page;
mod rotation;
mod shred;

use crate::support::databases::TestDatabase;
use crate::support::house::{House, settings};
use candor::keys::Kek;
use candor::seal::Keyring;
use std::fs;
use std::process::{Command, Output};

/// A house whose settings also lie in a file, for commands beside it.
fn house(database: &TestDatabase) -> House {
    let house = House::on(database, "");
    beside(&house, database);
    house
}

/// Writes the settings of a house into its file, for commands beside it. They go by the machine's clock, so the house's
/// is moved there: nothing is appended by whoever is far behind the last entry.
fn beside(house: &House, database: &TestDatabase) {
    let behind = candor::clock::Clock::system().now().secs_since(house.app().clock.now());
    house.advance_secs(behind.max(0));
    let lines = settings(&format!("mail = \"files\"\ndatabase = \"{}\"", database.url()));
    fs::write(house.folder().join("data/candor.toml"), lines).unwrap();
}

/// A command beside the house, with these words.
fn command(house: &House, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command.args(words).arg("--config").arg(house.folder().join("data/candor.toml"));
    command
}

/// Runs a command beside the house: exit code, output, errors.
fn run(house: &House, words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command(house, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// The keyring as its file has it now.
fn keyring(house: &House) -> Keyring {
    Keyring::load(&house.app().config.keyring).unwrap()
}

/// What is known of key-encryption keys now.
fn listed(house: &House) -> Vec<Kek> {
    candor::keys::store::list(&mut house.app().database.read().unwrap(), &keyring(house)).unwrap()
}
