//! Temporary folders that go when their test goes, also when it panics; what a killed run left is swept.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Every folder's name begins so, followed by the process that made it.
const PREFIX: &str = "candor-test-";

/// A folder only its owner may enter, removed with everything in it on drop.
#[derive(Debug)]
pub struct TestFolder {
    path: PathBuf,
}

impl TestFolder {
    /// An empty folder.
    pub fn new() -> Self {
        static SWEEP: Once = Once::new();
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        SWEEP.call_once(sweep);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("{PREFIX}{}-{number}", process::id()));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        Self { path }
    }
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// The path of `name` in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
    /// Every file below it, in no promised order: for tests that search what was written.
    pub fn files(&self) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![self.path.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        // A folder that a test has removed itself is as good.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Whether a process with this number runs; numbers that are none count as gone.
pub fn is_running(process: &str) -> bool {
    process.parse::<u32>().is_ok_and(|number| Path::new("/proc").join(number.to_string()).exists())
}

/// Removes the folders of runs that were killed before they could.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|process| !is_running(process)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[test]
fn a_folder_goes_with_its_test() {
    let folder = TestFolder::new();
    fs::create_dir(folder.join("below")).unwrap();
    fs::write(folder.join("below/file"), "text").unwrap();
    assert_eq!(folder.files(), [folder.path().join("below/file")]);
    let path = folder.path().to_owned();
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn what_a_killed_run_left_is_swept() {
    // Process numbers end at 2^22 on Linux.
    let left = std::env::temp_dir().join(format!("{PREFIX}4999999-0"));
    fs::create_dir_all(&left).unwrap();
    let ours = TestFolder::new();
    sweep();
    assert!(!left.exists());
    assert!(ours.path().exists());
    assert!(!is_running("not a number"));
}
