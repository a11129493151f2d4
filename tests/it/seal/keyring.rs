//! The keyring: its file, its purposes, and the data keys it wraps.

use crate::support::folder::TestFolder;
use candor::clock::{Clock, Micros};
use candor::ids::{KeyId, PersonId, VersionId};
use candor::seal::{KeyOwner, Keyring, KeyringError, SealError, WrappedKey};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

/// A new keyring in a file, and the file's lines without the words.
fn written(folder: &TestFolder) -> (Keyring, PathBuf, Vec<String>) {
    let (keyring, path) = (Keyring::generate(&Clock::system()), folder.join("candor.keyring"));
    keyring.create_file(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    (keyring, path, lines)
}

/// Loads a keyring with these lines.
fn load(path: &Path, lines: &[String]) -> Result<Keyring, KeyringError> {
    fs::write(path, lines.join("\n")).unwrap();
    Keyring::load(path)
}

#[test]
fn a_keyring_comes_back_from_its_file_whole() {
    let folder = TestFolder::new();
    let (made, path, lines) = written(&folder);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(lines.len(), 8);
    let loaded = Keyring::load(&path).unwrap();
    assert_eq!(loaded.instance(), made.instance());
    assert_eq!(loaded.current_kek(), made.current_kek());
    assert_eq!(loaded.ledger_seed(), made.ledger_seed());
    assert_eq!(loaded.blind_index("test", "a@b.example"), made.blind_index("test", "a@b.example"));
    assert_eq!(loaded.token_hash("test", b"secret"), made.token_hash("test", b"secret"));
    assert_eq!(loaded.cookie_mac("test", b"cookie"), made.cookie_mac("test", b"cookie"));
    assert_eq!(loaded.mark_mac("test", b"copy"), made.mark_mac("test", b"copy"));
    let owner = KeyOwner::Person(PersonId::new(&Clock::system()));
    let (key, wrapped) = made.new_data_key(&Clock::system(), owner);
    assert_eq!(loaded.unwrap(key.id(), owner, &wrapped).unwrap().id(), key.id());
}

#[test]
fn a_file_that_others_may_touch_is_refused_and_says_what_to_do() {
    let folder = TestFolder::new();
    let (_, path, _) = written(&folder);
    for mode in [0o644, 0o640, 0o660, 0o604, 0o700, 0o400, 0o4600] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = Keyring::load(&path).unwrap_err();
        assert!(
            matches!(error, KeyringError::Mode { mode: found, .. } if found == mode),
            "{mode:o}: {error}"
        );
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    Keyring::load(&path).unwrap();
}

#[test]
fn another_users_file_is_refused() {
    let folder = TestFolder::new();
    let (_, path, _) = written(&folder);
    // Root can give the file away; everybody else has files of root at hand.
    let foreign = if chown(&path, Some(1), None).is_ok() { path } else { PathBuf::from("/etc/passwd") };
    let error = Keyring::load(&foreign).unwrap_err();
    assert!(matches!(error, KeyringError::Owner { .. }), "{error}");
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = TestFolder::new();
    assert!(matches!(Keyring::load(folder.path()), Err(KeyringError::NotAFile { .. })));
    assert!(matches!(Keyring::load(&folder.join("none")), Err(KeyringError::Unreadable { .. })));
}

#[test]
fn a_keyring_is_never_overwritten() {
    let folder = TestFolder::new();
    let (_, path, _) = written(&folder);
    let before = fs::read(&path).unwrap();
    let other = Keyring::generate(&Clock::system());
    assert!(matches!(other.create_file(&path), Err(KeyringError::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
    // Nor does it follow a link somebody laid out.
    symlink(folder.join("elsewhere"), folder.join("link")).unwrap();
    assert!(matches!(other.create_file(&folder.join("link")), Err(KeyringError::Exists { .. })));
    assert!(!folder.join("elsewhere").exists());
    assert!(matches!(other.create_file(&folder.join("none/keyring")), Err(KeyringError::Unwritable { .. })));
}

#[test]
fn a_line_that_cannot_be_read_is_named_by_its_number_and_not_repeated() {
    let folder = TestFolder::new();
    let (_, path, lines) = written(&folder);
    let secret = lines[3].split(' ').nth(1).unwrap().to_owned();
    let cases: [(usize, String); 12] = [
        (1, "candor-keyring 2".into()),
        (2, "instance nonsense".into()),
        (3, "kek".into()),
        (3, "kek onlyname".into()),
        (3, format!("kek name {}", &secret[..40])),
        (4, format!("ledger {secret}{secret}")),
        (4, "ledger".into()),
        (5, "token AAAA".into()),
        (5, format!("ledger {secret}")),
        (6, format!("indexx {secret}")),
        (7, format!("cookie {secret}")), // the ledger's, once more
        (8, format!("{secret} mark")),
    ];
    for (number, line) in cases {
        let mut changed = lines.clone();
        changed[number - 1].clone_from(&line);
        let error = load(&path, &changed).unwrap_err();
        assert!(
            matches!(error, KeyringError::Malformed { line: found, .. } if found == number),
            "{line}: {error}"
        );
        let said = format!("{error} {error:?}");
        assert!(said.contains(&number.to_string()));
        assert!(!said.contains(&secret[..12]), "{said}");
    }
}

#[test]
fn a_missing_line_is_named() {
    let folder = TestFolder::new();
    let (_, path, lines) = written(&folder);
    let words = ["instance", "kek", "ledger", "token", "index", "cookie", "mark"];
    for (gone, word) in (1..).zip(words) {
        let mut fewer = lines.clone();
        fewer.remove(gone);
        let error = load(&path, &fewer).unwrap_err();
        assert!(matches!(error, KeyringError::Incomplete { what, .. } if what == word), "{error}");
    }
    assert!(matches!(load(&path, &[]), Err(KeyringError::Incomplete { .. })));
}

#[test]
fn order_comments_and_spaces_mean_nothing() {
    let folder = TestFolder::new();
    let (made, path, mut lines) = written(&folder);
    lines[1..].reverse();
    lines.insert(1, "  # a note of the operator".into());
    lines.insert(2, String::new());
    let last = lines.len() - 1;
    lines[last].push_str("  \r");
    let loaded = load(&path, &lines).unwrap();
    assert_eq!((loaded.instance(), loaded.current_kek()), (made.instance(), made.current_kek()));
}

#[test]
fn a_new_epoch_wraps_new_keys_and_old_ones_still_open() {
    let (folder, clock) = (TestFolder::new(), Clock::system());
    let (made, path, mut lines) = written(&folder);
    let (key, wrapped) = made.new_data_key(&clock, KeyOwner::House);
    lines.insert(2, "kek next-epoch //////////////////////////////////////////8=".into());
    let rotated = load(&path, &lines).unwrap();
    assert_eq!(rotated.current_kek(), "next-epoch");
    assert_eq!(
        rotated.keks().map(candor::seal::Kek::name).collect::<Vec<_>>(),
        ["next-epoch", made.current_kek()]
    );
    rotated.unwrap(key.id(), KeyOwner::House, &wrapped).unwrap();
    let (newer, newer_wrapped) = rotated.new_data_key(&clock, KeyOwner::House);
    assert_eq!(newer_wrapped.kek, "next-epoch");
    assert_eq!(
        made.unwrap(newer.id(), KeyOwner::House, &newer_wrapped).unwrap_err(),
        SealError::UnknownKek("next-epoch".into())
    );
    lines[2] = lines[3].clone();
    assert!(matches!(load(&path, &lines), Err(KeyringError::Malformed { line: 4, .. })));
}

#[test]
fn a_wrapped_key_opens_only_as_the_key_it_is() {
    let clock = Clock::system();
    let keyring = Keyring::generate(&clock);
    let person = PersonId::new(&clock);
    let owner = KeyOwner::Person(person);
    let (key, wrapped) = keyring.new_data_key(&clock, owner);
    assert_eq!((wrapped.bytes.len(), wrapped.kek.as_str()), (104, keyring.current_kek()));
    assert_eq!(keyring.unwrap(key.id(), owner, &wrapped).unwrap().owner(), owner);
    let wrong = Err(SealError::WrongKey);
    let unwrap = |id, owner| keyring.unwrap(id, owner, &wrapped).map(|key| key.id());
    assert_eq!(unwrap(KeyId::new(&clock), owner), wrong);
    assert_eq!(unwrap(key.id(), KeyOwner::Person(PersonId::new(&clock))), wrong);
    assert_eq!(unwrap(key.id(), KeyOwner::Version(VersionId::from_bytes(*person.as_bytes()))), wrong);
    assert_eq!(unwrap(key.id(), KeyOwner::House), wrong);
    for place in 0..wrapped.bytes.len() {
        let mut changed = wrapped.clone();
        changed.bytes[place] ^= 1;
        let expected = if place < 56 { SealError::WrongKey } else { SealError::Damaged };
        assert_eq!(keyring.unwrap(key.id(), owner, &changed).unwrap_err(), expected);
    }
    let unknown = WrappedKey { kek: "1999q1-00000000".into(), ..wrapped };
    assert!(matches!(keyring.unwrap(key.id(), owner, &unknown), Err(SealError::UnknownKek(_))));
}

#[test]
fn a_wrapped_key_is_bound_to_its_installation_and_the_name_of_its_kek() {
    let (folder, clock) = (TestFolder::new(), Clock::system());
    let (made, path, lines) = written(&folder);
    let (key, mut wrapped) = made.new_data_key(&clock, KeyOwner::House);
    let mut moved = lines.clone();
    moved[1] = format!("instance {}", KeyId::new(&clock));
    let elsewhere = load(&path, &moved).unwrap();
    assert_eq!(elsewhere.unwrap(key.id(), KeyOwner::House, &wrapped).unwrap_err(), SealError::WrongKey);
    let mut renamed = lines;
    renamed[2] = renamed[2].replace(made.current_kek(), "renamed");
    let renamed = load(&path, &renamed).unwrap();
    wrapped.kek = "renamed".into();
    assert_eq!(renamed.unwrap(key.id(), KeyOwner::House, &wrapped).unwrap_err(), SealError::WrongKey);
}

#[test]
fn an_owner_keeps_its_stored_form() {
    let clock = Clock::system();
    let id = *PersonId::new(&clock).as_bytes();
    let owners = [
        KeyOwner::House,
        KeyOwner::Person(PersonId::from_bytes(id)),
        KeyOwner::Version(VersionId::from_bytes(id)),
    ];
    assert_eq!(owners.map(KeyOwner::as_str), ["house", "person", "version"]);
    for owner in owners {
        assert_eq!(KeyOwner::from_parts(owner.as_str(), owner.id()), Some(owner));
    }
    assert_eq!(KeyOwner::from_parts("house", id), None);
    assert_eq!(KeyOwner::from_parts("nobody", id), None);
}

#[test]
fn one_key_serves_one_purpose_and_one_label() {
    let keyring = Keyring::generate(&Clock::system());
    let codes = [
        keyring.blind_index("one", "value"),
        keyring.blind_index("two", "value"),
        keyring.blind_index("one", "other"),
        keyring.blind_index("onev", "alue"),
        keyring.token_hash("one", b"value"),
        keyring.cookie_mac("one", b"value"),
        keyring.mark_mac("one", b"value"),
        Keyring::generate(&Clock::system()).blind_index("one", "value"),
    ];
    for (place, code) in codes.iter().enumerate() {
        assert!(!codes[..place].contains(code), "{place}");
    }
    assert_eq!(keyring.blind_index("one", "value"), codes[0]);
}

#[test]
fn a_cookies_code_fits_its_bytes_only() {
    let keyring = Keyring::generate(&Clock::system());
    let code = keyring.cookie_mac("session", b"bytes");
    assert!(keyring.verify("session", b"bytes", &code));
    assert!(!keyring.verify("form", b"bytes", &code));
    assert!(!keyring.verify("session", b"byte", &code));
    assert!(!keyring.verify("session", b"bytes", &code[..31]));
    assert!(!keyring.verify("session", b"bytes", &[]));
    for bit in 0..256 {
        let mut changed = code;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!keyring.verify("session", b"bytes", &changed));
    }
}

#[test]
fn nothing_secret_shows_in_debug() {
    let (folder, clock) = (TestFolder::new(), Clock::system());
    let (keyring, _, lines) = written(&folder);
    let (key, _) = keyring.new_data_key(&clock, KeyOwner::House);
    let shown = format!("{keyring:?} {key:?}");
    assert!(shown.contains(keyring.current_kek()));
    for line in &lines[2..] {
        assert!(!shown.contains(&line.rsplit(' ').next().unwrap()[..8]), "{line}");
    }
    assert!(!shown.contains(&format!("{:?}", keyring.ledger_seed())[1..20]));
}

#[test]
fn a_key_is_named_after_the_quarter_it_was_made_in() {
    for (day, quarter) in
        [(0, "1970q1-"), (59, "1970q1-"), (90, "1970q2-"), (272, "1970q3-"), (273, "1970q4-")]
    {
        let keyring = Keyring::generate(&Clock::held(Micros(0).plus_days(day)));
        assert!(keyring.current_kek().starts_with(quarter), "{day}: {}", keyring.current_kek());
    }
}
