//! Somebody uploads every hostile file there is: the server answers each one, and goes on.

use super::{SHORT_REPORT, play};
use crate::compliance::{creates, uploads};
use crate::watermark::hostile::set::{Due, all};
use std::fs;

/// The server itself reads no PDF: its memory is what holds one upload and its body.
const MEMORY_MIB: u64 = 256;

#[test]
fn a_server_that_gets_every_hostile_file_stays_up() {
    play(|mut house| {
        let mut officer = house.staff("Tobias", "compliance");
        let href = creates(&mut officer, "audit");
        let server = house.server.as_ref().unwrap().0.id();
        for hostile in all() {
            let answer = uploads(&mut officer, &href, &hostile.pdf);
            let said = answer.words();
            match hostile.due {
                // What can only be painted waits for the publisher's consent.
                Due::Marked(_) if said.contains("Its pages can be published as pictures") => {}
                Due::Marked(_) => assert_eq!(answer.status, 303, "{}: {said}", hostile.name),
                Due::Refused(_) => {
                    assert!(said.contains("The file was not taken"), "{}: {said}", hostile.name);
                }
            }
            assert_eq!(officer.get("/healthz").status, 200, "after {}", hostile.name);
        }
        let status = fs::read_to_string(format!("/proc/{server}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak_mib = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024;
        assert!(peak_mib < MEMORY_MIB, "the server took {peak_mib} MiB");
        assert_eq!(
            uploads(&mut officer, &href, SHORT_REPORT).status,
            303,
            "an honest file is taken afterwards"
        );
        assert!(house.server.as_mut().unwrap().0.try_wait().unwrap().is_none(), "the server ended");
    });
}
