//! The marker in the folder of a demonstration, which has no settings: how far it is furnished, and where it listened last.
//!
//! So commands work on a demonstration's folder, beside one that runs.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// Marks a directory as a demo's, so that `--fresh` removes nothing else.
const MARKER: &str = "DEMO";
/// What it says first when every room is furnished.
const FURNISHED: &str = "furnished";

/// How far a demo is furnished; none in a folder that is no demo's.
pub fn furnished(data: &Path) -> Option<bool> {
    let marker = std::fs::read_to_string(data.join(MARKER)).ok()?;
    Some(marker.lines().next() == Some(FURNISHED))
}

/// Marks a folder as one of a demo that is still being furnished.
pub fn begin(data: &Path) -> io::Result<()> {
    std::fs::write(data.join(MARKER), "not furnished yet\n")
}

/// Marks a folder as one of a furnished demo that listens there.
pub fn mark(data: &Path, listen: SocketAddr) -> io::Result<()> {
    std::fs::write(data.join(MARKER), format!("{FURNISHED}\nlisten {listen}\n"))
}

/// Where the demo in a folder listens, or would; none when there is none.
pub(super) fn listens_in(data: &Path) -> Option<SocketAddr> {
    let marker = std::fs::read_to_string(data.join(MARKER)).ok()?;
    let told = marker.lines().find_map(|line| line.strip_prefix("listen ")?.parse().ok());
    Some(told.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Mode};
    use super::*;

    #[test]
    fn a_folder_without_settings_is_a_demo_if_its_marker_is_there() {
        let folder = std::env::temp_dir().join(format!("candor-marker-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert!(Config::of_data(&folder).is_err() && furnished(&folder).is_none());
        begin(&folder).unwrap();
        assert_eq!((furnished(&folder), listens_in(&folder).unwrap().port()), (Some(false), 8080));
        let listen: SocketAddr = "127.0.0.1:4567".parse().unwrap();
        mark(&folder, listen).unwrap();
        let config = Config::of_data(&folder).unwrap();
        assert_eq!((config.mode, config.listen, furnished(&folder)), (Mode::Demo, listen, Some(true)));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
