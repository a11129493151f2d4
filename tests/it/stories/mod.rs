//! The main job on the program as it is installed: `init`, `serve`, an empty database, real mail on loopback, and
//! everything by the public pages.

mod beneath;
mod hostile;
mod killed;
mod main_job;
mod stolen;

use crate::compliance::{EXCEPTION, creates, send, uploads};
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use crate::support::mailbox::{Mailbox, path_of};
use crate::support::visitor::{Page, Visitor};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// How people reach the house.
const ORIGIN: &str = "https://trust.house.example";
/// A real report of 49 pages, in the public domain: what the main job is done with.
const REPORT: &[u8] = include_bytes!("../../../demo/nasa-oig-ig-19-022.pdf");
/// Eight pages of a report, for the stories about something else.
const SHORT_REPORT: &[u8] = include_bytes!("../../fixtures/short-report.pdf");

/// An installed Candor whose server runs, and a mail server beside it.
struct Running {
    folder: TestFolder,
    mailbox: Mailbox,
    server: Option<(Child, SocketAddr)>,
}

impl Running {
    /// Installs into an empty folder and database, and starts the server.
    fn install(database: &TestDatabase) -> Self {
        let (folder, mailbox) = (TestFolder::new(), Mailbox::open());
        fs::create_dir(folder.join("house")).unwrap();
        let settings = format!(
            "listen = \"127.0.0.1:0\"\nbase_url = \"{ORIGIN}\"\ntrusted_proxies = [\"127.0.0.1\"]\ndatabase = \"{}\"\n\
             [mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"trust@house.example\"\n",
            database.url(),
            mailbox.address().port(),
        );
        fs::write(folder.join("house/candor.toml"), settings).unwrap();
        let mut running = Self { folder, mailbox, server: None };
        running.candor(&["init", "--admin-email", "boss@house.example"]);
        running.start();
        running
    }

    /// Runs a command on the installation; it must succeed.
    fn candor(&self, words: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_candor"))
            .current_dir(self.folder.path())
            .args(words)
            .args(["--data", "house"])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "candor {words:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the server and waits until it listens.
    fn start(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_candor"))
            .current_dir(self.folder.path())
            .args(["serve", "--data", "house"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("Listening on ").unwrap().split(',').next().unwrap().parse().unwrap();
        self.server = Some((child, address));
    }

    /// Kills the server as a power cut would: nothing is finished, nothing is said.
    fn kill(&mut self) {
        let (mut child, _) = self.server.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Stops the server in order.
    fn stop(&mut self) {
        let (mut child, _) = self.server.take().unwrap();
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }

    /// Somebody at a browser.
    fn visitor(&self, from: &str) -> Visitor {
        Visitor::through_proxy(self.server.as_ref().unwrap().1, ORIGIN, from)
    }

    /// Adds somebody to the staff by the command line and signs them in.
    fn staff(&self, name: &str, role: &str) -> Visitor {
        let email = format!("{}@house.example", name.to_lowercase());
        let out = self.candor(&["staff", "add", "--email", &email, "--name", name, "--role", role]);
        let mut visitor = self.visitor("203.0.113.1");
        let page = visitor.get(&path_of(out.lines().last().unwrap()));
        let sent = visitor.submit(&page, &page.form("/staff/sign-in"));
        assert_eq!(sent.status, 303, "{}", sent.words());
        visitor
    }

    /// Asks for the report and confirms the address with the mailed code; gives the path of the request.
    fn asks(&self, visitor: &mut Visitor, email: &str) -> String {
        let page = visitor.get("/request?item=audit");
        let form = page
            .form("/request")
            .fill("name", "Ada Lovelace")
            .fill("email", email)
            .fill("organisation", "Buyer Works")
            .choose("relation", "customer");
        assert_eq!(visitor.submit(&page, &form).header("location"), Some("/confirm"));
        let code = self.mailbox.wait_for(email, "Your code").code();
        let page = visitor.get("/confirm");
        let sent = visitor.submit(&page, &page.form("/confirm").fill("code", &code));
        sent.header("location").unwrap_or_else(|| panic!("{}", sent.words())).to_owned()
    }

    /// Approves the request of an address.
    fn approves(&self, seller: &mut Visitor, email: &str) -> Page {
        let link = self.mailbox.wait_for("sam@house.example", "Access request").link("/sales/requests/");
        let page = seller.get(&link);
        assert!(page.words().contains(email), "{}", page.words());
        let action = format!("{link}/approve");
        let sent = seller.submit(&page, &page.form(&action));
        assert_eq!(sent.status, 303, "{}", sent.words());
        sent
    }

    /// Exports the log and lets the offline verifier judge it, with the checkpoint that a letter brought along.
    fn log_is_whole(&self, note: Option<&str>) -> String {
        let out = self.folder.join("export");
        let _ = fs::remove_dir_all(&out);
        self.candor(&["ledger", "export", "--out", out.to_str().unwrap()]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.args(["ledger", "verify"]).arg(&out);
        if let Some(note) = note {
            let file = self.folder.join("kept.note");
            fs::write(&file, note).unwrap();
            command.arg("--checkpoint").arg(file);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.server.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Names the company, publishes an NDA text and the report with one exception.
fn publish(officer: &mut Visitor, report: &[u8]) {
    let page = officer.get("/compliance/company");
    let company = [
        ("name", "House Ltd"),
        ("contact", "trust@house.example"),
        ("domain", "house.example"),
        ("statement", "We share what our auditors found."),
    ];
    assert_eq!(send(officer, &page, "/compliance/company", &company).status, 303);
    let page = officer.get("/compliance/nda");
    let asked = send(officer, &page, "/compliance/nda", &[("text", "What you read here stays with you.")]);
    assert_eq!(officer.submit(&asked, &asked.form("/compliance/nda/publish")).status, 303);
    let href = creates(officer, "audit");
    assert_eq!(uploads(officer, &href, report).status, 303);
    let page = officer.get(&format!("{href}/exceptions/new"));
    // Isolated, so that the report may be shared before there is a plan.
    let isolated: Vec<_> = EXCEPTION
        .iter()
        .map(|(name, value)| (*name, if *name == "class" { "isolated_operating" } else { *value }))
        .collect();
    send(officer, &page, &format!("{href}/exceptions/new"), &isolated);
    let asked = officer.get(&format!("{href}/finalize"));
    assert_eq!(officer.submit(&asked, &asked.form(&format!("{href}/finalize"))).status, 303);
}

/// Reads and accepts the NDA.
fn accepts(visitor: &mut Visitor) {
    let page = visitor.get("/nda");
    let form = page.form("/nda").tick("read", "yes").tick("authorised", "yes");
    let sent = visitor.submit(&page, &form.fill("title", "Head of vendor risk"));
    assert_eq!(sent.status, 303, "{}", sent.words());
}

/// Fetches the copy from the room.
fn downloads(visitor: &mut Visitor) -> Page {
    let room = visitor.get("/reports/audit");
    visitor.submit(&room, &room.form("/reports/audit/copy"))
}

/// Plays a story on each database.
fn play(story: impl Fn(Running)) {
    on_both(|database: &TestDatabase| story(Running::install(database)));
}
