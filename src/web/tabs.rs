//! Desks and their tabs: which part of the house a page belongs to, and where it stands in the navigation.

use super::guard::Caller;
use crate::identity::{Face, Role};
use serde::Serialize;

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
    /// The pages in the desk's navigation: address and label.
    const fn pages(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Compliance => &[
                ("/compliance", "Overview"),
                ("/compliance/reports", "Reports"),
                ("/compliance/remediation", "Remediation"),
                ("/security/register", "Register"),
                ("/compliance/nda", "NDA"),
                ("/compliance/company", "Company"),
            ],
            Self::Portal => &[("/", "Reports"), ("/request", "Request access")],
            Self::Sales => {
                &[("/sales", "Requests"), ("/sales/grants", "Grants"), ("/sales/invite", "Invite")]
            }
            Self::Security => &[
                ("/security", "Log"),
                ("/security/overview", "Overview"),
                ("/security/register", "Register"),
                ("/security/integrity", "Integrity"),
                ("/security/copy", "Find a copy"),
                ("/security/people", "People"),
                ("/security/holds", "Holds"),
                ("/security/retention", "Retention"),
                ("/security/keys", "Keys"),
            ],
            Self::SignIn => &[],
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
        let mut pages = desk.pages().to_vec();
        if desk == Desk::Security && session.is_some_and(|session| session.roles.contains(&Role::Auditor)) {
            pages.extend([("/security/board", "Board"), ("/security/reports", "Reports to confirm")]);
        }
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
        let tabs = Desk::Security.pages();
        assert!(led_to.iter().all(|href| tabs.iter().any(|(other, _)| other == href)));
    }
}
