//! Desks and their tabs: which part of the house a page belongs to, and where it stands in the navigation.

use super::guard::Caller;
use super::guard::desk::{Auditor, IntegrityReader, KeyKeeper, LogReader, RegisterReader, Security, Sits};
use crate::identity::{Face, Role};
use serde::Serialize;

/// Whether somebody with these roles may open a page.
type Admits = fn(&[Role]) -> bool;

/// The pages of the security desk, which several roles share; each with the guard that its handler names.
const SECURITY: &[(&str, &str, Admits)] = &[
    ("/security", "Log", LogReader::admits),
    ("/security/overview", "Overview", LogReader::admits),
    ("/security/register", "Register", RegisterReader::admits),
    ("/security/integrity", "Integrity", IntegrityReader::admits),
    ("/security/copy", "Find a copy", LogReader::admits),
    ("/security/people", "People", Security::admits),
    ("/security/holds", "Holds", Security::admits),
    ("/security/retention", "Retention", Security::admits),
    ("/security/keys", "Keys", KeyKeeper::admits),
    ("/security/board", "Board", Auditor::admits),
    ("/security/reports", "Reports to confirm", Auditor::admits),
];

/// Which part of the house a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Desk {
    /// Publishes reports.
    Compliance,
    /// What prospects and the public see.
    Portal,
    /// Decides requests.
    Sales,
    /// Audits the log.
    Security,
    /// Staff who are not at a desk yet.
    SignIn,
}

impl Desk {
    /// The desk that a path belongs to.
    pub fn of_path(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("compliance") => Self::Compliance,
            Some("sales") => Self::Sales,
            Some("security") => Self::Security,
            Some("staff" | "desk") => Self::SignIn,
            _ => Self::Portal,
        }
    }
    /// The pages in the desk's navigation that somebody with these roles may open: address and label.
    fn pages(self, roles: &[Role]) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Compliance => vec![
                ("/compliance", "Overview"),
                ("/compliance/reports", "Reports"),
                ("/compliance/remediation", "Remediation"),
                ("/security/register", "Register"),
                ("/compliance/nda", "NDA"),
                ("/compliance/company", "Company"),
            ],
            Self::Portal => vec![("/", "Reports"), ("/request", "Request access")],
            Self::Sales => {
                vec![("/sales", "Requests"), ("/sales/grants", "Grants"), ("/sales/invite", "Invite")]
            }
            Self::Security => {
                let admitted = SECURITY.iter().filter(|(_, _, admits)| admits(roles));
                admitted.map(|(href, label, _)| (*href, *label)).collect()
            }
            Self::SignIn if roles.contains(&Role::Admin) => {
                vec![("/staff/people", "Staff"), ("/security/keys", "Keys")]
            }
            Self::SignIn => Vec::new(),
        }
    }
    /// The desks of these roles: address, name, and what is done there.
    pub fn of_roles(roles: &[Role]) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut desks = Vec::new();
        for role in roles {
            let desk = match role {
                Role::Admin => ("/staff/people", "Staff", "Who sits at which desk."),
                Role::Auditor | Role::Security => {
                    ("/security", "Security", "The log of every access, its proofs, and copies by their id.")
                }
                Role::Compliance => (
                    "/compliance",
                    "Compliance",
                    "Reports, exceptions and responses, the NDA, the company's page.",
                ),
                Role::Sales => ("/sales", "Sales", "Access requests, invitations and grants."),
            };
            if !desks.contains(&desk) {
                desks.push(desk);
            }
        }
        desks
    }
}

/// A place in the navigation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NavItem {
    href: &'static str,
    label: &'static str,
    current: bool,
}

/// The path whose tab a page belongs to: its own, but for pages that another one leads to.
fn tab(path: &str) -> &str {
    match path.strip_prefix("/security/").and_then(|rest| rest.split('/').next()) {
        Some("recall") => "/security/register",
        Some("rules") => "/security/overview",
        _ => path,
    }
}

impl Caller {
    /// The desk's pages, what the person may see besides, and where this page stands among them.
    pub(super) fn nav(&self, desk: Desk) -> Vec<NavItem> {
        let session = self.signed_in.as_ref().map(|signed_in| &signed_in.session);
        let mut pages = desk.pages(session.map(|session| session.roles.as_slice()).unwrap_or_default());
        match session.map(|session| session.face) {
            Some(Face::Prospect) if desk == Desk::Portal => pages.push(("/access", "My access")),
            Some(Face::Staff) => pages.push(("/staff", "Desks")),
            Some(Face::Prospect) | None => {}
        }
        let here = tab(&self.path);
        let fits = |href: &str| here == href || (href != "/" && here.starts_with(&format!("{href}/")));
        let current =
            pages.iter().map(|(href, _)| *href).filter(|href| fits(href)).max_by_key(|href| href.len());
        pages
            .into_iter()
            .map(|(href, label)| NavItem { href, label, current: current == Some(href) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_without_a_tab_stand_under_the_one_that_leads_to_them() {
        assert_eq!(tab("/security/rules/mute"), "/security/overview");
        assert_eq!(tab("/security/recall/7"), "/security/register");
        for own in ["/security", "/security/entries/3", "/security/register", "/reports/rules", "/"] {
            assert_eq!(tab(own), own);
        }
        let led_to = [tab("/security/rules"), tab("/security/recall/7")];
        let tabs = Desk::Security.pages(&[Role::Security]);
        assert!(led_to.iter().all(|href| tabs.iter().any(|(other, _)| other == href)));
    }
}
