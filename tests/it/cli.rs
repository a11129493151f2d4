//! The commands, as people and their scripts run them.

use crate::support::countries::country_file;
use crate::support::folder::TestFolder;
use crate::support::visitor::Visitor;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Output, Stdio};

/// The command with these words, in a folder.
fn candor(folder: &TestFolder, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command.current_dir(folder.path()).args(words);
    command
}

/// Runs it and gives exit code, output and errors.
fn run(folder: &TestFolder, words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = candor(folder, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A folder with an installation in `house` whose server would listen on a free port behind a proxy.
fn installed() -> TestFolder {
    let folder = TestFolder::new();
    let (code, out, errors) = run(
        &folder,
        &["init", "--data", "house", "--admin-email", "boss@house.example", "--admin-name", "Boss"],
    );
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains("/staff/sign-in/"), "{out}");
    let file = folder.join("house/candor.toml");
    let settings = fs::read_to_string(&file).unwrap();
    let settings = settings
        .replace("127.0.0.1:8443", "127.0.0.1:0")
        .replace("# mail = \"files\"", "mail = \"files\"")
        .replace("# trusted_proxies", "trusted_proxies");
    fs::write(&file, settings).unwrap();
    folder
}

/// A server that is stopped when the test ends.
struct Serving(Child, Visitor);

impl Serving {
    /// Starts it and waits until it listens.
    fn start(folder: &TestFolder) -> Self {
        let mut child = candor(folder, &["serve", "--data", "house"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("Listening on ").unwrap().split(',').next().unwrap();
        let visitor =
            Visitor::through_proxy(address.parse().unwrap(), "https://trust.example.com", "203.0.113.7");
        Self(child, visitor)
    }
    /// Sends SIGTERM and gives the exit code.
    fn stop(mut self) -> Option<i32> {
        let process = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone when the test stopped it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn init_makes_everything_once_and_overwrites_nothing() {
    let folder = installed();
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("house"), 0o700);
    assert_eq!(mode("house.keyring"), 0o600);
    assert_eq!(mode("house/candor.toml"), 0o600);
    let keyring = fs::read(folder.join("house.keyring")).unwrap();
    let again = ["init", "--data", "house", "--admin-email", "eve@house.example"];
    let (code, _, errors) = run(&folder, &again);
    assert_eq!(code, 1);
    assert!(errors.contains("house is not empty. Nothing was changed"), "{errors}");
    let (code, _, errors) = run(&folder, &["init", "--data", "new", "--admin-email", "not an address"]);
    assert_eq!(code, 2);
    assert!(errors.contains("write it as name@company.example"), "{errors}");
    assert!(!folder.join("new").exists());
    assert_eq!(fs::read(folder.join("house.keyring")).unwrap(), keyring);
}

#[test]
fn a_keyring_that_is_there_already_is_not_overwritten() {
    let folder = TestFolder::new();
    fs::write(folder.join("house.keyring"), "precious").unwrap();
    let (code, _, errors) = run(&folder, &["init", "--data", "house", "--admin-email", "a@house.example"]);
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains("a keyring is never overwritten"), "{errors}");
    assert_eq!(fs::read_to_string(folder.join("house.keyring")).unwrap(), "precious");
}

#[test]
fn doctor_names_each_finding_and_how_to_mend_it() {
    let folder = installed();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("note     mail and transport: letters are written into"), "{out}");
    assert!(out.contains("ok       sandbox: a harmful PDF could not take memory without end or"), "{out}");

    let keyring = folder.join("house.keyring");
    fs::set_permissions(&keyring, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(folder.join("house"), fs::Permissions::from_mode(0o755)).unwrap();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 1);
    assert!(out.contains("FINDING  keyring:") && out.contains("chmod 600 house.keyring"), "{out}");
    assert!(out.contains("FINDING  data directory:") && out.contains("chmod 700 house"), "{out}");

    fs::rename(&keyring, folder.join("house/keyring")).unwrap();
    let file = folder.join("house/candor.toml");
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("keyring = \"keyring\"\n{settings}").replace("mail = \"files\"", "")).unwrap();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 1);
    assert!(out.contains("lies inside the data directory"), "{out}");
    assert!(out.contains("no mail is configured"), "{out}");
    let (code, _, errors) = run(&folder, &["serve", "--data", "house"]);
    assert_eq!(code, 1);
    assert!(errors.contains("no mail is configured"), "{errors}");

    let (code, out, _) = run(&folder, &["doctor", "--data", "nowhere"]);
    assert_eq!(code, 1);
    assert!(out.contains("FINDING  configuration: cannot read nowhere/candor.toml"), "{out}");
}

#[test]
fn a_country_file_is_checked_by_doctor_and_a_damaged_one_keeps_the_server_from_starting() {
    let folder = installed();
    let file = folder.join("house/candor.toml");
    let settings = fs::read_to_string(&file).unwrap();
    let settings = settings.replace("# [log]", "[log]").replace("# country_file", "country_file");
    fs::write(&file, settings).unwrap();
    let path = folder.join("house/country.mmdb");
    let networks = [("198.51.100.0", 24, "SE", "Sweden")];
    // In the year 2100 nothing that is made today is new.
    fs::write(&path, country_file("Test-Country", 4_102_444_800, &networks)).unwrap();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("ok       country file: Test-Country of 1 January 2100, whole"), "{out}");
    let old = country_file("Test-Country", 1_577_836_800, &networks);
    fs::write(&path, &old).unwrap();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("note     country file: Test-Country of 1 January 2020 is old"), "{out}");
    fs::write(&path, &old[..old.len() / 2]).unwrap();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 1);
    assert!(out.contains("FINDING  country file: the country file house/country.mmdb is damaged"), "{out}");
    let (code, _, errors) = run(&folder, &["serve", "--data", "house"]);
    assert_ne!(code, 0);
    assert!(errors.contains("Fetch it anew, or take log.country_file out of candor.toml"), "{errors}");
}

#[test]
fn doctor_finds_every_named_file_that_would_keep_the_server_from_starting() {
    let folder = installed();
    let file = folder.join("house/candor.toml");
    let settings = fs::read_to_string(&file).unwrap();
    let settings = settings
        .replace("# criteria_titles", "criteria_titles")
        .replace("# mark_fonts", "mark_fonts")
        .replace("/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf", "no-font.ttf")
        .replace("# [log]", "[log]")
        .replace("# witnesses", "witnesses");
    fs::write(&file, settings).unwrap();
    let (code, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert_eq!(code, 1);
    for (what, why) in [
        ("criteria titles", "cannot read the criteria titles house/criteria.toml"),
        ("mark fonts", "no-font.ttf"),
        ("witness policy", "witnesses.policy"),
    ] {
        let line = out.lines().find(|line| line.starts_with(&format!("FINDING  {what}:")));
        assert!(line.is_some_and(|line| line.contains(why)), "{what}: {out}");
    }
    fs::write(folder.join("house/criteria.toml"), "[tsc]\n\"CC6.2\" = \"Ours\"\n").unwrap();
    let (_, out, _) = run(&folder, &["doctor", "--data", "house"]);
    assert!(out.contains("ok       criteria titles: house/criteria.toml can be read"), "{out}");
}

#[test]
fn serve_refuses_to_speak_plainly_to_the_world() {
    let folder = installed();
    let file = folder.join("house/candor.toml");
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, settings.replace("trusted_proxies =", "# trusted_proxies =")).unwrap();
    let (code, _, errors) = run(&folder, &["serve", "--data", "house"]);
    assert_eq!(code, 1);
    assert!(errors.contains("would speak plain http"), "{errors}");
}

#[test]
fn staff_are_changed_beside_a_running_server() {
    let folder = installed();
    let mut serving = Serving::start(&folder);
    let add = [
        "staff",
        "add",
        "--email",
        "ada@house.example",
        "--name",
        "Ada",
        "--role",
        "sales",
        "--data",
        "house",
    ];
    let (code, out, errors) = run(&folder, &add);
    assert_eq!(code, 0, "{errors}");
    let page = serving.1.get(out.lines().last().unwrap());
    assert!(page.words().contains("Sign in as Ada"), "{}", page.words());
    let sent = serving.1.submit(&page, &page.form("/staff/sign-in"));
    assert_eq!(sent.status, 303, "{}", sent.words());
    assert_eq!(serving.1.get("/staff").status, 200);

    assert_eq!(run(&folder, &add).0, 1);
    let (_, out, _) = run(&folder, &["staff", "list", "--data", "house", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(list[1], serde_json::json!({"email": "ada@house.example", "name": "Ada", "roles": ["sales"]}));
    let remove = ["staff", "remove", "ada@house.example", "--data", "house"];
    let (code, out, _) = run(&folder, &remove);
    assert_eq!(code, 0);
    assert!(out.contains("1 open sessions were ended"), "{out}");
    assert_eq!(serving.1.get("/staff").status, 303, "a removed member of staff is still signed in");
    assert_eq!(run(&folder, &remove).0, 1);
    let (code, _, errors) = run(&folder, &["staff", "remove", "boss@house.example", "--data", "house"]);
    assert_eq!(code, 1);
    assert!(errors.contains("the only administrator"), "{errors}");
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn keys_are_listed_without_their_secrets() {
    let folder = installed();
    let (code, out, _) = run(&folder, &["keys", "list", "--data", "house", "--json"]);
    assert_eq!(code, 0);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(list[0]["state"], "current");
    assert!(list[0]["data_keys"].as_i64().unwrap() >= 1, "{out}");
    let secrets = fs::read_to_string(folder.join("house.keyring")).unwrap();
    for secret in secrets.split_whitespace().filter(|word| word.len() == 44) {
        assert!(!out.contains(secret));
    }
}

#[test]
fn every_command_shows_an_example() {
    let folder = TestFolder::new();
    for words in [
        &["init"][..],
        &["serve"],
        &["doctor"],
        &["staff", "add"],
        &["staff", "link"],
        &["staff", "remove"],
        &["staff", "list"],
        &["keys", "list"],
    ] {
        let (code, out, _) = run(&folder, &[words, &["--help"]].concat());
        assert_eq!(code, 0);
        assert!(out.contains("Example:\n  candor "), "{words:?}: {out}");
    }
}
