//! Intake in a process of its own: the same answers, and a name for every way to die.

use super::made::{SQUARE, page, pdf, stream};
use super::nasa;
use candor::watermark::IntakeRefusal;
use candor::watermark::intake::child::Task;
use candor::watermark::intake::sandbox::Limits;
use candor::watermark::preparing::{COMMAND, prepare_by, prepare_in_child};
use candor::watermark::{Password, Prepared, Progress, Stage};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// This binary.
fn candor() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_candor"))
}

/// A program that does what a script says instead of an intake.
fn program(name: &str, script: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Prepares within a deadline.
fn prepare_within(program: &Path, pdf: &[u8], deadline: Duration) -> Result<Prepared, IntakeRefusal> {
    prepare_by(program, &Task { deadline, ..Task::new(COMMAND, pdf) }, &mut |_| {})
}

#[test]
fn the_child_prepares_and_refuses_like_the_parent() {
    let prepared = prepare_in_child(candor(), &nasa()).unwrap();
    assert_eq!(prepared.manifest.pages, 49);
    assert_eq!(u64::try_from(prepared.body.len()).unwrap(), prepared.manifest.body_bytes);
    assert_eq!(prepare_in_child(candor(), b"text").unwrap_err(), IntakeRefusal::NotAPdf);
    assert_eq!(prepare_in_child(candor(), b"").unwrap_err(), IntakeRefusal::EmptyFile);
}

#[test]
fn a_child_that_crashes_hangs_or_lies_is_a_named_refusal() {
    let pdf = page(SQUARE, "", &[]);
    let second = Duration::from_secs(1);
    assert_eq!(
        prepare_within(&program("dies", "kill -9 $$"), &pdf, second).unwrap_err(),
        IntakeRefusal::Crashed
    );
    assert_eq!(
        prepare_within(&program("lies", "echo hello"), &pdf, second).unwrap_err(),
        IntakeRefusal::Crashed
    );
    let begun = Instant::now();
    let hangs = program("hangs", "exec /bin/sleep 30");
    assert_eq!(prepare_within(&hangs, &pdf, second).unwrap_err(), IntakeRefusal::TimedOut { limit_secs: 1 });
    assert!(begun.elapsed() < Duration::from_secs(10), "the child outlived its deadline");
    let missing = Path::new("/nonexistent/candor");
    assert_eq!(prepare_within(missing, &pdf, second).unwrap_err(), IntakeRefusal::Crashed);
}

#[test]
fn whoever_waits_hears_how_far_it_is() {
    let pdf = nasa();
    let mut heard = Vec::new();
    prepare_by(candor(), &Task::new(COMMAND, &pdf), &mut |progress| heard.push(progress)).unwrap();
    let mut expected = vec![Progress::begun(Stage::Opening, 0)];
    expected.extend((0..49).map(|done| Progress { stage: Stage::Writing, done, of: 49 }));
    expected.push(Progress::begun(Stage::Checking, 49));
    expected.extend((1..=49).map(|done| Progress { stage: Stage::Rendering, done, of: 49 }));
    assert_eq!(heard, expected);
}

/// A file of as many pages, each with the same square and entries of its own, by its number.
fn pages(count: usize, entries: impl Fn(usize) -> &'static str) -> Vec<u8> {
    let kids = (4..count + 4).fold(String::new(), |kids, number| format!("{kids}{number} 0 R "));
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 300 400]>>").into_bytes(),
        stream("", SQUARE),
    ];
    let page = |number| format!("<</Type/Page/Parent 2 0 R/Contents 3 0 R{}>>", entries(number)).into_bytes();
    objects.extend((1..=count).map(page));
    pdf(&objects)
}

#[test]
fn a_report_that_takes_longer_than_a_child_may_is_looked_at_by_several() {
    // In proportion: a child has a fifteenth of its minute, the report an eighth of the most pages.
    let pdf = pages(256, |_| "");
    let mut task = Task::new(COMMAND, &pdf);
    task.limits = Limits { cpu_secs: 4, ..task.limits };
    let mut heard = Vec::new();
    let prepared = prepare_by(candor(), &task, &mut |progress| heard.push(progress)).unwrap();
    assert_eq!(prepared.manifest.pages, 256);
    heard.retain(|progress| progress.stage == Stage::Rendering);
    let every = (1..=256).map(|done| Progress { stage: Stage::Rendering, done, of: 256 });
    assert_eq!(heard, every.collect::<Vec<_>>());
}

#[test]
fn nothing_is_prepared_of_which_a_page_was_not_looked_at() {
    // The last of two shares is looked at by nobody, or by somebody who saw less.
    let candor = candor().display();
    let none = format!(
        "[ \"$1\" = look-child ] && [ -e \"$0.once\" ] && kill -9 $$; [ \"$1\" = look-child ] && : > \"$0.once\"; exec {candor} \"$@\""
    );
    let less = format!(
        "[ \"$1\" = look-child ] && exec /usr/bin/printf 'P\\0\\0\\0\\0\\0\\0\\0\\002[]E\\0\\0\\0\\0\\0\\0\\0\\0'; exec {candor} \"$@\""
    );
    for (name, script) in [("looks-once", none), ("looks-at-less", less)] {
        let program = program(name, &script);
        let _ = std::fs::remove_file(program.with_file_name(format!("{name}.once")));
        let refused = prepare_within(&program, &pages(80, |_| ""), Duration::from_mins(1)).unwrap_err();
        assert_eq!(refused, IntakeRefusal::Crashed, "{name}");
    }
}

#[test]
fn the_first_page_that_fails_is_named_whoever_looked_at_it() {
    let thin = pages(80, |number| if [30, 75].contains(&number) { "/MediaBox[0 0 1 400]" } else { "" });
    let refused = prepare_in_child(candor(), &thin).unwrap_err();
    assert_eq!(refused, IntakeRefusal::WatermarkNotVisible { page: 30 });
}

#[test]
fn the_opening_password_goes_by_the_pipe_and_opens_the_file() {
    let pdf = include_bytes!("fixtures/user-password.pdf");
    let with = |word: &str| {
        let password = Password::parse(word);
        let task = Task { password: password.as_ref(), ..Task::new(COMMAND, pdf) };
        prepare_by(candor(), &task, &mut |_| {})
    };
    assert_eq!(with("").unwrap_err(), IntakeRefusal::PasswordNeeded);
    assert_eq!(with("wrong").unwrap_err(), IntakeRefusal::WrongPassword);
    assert_eq!(with("secret").unwrap().manifest.pages, 1);
    assert_eq!(format!("{:?}", Password::parse("secret")), "Some(Password(..))");
    // A password nobody asked for is passed over.
    let plain = page(SQUARE, "", &[]);
    let password = Password::parse("x");
    let task = Task { password: password.as_ref(), ..Task::new(COMMAND, &plain) };
    prepare_by(candor(), &task, &mut |_| {}).unwrap();
}

#[test]
fn the_child_sees_no_environment() {
    let tells = program("tells", "[ -z \"$CARGO_TARGET_TMPDIR$HOME\" ] && kill -9 $$; exec /bin/sleep 30");
    let pdf = page(SQUARE, "", &[]);
    assert_eq!(prepare_within(&tells, &pdf, Duration::from_secs(5)).unwrap_err(), IntakeRefusal::Crashed);
}

#[test]
fn the_command_line_answers_with_its_exit_codes() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (good, bad, out) =
        (folder.join("cli-good.pdf"), folder.join("cli-bad.pdf"), folder.join("cli-out.pdf"));
    std::fs::write(&good, page(SQUARE, "", &[])).unwrap();
    std::fs::write(&bad, "text").unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(candor()).arg("watermark").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (code, said) = run(&["check", &path(&good), "--json"]);
    assert_eq!(
        (code, said.trim()),
        (Some(0), r#"{"tier":"T2","pages":1,"units":0,"warnings":[],"signatures":[],"refusal":null}"#)
    );
    let (code, said) = run(&["check", &path(&bad), "--json"]);
    assert_eq!(code, Some(3));
    assert!(said.contains(r#""tier":"T4","pages":0"#) && said.contains(r#""code":"not_a_pdf""#), "{said}");
    assert_eq!(run(&["check", "/nonexistent.pdf"]).0, Some(2));
    let sample =
        ["sample", &path(&good), "--out", &path(&out), "--name", "Jane", "--email", "jane@example.com"];
    assert_eq!(run(&sample).0, Some(0));
    let (code, said) = run(&["read", &path(&out)]);
    assert_eq!(code, Some(0));
    assert!(said.contains("SAMPLE"), "{said}");
    assert_eq!(run(&["read", &path(&good)]).0, Some(3));
}

#[test]
fn the_command_line_takes_a_password_from_standard_input_alone() {
    let locked = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/watermark/fixtures/user-password.pdf");
    let run = |typed: &str| {
        let mut child = Command::new(candor())
            .args(["watermark", "check", "--json", "--password-stdin", locked])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run("secret\n").0, Some(0));
    let (code, said) = run("wrong\n");
    assert_eq!(code, Some(3));
    assert!(said.contains(r#""code":"wrong_password""#), "{said}");
    assert!(run("").1.contains(r#""code":"password_needed""#));
}
